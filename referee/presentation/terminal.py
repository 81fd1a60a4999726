"""Results and boards for a terminal, as rich tables. Strangers' strings go in as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from referee.files.league import Game
from referee.ground.machine import slowdowns
from referee.ground.ranking import Row
from referee.ground.result import Result, TrainedRound
from referee.ground.scores import SCORES
from referee.ground.verdict import Verdict
from referee.presentation import words
from referee.presentation.words import plain


def result_card(game: Game, result: Result, row: Row, rows: Sequence[Row], recorded: str | None) -> RenderableType:
    """One result: verdict, fit, score and rank, every other score, held-out, time, seeds.

    Args:
        row: where the result stands among `rows`
        recorded: the result's file; None where it was not recorded
    """
    rules, pins = game.rules, result.pins
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column()

    def line(name: str, text: str, style: str = "") -> None:
        table.add_row(name, Text(text, style))

    line("verdict", result.verdict, "bold green" if result.verdict is Verdict.QUALIFIED else "bold red")
    if result.reason:
        line("reason", plain(result.reason, 400))
    if result.fit:
        bound, least = rules.fit.fit.bound.replace("_", " "), "worst round, " if len(result.rounds) > 1 else ""
        line("fit", f"{words.measured(result.fit, rules.fit.loss)} ({least}{bound} {rules.fit.threshold:g})")
    if result.scores:
        line("score", _score_line(game, result), "bold")
    line("rank", _rank_line(game, row, rows, recorded))
    if others := _other_scores(game, result):
        line("also", others)
    if result.heldout:
        line("held-out", f"{words.measured(result.heldout, rules.fit.loss)} (never ranks)")
    times = " ".join(f"{judged.trained.seconds:.3f}" for judged in result.rounds)
    line("seconds", f"{times} of {game.played(pins.class_).time.seconds}")
    trained = [judged.trained for judged in result.rounds]
    line("energy", _energy_line(trained))
    if held := [one.memory_gib for one in trained if one.memory_gib is not None]:
        line("memory", f"{max(held):.2f} GiB, the most of all rounds" if len(held) > 1 else f"{held[0]:.2f} GiB")
    for told in slowdowns(result.calibrations):
        line("machine", f"was not steady: {told}; throttled, or shared with somebody", "yellow")
    line(
        "seeds",
        "draw/training " + " ".join(f"{judged.trained.draw_seed}/{judged.trained.train_seed}" for judged in result.rounds),
    )
    line("recorded", recorded or "no")
    title = Text(f"{pins.competition}/{pins.entry} · {pins.class_} · {plain(rules.title)}", "bold")
    return Group(title, table)


def _energy_line(rounds: Sequence[TrainedRound]) -> str:
    bound = f"at most {words.joules(sum(one.joules_at_most for one in rounds))} by the hardware's maximum power"
    measured = [one.joules for one in rounds if one.joules is not None]
    if len(measured) < len(rounds):
        return f"{bound}; not measured"
    meters = ", ".join(plain(meter) for meter in dict.fromkeys(meter for one in rounds for meter in one.meters))
    return f"{words.joules(sum(measured))} by {meters}; {bound}"


def board(game: Game, class_: str, rows: Sequence[Row]) -> RenderableType:
    """A ranked board, what did not qualify below."""
    rules, own = game.rules, game.rules.own_score
    title = Text(f"{plain(rules.title)} · {class_} · {rules.score}, lower is better")
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="underline")
    for heading in ("#", "entry", rules.score, "rounds", "gap", "held-out", "time", "date"):
        table.add_column(heading, justify="left" if heading in ("entry", "date") else "right", overflow="fold")
    for row in rows:
        result = row.result
        heldout = result.heldout
        table.add_row(
            f"{'~' if row.within_noise else ''}{row.rank}" if row.rank else "-",
            Text(plain(result.pins.entry)),
            words.score(rules.score, result.score, own) if row.rank else Text(result.verdict, "red"),
            words.extent(result, rules.score, own),
            words.score(rules.score, row.gap, own) if row.gap else "",
            "-" if heldout is None else _heldout(heldout.accuracy, heldout.loss),
            words.seconds(result.seconds),
            result.recorded_at[:10],
        )
    said = [Text(f"{who}: {what}", "yellow") for who, what in words.reservations(rules)]
    return Group(table, *said, *(Text(note, "dim") for note in _notes(game, rows)))


def _notes(game: Game, rows: Sequence[Row]) -> Iterator[str]:
    rules = game.rules
    if labels := words.labels_alone(rules, (row.result for row in rows)):
        yield labels
    if rules.own_score:
        yield f"{rules.score}: {plain(rules.score_sentence)}"
    if rules.par:
        par = words.score(rules.score, rules.par.score, rules.own_score)
        yield f"par {par} ({rules.par.kind}: {plain(rules.par.source)})"
    if any(row.within_noise for row in rows):
        yield "~ within the noise of an entry one rank above"
    if not rows:
        yield "nobody has played here yet"


def _heldout(accuracy: float | None, loss: float) -> str:
    return words.loss(loss) if accuracy is None else words.percent(accuracy)


def _score_line(game: Game, result: Result) -> str:
    name, own = game.rules.score, game.rules.own_score
    text = f"{name} {words.score(name, (result.scores or {}).get(name), own)}"
    if spread := words.spread(result, name, own):
        text += f" ({game.rules.aggregate} of {spread})"
    return text


def _other_scores(game: Game, result: Result) -> str:
    scores = result.scores or {}
    shown = [name for name in SCORES if name in scores and name != game.rules.score]
    return " · ".join(f"{name} {words.score(name, scores[name])}" for name in shown)


def _rank_line(game: Game, row: Row, rows: Sequence[Row], recorded: str | None) -> str:
    name, own = game.rules.score, game.rules.own_score
    ranked = [one for one in rows if one.rank is not None]
    if row.rank is None:
        return f"none; {len(ranked)} on the board" if ranked else "none; the board is empty"
    would = "" if recorded else "would be "
    equals = [plain(one.result.pins.entry) for one in ranked if one.rank == row.rank and one is not row]
    shared = f", shared with {' and '.join(equals)}" if equals else ""
    if row.rank == 1:
        next_best = [one for one in ranked if one.rank != 1]
        ahead = ""
        if next_best and not equals:
            ahead = f", {words.score(name, next_best[0].gap, own)} ahead of {plain(next_best[0].result.pins.entry)}"
        return f"{would}1 of {len(ranked)}{shared}{ahead}"
    leader = ranked[0].result
    gap = words.score(name, row.gap, own)
    return f"{would}{row.rank} of {len(ranked)}, {gap} behind {plain(leader.pins.entry)}{shared}"
