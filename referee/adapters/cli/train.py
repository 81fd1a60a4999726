"""`referee train ENTRY --out DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from referee.adapters.cli.arguments import arrange_entry, arrange_practice, refuse_odd_options
from referee.adapters.cli.audience import audience_of
from referee.adapters.cli.main import league_of, print_json
from referee.adapters.cli.told import exit_code, warn_unconfined
from referee.files.decode import encode
from referee.ground.errors import InputError


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    arrange_entry(parser)
    arrange_practice(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder to hand to `referee judge`")
    parser.add_argument("--confirm", action="store_true", help="add as many rounds again to those in DIR")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Train into a folder; 0 where every round left something to judge."""
    refuse_odd_options(parsed)
    if parsed.confirm and not parsed.out.is_dir():
        raise InputError(f"--confirm: {parsed.out} holds no training; run `referee train` without it first")
    from referee.play.match import Match
    from referee.play.training import train
    from referee.untrusted.backends import choose

    match = Match.of(league_of(parsed), parsed.entry, parsed.class_)
    sandbox = choose(match.hardware, practice=parsed.practice)
    warn_unconfined(sandbox)
    with audience_of(match, parsed.json) as audience:
        training = train(
            match,
            parsed.out,
            sandbox,
            audience,
            rounds=parsed.rounds,
            seconds=parsed.seconds,
            practice=parsed.practice,
            more=parsed.confirm,
        )
    if parsed.json:
        print_json(encode(training))
    else:
        print(f"{len(training.rounds)} rounds in {parsed.out}; next: referee judge {match.entry.ref} --artifact {parsed.out}")
    return exit_code(training.rounds[-1].verdict)
