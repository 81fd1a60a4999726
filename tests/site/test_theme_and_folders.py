"""What is put right in the theme's pages, and pages that become folders for other generators."""

from __future__ import annotations

from html import escape

import pytest

from referee.adapters.site.folders import in_folders, index
from referee.adapters.site.theme import mended


@pytest.mark.parametrize("title", ["a host's", 'the "best" & <b>', "plain", "&amp; &lt;script&gt;"])
def test_a_link_to_a_neighbour_says_the_title_and_opens_nothing(title: str) -> None:
    """The theme escapes once more what is HTML already."""
    twice = escape(escape(title))
    assert mended(f'<a href="x/" aria-label="Next: {twice}">') == f'<a href="x/" aria-label="Next: {escape(title)}">'


def test_the_search_has_a_name_and_nothing_else_changes() -> None:
    dialog = '<div class="md-search" data-md-component="search" role="dialog">'
    page = f"<p>{escape(escape(dialog))}</p>"
    assert mended(dialog + page) == dialog.replace(">", ' aria-label="Search">') + page


@pytest.mark.parametrize(
    ("path", "stands"),
    [("index.md", "index.md"), ("rules.md", "rules/index.md"), ("a/b.md", "a/b/index.md"), ("a/index.md", "a/index.md")],
)
def test_a_page_is_the_index_of_a_folder(path: str, stands: str) -> None:
    assert index(path) == stands


@pytest.mark.parametrize(
    ("path", "link", "moved"),
    [
        ("index.md", "rules.md", "rules/index.md"),
        ("rules.md", "index.md", "../index.md"),
        ("rules.md", "scores.md#l2", "../scores/index.md#l2"),
        ("rules.md", "assets/x.svg", "../assets/x.svg"),
        ("competitions/digits.md", "../boards/a/b.md", "../../boards/a/b/index.md"),
        ("rules.md", "#here", "#here"),
        ("rules.md", "https://x.example/rules.md", "https://x.example/rules.md"),
        ("rules.md", "nowhere.md", "nowhere.md"),
    ],
)
def test_links_go_with_the_pages(path: str, link: str, moved: str) -> None:
    """Those of Markdown; what stands in raw HTML is right as it is."""
    pages = dict.fromkeys(("index.md", "rules.md", "scores.md", "competitions/digits.md", "boards/a/b.md"), "")
    raw = f'<a href="../x/">[x]({link})</a>'
    text = in_folders(pages | {path: f"See [it]({link}).\n{raw}"}, ["assets/x.svg"])[index(path)]
    assert text == f"See [it]({moved}).\n{raw}"
