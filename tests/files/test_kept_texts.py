"""Texts are kept between runs, and a memory that is wrong, gone or shared costs time alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest

from referee.files.kept_texts import KeptTexts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where texts are kept; its folder is not there yet."""
    return tmp_path / "deep" / "kept.sqlite"


class Made:
    """Counts how often it was asked."""

    def __init__(self, text: str = "a page") -> None:
        self.text, self.times = text, 0

    def __call__(self) -> str:
        self.times += 1
        return self.text


def run(file: Path, maker: str, **texts: str) -> dict[str, str]:
    """What a run gets that would make these texts, and keeps."""
    kept = KeptTexts(file, maker)
    got = {key: kept(key, Made(text)) for key, text in texts.items()}
    kept.keep()
    return got


def in_file(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as kept:
        return dict(kept.execute("SELECT key, text FROM texts"))


def test_a_text_is_made_once(file):
    """By a later run of the same maker neither."""
    made = Made()
    for _ in range(3):
        kept = KeptTexts(file, "maker")
        assert [kept("key", made), kept("key", made)] == ["a page"] * 2
        kept.keep()
    assert made.times == 1


def test_what_was_not_kept_is_made_again(file):
    """A run that failed."""
    KeptTexts(file, "maker")("key", Made("half"))
    assert run(file, "maker", key="whole") == {"key": "whole"}


def test_another_key_is_another_text(file):
    kept = KeptTexts(file, "maker")
    assert [kept("one", Made("1")), kept("two", Made("2")), kept("one", Made("3"))] == ["1", "2", "1"]


def test_another_maker_makes_its_own(file):
    run(file, "old", key="old")
    assert run(file, "new", key="new") == {"key": "new"}


@pytest.mark.parametrize("text", ["", "\n", "a\r\nb\rc", "\u2028 \x85 \ufeff", "日本語 \U0001f3cc", "\0"])
def test_a_kept_text_is_what_was_made_to_the_last_character(file, text):
    run(file, "maker", key=text)
    assert run(file, "maker", key="made again") == {"key": text}


def test_what_was_not_asked_for_is_forgotten(file):
    run(file, "maker", gone="1", stays="2")
    run(file, "maker", stays="3", new="4")
    assert in_file(file) == {"stays": "2", "new": "4"}


def test_another_makers_texts_are_forgotten(file):
    run(file, "old", key="old", more="old")
    run(file, "new", key="new")
    assert in_file(file) == {"key": "new"}


def test_a_run_that_asks_for_nothing_keeps_nothing(file):
    run(file, "maker", key="text")
    run(file, "maker")
    assert in_file(file) == {}


@pytest.mark.parametrize("content", [b"no database at all, but longer than its head " * 9, b"\xff", b""])
def test_a_file_that_is_no_database_is_made_anew(file, content):
    file.parent.mkdir()
    file.write_bytes(content)
    for _ in range(2):
        run(file, "maker", key="text")
    assert in_file(file) == {"key": "text"}


@pytest.mark.parametrize("columns", ["maker, key", "maker, key, text, PRIMARY KEY (text)"])
def test_a_table_of_another_shape_is_made_anew(file, columns):
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute(f"CREATE TABLE texts ({columns})")
        kept.execute("CREATE TRIGGER no BEFORE INSERT ON texts BEGIN SELECT RAISE(ABORT, 'no'); END")
    for _ in range(2):
        assert run(file, "maker", key="text") == {"key": "text"}
    assert in_file(file) == {"key": "text"}


def test_a_text_that_is_none_is_made_again(file):
    run(file, "maker", key="text")
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute("UPDATE texts SET text = x'fffe'")
    assert run(file, "maker", key="again") == {"key": "again"}
    assert in_file(file) == {"key": "again"}


def test_a_text_that_can_not_be_kept_costs_time_alone(file):
    """Half a surrogate pair is no UTF-8."""
    assert run(file, "maker", key="\ud800") == {"key": "\ud800"}
    assert run(file, "maker", key="text") == {"key": "text"}


def test_where_nothing_can_be_written_everything_is_made(tmp_path):
    """A file stands where the folder should, or a folder where the file should: also root can't write there."""
    (tmp_path / "file").write_text("in the way")
    for file in (tmp_path / "file/kept.sqlite", tmp_path):
        assert [run(file, "maker", key=text) for text in "ab"] == [{"key": "a"}, {"key": "b"}]
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_text_that_can_not_be_made_leaves_nothing(file):
    def fails() -> str:
        raise ValueError("no page")

    kept = KeptTexts(file, "maker")
    with pytest.raises(ValueError, match="no page"):
        kept("key", fails)
    assert kept("key", Made()) == "a page"


def test_while_another_run_writes_nothing_is_lost(file, monkeypatch):
    monkeypatch.setattr("referee.files.kept_texts.WAIT", 0.01)
    run(file, "maker", key="kept")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert run(file, "maker", key="made") == {"key": "made"}
        other.execute("ROLLBACK")
    assert in_file(file) == {"key": "kept"}


def test_two_runs_side_by_side_keep_whole_texts(file):
    """Two builds at once make the same pages."""
    texts, together = {f"{number}": f"{number} " * 20_000 for number in range(20)}, Barrier(2)

    def build() -> None:
        together.wait()
        run(file, "maker", **texts)

    threads = [Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert in_file(file) == texts
