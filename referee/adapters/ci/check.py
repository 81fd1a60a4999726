"""`referee ci check`: what a pull request changes, checked where it stands. Advisory: its own code may say so."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from referee.adapters.ci.job import add_summary
from referee.adapters.cli.main import FAULTS, FINE, league_of
from referee.files import checks
from referee.files.git import git
from referee.files.league import League
from referee.ground import changes
from referee.ground.errors import Fault
from referee.presentation import comment


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Annotate the changed files, write the summary; 1 if anything is wrong."""
    league = league_of(parsed)
    # The checkout is the merge of the pull request into its base.
    listed = git(league.root, "diff", "--name-only", "--no-renames", "-z", "HEAD^1", "HEAD").split(b"\0")
    changed = [path.decode("utf-8", "surrogateescape") for path in listed if path]
    checked = [*_entries(changed), *_competitions(changed)]
    faults = list(dict.fromkeys([*(changes.faults(changed) if changes.enters(changed) else ()), *_faults(league, checked)]))
    for fault in faults:
        print(comment.annotation(fault))
    add_summary(comment.check_summary(faults, checked))
    print(f"{len(faults)} faults in {', '.join(checked) or 'nothing that the league plays'}")
    return FAULTS if faults else FINE


def _faults(league: League, checked: list[str]) -> Iterator[Fault]:
    for name in checked:
        if "/" in name:
            yield from checks.entry_faults(league, name, results=False)
        else:
            yield from checks.competition_faults(league, name)


def _entries(changed: list[str]) -> list[str]:
    ref = changes.entry_of(changed)
    return [ref] if ref is not None else []


def _competitions(changed: list[str]) -> list[str]:
    paths = [path.split("/") for path in changed]
    return sorted({parts[1] for parts in paths if parts[0] == "competitions" and len(parts) > 2})
