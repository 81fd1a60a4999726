"""What a reader does with a board, and what should then stand there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from board_page import Plain
from browser import Visit
from playwright.sync_api import Locator, expect

Open = Callable[..., AbstractContextManager[Visit]]
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def entries(visit: Visit) -> list[str]:
    """The entries in the table, from above."""
    return visit.page.locator("tbody .golf-by code").all_inner_texts()


def status(visit: Visit) -> Locator:
    """Where the first board says what it did, aloud to those who listen."""
    return visit.page.locator(".golf-status[role=status]").first


def says(visit: Visit, text: str) -> None:
    """Waits until the page has said it."""
    expect(status(visit)).to_have_text(text)


def sort_by(visit: Visit, column: str) -> None:
    """Presses the head of a column."""
    visit.page.locator(f'thead [data-sort="{column}"] button').click()


def copied(visit: Visit, kind: str) -> str:
    """What a copy button leaves on the clipboard."""
    visit.page.evaluate("navigator.clipboard.writeText('nothing')")
    visit.page.get_by_role("button", name=f"Copy as {kind}", exact=True).click()
    expect(status(visit)).to_contain_text("Copied")
    text = visit.page.evaluate("navigator.clipboard.readText()")
    assert text != "nothing"
    return text.replace("\r\n", "\n")


VALUES: dict[str, Callable[[Plain], Any]] = {
    "rank": lambda row: row["rank"],
    "score": lambda row: row["score"],
    "gap": lambda row: row["gap"],
    "fit": lambda row: row["fit"] and row["fit"]["loss"],
    "heldout": lambda row: row["heldout"] and row["heldout"]["accuracy"],
    "seconds": lambda row: row["seconds"],
    "joules": lambda row: row["joules_at_most"] if row["joules"] is None else row["joules"],
    "attempt": lambda row: row["attempt"],
    "verdict": lambda row: row["verdict"],
    "recorded_at": lambda row: row["recorded_at"],
}


def in_order(rows: Sequence[Plain], column: str, descending: bool) -> list[str]:
    """Entries as a sort should have them: equal ones by rank, missing values last either way."""
    value = VALUES[column]
    missing = [row["entry"] for row in rows if value(row) is None]
    there = sorted((row for row in rows if value(row) is not None), key=value, reverse=descending)
    return [row["entry"] for row in there] + missing
