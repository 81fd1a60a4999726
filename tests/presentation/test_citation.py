"""A citation is BibTeX that parses, whatever an entry is called."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from league_folder import HOSTILE
from sample_standings import first, small

from referee.presentation.site.addresses import Published
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.citation import bibtex
from referee.presentation.site.lines import Line

PUBLISHED = Published(address="https://golf.example/league/")


@pytest.fixture(scope="module")
def cited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Standing, Board, Line]:
    """A competition, its board, its record."""
    standing = small(tmp_path_factory.mktemp("cited") / "league")
    return (standing, *first(standing))


def titled(cited: tuple[Standing, Board, Line], title: str) -> str:
    standing, board, line = cited
    return bibtex(standing, board, replace(line, title=title), PUBLISHED)


def depth(text: str) -> int:
    """How many braces are open at the end, as BibTeX counts them: a backslash before one changes nothing."""
    open_ = 0
    for sign in text:
        open_ += (sign == "{") - (sign == "}")
        assert open_ >= 0
    return open_


def test_a_citation_reads_as_bibtex(cited):
    assert bibtex(*cited, PUBLISHED) == (
        "@misc{mlgolf-digits-pruned,\n"
        "  title = {{The pruned}},\n"
        "  author = {{ada} and {grace}},\n"
        "  year = {2026},\n"
        "  howpublished = {ML Golf, digits, laptop-ss},\n"
        "  note = {nonzero 120},\n"
        "  url = {https://golf.example/league/entries/digits/pruned/},\n"
        "}"
    )


def test_without_an_address_it_names_none(cited):
    assert "url" not in bibtex(*cited, Published())


def test_an_entry_without_a_page_has_no_address(cited):
    standing, board, line = cited
    assert "url" not in bibtex(standing, board, replace(line, page=None), PUBLISHED)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(title=st.text(st.sampled_from("{}\\~^&%$#_<>\"'@,= aé"), max_size=12) | st.sampled_from(HOSTILE))
def test_braces_are_balanced_in_every_field(cited, title):
    """BibTeX reads on to the end of the file where they are not."""
    text = titled(cited, title)
    assert depth(text) == 0
    for field in re.findall(r"^  \w+ = (\{.*\}),$", text, re.MULTILINE):
        assert depth(field) == 0
    assert len(re.findall(r"^  \w+ = ", text, re.MULTILINE)) == 6


@settings(deadline=None, max_examples=150, derandomize=True)
@given(title=st.text(st.sampled_from("{}\\~^&%$#_<>a"), max_size=12))
def test_no_sign_of_a_title_is_a_command_of_latex(cited, title):
    """What is left without the escapes is letters; each escape stands for one sign of the title."""
    (shown,) = re.findall(r"title = \{\{(.*)\}\},\n", titled(cited, title))
    escape = re.compile(r"\\text[a-z]+\{\}|\\[&%$#_]")
    assert set(escape.sub("", shown)) <= {"a"}
    assert len(escape.findall(shown)) == len(title) - title.count("a")


def test_the_name_of_a_score_is_escaped(cited):
    standing, board, line = cited
    assert "note = {path\\_norm 120}" in bibtex(standing, replace(board, score="path_norm"), line, PUBLISHED)
