"""Addresses: no two things share one, none is taken for the folder above, and links lead where they say."""

from __future__ import annotations

import posixpath
from itertools import product
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.ground.submission import HANDLE, SLUG
from referee.presentation.site.addresses import (
    HOME,
    Published,
    address,
    badge_file,
    board_file,
    board_page,
    card_file,
    competition_page,
    entry_page,
    frozen_name,
    is_poured,
    link,
    player_page,
)

quick = settings(deadline=None, max_examples=40, derandomize=True)
PRETRAINED = "laptop-ss+resnet18-1a2b3c4d"
slugs = st.just("index") | st.text("abz09.-", min_size=1, max_size=4).filter(SLUG.fullmatch)
handles = st.sampled_from(["index", "Index"]) | st.text("abZ09-", min_size=1, max_size=4).filter(HANDLE.fullmatch)
pages = st.one_of(
    st.sampled_from([HOME, "scores.md", board_page("digits", PRETRAINED)]),
    st.builds(entry_page, slugs, slugs),
    st.builds(competition_page, slugs),
    st.builds(player_page, handles),
)


@pytest.mark.parametrize(
    "page", [competition_page("index"), entry_page("digits", "index"), player_page("index"), player_page("Index")]
)
def test_index_is_no_page_of_the_folder_above(page):
    """MkDocs would serve index.md as its folder."""
    assert posixpath.basename(page) == "index_.md"
    assert address(page).endswith("/index_/")


@quick
@given(slugs, handles)
def test_nobody_can_take_the_page_of_whoever_is_called_index(name, handle):
    assert name == "index" or entry_page("digits", name) != entry_page("digits", "index")
    assert handle.lower() == "index" or player_page(handle) != player_page("index")


@quick
@given(slugs, slugs)
def test_two_entries_have_two_pages(one, other):
    assert (entry_page("digits", one) == entry_page("digits", other)) == (one == other)


def test_one_player_has_one_page_however_the_handle_is_spelled():
    assert player_page("Ada-L") == player_page("ada-l") == "players/ada-l.md"


def test_boards_and_their_files_keep_the_plus_of_a_class():
    assert board_page("digits", PRETRAINED) == f"boards/digits/{PRETRAINED}.md"
    assert Published(address="https://golf.example/").url(board_page("digits", PRETRAINED)) == (
        f"https://golf.example/boards/digits/{PRETRAINED}/"
    )


def test_two_frozen_boards_of_one_version_have_two_files():
    names = {frozen_name("laptop-ss", version, digest * 32) for version, digest in product((1, 2), ("ab", "cd"))}
    assert len({board_file("digits", name, "json") for name in (*names, "laptop-ss")}) == 5


def test_pages_files_and_badges_of_a_board_don_t_meet():
    found = [
        board_page("digits", "laptop-ss"),
        board_file("digits", "laptop-ss", "json"),
        badge_file("digits", "laptop-ss", "one"),
    ]
    assert len(set(map(address, found))) == 3


@pytest.mark.parametrize(
    ("path", "poured"),
    [
        ("entries/digits/one.md", True),
        ("players/ada.md", True),
        ("entries/digits/one.svg", False),
        ("boards/digits/laptop-ss.md", False),
        ("index.md", False),
        ("players.md", False),
    ],
)
def test_entries_and_players_are_poured(path, poured):
    assert is_poured(path) is poured


@pytest.mark.parametrize(
    ("page", "card"),
    [
        (HOME, "cards/index.png"),
        ("competitions/digits.md", "cards/competitions/digits.png"),
        (board_page("digits", PRETRAINED), f"cards/boards/digits/{PRETRAINED}.png"),
    ],
)
def test_a_card_is_named_after_its_page(page, card):
    assert card_file(page) == card


@quick
@given(pages, pages)
def test_a_link_leads_from_any_page_to_any_other(page, to):
    """As a browser resolves it, from the folder that the page is."""
    there = posixpath.normpath(posixpath.join("/", address(page), link(page, to)))
    assert there == posixpath.normpath(posixpath.join("/", address(to)))
    assert link(page, to).endswith("/")


@quick
@given(pages)
def test_a_link_to_a_file_has_no_slash_at_its_end(page):
    there = posixpath.normpath(posixpath.join("/", address(page), link(page, "records.xml")))
    assert there == "/records.xml" and not link(page, "records.xml").endswith("/")


@quick
@given(pages)
def test_a_whole_address_is_the_sites_and_the_pages(page):
    parts = urlsplit(Published(address="https://golf.example/league/").url(page))
    assert (parts.netloc, parts.query, parts.fragment) == ("golf.example", "", "")
    assert unquote(parts.path) == f"/league/{address(page)}"


def test_without_an_address_whole_addresses_begin_at_the_root():
    assert Published().url("entries/digits/one.md") == "entries/digits/one/"


def test_without_a_repository_nothing_is_shown_on_github():
    assert Published().on_github("blob", "README.md") == ""


@pytest.mark.parametrize(
    ("commit", "path", "url"),
    [
        ("HEAD", "submissions/digits/one", "https://github.com/golf/league/tree/HEAD/submissions/digits/one"),
        ("a b?c#d", "x", "https://github.com/golf/league/tree/a%20b%3Fc%23d/x"),
        ('"><script>', "x y", "https://github.com/golf/league/tree/%22%3E%3Cscript%3E/x%20y"),
    ],
)
def test_a_folder_on_github_is_quoted(commit, path, url):
    assert Published(repository="golf/league").on_github("tree", path, commit) == url
