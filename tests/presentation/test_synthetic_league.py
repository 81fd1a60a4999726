"""The leagues that the benchmarks measure are what a league is: without faults, and in the referee's own form."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from synthetic_league import synthetic_league

from referee.files import checks, store
from referee.files.league import League
from referee.ground.result import Result
from referee.ground.verdict import Verdict
from referee.presentation.site.boards import standing

RESULTS = 240


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> League:
    """A small one."""
    return League(synthetic_league(tmp_path_factory.mktemp("synthetic") / "league", RESULTS))


def result_files(league: League) -> list[Path]:
    return sorted(league.root.glob("submissions/*/*/results/*.yaml"))


def test_it_has_as_many_results_as_asked_for_and_no_faults(league: League) -> None:
    assert len(result_files(league)) == RESULTS
    assert list(checks.league_faults(league)) == []


def test_results_are_read_as_if_the_referee_had_written_them(league: League, tmp_path: Path) -> None:
    """Their text comes from a template; written by the store, the same values take as many lines, give or take wrapped ones."""
    for file in result_files(league)[::10]:
        result = store.read(Result, file, "synthetic")
        store.write(result, tmp_path / "again.yaml")
        again = (tmp_path / "again.yaml").read_text(encoding="utf-8")
        assert store.read(Result, tmp_path / "again.yaml", "again") == result
        assert len(file.read_text(encoding="utf-8")) == pytest.approx(len(again), rel=0.05)


def test_it_has_what_leagues_have(league: League) -> None:
    """Nine in ten qualify; boards have records that were broken, frozen rules, changed entries, models that can be drawn."""
    standings = [standing(league, name) for name in league.competitions()]
    boards = [board for one in standings for board in (*one.boards, *one.frozen)]
    verdicts = Counter(line.verdict for board in boards for line in board.lines)
    assert 0.8 < verdicts[Verdict.QUALIFIED] / RESULTS < 0.97
    assert len(verdicts) > 3
    assert max(len(board.records) for board in boards) > 3
    assert any(one.frozen for one in standings)
    assert any(board.unjudged for board in boards)
    sizes = sorted(len(board.lines) for board in boards)
    assert sizes[-1] > 10 * sizes[0]


def test_the_same_numbers_give_the_same_league(league: League, tmp_path: Path) -> None:
    again = synthetic_league(tmp_path / "league", RESULTS)
    for file in result_files(league):
        assert (again / file.relative_to(league.root)).read_bytes() == file.read_bytes()
