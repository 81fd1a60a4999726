"""`referee run --practice` on the command line: the board as it would be, and nothing written."""

from __future__ import annotations

import json

import pytest
from conftest import needs_bubblewrap

from referee.adapters.cli import main

pytestmark = needs_bubblewrap


@pytest.fixture
def practise(league, capsys):
    """Plays an entry for practice; gives the exit code and stdout. Nothing in the league may change by it."""

    def run(ref: str, *words: str) -> tuple[int, str]:
        before = {path: path.read_bytes() for path in league.root.rglob("*") if path.is_file() and path.suffix != ".pyc"}
        capsys.readouterr()
        code = main(["run", ref, "--practice", *words, "--league", str(league.root)])
        out = capsys.readouterr().out
        after = {path: path.read_bytes() for path in league.root.rglob("*") if path.is_file() and path.suffix != ".pyc"}
        assert after == before, "practice writes nothing"
        return code, out

    return run


def recorded(league, ref: str) -> None:
    """Plays an entry for its record."""
    assert main(["run", ref, "--league", str(league.root), "--json"]) == 0


def test_the_first_of_all_is_told_so(practise, enter):
    """On an empty board."""
    code, out = practise(enter(), "--rounds", "1")
    assert code == 0 and out.splitlines()[-1] == "you would be the first, on 1 of 2 rounds"
    assert "1  > honest (practice)" in out


def test_the_record_of_the_same_entry_gives_way_in_this_view_alone(practise, league, enter):
    """The file of the record stays as it was, which the fixture holds."""
    ref = enter()
    recorded(league, ref)
    code, out = practise(ref)
    assert code == 0 and "recorded of honest: l2 " in out
    assert out.splitlines()[-1] == "you would be the first"


def test_what_crashes_would_not_be_ranked(practise, league, enter):
    """Below those that are."""
    recorded(league, enter())
    code, out = practise(enter("crashed/raises"))
    assert code == 1 and out.splitlines()[-1] == "you would not be ranked: crashed"
    assert "-  > raises (practice)" in out and "1  honest" in out


def test_the_place_stands_in_the_json(practise, league, enter):
    """Beside what stood there before."""
    recorded(league, enter())
    code, out = practise(enter(name="second"), "--rounds", "1", "--json")
    standing = json.loads(out)["standing"]
    assert code == 0 and standing["of"] == 2 and standing["rank"] in (1, 2)
    assert (standing["rounds"], standing["rounds_due"], standing["replaces"]) == (1, 2, False)
    assert standing["told"].startswith("you would be ") and standing["told"].endswith(", on 1 of 2 rounds")
    assert json.loads(practise("line/honest", "--json")[1])["standing"]["replaces"] is True


def test_a_run_for_the_record_says_nothing_of_what_would_be(league, enter, capsys):
    """There it is."""
    assert main(["run", enter(), "--league", str(league.root)]) == 0
    assert "you would be" not in capsys.readouterr().out
