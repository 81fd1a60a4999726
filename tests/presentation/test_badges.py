"""Badges: what they say, that they can be read, that they are an image and nothing else."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from league_folder import HOSTILE, LINES
from sample_board import matches
from sample_standings import first, hostile, small

from referee.ground.verdict import Verdict
from referee.presentation.site.boards import Standing
from referee.presentation.site.downloads import badges
from referee.presentation.site.downloads.badges import MOST, badge
from referee.presentation.site.downloads.text_width import fitted, text_width, wrapped

S = "{http://www.w3.org/2000/svg}"
ANY = st.text(alphabet=st.characters(), max_size=80)


@pytest.fixture
def league(tmp_path: Path) -> Standing:
    return small(tmp_path / "league")


def shown(text: str) -> list[str]:
    """What a badge says on its two sides."""
    return [element.text or "" for element in ElementTree.fromstring(text).iter(f"{S}text")]


def test_a_badge_reads_as_the_golden_one(league: Standing) -> None:
    matches("badge.svg", badge(league, *first(league)))


def test_rank_and_score_stand_where_it_qualified_and_else_the_verdict(league: Standing) -> None:
    board = league.boards[0]
    told = [shown(badge(league, board, line))[1] for line in board.lines]
    assert told == ["#1 · 120 nonzero", "#2 · 124 nonzero", "#3 · 141 nonzero", "#4 · 409 nonzero", "crashed"]
    assert {shown(badge(league, board, line))[0] for line in board.lines} == {"ML Golf · digits laptop-ss"}


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.QUALIFIED])
def test_a_badge_that_did_not_qualify_looks_like_no_record(league: Standing, verdict: Verdict) -> None:
    board, leader = first(league)
    failed = replace(board.others[0], result=replace(board.others[0].result, verdict=verdict))
    record, other = (grounds(badge(league, board, line))[1] for line in (leader, failed))
    assert record != other


def grounds(text: str) -> list[str]:
    return [str(path.get("fill")) for path in ElementTree.fromstring(text).iter(f"{S}path")]


def test_white_can_be_read_on_every_ground() -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5."""
    used = {badges._LEFT, badges._RECORD, badges._RANKED, badges._BAD, *badges._COLOURS.values()}
    for colour in used:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_screen_reader_is_told_everything(league: Standing) -> None:
    root = ElementTree.fromstring(badge(league, *first(league)))
    assert root.get("role") == "img"
    assert root.get("aria-label") == root.findtext(f"{S}title") == "ML Golf · digits laptop-ss: #1 · 120 nonzero"


@pytest.mark.parametrize("payload", sorted({*HOSTILE, *LINES}))
def test_hostile_strings_stay_text(tmp_path: Path, payload: str) -> None:
    """Names are checked when a league is read, but what draws does not count on that."""
    one = hostile(tmp_path / "league", payload)
    board, line = first(one)
    forged = replace(board, class_=payload, score=payload)
    root = ElementTree.fromstring(badge(one, forged, replace(line, score=payload)))
    assert [element.tag.removeprefix(S) for element in root.iter()] == ["svg", "title", "path", "path", "g", "text", "text"]
    for element in root.iter():
        assert not {name for name in element.attrib if name.startswith("on") or "href" in name or name == "style"}
    assert_inside(root)


def assert_inside(root: ElementTree.Element) -> None:
    """Each text ends where the next begins or the badge ends."""
    left, right = root.iter(f"{S}text")
    width = float(root.get("width", "0"))
    assert float(left.get("x", "0")) + float(left.get("textLength", "0")) < float(right.get("x", "0"))
    assert float(right.get("x", "0")) + float(right.get("textLength", "0")) < width
    assert width <= 2 * MOST + 24


@given(ANY, st.floats(min_value=20, max_value=500))
def test_fitted_text_fits_and_begins_as_it_was(text: str, most: float) -> None:
    cut = fitted(text, 11, most)
    assert text_width(cut, 11) <= most
    assert cut == text or text.startswith(cut.removesuffix("…"))


@given(ANY, st.integers(min_value=1, max_value=4), st.floats(min_value=60, max_value=500))
def test_wrapped_text_fits_into_its_lines_and_keeps_its_order(text: str, lines: int, most: float) -> None:
    rows = wrapped(text, 20, most, lines)
    assert len(rows) <= lines
    assert all(text_width(row, 20) <= most for row in rows)
    told = "".join("".join(rows).split())
    assert "".join(text.split()).startswith(told.removesuffix("…"))
    assert told.endswith("…") or told == "".join(text.split())


@given(st.text(alphabet=string.printable.strip(), max_size=20), st.text(alphabet=string.printable.strip(), max_size=20))
def test_widths_add_up_and_scale(one: str, other: str) -> None:
    assert text_width(one + other, 11) == pytest.approx(text_width(one, 11) + text_width(other, 11))
    assert text_width(one, 22) == pytest.approx(2 * text_width(one, 11))
