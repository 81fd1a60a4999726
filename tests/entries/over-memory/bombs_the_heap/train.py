"""Allocates until there is no more; the good model that it wrote before does not save it."""

import honest  # noqa: F401

print("allocating", flush=True)
held = []
while True:
    held.append(b"x" * (16 << 20))
