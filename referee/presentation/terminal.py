"""Results and boards for a terminal, as rich tables. Strangers' strings go in as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from referee.files.league import Game
from referee.ground.competition import Competition
from referee.ground.machine import slowdowns
from referee.ground.ranking import Row
from referee.ground.result import Result
from referee.ground.verdict import Verdict
from referee.presentation import sentences, words
from referee.presentation.words import plain

if TYPE_CHECKING:
    from referee.play.simulation import Staffing

MOST, NEAR = 10, 2
"""rows of the board after a practice; of them before and after the practice's own, where that is further down"""


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
    return Group(_table(game, class_, rows, None), *_below(game, rows))


def practice_board(game: Game, row: Row, rows: Sequence[Row], recorded: Row | None) -> RenderableType:
    """The board with a practice in it, shortened around it, and which place that would be.

    Args:
        row: the practice, among `rows`
        recorded: what stands on the board of the same entry, and not among `rows`
    """
    pins = row.result.pins
    told = [Text(sentences.in_place_of(recorded, game), "dim")] if recorded else []
    due = game.rules.rounds_in(game.played(pins.class_))
    place = Text(sentences.you_would_be(row, rows, due), "bold")
    return Group("", _table(game, pins.class_, rows, row), *_below(game, rows), *told, place)


def patterns(known: Mapping[str, Competition]) -> RenderableType:
    """What a new competition can be like: in a line each, how it is played, and below, what it is about."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="underline")
    for heading in ("pattern", "score", "fit", "architecture"):
        table.add_column(heading, overflow="fold")
    for name, rules in known.items():
        table.add_row(Text(name), Text(plain(rules.score)), sentences.fit_rule(rules), rules.architecture.rule)
    about = [Text.assemble((name, "bold"), f": {plain(rules.summary)}") for name, rules in known.items()]
    return Group(table, "", *about)


def staffing(hardware: str, tried: Sequence[Staffing], wait: float | None) -> RenderableType:
    """What so many machines would mean, a line each.

    Args:
        wait: seconds that 19 waits in 20 were to keep to, where the number of machines was looked for
    """
    goal = f": 19 waits in 20 at most {words.seconds(wait)}" if wait else ""
    table = Table(
        title=Text(f"{hardware}{goal}"), title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="underline"
    )
    for heading in ("machines", "busy", "wait", "1 in 20 over", "longest", "in line", "interrupted"):
        table.add_column(heading, justify="right")
    for one in tried:
        times = (words.seconds(round(seconds)) for seconds in (one.median, one.late, one.longest))
        table.add_row(f"{one.machines}", words.percent(one.busy), *times, f"{one.line}", f"{one.interrupted:.3g}")
    return table


def _table(game: Game, class_: str, rows: Sequence[Row], practised: Row | None) -> Table:
    rules, own = game.rules, game.rules.own_score
    title = Text(f"{plain(rules.title)} · {class_} · {rules.score}, lower is better")
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="underline")
    for heading in ("#", "entry", rules.score, "rounds", "gap", "held-out", "time", "date"):
        table.add_column(heading, justify="left" if heading in ("entry", "date") else "right", overflow="fold")
    for row in rows if practised is None else _around(practised, rows):
        if isinstance(row, int):
            table.add_row("…", Text(f"{row} more", "dim"))
            continue
        result = row.result
        heldout = result.heldout
        entry = plain(result.pins.entry)
        table.add_row(
            f"{'~' if row.within_noise else ''}{row.rank}" if row.rank else "-",
            Text(f"> {entry} (practice)" if row is practised else entry),
            words.score(rules.score, result.score, own) if row.rank else Text(result.verdict, "red"),
            words.extent(result, rules.score, own),
            words.score(rules.score, row.gap, own) if row.gap else "",
            "-" if heldout is None else _heldout(heldout.accuracy, heldout.loss),
            words.seconds(result.seconds),
            result.recorded_at[:10],
            style="bold" if row is practised else None,
        )
    return table


def _around(practised: Row, rows: Sequence[Row]) -> Iterator[Row | int]:
    """The first rows and those around a practice, with the number of those left out where they would stand."""
    at = next(index for index, row in enumerate(rows) if row is practised)
    first = MOST if at + NEAR < MOST else MOST - 2 * NEAR - 1
    before = 0
    for index, row in enumerate(rows):
        if index < first or abs(index - at) <= NEAR:
            if index > before:
                yield index - before
            yield row
            before = index + 1
    if len(rows) > before:
        yield len(rows) - before


def _below(game: Game, rows: Sequence[Row]) -> list[Text]:
    said = [Text(f"{who}: {what}", "yellow") for who, what in words.reservations(game.rules)]
    return [*said, *(Text(note, "dim") for note in _notes(game, rows))]


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
