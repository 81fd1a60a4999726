"""Ends in an exception; its last lines are shown."""

import honest  # noqa: F401

for number in range(40):
    print(f"line {number}")
raise RuntimeError("on purpose")
