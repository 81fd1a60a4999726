"""What the head of a page says: the feed, the card, the policy."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from html.parser import HTMLParser

import pytest
from league_folder import HOSTILE

from referee.adapters.site.head import at_the_head, guarded
from referee.presentation.site.addresses import Published

PAGE = "<html><head><title>x</title></head><body><article><p>body</p></article></body></html>"
PUBLISHED = Published(address="https://golf.example/league/")


class Head(HTMLParser):
    """Elements and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def properties(self) -> dict[str, str]:
        metas = [found for tag, found in self.found if tag == "meta"]
        return {str(one.get("property") or one.get("name")): str(one.get("content")) for one in metas}


def head(path: str = "index.md", title: str = "x", card: str | None = None, published: Published = PUBLISHED) -> Head:
    return Head(at_the_head(PAGE, path, title, card, published))


@pytest.mark.parametrize(
    ("path", "feed"),
    [("index.md", "records.xml"), ("scores.md", "../records.xml"), ("entries/digits/a.md", "../../../records.xml")],
)
def test_every_page_names_the_feed_of_records(path, feed):
    for published in (PUBLISHED, Published()):
        (link,) = [found for tag, found in head(path, published=published).found if tag == "link"]
        assert link == {"rel": "alternate", "type": "application/atom+xml", "title": "Records", "href": feed}


def test_a_site_with_an_address_has_cards():
    assert head("boards/digits/laptop-ss.md", "Digits", "cards/boards/digits/laptop-ss.png").properties() == {
        "og:type": "website",
        "og:title": "Digits",
        "og:image": "https://golf.example/league/cards/boards/digits/laptop-ss.png",
        "twitter:card": "summary_large_image",
    }


def test_a_page_without_a_card_has_the_leagues():
    assert head("rules.md").properties()["og:image"] == "https://golf.example/league/cards/index.png"


def test_a_site_without_an_address_has_no_cards():
    """Who shows a card asks for the whole address."""
    assert head(published=Published()).properties() == {}


def test_the_rest_of_the_page_stays():
    built = at_the_head(PAGE, "index.md", "x", None, PUBLISHED)
    before, after = PAGE.split("</head>")
    assert built.startswith(before) and built.endswith(f"</head>{after}")


def test_a_head_that_the_content_names_gets_nothing():
    page = PAGE.replace("body</p>", "&lt;/head&gt; </head></p>")
    assert at_the_head(page, "index.md", "x", None, PUBLISHED).split("<body>")[1] == page.split("<body>")[1]


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_title_and_a_card_are_text(payload):
    """Titles come as HTML, as front matter has them; a card's path comes as it is."""
    hostile, harmless = head(title=escape(payload), card=f"cards/{payload}"), head()
    assert [(tag, sorted(found)) for tag, found in hostile.found] == [(tag, sorted(found)) for tag, found in harmless.found]


# The policy


def policy(html: str) -> str:
    metas = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)
    assert len(metas) <= 1
    return metas[0] if metas else ""


def digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_a_page_without_an_address_has_no_policy():
    assert guarded(PAGE, Published()) == PAGE


def test_the_policy_stands_before_whatever_it_rules():
    assert guarded(PAGE, PUBLISHED).startswith('<html><head><meta http-equiv="Content-Security-Policy"')


def test_nothing_is_fetched_from_elsewhere():
    directives = dict(one.strip().split(" ", 1) for one in policy(guarded(PAGE, PUBLISHED)).split(";"))
    assert directives["default-src"] == directives["base-uri"] == "'none'"
    for name, sources in directives.items():
        allowed = {"'self'", "'none'", "data:"} | ({"'unsafe-inline'"} if name == "style-src" else set())
        assert set(sources.split()) <= allowed, name


def test_the_themes_own_lines_may_run_and_those_of_the_content_may_not():
    theirs, strangers = "theme()\n", "alert(1)"
    page = PAGE.replace("<title>", f"<script>{theirs}</script><title>").replace("<p>", f"<script>{strangers}</script><p>")
    allowed = policy(guarded(page, PUBLISHED))
    assert (
        digest(theirs) in allowed and digest(strangers) not in allowed and "unsafe-inline" not in allowed.split("script-src")[1]
    )
