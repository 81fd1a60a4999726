"""The site of a league of thousands: it builds strictly, in bounded memory and space, and no row is lost."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from synthetic_league import synthetic_league

from referee.files.league import League
from referee.presentation.site.boards import Board, standing

pytestmark = pytest.mark.slow
RESULTS = 3000
MEMORY_GIB = 1.5
SITE_MB = 400
"""GitHub serves a gigabyte"""


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> League:
    """Ten competitions of six classes, built by MkDocs where mkdocs.yml says: `.build/site`."""
    return League(synthetic_league(tmp_path_factory.mktemp("large") / "league", RESULTS))


@pytest.fixture(scope="module")
def peak_gib(league: League) -> float:
    """Of memory, what `mkdocs build --strict` took."""
    words = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    process = subprocess.Popen(words, cwd=league.root, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / 2**20


@pytest.fixture(scope="module")
def site(league: League, peak_gib: float) -> Path:
    """The built site."""
    return league.root / ".build/site"


def boards(league: League) -> dict[str, Board]:
    """Address of each board's files, without the suffix -> the board, as the referee ranks it."""
    found = {}
    for name in league.competitions():
        one = standing(league, name)
        found |= {f"boards/{name}/{board.class_}": board for board in one.boards}
        found |= {f"boards/{name}/{board.class_}.v{board.version}-{board.rules_sha256[:8]}": board for board in one.frozen}
    return {address: board for address, board in found.items() if board.played}


def test_memory_and_space_stay_bounded(peak_gib: float, site: Path) -> None:
    assert peak_gib < MEMORY_GIB
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < SITE_MB * 10**6


def test_every_result_stands_in_the_files_of_its_board(league: League, site: Path) -> None:
    counted = 0
    for address, board in boards(league).items():
        rows = json.loads((site / f"{address}.json").read_text(encoding="utf-8"))["rows"]
        assert [row["entry"] for row in rows] == [line.entry for line in board.lines], address
        with (site / f"{address}.csv").open(newline="", encoding="utf-8") as file:
            assert sum(1 for _ in csv.reader(file)) == 1 + len(rows)
        counted += len(rows)
    assert counted == RESULTS


def test_the_database_has_every_result_once(site: Path) -> None:
    with closing(sqlite3.connect(f"file:{site / 'league.sqlite'}?mode=ro", uri=True)) as base:
        listed = base.execute("SELECT board, entry FROM results").fetchall()
    assert len(listed) == len(set(listed)) == RESULTS


def test_every_page_that_a_board_names_is_there(league: League, site: Path) -> None:
    pages = {line.page for board in boards(league).values() for line in board.lines if line.page is not None}
    assert len(pages) > 300
    for page in pages:
        assert (site / page.removesuffix(".md") / "index.html").is_file(), page
