"""The feed of records: Atom, RFC 4287.

An id is a UUID of what makes the record (RFC 9562, version 5), so it stays the same when the site moves, the repository is
renamed or the league has no address at all: a tag URI (RFC 4151) would need a domain that the league's host owns.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from uuid import UUID, uuid5
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from referee.presentation.site.addresses import HOME, Published, board_page, player_page
from referee.presentation.site.history import Record
from referee.presentation.site.lines import Line
from referee.presentation.words import plain

ATOM = "http://www.w3.org/2005/Atom"
FILE = "records.xml"
"""at the site's root: where the site has no address, the feed's links are relative to that"""
MOST = 50
"""records in the feed, the newest"""
LEAGUE = UUID("6c1d2a0e-4b1f-5d0c-9a53-7f0e4d1b8c21")
"""namespace of the ids; arbitrary, and never to be changed"""
NEVER = "1970-01-01T00:00:00Z"
"""when a feed without records was updated: no other date would be the same at the next build"""
_MOMENT = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)


def records_feed(records: Sequence[Record], published: Published, title: str) -> str:
    """The newest records, newest first, as a document of its own.

    Args:
        records: in any order
        title: of the feed
    """
    newest = sorted(records, key=_newest_last, reverse=True)[:MOST]
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(feed, "id", uuid5(LEAGUE, f"feed {published.server} {published.repository}").urn)
    _text(feed, "title", plain(title))
    _text(feed, "updated", _moment(newest[0].line) if newest else NEVER)
    _link(feed, "alternate", "text/html", published.url(HOME) or "./")
    if published.address:
        _link(feed, "self", "application/atom+xml", published.url(FILE))
    for record in newest:
        _entry(feed, record, published)
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def sentence(record: Record) -> str:
    """`numpy-prune leads Digits, fewest weights (laptop-ss) with 122, 27 less than 149`."""
    less = f"{record.less} less than {record.before}" if record.before else "the first record there"
    title = plain(record.standing.game.rules.title)
    return f"{record.line.entry} leads {title} ({record.board.class_}) with {record.line.score}, {less}"


def _newest_last(record: Record) -> tuple[str, ...]:
    return _moment(record.line), record.standing.game.name, record.board.class_, record.line.entry


def _entry(feed: Element, record: Record, published: Published) -> None:
    game, board, line = record.standing.game, record.board, record.line
    entry = SubElement(feed, "entry")
    _text(entry, "id", _id(record))
    _text(entry, "title", sentence(record))
    _text(entry, "published", _moment(line))
    _text(entry, "updated", _moment(line))
    for handle in line.authors:
        author = SubElement(entry, "author")
        _text(author, "name", handle)
        _text(author, "uri", published.url(player_page(handle)))
    _link(entry, "alternate", "text/html", published.url(line.page or board_page(game.name, board.class_)))
    SubElement(entry, "category", {"term": game.name, "label": plain(game.rules.title)})
    _text(entry, "content", _content(record)).set("type", "html")


def _id(record: Record) -> str:
    board, line = record.board, record.line
    made = (record.standing.game.name, board.class_, board.rules_sha256, line.entry, line.recorded_at)
    return uuid5(LEAGUE, " ".join(("record", *made))).urn


def _content(record: Record) -> str:
    """HTML, which the document escapes once more."""
    line = record.line
    told = f"{line.title}, by {', '.join(line.authors)}{'; ' * bool(line.techniques)}{', '.join(line.techniques)}"
    return f"<p>{html.escape(sentence(record))}.</p><p>{html.escape(told)}</p>"


def _link(parent: Element, rel: str, kind: str, href: str) -> None:
    SubElement(parent, "link", {"rel": rel, "type": kind, "href": href})


def _text(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    element.text = text
    return element


def _moment(line: Line) -> str:
    """The moment of the record, in the one form that the referee writes; any other text is no moment."""
    return line.recorded_at if _MOMENT.fullmatch(line.recorded_at) else NEVER
