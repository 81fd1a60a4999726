"""Social cards: their size, what they say, that no text breaks or leaves them."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from league_folder import HOSTILE, LINES
from resvg_py import svg_to_bytes
from sample_standings import first, hostile, small

from referee.presentation.site.downloads import cards
from referee.presentation.site.downloads.cards import HEIGHT, LEDE, PIXELS, WIDTH, board_card, card, home_card

S = "{http://www.w3.org/2000/svg}"
ANY = st.text(alphabet=st.characters(), max_size=200)
HOME = Path(__file__).resolve().parents[2] / "site/templates/home.md.jinja"


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The SVG of each card that is made."""
    made: list[str] = []

    def draw(**options: object) -> bytes:
        made.append(str(options["svg_string"]))
        return b""

    monkeypatch.setattr(cards, "svg_to_bytes", draw)
    yield made


def texts(drawing: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter(f"{S}text")]


def assert_card(png: bytes, most: int) -> None:
    """A PNG of the right size in pixels and bytes."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (PIXELS, HEIGHT * PIXELS // WIDTH)
    assert len(png) < most


def test_the_cards_of_home_and_board_are_small_pictures(tmp_path: Path) -> None:
    one = small(tmp_path / "league")
    for png in (home_card(), board_card(one, one.boards[0]), board_card(one, one.boards[1])):
        assert_card(png, 61_440)


def test_the_same_text_gives_the_same_bytes() -> None:
    assert card("Digits", ("by ada",), figure="122") == card("Digits", ("by ada",), figure="122") != card("Digits")


def test_a_card_does_not_depend_on_the_fonts_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def draw(**options: object) -> bytes:
        asked.append(options["skip_system_fonts"])
        return b""

    monkeypatch.setattr(cards, "svg_to_bytes", draw)
    for title in ("Digits, ≥ 3 – “fewest” weights …", "Ελληνικά, Кириллица, Tiếng Việt", "数字", "\U0001f3cc"):
        card(title)
    assert asked == [True, True, False, False]


@pytest.mark.parametrize("text", ["Digits ≥ ≤ ≠ – “x” … · × − → † ‰ € ž", "ΆΈΏάώΩα", "ЀџЯё", "ẠỹTiếng Việt"])
def test_the_font_has_the_letters_that_it_is_trusted_with(text: str) -> None:
    """A letter that it lacks would be drawn as a box, as a private one is."""
    box = glyph("\ue000")
    for character in filter(str.strip, text):
        assert cards._IN_FONT.fullmatch(character)
        assert glyph(character) != box, character


def glyph(character: str) -> bytes:
    """A letter alone, drawn in the font of the cards."""
    svg = f'<svg xmlns="{S[1:-1]}" width="60" height="60"><text x="5" y="45" font-size="40" font-family="Source Sans Pro">'
    return picture(f"{svg}{character}</text></svg>")


def test_a_board_tells_its_record_by_whom_and_par(drawings: list[str], tmp_path: Path) -> None:
    one = small(tmp_path / "league")
    board_card(one, one.boards[0])
    assert texts(drawings[0]) == [
        "ML Golf · laptop-ss",
        "Digits, fewest weights",
        "120 nonzero",
        "The pruned, by ada, grace",
        "2026-11-03 · 4 ranked · par 118",
    ]


def test_a_board_without_a_record_says_so(drawings: list[str], tmp_path: Path) -> None:
    one = small(tmp_path / "league")
    for board in (one.boards[1], replace(one.boards[0], ranked=())):
        board_card(one, board)
    assert [texts(drawing)[2] for drawing in drawings] == ["Nobody has played here yet", "Nobody has qualified yet"]
    assert texts(drawings[0])[3] == "par 118"


def test_the_card_of_the_home_page_says_what_the_home_page_says(drawings: list[str]) -> None:
    home_card()
    assert " ".join(texts(drawings[0])[1:]) == LEDE
    assert LEDE in re.sub(r"<[^>]+>", " ", HOME.read_text())


def test_a_long_line_alone_is_wrapped_and_then_cut_off(drawings: list[str]) -> None:
    card("Title", ("word " * 200,))
    rows = texts(drawings[0])[2:]
    assert len(rows) == 4
    assert rows[-1].endswith("…") and not rows[0].endswith("…")


@settings(max_examples=200)
@given(ANY, ANY, ANY, ANY)
def test_no_text_breaks_or_leaves_a_card(title: str, line: str, label: str, figure: str) -> None:
    drawing = cards._drawn(*(cards.plain(text, 400) for text in (title, label, figure)), [cards.plain(line, 400)])
    for element in ElementTree.fromstring(drawing).iter(f"{S}text"):
        size = float(element.get("font-size", "0"))
        assert 0 < float(element.get("y", "0")) < HEIGHT - size / 3


@pytest.mark.parametrize("text", ["W", "@", "M ", "\u4e00", "\U0001f3cc"])
def test_wide_letters_end_before_the_edge(text: str) -> None:
    """A strip of the ground along the right edge changes nothing."""
    long = text * 300
    strip = f'<rect x="{WIDTH - 40}" width="40" height="{HEIGHT}" fill="{cards._GROUND}"/></svg>'
    for title, label, figure, lines in ((long, "", "", []), ("x", long, long, [long]), ("x", "", "", [long])):
        bare = re.sub(r"<g transform.*?</g>", "", cards._drawn(title, label, figure, lines))
        assert picture(bare) == picture(bare.replace("</svg>", strip))


def picture(svg: str) -> bytes:
    return bytes(svg_to_bytes(svg_string=svg, font_files=cards._fonts(), skip_system_fonts=True))


@pytest.mark.parametrize("payload", sorted({*HOSTILE, *LINES}))
def test_hostile_strings_stay_text(drawings: list[str], tmp_path: Path, payload: str) -> None:
    one = hostile(tmp_path / "league", payload)
    board, _ = first(one)
    board_card(one, board)
    card(payload, (payload, payload), payload, payload)
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        assert {element.tag.removeprefix(S) for element in root.iter()} == {"svg", "rect", "g", "path", "text"}
        assert not [name for element in root.iter() for name in element.attrib if "href" in name or name.startswith("on")]


def test_hostile_strings_are_drawn() -> None:
    for payload in ("<image href='file:///etc/passwd'/>", "W" * 300, "\u202egnp.exe", "Z\u0334\u0335\u0336" * 80, "]]>&lt;"):
        assert_card(card(payload, (payload, payload), payload, payload), 102_400)
