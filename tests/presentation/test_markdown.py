"""Strangers' text in Markdown: it is read as it was written, and changes nothing around it."""

from __future__ import annotations

import html

import pytest
from github_page import quiet, skeleton
from hypothesis import example, given
from hypothesis import strategies as st
from strangers import HOSTILE

from referee.presentation import words
from referee.presentation.markdown import block, code, folded, table

PLACES = {
    "a paragraph": lambda shown: f"before {shown} after",
    "a paragraph of its own": lambda shown: f"before\n\n{shown}\n\nafter",
    "a heading": lambda shown: f"### {shown}\n\nafter",
    "a list": lambda shown: f"- {shown}\n- {shown}",
    "a strong part": lambda shown: f"a **{shown}**: b",
    "a table": lambda shown: table(("a", shown), [(shown, "b"), ("c", shown)]),
    "a summary": lambda shown: folded(shown, "text"),
    "after a marker": lambda shown: f"<!-- marker -->\n{shown}",
    "beside a link": lambda shown: f"{shown}[text](https://github.example/x){shown}",
}
SIGNS = st.text(st.characters() | st.sampled_from("`|<>&@#:[]()!*_~\\-.w\n\r $"), max_size=80)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_is_shown_and_nothing_around_it_changes(text, place):
    """Wherever it stands."""
    put = PLACES[place]
    assert skeleton(put(code(text))) == skeleton(put(code("honest")))
    assert set(quiet(put(code(text)))) == {words.plain(text)}


@given(SIGNS, st.sampled_from(sorted(PLACES)))
@example("a@b.cc", "a paragraph")
@example("mailto:a@b.cc", "a table")
def test_any_text_is_shown_and_nothing_around_it_changes(text, place):
    """The same for whatever there is."""
    put = PLACES[place]
    assert skeleton(put(code(text))) == skeleton(put(code("honest")))
    assert set(quiet(put(code(text)))) == {words.plain(text)}


@given(st.lists(SIGNS, min_size=1, max_size=4))
@example(["```", "````"])
def test_nothing_ends_a_block(lines):
    """Its lines can be copied as they are."""
    assert quiet(f"before\n\n{block(*lines)}\n\nafter") == ["".join(f"{words.plain(line)}\n" for line in lines)]
    assert skeleton(f"{block(*lines)}\n\nafter") == skeleton(f"{block('honest')}\n\nafter")


NAIVE = {
    "as it is": lambda text: text,
    "on one line": words.plain,
    "escaped as HTML": html.escape,
    "in backticks": lambda text: f"`{words.plain(text)}`",
    "escaped in code": lambda text: f"<code>{html.escape(words.plain(text))}</code>",
    "as entities": lambda text: "".join(f"&#{ord(sign)};" for sign in words.plain(text)),
    "as entities in code": lambda text: f"<code>{''.join(f'&#{ord(sign)};' for sign in words.plain(text))}</code>",
}


@pytest.mark.parametrize("way", NAIVE)
def test_a_text_that_changes_something_is_found(way):
    """These checks can fail: each of the simpler ways to show a text lets a stranger change the page."""
    put = NAIVE[way]
    honest = {place: skeleton(PLACES[place](put("honest"))) for place in PLACES}
    assert [text for text in HOSTILE for place in PLACES if skeleton(PLACES[place](put(text))) != honest[place]]


def test_what_github_looks_for_is_read_outside_of_code_alone():
    """A name is kept in the skeleton in plain text, and is not in <code>."""
    assert "@everyone" in skeleton("hello @everyone and #1")
    assert "@everyone" not in skeleton(f"hello {code('@everyone')} and #1")


def test_a_long_text_is_cut():
    """At the length that is asked for."""
    assert quiet(code("x" * 300)) == ["x" * 199 + "…"]
    assert quiet(code("x" * 300, 10)) == ["x" * 9 + "…"]


def test_plain_letters_are_left_readable_in_the_source():
    """And spaces."""
    assert code("Zwölf Ähren 42") == "<code>Zwölf Ähren 42</code>"
