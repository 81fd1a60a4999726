"""`referee new competition NAME`, `referee new submission COMPETITION/NAME`."""

from __future__ import annotations

import argparse

from referee.adapters.cli.main import FINE, league_of, print_json
from referee.files import scaffold


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    competition = kinds.add_parser("competition", help="a small game that can be played as it stands", allow_abbrev=False)
    competition.add_argument("name", metavar="NAME", help="its folder's name, as two-spirals")
    competition.set_defaults(command=main, kind="competition")
    submission = kinds.add_parser("submission", help="an entry that starts from the competition's own", allow_abbrev=False)
    submission.add_argument("name", metavar="COMPETITION/NAME", help="as digits/my-entry")
    submission.add_argument("--author", metavar="HANDLE", default="your-handle", help="your GitHub handle")
    submission.set_defaults(command=main, kind="submission")


def main(parsed: argparse.Namespace) -> int:
    """Write the files, say what comes next."""
    league = league_of(parsed)
    if parsed.kind == "competition":
        written = scaffold.new_competition(league, parsed.name)
        ref = parsed.name
        following = [f"referee check {ref}", f"referee new submission {ref}/first", f"referee run {ref}/first --practice"]
    else:
        written = scaffold.new_submission(league, parsed.name, parsed.author)
        ref = parsed.name.removeprefix("submissions/").rstrip("/")
        following = [f"referee check {ref}", f"referee run {ref} --practice"]
    shown = [league.shown(file) for file in written]
    if parsed.json:
        print_json({"written": shown, "next": following})
    else:
        print("\n".join(["wrote", *(f"  {file}" for file in shown), "next", *(f"  {line}" for line in following)]))
    return FINE
