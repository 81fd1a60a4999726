"""Results and boards for a terminal, as rich tables. Strangers' strings go in as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from referee.files.league import Game
from referee.ground.machine import slowdowns
from referee.ground.ranking import Row
from referee.ground.result import Result
from referee.ground.verdict import Verdict
from referee.presentation import sentences, words
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
        line("fit", sentences.fit(game, result))
    if result.scores:
        line("score", sentences.score(game, result) + sentences.spread(game, result), "bold")
    line("rank", sentences.place(row, rows, recorded is not None) + sentences.distance(game, row, rows))
    if others := sentences.other_scores(game, result):
        line("also", others)
    if result.heldout:
        line("held-out", sentences.heldout(game, result))
    times = " ".join(f"{judged.trained.seconds:.3f}" for judged in result.rounds)
    line("seconds", f"{times} of {game.played(pins.class_).time.seconds}")
    trained = [judged.trained for judged in result.rounds]
    line("energy", sentences.energy(trained))
    if held := sentences.memory(trained):
        line("memory", held)
    for told in slowdowns(result.calibrations):
        line("machine", f"was not steady: {told}; throttled, or shared with somebody", "yellow")
    line("seeds", sentences.seeds(trained))
    line("recorded", recorded or "no")
    title = Text(f"{pins.competition}/{pins.entry} · {pins.class_} · {plain(rules.title)}", "bold")
    return Group(title, table)


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
