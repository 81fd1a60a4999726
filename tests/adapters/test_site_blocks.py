"""Large tables go around Markdown and the search, and come back as they were."""

from __future__ import annotations

import pytest

from referee.adapters.site.blocks import LARGE, Blocks
from referee.adapters.site.mkdocs_hook import site_address

ROW = "<tr><td>&lt;div id=&#34;golf-block-0&#34;&gt;&lt;/div&gt;</td></tr>\n"
TABLE = f'<div class="golf-scroll">\n<table>\n{ROW * 100}</table>\n</div>'
SMALL = "<div>\n<p>small</p>\n</div>"


def test_what_is_set_aside_comes_back_where_it_stood():
    blocks = Blocks()
    page = f"---\ntitle: x\n---\n\n# Heading\n\n{TABLE}\n\nText.\n\n{SMALL}\n\n<ol>\n{ROW * 200}</ol>\n"
    lean = blocks.set_aside(page)
    assert len(lean) < LARGE and "# Heading" in lean and "Text." in lean and SMALL in lean
    assert blocks.put_back(lean) == page


def test_text_that_reads_like_a_place_is_none():
    """Strangers' brackets are escaped before they get here."""
    blocks = Blocks()
    blocks.set_aside(TABLE)
    said = "&lt;div id=&#34;golf-block-0&#34;&gt;&lt;/div&gt;"
    assert blocks.put_back(said) == said


def test_blocks_of_two_pages_and_of_two_builds_are_not_confused():
    blocks = Blocks()
    one, other = TABLE, TABLE.replace("<td>", "<td>other ")
    first, second = blocks.set_aside(one), blocks.set_aside(other)
    assert (blocks.put_back(first), blocks.put_back(second)) == (one, other)
    blocks.begin()
    assert blocks.put_back(blocks.set_aside(other)) == other


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, ""),
        ({"GITHUB_REPOSITORY": "Golf/League"}, ""),
        ({"GITHUB_REPOSITORY": "Golf/League", "GITHUB_SERVER_URL": "https://github.com"}, "https://golf.github.io/League/"),
        ({"GITHUB_REPOSITORY": "Golf/golf.github.io", "GITHUB_SERVER_URL": "https://github.com"}, "https://golf.github.io/"),
        ({"GITHUB_REPOSITORY": "golf/league", "GITHUB_SERVER_URL": "https://git.example"}, ""),
        (
            {"GITHUB_REPOSITORY": "a/b", "GITHUB_SERVER_URL": "https://github.com", "SITE_URL": "https://golf.example/"},
            "https://golf.example/",
        ),
    ],
)
def test_the_address_of_a_site_is_told_or_the_usual_one(environment, address):
    assert site_address(environment) == address
