"""A board as data: what its script reads, and a table for spreadsheets.

The JSON is described by site/pages/schema/board.schema.json.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from referee.ground.competition import Par
from referee.ground.fits import Measure
from referee.presentation import words
from referee.presentation.charts import sparkline_points
from referee.presentation.site.addresses import address
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.lines import Line
from referee.presentation.words import plain

SCHEMA = 1
"""of board.json; raised with any change that a reader could trip over"""
DRAWN = 200
"""rank up to which a row brings the points of its loss curve: a board of thousands stays light"""
COLUMNS = (
    "rank within_noise record entry title authors techniques verdict reason score lowest highest rounds gap fit_loss"
    " fit_accuracy heldout_loss heldout_accuracy seconds joules joules_at_most memory_gib recorded_at attempt page"
).split()
"""of the CSV"""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def board_json(standing: Standing, board: Board, par: Par | None) -> str:
    """A board and all of its rows, the ranked ones first, on one line. Times in seconds, energies in joules, shares of 1.

    Safe inside a page as well: `<`, `>` and `&` are escaped, and so is all that is not ASCII.

    Args:
        par: of the competition; null for a board of earlier rules
    """
    sentence = standing.game.rules.score_sentence if standing.game.rules.score == board.score else board.score
    whole = {
        "schema": SCHEMA,
        "competition": standing.game.name,
        "title": plain(standing.game.rules.title),
        "class": board.class_,
        "version": board.version,
        "rules_sha256": board.rules_sha256,
        "frozen": not board.current,
        "score": {"name": plain(board.score), "sentence": plain(sentence)},
        "par": par and {"score": par.score, "kind": par.kind, "source": plain(par.source, 800), "shown": board.say(par.score)},
        "rows": [_row(line) for line in board.lines],
    }
    return compact(whole)


def board_csv(standing: Standing, board: Board) -> str:
    """A board by RFC 4180: a row of heads, then one row for each result, as `board_json` names and orders them.

    Several authors or techniques share a cell, with "; " between them. What is unknown is empty. A stranger's cell that begins
    with = + - @, a tabulator or a carriage return gets a leading ', for a spreadsheet would run it as a formula.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_cells, board.lines))
    return stream.getvalue()


def compact(value: object) -> str:
    """JSON in ASCII without spaces, harmless inside HTML."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _facts(line: Line) -> dict[str, Any]:
    """What JSON and CSV share."""
    result, scores = line.result, words.round_scores(line.result, line.result.ranked_by)
    return {
        "rank": line.rank,
        "entry": line.entry,
        "verdict": line.verdict.value,
        "score": result.score,
        "lowest": scores[0] if scores else None,
        "highest": scores[-1] if scores else None,
        "rounds": len(result.rounds),
        "gap": line.excess,
        "seconds": result.seconds,
        "joules": result.joules,
        "joules_at_most": result.joules_at_most,
        "memory_gib": result.memory_gib,
        "recorded_at": line.recorded_at,
        "attempt": line.attempt,
        "page": address(line.page) if line.page else None,
    }


def _row(line: Line) -> dict[str, Any]:
    return _facts(line) | {
        "within_noise": line.within_noise,
        "record": line.led,
        "title": line.title,
        "authors": line.authors,
        "techniques": line.techniques,
        "reason": line.reason or None,
        "fit": _measure(line.result.fit),
        "heldout": _measure(line.result.heldout),
        "curve": _curve(line),
        "shown": {
            "score": line.score,
            "spread": line.spread,
            "gap": line.gap,
            "fit": line.fit,
            "heldout": line.heldout,
            "seconds": line.time,
            "joules": line.energy,
            "date": line.date,
        },
    }


def _measure(measure: Measure | None) -> dict[str, Any] | None:
    return None if measure is None else {"loss": measure.loss, "accuracy": measure.accuracy, "rows": measure.rows}


def _curve(line: Line) -> str:
    """Points of the loss curve of the typical round, drawn small; empty without them."""
    typical = line.result.typical if line.rank is not None and line.rank <= DRAWN else None
    if typical is None or not typical.trained.curve:
        return ""
    return str(sparkline_points(typical.trained.curve.losses))


def _cells(line: Line) -> list[Any]:
    fit, heldout = line.result.fit, line.result.heldout
    row = _facts(line) | {
        "within_noise": int(line.within_noise),
        "record": int(line.led),
        "title": _cell(line.title),
        "authors": _cell("; ".join(line.authors)),
        "techniques": _cell("; ".join(line.techniques)),
        "reason": _cell(line.reason),
        "fit_loss": fit and fit.loss,
        "fit_accuracy": fit and fit.accuracy,
        "heldout_loss": heldout and heldout.loss,
        "heldout_accuracy": heldout and heldout.accuracy,
    }
    return [row[column] for column in COLUMNS]


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
