"""How wide a line of text is, without the font: for badges and cards, whose text must fit where nobody measures it."""

from __future__ import annotations

import unicodedata

_WIDTHS = {
    character: width
    for width, characters in (
        (562, "'il"),
        (720, " fj"),
        (745, ",."),
        (807, "!t"),
        (874, "Ir"),
        (931, '()-/:;[]\\|J"'),
        (1076, "csz"),
        (1140, "?L"),
        (1235, "FPaekvxyo"),
        (1262, "TY"),
        (1302, "0123456789$*_`{}Ebdghnpqu"),
        (1404, "ABSVXZ"),
        (1430, "CKR"),
        (1499, "&U"),
        (1588, "DGHN"),
        (1612, "OQ"),
        (1676, "#+<=>^~w"),
        (1726, "M"),
        (2048, "@Wm"),
        (2204, "%"),
    )
    for character in characters
}
"""Verdana's advance widths in 2048ths of its size, where letters of nearly the same width share the largest"""
_OTHER, _WIDE = 1500, 2048


def text_width(text: str, size: float) -> float:
    """About how wide `text` is in Verdana, the widest of the common sans, in the units of `size`.

    Characters beyond ASCII count 0.73 of the size, East Asian wide ones and pictures all of it, combining marks nothing.
    """
    return sum(map(_width, text)) * size / 2048


def fitted(text: str, size: float, most: float) -> str:
    """As much of `text` as fits into `most`, with an ellipsis where that is not all."""
    if text_width(text, size) <= most:
        return text
    room, kept = most - text_width("…", size), 0.0
    for place, character in enumerate(text):
        kept += text_width(character, size)
        if kept > room:
            return text[:place].rstrip() + "…"
    return text


def wrapped(text: str, size: float, most: float, lines: int) -> list[str]:
    """`text` in at most `lines` lines, broken at spaces where there are any; an ellipsis ends what does not fit."""
    left, made = text.split(), list[str]()
    while left and len(made) < lines - 1:
        count = _fitting(left, size, most)
        if count == 0:
            word, cut = left[0], _letters(left[0], size, most)
            made.append(word[:cut])
            left[0] = word[cut:]
        else:
            made.append(" ".join(left[:count]))
            left = left[count:]
    return made + ([fitted(" ".join(left), size, most)] if left else [])


def _fitting(words: list[str], size: float, most: float) -> int:
    """How many of the first words fit into a line."""
    count = 0
    while count < len(words) and text_width(" ".join(words[: count + 1]), size) <= most:
        count += 1
    return count


def _letters(word: str, size: float, most: float) -> int:
    """How many letters of a word fit into a line; at least one."""
    count = 1
    while count < len(word) and text_width(word[: count + 1], size) <= most:
        count += 1
    return count


def _width(character: str) -> int:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if unicodedata.combining(character):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER
