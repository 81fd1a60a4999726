"""Allocates and touches a gigabyte."""

from attempts import say

say("allocating")
held = []
for _ in range(64):
    held.append(b"x" * (16 << 20))
