"""Arguments that several commands take."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

from referee.ground.classes import DAY, HOUR, MINUTE
from referee.ground.errors import InputError

_UNITS = {"s": 1, "min": MINUTE, "h": HOUR, "d": DAY}
_DURATION = re.compile(rf"(?P<number>[0-9]+(\.[0-9]+)?)(?P<unit>{'|'.join(_UNITS)})?")
_LONGEST = 3650 * DAY


def arrange_entry(parser: argparse.ArgumentParser) -> None:
    """Arguments that name a match."""
    parser.add_argument("entry", metavar="ENTRY", help="competition/entry, as digits/adam, or the path of its folder")
    parser.add_argument("--class", dest="class_", metavar="CLASS", help="as laptop-ss (default: the entry's first)")


def arrange_practice(parser: argparse.ArgumentParser) -> None:
    """Arguments of a training."""
    parser.add_argument("--practice", action="store_true", help="never recorded; unconfined where bubblewrap is missing")
    parser.add_argument("--rounds", type=count_to(20), metavar="N", help="with --practice: instead of the competition's number")
    parser.add_argument("--seconds", type=duration, metavar="TIME", help="with --practice: instead of the class's time")


def refuse_odd_options(parsed: argparse.Namespace) -> None:
    """Rounds and seconds are the rules' to set, unless it is practice."""
    if not parsed.practice and (parsed.rounds or parsed.seconds):
        raise InputError("--rounds and --seconds are for practice; add --practice, or leave them to the rules")


def count_to(most: int) -> Callable[[str], int]:
    """A whole number from 1 on; an argument's type."""

    def count(text: str) -> int:
        if not text.isdigit() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"expected 1 to {most}, got {text}")
        return int(text)

    return count


def duration(text: str) -> float:
    """`90`, `90s`, `15min`, `2h` or `30d` in seconds; an argument's type."""
    found = _DURATION.fullmatch(text)
    seconds = float(found["number"]) * _UNITS[found["unit"] or "s"] if found else 0
    if not 0 < seconds <= _LONGEST:
        raise argparse.ArgumentTypeError(f"expected a time such as 90s, 15min, 2h or 30d, got {text}")
    return seconds
