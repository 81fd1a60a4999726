"""A gigabyte without a line end, with escape sequences, NULs and bytes that are no UTF-8."""

import os

from attempts import done, say

say("printing")
os.write(1, b"\xff\xfe\x00\x1b[31m\x1b]0;title\x07::set-output name=x::y\r##[error]no\n")
piece = b"\x1b[2J\xc3\x28" * 10922
for _ in range((1 << 30) // len(piece)):
    left = memoryview(piece)
    while left:
        left = left[os.write(1, left) :]
os.write(1, b"\n")
done()
