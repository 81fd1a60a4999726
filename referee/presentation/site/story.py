"""What contestants write about their entries: Markdown, rendered to HTML that can do nothing.

Two locks, either of which would hold: markdown-it reads no HTML and makes no images, and what comes out goes through an
allow-list of elements, in which links are https alone.
"""

from __future__ import annotations

import re
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from referee.presentation.words import plain

LONGEST = 20_000
"""characters of notes that are shown"""
_TAGS = {
    "p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def story(text: str) -> Markup:
    """Notes as HTML on a single line: Markdown, to which the page belongs, must not find a line of theirs."""
    shown = "\n".join(plain(line, LONGEST).replace("\\x09", "\t") for line in text[:LONGEST].splitlines())
    html = nh3.clean(
        _headings_below(_markdown().render(shown)),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"https"},
        url_relative="deny",
        link_rel="nofollow ugc noopener noreferrer",
    )
    return Markup(html.strip().replace("\n", "&#10;"))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable(["image"])


def _headings_below(html: str) -> str:
    """Two levels down: the page has its own heading, and the story one."""
    return re.sub(r"(</?h)([1-6])>", lambda tag: f"{tag[1]}{min(6, int(tag[2]) + 2)}>", html)
