"""Every file of the site that is no page, path -> content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from referee.presentation.site.addresses import (
    HOME,
    Published,
    badge_file,
    board_file,
    board_page,
    card_file,
    competition_page,
)
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.downloads.badges import badge
from referee.presentation.site.downloads.board_data import board_csv, board_json
from referee.presentation.site.downloads.cards import board_card, card, home_card
from referee.presentation.site.downloads.database import database
from referee.presentation.site.downloads.feed import records_feed
from referee.presentation.site.downloads.league_index import league_json
from referee.presentation.site.history import Record
from referee.presentation.site.players import Player

Content = str | bytes


def files(
    standings: Sequence[Standing], players: Sequence[Player], records: Sequence[Record], published: Published
) -> Iterator[tuple[str, Content]]:
    """Boards as data, badges, the league as one file and one database, the feed, social cards."""
    for standing in standings:
        for board in standing.every:
            yield from _board(standing, board)
            if board.current:
                yield from _badges(standing, board)
    yield "league.json", league_json(standings, published)
    yield "league.sqlite", database(standings, players)
    yield "records.xml", records_feed(records, published, "ML Golf: records")
    yield from _cards(standings)


def _board(standing: Standing, board: Board) -> Iterator[tuple[str, Content]]:
    if board.played:
        par = standing.game.rules.par if board.current else None
        yield board_file(standing.game.name, board.name, "json"), board_json(standing, board, par)
        yield board_file(standing.game.name, board.name, "csv"), board_csv(standing, board)


def _badges(standing: Standing, board: Board) -> Iterator[tuple[str, Content]]:
    for line in board.lines:
        if line.page is not None:
            yield badge_file(standing.game.name, board.class_, line.entry), badge(standing, board, line)


def _cards(standings: Sequence[Standing]) -> Iterator[tuple[str, Content]]:
    yield card_file(HOME), home_card()
    for standing in standings:
        name, rules = standing.game.name, standing.game.rules
        yield card_file(competition_page(name)), card(rules.title, (rules.summary,))
        for board in standing.boards:
            if board.played:
                yield card_file(board_page(name, board.class_)), board_card(standing, board)
