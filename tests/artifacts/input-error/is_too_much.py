"""A hundred megabytes, a hundred thousand brackets, a number of a million digits, bytes that are no text."""

from hostile import hostile

ATTACK = 32


@hostile("bytes of YAML, at most 4194304 are read")
def a_hundred_megabytes():
    return b"a: 1\n" * 20_000_000


@hostile("is nested more than 16 deep")
def a_hundred_thousand_lists():
    return b"[" * 100_000


@hostile("is nested more than 16 deep")
def a_hundred_thousand_tables():
    return b"{a: " * 100_000


@hostile("is nested more than 16 deep")
def a_thousand_indents():
    return b"\n".join(b" " * depth + b"a:" for depth in range(1000))


@hostile("version: expected a whole number, got")
def a_million_digits():
    return b"version: " + b"9" * 1_000_000


@hostile("is not text: byte 0 is no UTF-8; save it as plain UTF-8")
def sixteen_bits_a_letter():
    return "title: Digits".encode("utf-16")


@hostile("a key must be a word")
def a_key_that_is_a_list():
    return b"? [a, b]\n: 1\n"


@hostile("is empty")
def nothing():
    return b""
