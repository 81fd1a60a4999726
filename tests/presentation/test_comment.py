"""What the referee says on a pull request: golden files, and that strangers' strings stay text in every comment."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from github_page import quiet, skeleton
from sample_board import matches, result
from strangers import HOSTILE

from referee.adapters.cli.main import main
from referee.files.league import Game
from referee.ground.errors import Fault
from referee.ground.machine import Calibration, Machine
from referee.ground.ranking import Row, rank
from referee.ground.result import Curve, CurvePoint, Result
from referee.ground.verdict import Verdict
from referee.presentation import comment, words
from referee.presentation.comment import Offer, Outcome

COMMIT = "0123456789abcdef0123456789abcdef01234567"
RUN = "https://github.example/golf/league/actions/runs/42"
FAULTS = [
    Fault("submissions/line/first/submission.yaml", "classes[0]", 'line has no class "laptop-sss"; did you mean "laptop-ss"?'),
    Fault("submissions/line/first/submission.yaml", "line 12", "the tag !!python is not read; remove it or quote the value"),
    Fault("submissions/line/first/train.py", "", "is missing; it is what the referee runs"),
    Fault("", "", "more than 300 files are changed; an entry has at most 50"),
]


@pytest.fixture
def game(league) -> Game:
    """The competition `line`."""
    return league.game("line")


def with_curve(one: Result) -> Result:
    """The same with a loss curve in each round."""
    points = tuple(CurvePoint(step=step, seconds=step / 10, loss=2.3 * 0.88**step) for step in range(60))
    rounds = tuple(replace(judged, trained=replace(judged.trained, curve=Curve.of(points))) for judged in one.rounds)
    return replace(one, rounds=rounds)


BOARD = [with_curve(result("first", [13.1, 13.6, 13.2])), with_curve(result("second", [13.5, 13.9, 13.7]))]
CRASHED = result("crasher", [], Verdict.CRASHED, "train.py ended with exit status 1")


def outcome_of(one: Result, others: list[Result], class_: str = "laptop-ss") -> Outcome:
    """On the board with the others."""
    rows = rank([one, *(other for other in others if other.pins.entry != one.pins.entry)], "l2")
    row = next(row for row in rows if row.result is one)
    return Outcome(class_=class_, result=one, row=row, rows=rows)


def judged(game: Game, *outcomes: Outcome, recorded: bool = False, ref: str = "line/first") -> str:
    """The comment about them."""
    return comment.judged(
        commit=COMMIT, ref=ref, game=game, outcomes=outcomes, run_url=RUN, repository="golf/league", recorded=recorded
    )


FAILED = Outcome(class_="laptop-a", failure="the runner was lost after 3 min\nit is offline")
OFFERS = [
    Offer(class_="laptop-ss", labels=("self-hosted", "mlgolf-laptop"), seconds=600, rounds=3, most_rounds=6),
    Offer(class_="moon-base-ss", labels=("mlgolf-moon-base",), seconds=600, rounds=1, most_rounds=1),
]
SAID: dict[str, Callable[[Game], str]] = {
    "needs-fix": lambda game: comment.needs_fix(commit=COMMIT, faults=FAULTS),
    "ready": lambda game: comment.ready(commit=COMMIT, ref="line/first", game=game, offers=OFFERS, before=2),
    "ready-long": lambda game: comment.ready(
        commit=COMMIT, ref="line/first", game=game, offers=OFFERS[:1], by_hand=["laptop-a"], before=0
    ),
    "only-long": lambda game: comment.ready(
        commit=COMMIT, ref="line/first", game=game, offers=[], by_hand=["laptop-a", "laptop-b"], before=0
    ),
    "in-play": lambda game: comment.in_play(
        commit=COMMIT, ref="line/first", classes=["laptop-ss", "laptop-a"], by="maintainer", run_url=RUN
    ),
    "judged": lambda game: judged(game, outcome_of(BOARD[0], BOARD)),
    "judged-behind": lambda game: judged(game, outcome_of(BOARD[1], BOARD), ref="line/second"),
    "judged-recorded": lambda game: judged(game, outcome_of(BOARD[0], BOARD), recorded=True),
    "judged-crashed": lambda game: judged(game, outcome_of(CRASHED, BOARD), ref="line/crasher"),
    "judged-failed": lambda game: judged(game, FAILED),
    "judged-classes": lambda game: judged(game, outcome_of(BOARD[0], BOARD), FAILED, outcome_of(CRASHED, [], "moon-base-ss")),
    "stopped": lambda game: comment.stopped(commit=COMMIT, ref="line/first", reason="cancelled by maintainer", run_url=RUN),
    "unjudged": lambda game: comment.unjudged(ref="line/first"),
    "help": lambda game: comment.help_text(),
    "check-summary": lambda game: comment.check_summary(FAULTS, ["line/first"]),
}


@pytest.mark.parametrize("kind", SAID)
def test_a_comment(kind, game):
    """As it stands in its golden file."""
    matches(f"comment-{kind}.md", SAID[kind](game))


@pytest.mark.parametrize("kind", [kind for kind in SAID if kind.startswith("judged")])
def test_verdict_score_and_rank_stand_in_the_first_line(kind, game):
    """Of several classes, in the table that follows."""
    first = SAID[kind](game).splitlines()[1]
    wanted = {
        "judged": "### Qualified: <code>l2</code> 13.2, would be 1 of 2",
        "judged-behind": "### Qualified: <code>l2</code> 13.7, would be 2 of 2",
        "judged-recorded": "### Qualified: <code>l2</code> 13.2, 1 of 2",
        "judged-crashed": "### Crashed",
        "judged-failed": "### No verdict",
        "judged-classes": "### Qualified in 1 of 3 classes",
    }
    assert first == wanted[kind]


def test_a_failure_of_the_referee_is_not_held_against_the_entry(game):
    """And the retry can be copied."""
    for told in (judged(game, FAILED), SAID["judged-classes"](game), SAID["stopped"](game)):
        assert "Nothing is held against the entry" in told
        assert f"/referee run {COMMIT}\n" in quiet(told)
    assert "Nothing is held" not in SAID["judged-crashed"](game)


def test_a_run_can_be_lost_before_its_entry_is_known():
    """The commit is known always."""
    told = comment.stopped(commit=COMMIT, ref=None, reason="no run was ever started", run_url=None)
    assert "The entry at <code>0123456789</code>: <code>no run was ever started</code>." in told


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.QUALIFIED, Verdict.REFEREE_ERROR}))
def test_whoever_did_not_qualify_is_told_what_to_do(verdict, game):
    """Each verdict has its own advice."""
    assert "**what next**: " in judged(game, outcome_of(result("first", [], verdict, "why"), []))


def test_a_verdict_of_the_referees_own_failure_is_one(game):
    """Also where a result was written."""
    told = judged(game, outcome_of(result("first", [], Verdict.REFEREE_ERROR, "the draw failed"), []))
    assert "### No verdict" in told
    assert "the referee failed; never held against an entry" in told
    assert "Nothing is held against the entry" in told
    assert "the draw failed" in quiet(told)


def test_what_makes_a_number_doubtful_is_told(game):
    """Noise, a machine that was not steady, a score that the table refuses."""
    slow = tuple(Calibration(matmul_gflops=speed, copy_gbps=10, loop_mops=10) for speed in (100, 50))
    rules = replace(game.rules, architecture=replace(game.rules.architecture, rule="free"), sound_because="The host reads it.")
    one = replace(BOARD[1], calibrations=slow)
    told = judged(Game(game.name, game.folder, rules), outcome_of(one, BOARD))
    assert "within the noise of an entry one rank above" in told
    assert "the machine was not steady: matrix product fell to 50% of its best" in told
    assert "The host plays it all the same: " in told


def test_the_energy_that_was_measured_is_told_with_its_meters(game):
    """The hardware's maximum stays beside it."""
    rounds = tuple(
        replace(one, trained=replace(one.trained, joules=12.5, meters=("a GPU",), memory_gib=0.5)) for one in BOARD[0].rounds
    )
    told = judged(game, outcome_of(replace(BOARD[0], rounds=rounds), BOARD))
    assert "- **energy**: 37.5 J by <code>a GPU</code>; at most 338 J" in told
    assert "- **memory**: 0.50 GiB, the most of all rounds" in told


