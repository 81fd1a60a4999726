"""What this league's hosts promise of each competition: something to beat, something to learn from, and an honest note."""

from __future__ import annotations

import ast

import pytest
from conftest import REPOSITORY

from referee.files.league import League
from referee.ground.verdict import Verdict

LEAGUE = League(REPOSITORY)
OWN = "ml-golf"
"""the author of the entries that the hosts sent themselves"""
LONGEST = 99


def own_entries(competition: str) -> list[str]:
    """Names of the hosts' own entries."""
    refs = [(name, LEAGUE.entry(f"{competition}/{name}")) for name in LEAGUE.entries(competition)]
    return [name for name, entry in refs if entry.submission.authors == (OWN,)]


@pytest.mark.parametrize("competition", LEAGUE.competitions())
def test_a_baseline_and_two_ideas_qualified(competition):
    """Three results of the hosts at least, one of them of a simple baseline."""
    qualified = {result.pins.entry for result in LEAGUE.results(competition) if result.verdict is Verdict.QUALIFIED}
    qualified &= set(own_entries(competition))
    assert len(qualified) >= 3
    assert any("baseline" in LEAGUE.entry(f"{competition}/{name}").submission.techniques for name in qualified)


@pytest.mark.parametrize("competition", LEAGUE.competitions())
def test_the_hosts_entries_are_short_and_cite(competition):
    """Under a hundred lines, with a header that says what the idea is and where it is from."""
    for name in own_entries(competition):
        text = (REPOSITORY / "submissions" / competition / name / "train.py").read_text()
        header = ast.get_docstring(ast.parse(text))
        assert len(text.splitlines()) <= LONGEST, name
        assert header is not None and "Source" in header, name


@pytest.mark.parametrize("competition", LEAGUE.competitions())
def test_the_host_note_says_who_enforces_what_and_which_trick_was_tried(competition):
    """The same two headings on each page."""
    text = LEAGUE.game(competition).folder.joinpath("README.md").read_text()
    headings = {line for line in text.splitlines() if line.startswith("## ")}
    assert {"## What is enforced", "## The strongest trick that we know"} <= headings
    assert "review" in text


@pytest.mark.parametrize("competition", [name for name in LEAGUE.competitions() if LEAGUE.game(name).rules.par is not None])
def test_somebody_is_at_par(competition):
    """Within one per cent."""
    game = LEAGUE.game(competition)
    for class_ in game.rules.classes:
        board = LEAGUE.board(game, class_)
        if board and board[0].result.score is not None:
            assert board[0].result.score <= 1.01 * game.rules.par.score
