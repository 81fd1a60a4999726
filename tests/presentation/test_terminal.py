"""What stands in the terminal after a run, and the boards: golden files."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console, RenderableType
from sample_board import matches, result

from referee.ground.ranking import rank
from referee.ground.verdict import Verdict
from referee.presentation import terminal


def printed(renderable: RenderableType, width: int = 90) -> str:
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


@pytest.fixture
def board():
    """Two near each other, one tied with the first, one that crashed with a hostile reason."""
    return [
        result("first", [13.1, 13.6, 13.2]),
        result("second", [13.5, 13.9, 13.7]),
        replace(result("twin", [13.2, 13.2, 13.2]), recorded_at="2026-11-21T07:00:00Z"),
        result("crasher", [], Verdict.CRASHED, "train.py \x1b[31mended\u202e [bold]with[/bold] exit status 1"),
    ]


def test_the_board(board, league):
    rows = rank(board, "l2")
    matches("terminal_board.txt", printed(terminal.board(league.game("line"), "laptop-ss", rows)))


def test_a_board_with_par_and_nobody_on_it(league):
    file = league.root / "competitions/line/competition.yaml"
    file.write_text(file.read_text().replace("par: null", "par: {score: 12.5, kind: proof, source: a convex solver}"))
    matches("terminal_empty_board.txt", printed(terminal.board(league.game("line"), "laptop-ss", ())))


@pytest.mark.parametrize("which", ["first", "second", "crasher"])
def test_the_card(which, board, league):
    rows = rank(board, "l2")
    row = next(row for row in rows if row.result.pins.entry == which)
    recorded = "submissions/line/first/results/laptop-ss.yaml" if which == "first" else None
    card = terminal.result_card(league.game("line"), row.result, row, rows, recorded)
    matches(f"terminal_card_{which}.txt", printed(card))


OWN = """score: meetings
own_score: {sentence: rows that meet, formula: "#{i < j}", whole: true}
sound_because: No scale and no edge moves it; the graph is the host's.
par: {score: 125000, kind: reference, source: a long run}
"""


def ranked_by_own(league, text=OWN):
    """The competition `line` with a score of the host's own, and two results."""
    folder = league.root / "competitions/line"
    stated = [
        line for line in (folder / "competition.yaml").read_text().splitlines() if line.split(":")[0] not in ("score", "par")
    ]
    (folder / "competition.yaml").write_text("\n".join([*stated, text]))
    (folder / "score.py").write_text("def score(model):\n    return 1\n")
    results = []
    for entry, count in (("first", 125831.0), ("second", 131072.5)):
        one = result(entry, [13.1, 13.6, 13.2])
        rounds = tuple(replace(judged, scores={"l2": 13.1, "meetings": count + judged.trained.number}) for judged in one.rounds)
        results.append(replace(one, ranked_by="meetings", score=count + 2, scores=rounds[1].scores, rounds=rounds))
    return results


def test_a_board_of_the_hosts_own_score(league):
    rows = rank(ranked_by_own(league), "meetings")
    matches("terminal_own_board.txt", printed(terminal.board(league.game("line"), "laptop-ss", rows)))


def test_a_card_of_the_hosts_own_score_lists_the_scores_that_there_are(league):
    rows = rank(ranked_by_own(league), "meetings")
    card = terminal.result_card(league.game("line"), rows[1].result, rows[1], rows, None)
    matches("terminal_own_card.txt", printed(card))


def test_a_model_without_the_score_that_ranks_has_a_dash(league):
    """Whoever lost the race for a number gets no traceback: a result that did not fit need not have every score."""
    ranked_by_own(league)
    lacking = replace(result("lacking", [13.1, 13.6], Verdict.DID_NOT_FIT), score=None)
    rows = rank([lacking], "meetings")
    assert "score     meetings -\n" in printed(terminal.result_card(league.game("line"), lacking, rows[0], rows, None))
    assert "lacking  did-not-fit" in printed(terminal.board(league.game("line"), "laptop-ss", rows))


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ("score: bytes\narchitecture: {rule: free}\n", []),
        (
            "score: l2\narchitecture: {rule: free}\nsound_because: The host reads every graph before it plays.\n",
            ["The referee's table refuses l2 under free: a constant gain", "The host plays it all the same: The host reads"],
        ),
    ],
)
def test_a_board_says_how_far_its_score_can_be_trusted(stated, said, league):
    file = league.root / "competitions/line/competition.yaml"
    kept = [line for line in file.read_text().splitlines() if line.split(":")[0] not in ("score", "architecture")]
    file.write_text("\n".join([*kept, stated]))
    text = printed(terminal.board(league.game("line"), "laptop-ss", ()), width=400)
    assert [line for line in said if line not in text] == []
    assert ("The referee's table" in text) == bool(said)


def test_nothing_that_a_host_wrote_is_obeyed(league):
    """A host is trusted; a terminal should not have to be."""
    hostile = '"\\e[31m [bold]text[/bold] \\u202e and more"'
    own = f"score: meetings\nown_score: {{sentence: {hostile}}}\nsound_because: {hostile}\n"
    own += f"par: {{score: 1, kind: proof, source: {hostile}}}\n"
    rows = rank(ranked_by_own(league, own), "meetings")
    text = printed(terminal.board(league.game("line"), "laptop-ss", rows), width=200)
    assert text.count("\\x1b[31m [bold]text[/bold] \\u202e") == 3
    assert "\x1b" not in text and "\u202e" not in text


def test_nothing_that_a_stranger_wrote_is_obeyed(board, league):
    rows = rank(board, "l2")
    text = printed(terminal.result_card(league.game("line"), board[3], rows[-1], rows, None))
    assert "\x1b" not in text and "\u202e" not in text and "[bold]with[/bold]" in text
