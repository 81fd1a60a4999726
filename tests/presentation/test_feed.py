"""The feed of records: Atom by the RFC's own schema, newest first, ids that never change."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from league_folder import HOSTILE, LINES, Folder
from lxml import etree
from sample_board import matches
from sample_standings import hostile, small

from referee.presentation.site.addresses import Published
from referee.presentation.site.boards import Standing, standing
from referee.presentation.site.downloads.feed import MOST, NEVER, records_feed
from referee.presentation.site.history import Record, records
from referee.presentation.words import plain

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
PUBLISHED = Published(address="https://golf.example/league/", repository="golf/league")
A = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def league(tmp_path: Path) -> Standing:
    return small(tmp_path / "league")


def feed(found: list[Record], published: Published = PUBLISHED, title: str = "ML Golf: records") -> etree._Element:
    """The feed, parsed, after what the RFC's schema and its rules in words ask for."""
    root = etree.fromstring(records_feed(found, published, title).encode())
    SCHEMA.assertValid(root)
    ids = [element.text for element in root.iter(f"{A}id")]
    assert len(set(ids)) == len(ids)
    for one in ids:
        assert UUID(one).version == 5
    for entry in root.findall(f"{A}entry"):
        assert entry.findall(f"{A}author"), "an entry without an author needs one of the feed"
    return root


def titles(root: etree._Element) -> list[str]:
    return [str(entry.findtext(f"{A}title")) for entry in root.findall(f"{A}entry")]


def test_a_feed_reads_as_the_golden_one(league: Standing) -> None:
    text = records_feed(records([league]), PUBLISHED, "ML Golf: records")
    matches("records.xml", re.sub(r"urn:uuid:[0-9a-f-]{36}", "urn:uuid:...", text))


def test_records_are_told_newest_first_by_what_they_beat(league: Standing) -> None:
    assert titles(feed(list(reversed(records([league]))))) == [
        "pruned leads Digits, fewest weights (laptop-ss) with 120, 289 less than 409",
        "dense leads Digits, fewest weights (laptop-ss) with 409, the first record there",
    ]


def test_the_schema_of_the_rfc_refuses_what_is_no_feed(league: Standing) -> None:
    text = records_feed(records([league]), PUBLISHED, "records")
    for there, instead in (
        ("<title>records</title>", ""),
        ("<updated>2026-11-03T12:00:00Z", "<updated>yesterday"),
        ('<content type="html">', '<content type="html"><b/>'),
        ("<name>ada</name>", ""),
    ):
        assert there in text
        assert not SCHEMA.validate(etree.fromstring(text.replace(there, instead).encode()))


def test_ids_stay_when_the_site_moves_and_differ_between_leagues(league: Standing) -> None:
    moved = replace(PUBLISHED, address="https://elsewhere.example/")
    forked = replace(PUBLISHED, repository="fork/league")
    here, there, fork = (
        [element.text for element in feed(records([league]), published).iter(f"{A}id")]
        for published in (PUBLISHED, moved, forked)
    )
    assert here == there
    assert here[0] != fork[0]


def test_an_entry_that_is_recorded_anew_has_another_id(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "league")
    folder.competition()
    ids = set()
    for day in (1, 2):
        folder.result("pruned", day=day)
        ids.add(feed(records([standing(folder.league, "digits")])).find(f"{A}entry").findtext(f"{A}id"))
    assert len(ids) == 2


def test_ids_are_what_they_always_were(league: Standing) -> None:
    """Whoever changes how they are made shows every reader all records anew."""
    found = [replace(record, board=replace(record.board, rules_sha256="ab" * 32)) for record in records([league])]
    feed_id, *ids = [element.text for element in feed(found).iter(f"{A}id")]
    assert feed_id == "urn:uuid:1d22cc29-212d-5a7a-85e0-cdde59e76efa"
    assert ids == ["urn:uuid:2814a73c-e31a-5275-a5c7-49704a3f7d30", "urn:uuid:3f68e333-f9e0-5c3c-8d3e-47dc9aed5b5d"]


def test_links_lead_to_the_entries_and_players(league: Standing) -> None:
    entry = feed(records([league])).find(f"{A}entry")
    assert entry.find(f"{A}link").get("href") == "https://golf.example/league/entries/digits/pruned/"
    authors = [(author.findtext(f"{A}name"), author.findtext(f"{A}uri")) for author in entry.findall(f"{A}author")]
    assert authors == [(name, f"https://golf.example/league/players/{name}/") for name in ("ada", "grace")]


def test_an_entry_without_a_page_links_to_its_board(league: Standing) -> None:
    found = [replace(record, line=replace(record.line, page=None)) for record in records([league])]
    link = feed(found).find(f"{A}entry/{A}link").get("href")
    assert link == "https://golf.example/league/boards/digits/laptop-ss/"


def test_a_site_without_an_address_has_a_feed_with_links_below_it(league: Standing) -> None:
    root = feed(records([league]), Published())
    links = [link.get("href") for link in root.iter(f"{A}link")]
    assert links == ["./", "entries/digits/pruned/", "entries/digits/dense/"]


def test_a_league_without_records_has_a_feed() -> None:
    root = feed([])
    assert root.findtext(f"{A}updated") == NEVER
    assert titles(root) == []


def test_the_newest_are_told_of_many(league: Standing) -> None:
    [newest, _] = records([league])
    many = [
        replace(newest, line=replace(newest.line, entry=f"entry-{number:03}", title=f"{number}")) for number in range(MOST + 7)
    ]
    told = titles(feed(many))
    assert len(told) == MOST
    assert told[0].startswith(f"entry-{MOST + 6:03} ")


def test_a_date_that_is_none_does_not_break_the_feed(league: Standing) -> None:
    [newest, _] = records([league])
    for at in ("yesterday", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", ""):
        line = replace(newest.line, result=replace(newest.line.result, recorded_at=at))
        assert feed([replace(newest, line=line)]).findtext(f"{A}updated") == NEVER


@pytest.mark.parametrize("payload", sorted({*HOSTILE, *LINES}))
def test_hostile_strings_stay_text(tmp_path: Path, payload: str) -> None:
    """In the document, and in the HTML that readers make of its content."""
    found = records([hostile(tmp_path / "league", payload)])
    root = feed(found, title=payload)
    assert root.findtext(f"{A}title") == plain(payload)
    assert {element.tag for element in root.iter()} <= {
        f"{A}{name}" for name in "feed id title updated link entry published author name uri category content".split()
    }
    content = Tags(root.find(f"{A}entry").findtext(f"{A}content"))
    assert content.tags == [("p", []), ("p", [])]
    assert found[0].line.title in content.text


@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_text_breaks_the_document(text: str) -> None:
    """XML has no room for most control characters, for surrogates and for two others: `plain` spells all of them out."""
    assert feed([], title=text).findtext(f"{A}title") == plain(text)


def test_a_character_that_xml_lacks_would_be_found() -> None:
    """What the test above relies on."""
    for character in "\x00\x08\x0b\ufffe\ud800":
        with pytest.raises((etree.XMLSyntaxError, UnicodeEncodeError)):
            etree.fromstring(f"<a>{character}</a>".encode())


class Tags(HTMLParser):
    """The tags and the text of some HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data
