"""What a stranger prints: drained whatever it is, kept head and tail."""

from __future__ import annotations

import os

import pytest

from referee.untrusted.log import Log


def printed(chunks: list[bytes], most: int) -> str:
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as ours:
        log = Log(ours, most)
        with open(writing, "wb", buffering=0) as theirs:
            for chunk in chunks:
                theirs.write(chunk)
        return log.text()


def test_a_short_output_is_kept_whole():
    assert printed([b"one\n", b"two\n"], 100) == "one\ntwo\n"


def test_a_long_one_keeps_its_head_and_its_tail():
    text = printed([b"%06d\n" % number for number in range(10_000)], 140)
    assert text.startswith("000000\n000001\n") and text.endswith("009998\n009999\n")
    assert "[... 69860 bytes left out ...]" in text


@pytest.mark.parametrize("size", [1, 7, 100, 101, 65536, 300_000])
def test_nothing_over_the_cap_is_kept_however_it_comes(size):
    text = printed([b"x" * size] * 5, 100)
    assert text.count("x") == min(5 * size, 100)


def test_bytes_that_are_no_utf8_are_replaced():
    assert printed([b"\xff\xfea"], 100) == "��a"
