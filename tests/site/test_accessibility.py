"""axe-core finds nothing on any kind of page, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sample_site import KINDS, Built

pytest_plugins = ["site_fixtures"]
pytestmark = pytest.mark.slow

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
VIEWS = [(scheme, size) for scheme in ("light", "dark") for size in (DESK, PHONE)]
OFTEN = ("home", "competition", "board", "doubtful board", "entry with a story", "player", "hardware", "scores", "not found")
"""looked at in every run of the tests; the others in the slow ones"""
QUICK: Mapping[str, Any] = {"reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def axe(npm_packages: Path) -> str:
    """The checker."""
    return (npm_packages / "axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """What is wrong with a page as it is shown now: the rule, the element, why."""
    page.evaluate("() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)))")
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(found["passes"]) > 10
    return [
        f"{one['id']}: {node['html'][:200]}: {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def opened(page: Page) -> None:
    """Unfold whatever is folded."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize("kind", OFTEN)
def test_axe_finds_nothing(chromium: Browser, sample_site: Built, axe: str, kind: str) -> None:
    """With everything unfolded; light on a desk, dark on a phone."""
    with sample_site.open(chromium, KINDS[kind], viewport=DESK, color_scheme="light", **QUICK) as visit:
        opened(visit.page)
        assert violations(visit.page, axe) == []
        visit.page.emulate_media(color_scheme="dark")
        visit.page.set_viewport_size(PHONE)
        expect(visit.page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        assert violations(visit.page, axe) == []


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_in_any_view(chromium: Browser, sample_site: Built, axe: str, kind: str) -> None:
    """With everything unfolded; every kind of page in every view."""
    for scheme, size in VIEWS:
        with sample_site.open(chromium, KINDS[kind], viewport=size, color_scheme=scheme, **QUICK) as visit:
            opened(visit.page)
            assert violations(visit.page, axe) == [], (scheme, size)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_board_in_use(chromium: Browser, sample_site: Built, axe: str, scheme: str) -> None:
    """Filtered, sorted, with results that did not qualify, and with none."""
    with sample_site.open(chromium, f"{KINDS['board']}?find=net&sort=-seconds", color_scheme=scheme, **QUICK) as visit:
        opened(visit.page)
        expect(visit.page.locator(".golf-status").first).to_contain_text("of 70 results")
        assert violations(visit.page, axe) == []
        for word in ("not yet", "nothing has this"):
            visit.page.locator("[name=find]").first.fill(word)
            assert violations(visit.page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_drawer_and_in_the_search_of_a_phone(
    chromium: Browser, sample_site: Built, axe: str, scheme: str
) -> None:
    with sample_site.open(chromium, KINDS["home"], viewport=PHONE, color_scheme=scheme, **QUICK) as visit:
        visit.page.locator("label.md-header__button[for=__drawer]").click()
        expect(visit.page.locator(".md-sidebar--primary .md-nav__title").first).to_be_in_viewport()
        assert violations(visit.page, axe) == []
        visit.page.keyboard.press("Escape")
        visit.page.locator("#__drawer").evaluate("(drawer) => { drawer.checked = false; }")
        visit.page.locator("label.md-header__button[for=__search]").click()
        visit.page.locator(".md-search__input").press_sequentially("pruning")
        expect(visit.page.locator(".md-search-result__item").first).to_be_visible()
        assert violations(visit.page, axe) == []


@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        ("document.querySelector('.golf-title').textContent = ''", "link-name"),
        ("document.querySelector('.md-search').removeAttribute('aria-label')", "aria-dialog-name"),
        ("document.querySelector('.golf-summary, .golf-class').style.color = '#999'", "color-contrast"),
        ("document.querySelector('.golf-place').setAttribute('role', 'img')", "role-img-alt"),
    ],
)
def test_axe_would_find(chromium: Browser, sample_site: Built, axe: str, harm: str, rule: str) -> None:
    """Faults that these pages could have."""
    with sample_site.open(chromium, KINDS["board"], viewport=PHONE, **QUICK) as visit:
        visit.page.evaluate(harm)
        assert [one for one in violations(visit.page, axe) if one.startswith(f"{rule}:")]
