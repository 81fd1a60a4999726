"""`referee run ENTRY`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from referee.adapters.cli.audience import audience_of
from referee.adapters.cli.main import league_of
from referee.adapters.cli.told import tell_result, warn_unconfined
from referee.ground.errors import InputError


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    arrange_entry(parser)
    arrange_practice(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, help="keep artifacts and logs there (default: a temporary folder)")
    parser.set_defaults(command=main)


def arrange_entry(parser: argparse.ArgumentParser) -> None:
    """Arguments that name a match."""
    parser.add_argument("entry", metavar="ENTRY", help="competition/entry, as digits/adam, or the path of its folder")
    parser.add_argument("--class", dest="class_", metavar="CLASS", help="as laptop-ss (default: the entry's first)")


def arrange_practice(parser: argparse.ArgumentParser) -> None:
    """Arguments of a training."""
    parser.add_argument("--practice", action="store_true", help="never recorded; unconfined where bubblewrap is missing")
    parser.add_argument("--rounds", type=_count, metavar="N", help="with --practice: instead of the competition's number")
    parser.add_argument("--seconds", type=_duration, metavar="S", help="with --practice: instead of the class's time")


def refuse_odd_options(parsed: argparse.Namespace) -> None:
    """Rounds and seconds are the rules' to set, unless it is practice."""
    if not parsed.practice and (parsed.rounds or parsed.seconds):
        raise InputError("--rounds and --seconds are for practice; add --practice, or leave them to the rules")


def main(parsed: argparse.Namespace) -> int:
    """Train, judge, record, print."""
    refuse_odd_options(parsed)
    from referee.play.match import Match
    from referee.play.running import run
    from referee.untrusted.backends import choose

    match = Match.of(league_of(parsed), parsed.entry, parsed.class_)
    sandbox = choose(practice=parsed.practice)
    warn_unconfined(sandbox)
    with tempfile.TemporaryDirectory(prefix="mlgolf-run-") as temporary, audience_of(match, parsed.json) as audience:
        result, file = run(
            match,
            parsed.out or Path(temporary),
            sandbox,
            audience,
            rounds=parsed.rounds,
            seconds=parsed.seconds,
            practice=parsed.practice,
        )
    return tell_result(match, result, file, parsed.json)


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 20:
        raise argparse.ArgumentTypeError(f"expected 1 to 20, got {text}")
    return int(text)


def _duration(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 30 * 86400:
        raise argparse.ArgumentTypeError(f"expected seconds, got {text}")
    return seconds
