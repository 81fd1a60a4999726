"""`referee verify [ENTRY...]`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from referee.adapters.cli.main import FAULTS, FINE, league_of, print_json


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("entry", nargs="*", metavar="ENTRY", help="competition/entry (default: every entry)")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Judge recorded artifacts again; 1 if any number differs."""
    from referee.play.verification import everything, verify

    league = league_of(parsed)
    done = []
    for ref in everything(league, parsed.entry):
        for one in verify(league, ref):
            done.append(one)
            if not parsed.json:
                same = f"the same in {one.compared} round{'s' * (one.compared != 1)}"
                print(f"{one.file}: {one.skipped or '; '.join(one.differences) or same}", flush=True)
    differing = sum(bool(one.differences) for one in done)
    if parsed.json:
        print_json([asdict(one) for one in done])
    else:
        print(f"{len(done)} results, {differing} differ" if done else "there are no results yet")
    return FAULTS if differing else FINE
