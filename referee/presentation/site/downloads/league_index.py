"""`league.json`: what there is in the league, and where each board stands as data.

Described by site/pages/schema/league.schema.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from referee.presentation.site.addresses import Published, board_file, board_page, competition_page
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.downloads.board_data import compact
from referee.presentation.site.lines import Line
from referee.presentation.words import plain

SCHEMA = 1
"""of league.json"""


def league_json(standings: Sequence[Standing], published: Published) -> str:
    """Every competition and board: rules, par, record, how many played, addresses. On one line, in ASCII, safe inside a page.

    Addresses are whole where the site knows its own, else relative to this file, which stands at the site's root.
    """
    return compact(
        {
            "schema": SCHEMA,
            "address": published.address or None,
            "repository": published.repository or None,
            "database": published.url("league.sqlite"),
            "feed": published.url("records.xml"),
            "competitions": [_competition(standing, published) for standing in standings],
        }
    )


def _competition(standing: Standing, published: Published) -> dict[str, Any]:
    game, rules = standing.game, standing.game.rules
    par = rules.par
    return {
        "name": game.name,
        "title": plain(rules.title),
        "summary": plain(rules.summary, 800),
        "version": rules.version,
        "rules_sha256": game.rules_sha256,
        "score": {"name": plain(rules.score), "sentence": plain(rules.score_sentence)},
        "fit": {"loss": rules.fit.loss, rules.fit.fit.bound: rules.fit.threshold},
        "architecture": rules.architecture.rule,
        "draw": rules.data.draw,
        "aggregate": rules.aggregate,
        "par": par and {"score": par.score, "kind": par.kind, "source": plain(par.source, 800)},
        "page": published.url(competition_page(game.name)),
        "entries": len(standing.entries),
        "boards": [_board(standing, board, published) for board in standing.boards],
        "frozen": [_told(standing, board, published) for board in standing.frozen],
    }


def _board(standing: Standing, board: Board, published: Published) -> dict[str, Any]:
    there = board.played or bool(standing.frozen_in(board.class_))
    page = published.url(board_page(standing.game.name, board.class_)) if there else None
    return _told(standing, board, published) | {"unjudged": len(board.unjudged), "page": page}


def _told(standing: Standing, board: Board, published: Published) -> dict[str, Any]:
    """What boards that stand and frozen ones have. Nobody writes files of a board that nobody played."""
    json, csv = (published.url(board_file(standing.game.name, board.name, suffix)) for suffix in ("json", "csv"))
    return {
        "class": board.class_,
        "version": board.version,
        "rules_sha256": board.rules_sha256,
        "score": plain(board.score),
        "ranked": len(board.ranked),
        "not_qualified": len(board.others),
        "record": board.record and _record(board.record, published),
        "json": json if board.played else None,
        "csv": csv if board.played else None,
    }


def _record(line: Line, published: Published) -> dict[str, Any]:
    return {
        "entry": line.entry,
        "title": line.title,
        "authors": line.authors,
        "score": line.result.score,
        "shown": line.score,
        "recorded_at": line.recorded_at,
        "page": published.url(line.page) if line.page else None,
    }
