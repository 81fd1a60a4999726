"""`referee run ENTRY`."""

from __future__ import annotations

import argparse
from pathlib import Path

from referee.adapters.cli.arguments import arrange_entry, arrange_practice, refuse_odd_options
from referee.adapters.cli.audience import audience_of
from referee.adapters.cli.main import league_of
from referee.adapters.cli.told import tell_result, warn_unconfined


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    arrange_entry(parser)
    arrange_practice(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, help="keep artifacts and logs there (default: a temporary folder)")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Train, judge, record, print."""
    refuse_odd_options(parsed)
    from referee.play.match import Match
    from referee.play.running import run
    from referee.untrusted.backends import choose
    from referee.untrusted.machine import leftovers

    match = Match.of(league_of(parsed), parsed.entry, parsed.class_)
    sandbox = choose(match.hardware, practice=parsed.practice)
    warn_unconfined(sandbox)
    with leftovers.folder("run") as temporary, audience_of(match, parsed.json) as audience:
        result, file = run(
            match,
            parsed.out or Path(temporary),
            sandbox,
            audience,
            rounds=parsed.rounds,
            seconds=parsed.seconds,
            practice=parsed.practice,
        )
    return tell_result(match, result, file, parsed.json, practice=parsed.practice)
