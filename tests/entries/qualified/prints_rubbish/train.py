"""Prints invalid UTF-8, NULs, escape sequences, workflow commands and one endless line; none of it matters."""

import os

import honest  # noqa: F401

os.write(1, b"\xff\xfe\x00\x1b[31m\x1b]0;title\x07::set-output name=x::y\n##[error]no\n")
for _ in range(64):
    os.write(1, b"x" * 65536)
os.write(1, b"\nlast line\n")
