"""What became of an entry in one class, as Markdown: the verdict, what stands behind it, what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from referee.files.league import Game
from referee.ground.machine import Machine, slowdowns
from referee.ground.ranking import Row
from referee.ground.result import JudgedRound, Result
from referee.ground.verdict import Verdict
from referee.presentation import curve, sentences, words
from referee.presentation.markdown import code, folded, table

_AT_HOME = "`referee judge --explain` at home shows what the referee sees in the model, and how far it is from qualifying"
NEXT = {
    Verdict.DID_NOT_FIT: _AT_HOME,
    Verdict.OVER_TIME: "write the model early, and again whenever it is better; `MLGOLF_SECONDS` tells how long a round lasts",
    Verdict.OVER_MEMORY: "hold less at one time; what lies in `/tmp` and in the home counts as well",
    Verdict.OVER_OUTPUT: "write nothing but the model and the curve into `MLGOLF_OUT`",
    Verdict.CRASHED: "read the log among the run's artifacts; `referee run --practice` plays the entry at home",
    Verdict.INVALID_MODEL: _AT_HOME,
    Verdict.RULE_BROKEN: _AT_HOME,
}
"""verdict -> what the entry's author can do"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an entry in a class."""

    class_: str
    result: Result | None = None
    """null where the referee has failed"""
    row: Row | None = None
    """where the result stands among `rows`"""
    rows: tuple[Row, ...] = ()
    """the board with it"""
    failure: str = ""
    """why there is no result"""

    @property
    def verdict(self) -> Verdict:
        """No result is the referee's own failure."""
        return Verdict.REFEREE_ERROR if self.result is None else self.result.verdict

    @property
    def reason(self) -> str:
        """Of the verdict; empty where there is nothing to add to it."""
        return self.failure if self.result is None else self.result.reason or ""


def named(verdict: Verdict) -> str:
    """`Did not fit`; a failure of the referee is no verdict."""
    return "No verdict" if verdict is Verdict.REFEREE_ERROR else verdict.replace("-", " ").capitalize()


def headline(game: Game, outcome: Outcome, recorded: bool) -> str:
    """`Qualified: <code>l2</code> 13.2, would be 2 of 4`."""
    standing = _standing(game, outcome, recorded, code)
    return f"{named(outcome.verdict)}{f': {standing}' if standing else ''}"


def in_short(game: Game, outcome: Outcome) -> str:
    """`nonzero 118, would be 1 of 4 in laptop-ss`: plain text, before it is recorded."""
    failed = "the referee failed" if outcome.verdict is Verdict.REFEREE_ERROR else str(outcome.verdict)
    return f"{_standing(game, outcome, False, words.plain) or failed} in {outcome.class_}"


def _standing(game: Game, outcome: Outcome, recorded: bool, name: sentences.Name) -> str:
    """Score and place; empty for what did not qualify."""
    if outcome.result is None or outcome.verdict is not Verdict.QUALIFIED:
        return ""
    place = f", {sentences.place(outcome.row, outcome.rows, recorded)}" if outcome.row and outcome.row.rank else ""
    return sentences.score(game, outcome.result, name) + place


def facts(game: Game, outcome: Outcome, recorded: bool) -> str:
    """What everybody wants to know, a line each."""
    return "\n".join(f"- **{name}**: {told}" for name, told in _facts(game, outcome, recorded))


def details(game: Game, result: Result) -> str:
    """Every round, every score, the machine; folded."""
    trained = [judged.trained for judged in result.rounds]
    lines = {
        "other scores": sentences.other_scores(game, result),
        "energy": sentences.energy(trained, code),
        "memory": sentences.memory(trained),
        "machine": f"{_machine(result.machine)} in {code(result.sandbox)}",
        "seeds": sentences.seeds(trained),
        "attempt": f"{result.attempt}",
    }
    listed = "\n".join(f"- **{name}**: {told}" for name, told in lines.items() if told)
    parts = (_rounds(game, result), listed, _curves(result))
    return folded("rounds, loss curves, other scores, energy, machine, seeds", "\n\n".join(filter(None, parts)))


def _facts(game: Game, outcome: Outcome, recorded: bool) -> Iterator[tuple[str, str]]:
    result, row = outcome.result, outcome.row
    if outcome.reason:
        yield "reason", code(words.on_one_line(outcome.reason), 400)
    if outcome.verdict in NEXT:
        yield "what next", NEXT[outcome.verdict]
    if result is None or outcome.verdict is Verdict.REFEREE_ERROR:
        return
    if row is not None:
        noise = "; within the noise of an entry one rank above" if row.within_noise else ""
        place = sentences.place(row, outcome.rows, recorded)
        yield "rank", f"{place}{sentences.distance(game, row, outcome.rows, code)}{noise}"
    if result.scores:
        yield "score", sentences.score(game, result, code) + sentences.spread(game, result)
    if result.fit:
        yield "fit", sentences.fit(game, result)
    if result.heldout:
        yield "held-out", sentences.heldout(game, result)
    times = ", ".join(words.seconds(judged.trained.seconds) for judged in result.rounds)
    yield "time", f"{times} of {words.seconds(game.played(outcome.class_).time.seconds)}"
    for doubt in _doubts(game, result):
        yield "mind", doubt


def _doubts(game: Game, result: Result) -> Iterator[str]:
    """What has to be known beside the number."""
    for told in slowdowns(result.calibrations):
        yield f"the machine was not steady: {told}; throttled, or shared with somebody"
    for who, what in words.reservations(game.rules):
        yield f"{who}: {code(what, words.REASON)}"
    if labels := words.labels_alone(game.rules, [result]):
        yield labels


def _rounds(game: Game, result: Result) -> str:
    rows = [
        (f"{judged.trained.number}", _score(game, judged), _fit(judged), words.seconds(judged.trained.seconds))
        for judged in result.rounds
    ]
    return table(("round", code(game.rules.score), "fit", "time"), rows)


def _curves(result: Result) -> str:
    told = [(judged.trained.number, curve.in_words(judged.trained.curve.points)) for judged in result.rounds]
    lines = [f"- {number}: {line}" for number, line in told if line]
    return "\n".join(("Loss of each round, as the entry reported it:\n", *lines)) if lines else ""


def _score(game: Game, judged: JudgedRound) -> str:
    if judged.verdict is not Verdict.QUALIFIED:
        return str(judged.verdict)
    return words.score(game.rules.score, (judged.scores or {}).get(game.rules.score), game.rules.own_score)


def _fit(judged: JudgedRound) -> str:
    return "-" if judged.fit is None else words.loss(judged.fit.loss)


def _machine(machine: Machine) -> str:
    parts = [machine.cpu, f"{machine.cores} cores", f"{machine.memory_gib:.3g} GiB", *machine.gpus, machine.os]
    return code(", ".join([*parts, f"Python {machine.python}"]), 400)
