"""The page of attacks says what the suite found. It stands after the tests that find it, by its name."""

from __future__ import annotations

import os
from pathlib import Path

import attacks as page
from conftest import REPOSITORY

from referee.ground.verdict import Verdict


def test_every_row_of_the_list_is_on_the_page():
    """1 to 26 meet the sandbox, 27 to 32 the judge."""
    rows = {one.row for one in page.attacks()} | {row for probe in page.probes() for row in probe.rows}
    assert rows == set(range(1, 33))


def test_every_line_has_a_name_of_its_own_and_a_sentence():
    """By the name it is found again."""
    names = [one.name for one in page.attacks()]
    assert len(names) == len(set(names))
    assert all(one.sentence.endswith(".") for one in page.attacks())


def test_the_page_says_what_was_found(attacks):
    """Of a back end that this machine lacks, what was committed stands; UPDATE_GOLDEN=1 writes it."""
    written = attacks.page()
    if os.environ.get("UPDATE_GOLDEN"):
        page.PAGE.write_text(written, encoding="utf-8")
    assert page.PAGE.read_text(encoding="utf-8") == written


def test_no_cell_is_left_open():
    """Each is a verdict, or held, or says that there is no wall."""
    known = {*Verdict, "held", "input-error", page.NO_WALL}
    assert {cell for cell in page.committed().values() if cell not in known} == set()


def test_the_page_names_no_machine():
    """It is the same wherever it was written."""
    written = page.PAGE.read_text(encoding="utf-8")
    assert str(Path.home()) not in written and str(REPOSITORY) not in written