def test_nobody_is_listed_with_hundreds_who_share_a_rank(game):
    """Three are named."""
    twins = [result(f"twin-{number}", [13.1, 13.6, 13.2]) for number in range(100)]
    told = judged(game, outcome_of(BOARD[0], twins))
    assert "shared with <code>twin&#45;0</code> and <code>twin&#45;1</code> and <code>twin&#45;10</code> and 97 more" in told


# Strangers


def hostile_result(text: str, verdict: Verdict) -> Result:
    """Every string that a contestant or a runner has a say in."""
    scores = [13.1, 13.6] if verdict is Verdict.QUALIFIED else []
    machine = Machine(cpu=text, cores=2, memory_gib=8, gpus=(text,), os=text, python=text, libraries={})
    one = with_curve(result(text, scores, verdict, f"x {text}"))
    rounds = tuple(replace(judged, trained=replace(judged.trained, joules=1, meters=(text,))) for judged in one.rounds)
    return replace(one, machine=machine, sandbox=text, rounds=rounds)


def board_row(one: Result, rank: int | None) -> Row:
    """A row as a board would hold it."""
    return Row(result=one, rank=rank, gap=0.0 if rank else None, within_noise=False)


def everything(game: Game, text: str) -> dict[str, str]:
    """Every kind of comment, with one text of a stranger wherever a stranger's text can be."""
    named = replace(game.rules, title=text, sound_because=f"x {text}")
    hosted = Game(game.name, game.folder, replace(named, architecture=replace(named.architecture, rule="free")))
    led, crashed = hostile_result(text, Verdict.QUALIFIED), hostile_result(text, Verdict.CRASHED)
    ahead, behind = board_row(result(text, [14.0]), 2), board_row(result(text, [12.0]), 1)
    outcomes = [
        Outcome(class_="laptop-ss", result=led, row=(row := board_row(led, 1)), rows=(row, ahead)),
        Outcome(class_="laptop-ss", result=led, row=(row := board_row(led, 2)), rows=(behind, row)),
        Outcome(class_="laptop-ss", result=led, row=(row := board_row(led, 1)), rows=(row, board_row(BOARD[0], 1))),
        Outcome(class_="laptop-ss", result=crashed, row=(row := board_row(crashed, None)), rows=(row,)),
        Outcome(class_="laptop-ss", failure=f"x {text}"),
    ]
    fault = Fault(f"x{text}", f"x{text}", f"x{text}")
    offer = Offer(class_=text, labels=(text, text), seconds=600, rounds=3, most_rounds=6)
    return {
        "needs-fix": comment.needs_fix(commit=COMMIT, faults=[fault, Fault("", "", text)]),
        "ready": comment.ready(commit=COMMIT, ref=text, game=hosted, offers=[offer], before=0),
        "in-play": comment.in_play(commit=COMMIT, ref=text, classes=[text], by=text, run_url=RUN),
        "judged": judged(hosted, *outcomes, ref=text),
        **{f"judged-{number}": judged(hosted, one, ref=text) for number, one in enumerate(outcomes)},
        "stopped": comment.stopped(commit=COMMIT, ref=text, reason=f"x {text}", run_url=None),
        "unjudged": comment.unjudged(ref=text),
        "check-summary": comment.check_summary([fault], [text]),
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_changes_no_comment(text, game):
    """Outside of <code> the page is that of the honest twin; inside stands what was written."""
    honest, hostile = everything(game, "honest"), everything(game, text)
    for kind, told in hostile.items():
        assert skeleton(told) == skeleton(honest[kind]), kind
        assert told.startswith(comment.MARKER) == (kind != "check-summary"), kind
        assert words.plain(text)[:100] in "".join(quiet(told)), kind


def test_a_comment_that_lets_a_stranger_in_is_found(game, monkeypatch):
    """This check can fail, in every kind of comment that holds such a text."""
    honest = everything(game, "honest")
    for module in ("comment", "outcome"):
        monkeypatch.setattr(f"referee.presentation.{module}.code", lambda text, most=200: text[:most])
    hostile = everything(game, "@everyone <img src=x>")
    assert [kind for kind in hostile if skeleton(hostile[kind]) == skeleton(honest[kind])] == []


# Room


def test_a_comment_has_room_for_many_classes_and_rounds(game):
    """What is left out first is the rounds; then all but the verdicts, which are always there."""
    text = "".join(HOSTILE)
    one = replace(with_curve(result(text, [13.0] * 40)), reason=text)
    for count, kept in ((1, "Loss of each round"), (6, "**fit**"), (20, "Qualified: ")):
        outcome = Outcome(class_="laptop-ss", result=one, row=(row := board_row(one, 1)), rows=(row,))
        told = judged(game, *[outcome] * count)
        assert len(told.encode()) <= 60_000
        assert kept in told
        assert told.count("Qualified: ") == count
        assert "gh attestation verify" in told


@pytest.mark.parametrize("text", HOSTILE)
def test_a_list_of_faults_has_room_for_what_a_reader_can_mend(text):
    """At most fifty; the rest is counted, also where fewer fill the comment."""
    faults = [Fault(text * 50, text * 50, text * 50)] * 300
    told = comment.needs_fix(commit=COMMIT, faults=faults)
    listed = skeleton(told).count("<li>") - 1
    assert 5 <= listed <= 50
    assert f"and {300 - listed} more" in told
    assert len(told.encode()) <= 60_000


def test_one_fault_is_one_thing():
    """Grammar."""
    assert "### 1 thing to mend" in comment.needs_fix(commit=COMMIT, faults=FAULTS[:1])


# Status


def test_the_status_tells_score_and_rank(game):
    """As the pull request's list of checks shows it."""
    assert comment.status(game, [outcome_of(BOARD[0], BOARD)]) == ("success", "l2 13.2, would be 1 of 2 in laptop-ss")


def test_the_status_is_a_success_where_every_class_qualified(game):
    """A failure of the referee is an error."""
    good, bad = outcome_of(BOARD[0], BOARD), outcome_of(CRASHED, [])
    assert comment.status(game, [good, bad]) == ("failure", "l2 13.2, would be 1 of 2 in laptop-ss; crashed in laptop-ss")
    assert comment.status(game, [good, FAILED])[0] == "error"
    assert comment.status(game, [FAILED]) == ("error", "the referee failed in laptop-a")
    assert comment.status(game, []) == ("error", "nothing was judged")


def test_a_status_has_room(game):
    """140 characters, none of them control signs, whatever the classes are called."""
    outcomes = [replace(FAILED, class_=f"{text}{'x' * 30}") for text in HOSTILE]
    told = comment.status(game, outcomes)[1]
    assert len(told) == 140 and words.plain(told) == told


# Annotations


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        (FAULTS[0], "file=submissions/line/first/submission.yaml,title=classes[0]::line has no class"),
        (FAULTS[1], "file=submissions/line/first/submission.yaml,line=12::the tag !!python"),
        (FAULTS[2], "file=submissions/line/first/train.py::is missing"),
        (Fault("a:b,c%.py", "d:e", "100 % f:g,h"), "file=a%3Ab%2Cc%25.py,title=d%3Ae::100 %25 f:g,h"),
        (Fault("a", "line 12: x", "m"), "file=a,title=line 12%3A x::m"),
        (Fault("a", "line 0", "m"), "file=a,title=line 0::m"),
    ],
)
def test_an_annotation_stands_at_its_line(fault, shown):
    """Properties and message escaped as the runner decodes them."""
    assert comment.annotation(fault).startswith(f"::error {shown}")


def test_an_annotation_of_no_file():
    """Has a message alone."""
    assert comment.annotation(FAULTS[3]) == "::error::more than 300 files are changed; an entry has at most 50"


COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<data>.*)")


@pytest.mark.parametrize("text", HOSTILE)
def test_an_annotation_is_one_command(text):
    """Read as the runner reads it, a stranger's text is no second command and no other property."""
    told = comment.annotation(Fault(text, text, text))
    assert words.plain(told, len(told)) == told
    read = COMMAND.fullmatch(told)
    assert read is not None and read["name"] == "error"
    assert [part.split("=")[0] for part in read["properties"].split(",")] == ["file", "title"]


# What it tells people to type


@pytest.mark.parametrize("kind", SAID)
def test_every_command_of_the_referee_can_be_typed(kind, game, tmp_path, monkeypatch, capsys):
    """What is missing may be the league or the entry, never the command or its option."""
    monkeypatch.chdir(tmp_path)
    for text in quiet(SAID[kind](game)):
        for line in text.splitlines():
            if line.startswith("referee ") and line != "referee check":
                with contextlib.suppress(SystemExit):
                    main(line.split()[1:])
                assert re.search(r"arguments are required: |no league at ", capsys.readouterr().err), line
