"""The pages are valid HTML, but for what the theme writes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest
from sample_site import KINDS, Built

pytest_plugins = ["site_fixtures"]

VALIDATE = Path(__file__).with_name("validate.cjs")
ALLOWED: tuple[tuple[str, str, str], ...] = (
    ("valid-autocomplete", r'<input class="md-toggle"', "the theme's switches are checkboxes"),
    ("input-missing-label", r'<label class="md-(overlay|header__button)', "and what is pressed for them is a picture"),
    ("wcag/h32", r'<form class="md-(header__option|search__form)"', "the theme's forms send nothing"),
    (
        "unique-landmark",
        r'<nav class="md-nav( md-nav--secondary)?"',
        "the theme writes the contents twice, and shows them once",
    ),
    ("no-missing-references", r'<label class="md-nav__title" for="__toc"', "the theme's, on pages without contents"),
    ("attribute-allowed-values", r'<label class="md-nav__link[^>]*tabindex=""', "the theme's, on the section that is open"),
    ("prefer-native-element", r'<div class="golf-scroll[^>]*role="region" tabindex="0" aria-label="', "as good as a section"),
    ("wcag/h63", r"<th>", "a chart's table has one row and one column of heads, which need no scope, and many rows"),
)
"""rule, what it finds, why it may stay"""


def found(pages: Iterable[Path], packages: Path) -> list[dict[str, str]]:
    """What the validator finds on some pages and no line of `ALLOWED` covers."""
    assert packages.is_dir()
    done = subprocess.run(["node", VALIDATE, *pages], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [
        one
        for one in json.loads(done.stdout)
        if not any(one["rule"] == rule and re.match(pattern, one["source"]) for rule, pattern, _ in ALLOWED)
    ]


def test_every_kind_of_page_is_valid(sample_site: Built, npm_packages: Path) -> None:
    pages = [sample_site.site / path.strip("/") for path in KINDS.values()]
    assert found([page if page.is_file() else page / "index.html" for page in pages], npm_packages) == []


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<p><div>block</div></p>", "close-order"),
        ("<img src=x>", "wcag/h37"),
        ("<ul><p>no item</p></ul>", "element-permitted-content"),
        ("<button><a href=x>x</a></button>", "element-permitted-content"),
        ("<b id=a></b><b id=a></b>", "no-dup-id"),
        ("<p class=a class=b></p>", "no-dup-attr"),
        ("<golf></golf>", "no-unknown-elements"),
        ("<table><tbody><tr><th>a</th></tr></tbody></table><i></b>", "close-order"),
        ("<input>", "input-missing-label"),
    ],
)
def test_the_validator_finds(tmp_path: Path, npm_packages: Path, html: str, rule: str) -> None:
    """Faults that a template could have."""
    page = tmp_path / "index.html"
    page.write_text(f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{html}</body></html>')
    assert rule in {one["rule"] for one in found([page], npm_packages)}
