"""What a stranger left in a folder: taken without following, blocking or trusting sizes."""

from __future__ import annotations

import os
import socket

import pytest

from referee.untrusted.collect import Refused, TooLarge, collect, collect_all, last_line


@pytest.fixture
def folder(tmp_path):
    """A folder, its descriptor."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield tmp_path, descriptor
    os.close(descriptor)


def test_a_regular_file_is_taken(folder):
    path, descriptor = folder
    (path / "model").write_bytes(b"weights")
    assert collect(descriptor, "model", 7) == b"weights"


def test_nothing_is_nothing(folder):
    assert collect(folder[1], "model", 7) is None


@pytest.mark.parametrize("target", ["/etc/passwd", "model2", "missing", "."])
def test_a_symbolic_link_is_never_followed(folder, target):
    path, descriptor = folder
    (path / "model2").write_bytes(b"weights")
    (path / "model").symlink_to(target)
    with pytest.raises(Refused, match="no regular file"):
        collect(descriptor, "model", 100)


def test_a_second_name_is_refused(folder):
    path, descriptor = folder
    (path / "other").write_bytes(b"weights")
    os.link(path / "other", path / "model")
    with pytest.raises(Refused, match="of its own"):
        collect(descriptor, "model", 100)


def test_a_pipe_does_not_block(folder):
    path, descriptor = folder
    os.mkfifo(path / "model")
    with pytest.raises(Refused):
        collect(descriptor, "model", 100)
    assert last_line(descriptor, "model") == ""


def test_a_socket_and_a_folder_are_refused(folder):
    path, descriptor = folder
    (path / "model").mkdir()
    with pytest.raises(Refused):
        collect(descriptor, "model", 100)
    (path / "model").rmdir()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path / "model"))
        with pytest.raises(Refused):
            collect(descriptor, "model", 100)


def test_a_sparse_terabyte_is_not_read(folder):
    path, descriptor = folder
    with (path / "model").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(TooLarge, match="more than the 100 bytes"):
        collect(descriptor, "model", 100)


def changing(monkeypatch, change):
    """Reads a byte at a time, and does something to the file after each."""
    read = os.read

    def slowly(descriptor, size):
        found = read(descriptor, 1)
        change()
        return found

    monkeypatch.setattr("referee.untrusted.collect.os.read", slowly)


def test_a_file_that_grows_while_it_is_read_is_read_up_to_its_cap(folder, monkeypatch):
    """It was small when it was looked at."""
    path, descriptor = folder
    (path / "model").write_bytes(b"weights")

    def grow():
        with (path / "model").open("ab") as file:
            file.write(b"more")

    changing(monkeypatch, grow)
    with pytest.raises(TooLarge, match="more than the 100 bytes"):
        collect(descriptor, "model", 100)


def test_a_file_that_shrinks_while_it_is_read_is_cut_short(folder, monkeypatch):
    """Nothing waits for what is gone."""
    path, descriptor = folder
    (path / "model").write_bytes(b"weights")
    changing(monkeypatch, lambda: os.truncate(path / "model", 3))
    assert collect(descriptor, "model", 100) == b"wei"


def test_a_file_that_is_replaced_while_it_is_read_is_the_first_to_its_end(folder, monkeypatch):
    """The descriptor holds the file, not its name."""
    path, descriptor = folder
    (path / "model").write_bytes(b"weights")
    (path / "other").symlink_to("/etc/passwd")

    def replace():
        if (path / "other").is_symlink():
            (path / "other").replace(path / "model")

    changing(monkeypatch, replace)
    assert collect(descriptor, "model", 100) == b"weights" and (path / "model").is_symlink()


def test_each_wanted_name_gets_its_content_or_its_refusal(folder):
    path, descriptor = folder
    (path / "a").write_bytes(b"1")
    (path / "b").write_bytes(b"22")
    taken = collect_all(descriptor, {"a": 1, "b": 1, "c": 1})
    assert taken["a"] == b"1" and isinstance(taken["b"], TooLarge) and set(taken) == {"a", "b"}


@pytest.mark.parametrize(
    ("content", "line"), [("", ""), ("1,2", ""), ("1,2\n", "1,2"), ("1\n2\n3", "2"), ("x" * 999 + "\n9\n", "9")]
)
def test_the_last_complete_line_of_a_growing_file(folder, content, line):
    path, descriptor = folder
    (path / "curve").write_text(content)
    assert last_line(descriptor, "curve") == line
