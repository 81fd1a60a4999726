"""`referee new competition NAME`, `referee new submission COMPETITION/NAME`."""

from __future__ import annotations

import argparse

from referee.adapters.cli.main import FINE, league_of, print_json
from referee.files import scaffold
from referee.files.league import League
from referee.ground.competition import Competition
from referee.ground.errors import InputError


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    competition = kinds.add_parser("competition", help="a game that can be played as it stands", allow_abbrev=False)
    competition.add_argument("name", metavar="NAME", nargs="?", help="its folder's name, as two-spirals")
    competition.add_argument(
        "--like", metavar="PATTERN", default=scaffold.BUILT_IN, help="a competition of the league (default: a small game)"
    )
    competition.add_argument("--list", action="store_true", help="print the patterns that there are, and write nothing")
    competition.set_defaults(command=main, kind="competition")
    submission = kinds.add_parser("submission", help="an entry that starts from the competition's own", allow_abbrev=False)
    submission.add_argument("name", metavar="COMPETITION/NAME", help="as digits/my-entry")
    submission.add_argument("--author", metavar="HANDLE", default="your-handle", help="your GitHub handle")
    submission.set_defaults(command=main, kind="submission")


def main(parsed: argparse.Namespace) -> int:
    """Write the files, say what comes next."""
    if parsed.kind == "competition" and parsed.list:
        return _tell_patterns(scaffold.competition_patterns(_league_or_none(parsed)), parsed.json)
    league = league_of(parsed)
    if parsed.kind == "competition":
        if parsed.name is None:
            raise InputError("name the competition, as in `referee new competition two-spirals`; --list prints the patterns")
        written = scaffold.new_competition(league, parsed.name, parsed.like)
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


def _league_or_none(parsed: argparse.Namespace) -> League | None:
    """Outside any league there is the built-in pattern all the same."""
    try:
        return league_of(parsed)
    except InputError:
        if parsed.league is not None:
            raise
        return None


def _tell_patterns(patterns: dict[str, Competition], as_json: bool) -> int:
    if as_json:
        print_json([{"pattern": name, **_plain(rules)} for name, rules in patterns.items()])
        return FINE
    from referee.adapters.cli.screen import screen
    from referee.presentation import terminal

    screen().print(terminal.patterns(patterns))
    return FINE


def _plain(rules: Competition) -> dict[str, str]:
    from referee.presentation import sentences

    rule = rules.architecture.rule
    return {"summary": rules.summary, "score": rules.score, "fit": sentences.fit_rule(rules), "architecture": rule}
