"""Texts are kept between runs, and a memory that is wrong, gone or shared costs time alone."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Thread

import pytest

from referee.files.kept_texts import KeptTexts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where texts are kept; not there yet."""
    return tmp_path / "deep" / "kept"


class Made:
    """Counts how often it was asked."""

    def __init__(self, text: str = "a page") -> None:
        self.text, self.times = text, 0

    def __call__(self) -> str:
        self.times += 1
        return self.text


def test_a_text_is_made_once(folder):
    """By another run of the same maker neither."""
    made = Made()
    assert [KeptTexts(folder, "maker")("key", made) for _ in range(3)] == ["a page"] * 3
    assert made.times == 1


def test_another_key_is_another_text(folder):
    kept = KeptTexts(folder, "maker")
    assert [kept("one", Made("1")), kept("two", Made("2")), kept("one", Made("3"))] == ["1", "2", "1"]


def test_another_maker_makes_its_own(folder):
    KeptTexts(folder, "old")("key", Made("old"))
    assert KeptTexts(folder, "new")("key", Made("new")) == "new"


@pytest.mark.parametrize("text", ["", "\n", "a\r\nb\rc", "\u2028 \x85 \ufeff", "日本語 \U0001f3cc", "\0"])
def test_a_kept_text_is_what_was_made_to_the_last_character(folder, text):
    KeptTexts(folder, "maker")("key", Made(text))
    made = Made("made again")
    assert KeptTexts(folder, "maker")("key", made) == text
    assert made.times == 0


def test_what_was_not_asked_for_is_forgotten(folder):
    kept = KeptTexts(folder, "maker")
    kept("gone", Made())
    kept("stays", Made())
    later = KeptTexts(folder, "maker")
    later("stays", Made())
    later.forget_the_rest()
    assert sorted(file.name for file in (folder / "maker").iterdir()) == ["stays"]


def test_another_makers_texts_are_forgotten(folder):
    KeptTexts(folder, "old")("key", Made())
    kept = KeptTexts(folder, "new")
    kept("key", Made())
    kept.forget_the_rest()
    assert [child.name for child in folder.iterdir()] == ["new"]


def test_forgetting_in_a_folder_that_is_not_there_is_nothing(folder):
    KeptTexts(folder, "maker").forget_the_rest()
    assert not folder.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"half \xc3"])
def test_a_file_that_is_no_text_is_made_again(folder, content):
    kept = KeptTexts(folder, "maker")
    kept("key", Made())
    (folder / "maker/key").write_bytes(content)
    assert kept("key", Made("again")) == "again"
    assert (folder / "maker/key").read_text() == "again"


def test_a_folder_in_the_place_of_a_text_costs_time_alone(folder):
    (folder / "maker/key").mkdir(parents=True)
    kept = KeptTexts(folder, "maker")
    assert kept("key", Made()) == "a page"
    kept.forget_the_rest()


def test_where_nothing_can_be_written_everything_is_made(tmp_path):
    """A file stands where the folder should: also root, who may write anywhere, can't write there."""
    (tmp_path / "kept").write_text("in the way")
    kept, made = KeptTexts(tmp_path / "kept", "maker"), Made()
    assert [kept("key", made) for _ in range(2)] == ["a page"] * 2
    assert made.times == 2
    kept.forget_the_rest()
    assert (tmp_path / "kept").read_text() == "in the way"


def test_a_text_that_can_not_be_made_leaves_nothing(folder):
    def fails() -> str:
        raise ValueError("no page")

    with pytest.raises(ValueError, match="no page"):
        KeptTexts(folder, "maker")("key", fails)
    assert KeptTexts(folder, "maker")("key", Made()) == "a page"


def test_two_makers_side_by_side_never_see_half_a_text(folder):
    """Two builds at once make the same pages: what either reads is whole."""
    texts, seen, together = {f"{number}": f"{number} " * 20_000 for number in range(20)}, [], Barrier(2)

    def build() -> None:
        kept = KeptTexts(folder, "maker")
        together.wait()
        seen.extend((key, kept(key, Made(text))) for key, text in texts.items())

    threads = [Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 40
    assert [key for key, text in seen if text != texts[key]] == []
    assert {file.name: file.read_text() for file in (folder / "maker").iterdir()} == texts
