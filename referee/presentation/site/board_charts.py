"""The pictures of a board: its record over time, and its scores against time, energy and held-out rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from markupsafe import Markup

from referee.ground.result import Result
from referee.presentation import words
from referee.presentation.charts import Axis, Mark, progression, scatter, sparkline
from referee.presentation.site.addresses import link
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.lines import Line

MOST = 100
"""points of a picture, the best ranks: it stands in the page itself"""


def board_charts(standing: Standing, board: Board, page: str, until: str) -> list[Markup]:
    """Every picture that there are numbers for.

    Args:
        page: that they stand on
        until: where time ends: the latest moment that the league knows of, UTC, ISO 8601
    """
    if not board.ranked:
        return []
    rules = standing.game.rules
    mark = partial(_mark, page)
    record = progression(
        key="record",
        caption="The record over time",
        records=[mark(line, line.recorded_at) for line in board.records],
        say=lambda value: board.say(value),
        par=rules.par.score if rules.par else None,
        label=board.score,
        until=until,
    )
    return [record, *_scatters(board, mark)]


def spark(line: Line) -> Markup:
    """The loss that the entry reported in its typical round, as a line in the text; empty where it reported none."""
    judged = line.result.typical
    return sparkline(judged.trained.curve.losses if judged else [])


def _scatters(board: Board, mark: Callable[[Line, float], Mark]) -> Iterator[Markup]:
    lines = board.ranked[:MOST]
    of = f", best {MOST} of {len(board.ranked)}" if len(board.ranked) > MOST else ""
    score = Axis(label=board.score, say=lambda value: board.say(value))
    for key, caption, axis, value in _axes(lines):
        points = [mark(line, value(line.result)) for line in lines]
        known = [point for point in points if isinstance(point.x, float) and math.isfinite(point.x)]
        if known:
            yield scatter(key=key, caption=f"Score against {caption}{of}", points=known, x=axis, y=score)


def _axes(lines: Sequence[Line]) -> Iterator[tuple[str, str, Axis, Callable[[Result], float]]]:
    """Key, caption, axis and number of each picture."""
    yield "time", "time", Axis(label="time, longest of the rounds", say=words.seconds), lambda result: result.seconds
    yield "energy", "measured energy", Axis(label="energy, largest of the rounds", say=words.joules), _joules
    if any(line.result.heldout and line.result.heldout.accuracy is not None for line in lines):
        accuracy = Axis(label="held-out accuracy", say=words.percent, log=False, higher_is_better=True)
        yield "heldout", "held-out accuracy, which never ranks", accuracy, _accuracy
    else:
        yield "heldout", "held-out loss, which never ranks", Axis(label="held-out loss", say=words.loss), _loss


def _mark(page: str, line: Line, x: float | str) -> Mark:
    score = line.result.score
    return Mark(
        x=x, y=math.nan if score is None else score, label=line.title, href=link(page, line.page) if line.page else None
    )


def _joules(result: Result) -> float:
    return math.nan if result.joules is None else result.joules


def _accuracy(result: Result) -> float:
    return math.nan if result.heldout is None or result.heldout.accuracy is None else result.heldout.accuracy


def _loss(result: Result) -> float:
    return math.nan if result.heldout is None else result.heldout.loss
