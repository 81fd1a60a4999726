"""What contestants tell: Markdown becomes a few harmless elements on one line, and nothing that they write runs."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from league_folder import HOSTILE, LINES

from referee.presentation.site.story import LONGEST, story

MARKDOWN = (
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java\nscript:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "[click](//evil.example)",
    "[click](/relative)",
    "[click](http://evil.example)",
    "[click](ftp://evil.example)",
    "<javascript:alert(1)>",
    "<mailto:x@evil.example>",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x][y]\n\n[y]: <data:text/html,x> 'a title'",
    "![x](https://evil.example/x.png)",
    "![x][y]\n\n[y]: https://evil.example/x.png",
    "[![x](https://evil.example/x.png)](https://evil.example)",
    "[x](https://evil.example 'onmouseover=\"alert(1)\"')",
    '[x](https://evil.example/" onclick="alert(1))',
    '``` " onclick=alert(1)\ncode\n```',
    "```<script>\ncode\n```",
    "<script>alert(1)</script>",
    "<div>\n\n*x*\n\n</div>",
    "<style>*{display:none}</style>",
    "| <img src=x onerror=alert(1)> | b |\n|---|---|\n| <svg/onload=alert(1)> | 2 |",
    "# <script>alert(1)</script>",
    "x\n<script>\n===",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "<!-- x --><script>alert(1)</script>",
    "<?php x ?> <![CDATA[<script>alert(1)</script>]]>",
    "*[*x*](javascript:alert(1))*",
    "\\<script>alert(1)\\</script>",
    "> > > <iframe src=https://evil.example>",
    "</div></div><script>alert(1)</script>",
)
SHOWN = {
    *"p br em strong s code pre blockquote ul ol li hr a h3 h4 h5 h6 table thead tbody tr th td".split(),
}


class Told(HTMLParser):
    """Elements with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def links(self) -> list[str]:
        return [str(found["href"]) for tag, found in self.elements if tag == "a" and "href" in found]


def dangers(html: str) -> list[str]:
    """What a story must not hold."""
    found = []
    for tag, attributes in Told(html).elements:
        if tag not in SHOWN:
            found.append(tag)
        found += [name for name in attributes if name not in ("href", "rel", "start", "title")]
        if "href" in attributes and not str(attributes["href"]).lower().startswith("https://"):
            found.append(str(attributes["href"]))
    return found


@pytest.mark.parametrize("text", sorted({*HOSTILE, *LINES, *MARKDOWN}))
def test_nothing_that_strangers_write_runs(text):
    """Alone, in a list and in a quotation."""
    for whole in (text, f"- one\n- {text}", "\n".join(f"> {line}" for line in text.split("\n"))):
        told = str(story(whole))
        assert dangers(told) == []
        assert not {"\n", "\r", "\0", "\u2028", "\u202e"} & set(told)


def test_the_search_for_dangers_can_fail():
    assert dangers("<script>x</script>") == ["script"]
    assert dangers("<p onclick=x>") == ["onclick"]
    assert dangers("<a href='http://x'>") == ["http://x"]
    assert dangers("<img src=x>") == ["img", "src"]


@pytest.mark.parametrize("text", ["[x](https://good.example/a?b=c&d=e#f)", "<https://good.example/a?b=c&d=e#f>"])
def test_links_lead_to_https_and_vouch_for_nothing(text):
    (link,) = [found for tag, found in Told(str(story(text))).elements if tag == "a"]
    assert link == {"href": "https://good.example/a?b=c&d=e#f", "rel": "nofollow ugc noopener noreferrer"}


@pytest.mark.parametrize(
    "address", ["http://x.example", "/y", "y", "../y", "//x.example", "#repeat", "mailto:a@b.example", "?x"]
)
def test_other_links_lead_nowhere_and_keep_their_text(address):
    told = Told(str(story(f"[the text]({address})")))
    assert told.links() == []
    assert told.text == "the text"


def test_an_image_is_a_link_to_it_at_most():
    told = Told(str(story("![a cat](https://cats.example/x.png)")))
    assert [tag for tag, _ in told.elements] == ["p", "a"]
    assert told.links() == ["https://cats.example/x.png"]


@pytest.mark.parametrize(("level", "shown"), [(1, "h3"), (2, "h4"), (3, "h5"), (4, "h6"), (5, "h6"), (6, "h6")])
def test_headings_stand_below_the_pages_own(level, shown):
    assert str(story(f"{'#' * level} Why")) == f"<{shown}>Why</{shown}>"


@pytest.mark.parametrize("underline", ["===", "---"])
def test_underlined_headings_too(underline):
    assert [tag for tag, _ in Told(str(story(f"Why\n{underline}"))).elements] == [{"===": "h3", "---": "h4"}[underline]]


def test_text_about_headings_stays_as_it_is():
    assert str(story("`<h1>` and <h2>")) == "<p><code>&lt;h1&gt;</code> and &lt;h2&gt;</p>"


def test_code_keeps_its_blank_lines():
    """A blank line in the page would end the block of HTML."""
    for text in ("```\none\n\n\n  two\n```", "    one\n\n\n      two"):
        told = story(text)
        assert str(told) == "<pre><code>one&#10;&#10;&#10;  two&#10;</code></pre>"
        assert unescape(str(told)).count("\n\n\n") == 1


def test_code_keeps_its_tabs():
    assert "\tindented" in str(story("```\n\tindented\n```"))


def test_a_table_is_a_table():
    told = story("| width | score |\n|------:|:------|\n| 8 | **122** |\n| `9` | 125 |")
    assert [tag for tag, _ in Told(str(told)).elements] == [
        *("table", "thead", "tr", "th", "th", "tbody"),
        *("tr", "td", "td", "strong", "tr", "td", "code", "td"),
    ]


def test_lists_keep_where_they_start():
    assert '<ol start="3">' in str(story("3. three\n4. four"))


def test_what_can_not_be_seen_is_spelled_out():
    assert str(story("a\u202eb\x07c\x00")) == "<p>a\\u202eb\\x07c\\x00</p>"


def test_a_story_ends_somewhere():
    assert LONGEST <= len(Told(str(story("x" * (3 * LONGEST)))).text) <= LONGEST
    assert len(Told(str(story("line\n\n" * LONGEST))).text) <= LONGEST


@pytest.mark.parametrize("piece", ["> ", "- ", "[", "*a ", "_", "`" * 3 + "\n", "<", "![", "|\n", "1. "])
def test_a_hostile_story_takes_no_time_and_no_stack(piece):
    """Deep nesting, openings that nobody closes."""
    assert dangers(str(story(piece * LONGEST))) == []


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_nothing_becomes_nothing(text):
    assert str(story(text)) == ""
