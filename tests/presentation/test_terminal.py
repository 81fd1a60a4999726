"""What stands in the terminal after a run, and the boards: golden files. Rewrite them with UPDATE_GOLDEN=1, read the diff."""

from __future__ import annotations

import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from referee.ground.fits import Measure
from referee.ground.machine import Machine
from referee.ground.ranking import rank
from referee.ground.result import JudgedRound, Pins, Result, TrainedRound
from referee.ground.verdict import Verdict
from referee.presentation import terminal

GOLDEN = Path(__file__).with_name("golden")


def printed(renderable: RenderableType, width: int = 90) -> str:
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


def matches(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def judged(number: int, l2: float) -> JudgedRound:
    return JudgedRound(
        trained=TrainedRound(
            number=number,
            draw_seed=100 + number,
            train_seed=200 + number,
            draw_sha256="d" * 64,
            seconds=1.25 * number,
            joules_at_most=56.3 * number,
        ),
        verdict=Verdict.QUALIFIED,
        fit=Measure(loss=8e-4 + number * 1e-5, accuracy=1.0, rows=40),
        heldout=Measure(loss=0.02, accuracy=0.95, rows=20),
        scores={"l1": 2 * l2, "l2": l2, "nuclear": l2, "spectral": l2 / 2, "nonzero": 6, "parameters": 6, "bytes": 240},
    )


def result(entry: str, scores: list[float], verdict: Verdict = Verdict.QUALIFIED, reason: str | None = None) -> Result:
    rounds = tuple(judged(number, score) for number, score in enumerate(scores, start=1))
    if not scores:
        failed = replace(judged(1, 0).trained, verdict=verdict, reason=reason)
        rounds = (JudgedRound(trained=failed, verdict=verdict, reason=reason),)
    middle = sorted(scores)[len(scores) // 2] if scores else None
    return Result(
        pins=Pins(competition="line", version=1, rules_sha256="f" * 64, entry=entry, class_="laptop-ss", tree="e" * 40),
        referee="0.1.0",
        recorded_at="2026-11-21T06:00:00Z",
        attempt=1,
        verdict=verdict,
        reason=reason,
        ranked_by="l2",
        score=middle,
        seconds=max(one.trained.seconds for one in rounds),
        fit=rounds[-1].fit,
        heldout=rounds[-1].heldout,
        scores=rounds[scores.index(middle)].scores if scores else None,
        sandbox="bubblewrap",
        machine=Machine(cpu="A CPU", cores=2, memory_gib=8, gpus=(), os="Linux", python="3.11.7", libraries={}),
        rounds=rounds,
    )


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
