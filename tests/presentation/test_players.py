"""Players: whose results count, what they earn, who stands before whom."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from league_folder import Folder

from referee.ground.verdict import Verdict
from referee.presentation.site.boards import Board, Standing, standing
from referee.presentation.site.lines import Line
from referee.presentation.site.players import Player, players

quick = settings(deadline=None, max_examples=60, derandomize=True)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with the competition `digits` and no entries."""
    folder = Folder(tmp_path / "league")
    folder.competition()
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """A standing with one result, from which others are made."""
    folder = Folder(tmp_path_factory.mktemp("players") / "league")
    folder.competition()
    folder.result("one")
    return standing(folder.league, "digits")


def found(folder: Folder) -> dict[str, Player]:
    return {player.handle: player for player in players(standing(folder.league, name) for name in folder.league.competitions())}


def entered(model: Standing, boards: list[list[tuple[str, float]]]) -> Standing:
    """A standing with a board for each list of (author, score), ranked."""
    board = model.boards[0]
    return replace(model, boards=tuple(ranked(board, results) for results in boards))


def ranked(board: Board, results: list[tuple[str, float]]) -> Board:
    scores = sorted(score for _, score in results)
    lines = [line(board.ranked[0], author, score, scores.index(score) + 1) for author, score in results]
    return replace(board, ranked=tuple(sorted(lines, key=lambda one: one.rank or 0)))


def line(like: Line, author: str, score: float, rank: int) -> Line:
    return replace(like, rank=rank, authors=(author,), entry=f"{author}-{score}", result=replace(like.result, score=score))


boards = st.lists(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 40).map(float)), min_size=1, max_size=6), min_size=1, max_size=4
)


@quick
@given(boards, st.randoms(use_true_random=False))
def test_the_order_of_results_and_boards_does_not_matter(model, boards, shuffler: random.Random):
    shuffled = [shuffler.sample(results, len(results)) for results in boards]
    shuffler.shuffle(shuffled)
    listed = [[(one.handle, one.points, one.place) for one in players([entered(model, some)])] for some in (boards, shuffled)]
    assert listed[0] == listed[1]


@quick
@given(boards)
def test_points_are_summed_over_the_boards_by_the_best_result_of_each(model, boards):
    alone = [{one.handle: one.points for one in players([entered(model, [results])])} for results in boards]
    for player in players([entered(model, boards)]):
        assert player.points == pytest.approx(sum(board.get(player.handle, 0) for board in alone), abs=1e-5)


@quick
@given(boards, st.sampled_from("abcd"))
def test_playing_more_is_never_a_loss(model, boards, who):
    """One more board of one's own, and one more result that sets no record."""
    before = {one.handle: one.points for one in players([entered(model, boards)])}
    worse = [[*boards[0], (who, 41.0)], *boards[1:], [(who, 5.0)]]
    after = {one.handle: one.points for one in players([entered(model, worse)])}
    assert after[who] >= before.get(who, 0) + 100 - 1e-5


@quick
@given(boards)
def test_a_place_is_one_more_than_the_number_of_players_with_more_points(model, boards):
    listed = players([entered(model, boards)])
    assert [one.place for one in listed] == sorted(one.place for one in listed)
    for player in listed:
        assert player.place == 1 + sum(other.points > player.points for other in listed)


def test_a_record_earns_100_and_twice_its_score_two_thirds(folder):
    folder.result("best", (100, 100, 100), said={"authors": ["ada"]})
    folder.result("double", (200, 200, 200), said={"authors": ["grace"]})
    folder.result("far", (400, 400, 400), said={"authors": ["linus"]})
    known = found(folder)
    assert [known[name].points for name in ("ada", "grace", "linus")] == [100, pytest.approx(66.6667, abs=1e-4), 0]
    assert [known[name].place for name in ("ada", "grace", "linus")] == [1, 2, 3]


def test_all_authors_of_an_entry_earn_its_points(folder):
    folder.result("ours", said={"authors": ["ada", "grace"]})
    assert {name: player.points for name, player in found(folder).items()} == {"ada": 100, "grace": 100}


def test_one_player_in_two_spellings_is_one(folder):
    """As the latest entry spells it."""
    folder.result("early", (100, 100, 100), day=1, said={"authors": ["Ada"]})
    folder.result("late", (200, 200, 200), day=2, said={"authors": ["aDA"]})
    (player,) = found(folder).values()
    assert (player.handle, player.points, player.place, player.boards, player.records) == ("aDA", 100, 1, 1, 1)
    assert [one.line.entry for one in player.results] == ["early", "late"]


def test_two_results_on_a_board_earn_once(folder):
    folder.result("best", (100, 100, 100))
    folder.result("also", (100, 100, 100), day=2)
    (player,) = found(folder).values()
    assert (player.points, player.boards, player.records, len(player.results)) == (100, 1, 1, 2)


def test_boards_and_competitions_are_summed(folder):
    folder.result("short", said={"classes": ["laptop-ss"]})
    folder.result("long", class_="laptop-s", said={"classes": ["laptop-s"]})
    folder.competition("parity")
    folder.result("other", game="parity")
    (player,) = found(folder).values()
    assert (player.points, player.boards, player.records) == (300, 3, 3)


def test_equal_points_share_a_place_and_more_boards_come_first(folder):
    folder.result("a", (100, 100, 100), said={"authors": ["zoe"]})
    folder.result("b", (400, 400, 400), said={"authors": ["ada"]})
    folder.result("c", class_="laptop-s", said={"authors": ["ada", "bob"], "classes": ["laptop-s"]})
    listed = list(found(folder).values())
    assert [(one.handle, one.place, one.boards) for one in listed] == [("ada", 1, 2), ("bob", 1, 1), ("zoe", 1, 1)]


def test_what_did_not_qualify_earns_nothing_and_is_shown(folder):
    folder.result("broken", (0,), verdict=Verdict.CRASHED)
    (player,) = found(folder).values()
    assert (player.points, player.place, player.boards, player.records, len(player.results)) == (0, 1, 0, 0, 1)


def test_results_under_earlier_rules_earn_nothing(folder):
    folder.result("old", (1, 1, 1), pinned={"version": 1, "rules_sha256": "ab" * 32}, said={"authors": ["ada"]})
    folder.result("new", (100, 100, 100), said={"authors": ["grace"]})
    assert found(folder)["grace"].points == 100
    assert "ada" not in found(folder) or found(folder)["ada"].points == 0


@pytest.mark.parametrize(("scores", "earned"), [((0, 5), (100, 0)), ((-3, 2), (100, 0)), ((0, 0), (100, 100))])
def test_where_the_record_is_no_ratio_only_who_shares_it_earns(model, scores, earned):
    listed = players([entered(model, [list(zip("ab", map(float, scores), strict=True))])])
    assert {one.handle: one.points for one in listed} == dict(zip("ab", earned, strict=True))


def test_nobody_is_nobody():
    assert players([]) == ()
