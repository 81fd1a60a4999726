"""`referee ci rejudge`: play entries of the default branch again, for example after the hardware of a class changed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from referee.adapters.ci.job import Job, add_summary
from referee.adapters.cli.main import FINE, league_of
from referee.adapters.github import REFEREE, title_of
from referee.files.league import League
from referee.ground.errors import InputError

MOST = 90
"""runs that one concurrency group keeps waiting is 100"""


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Start a run for each entry that was asked for."""
    job, league = Job.here(), league_of(parsed)
    hub, class_ = job.hub(), job.input("class")
    wanted = list(_wanted(league, job.input("competition"), job.input("entry"), class_))
    if not wanted:
        raise InputError("no entry plays that; give a competition, and a class or an entry of it")
    if len(wanted) > MOST:
        raise InputError(f"{len(wanted)} entries, at most {MOST} at once; name a class or an entry")
    for ref in wanted:
        inputs = {"entry": ref, "commit": job.commit, "pull_request": "", "classes": class_}
        hub.dispatch(REFEREE, inputs, title_of(ref, job.commit, None))
        print(f"{ref}: started")
    add_summary(f"{len(wanted)} runs were started.")
    return FINE


def _wanted(league: League, competition: str, entry: str, class_: str) -> Iterator[str]:
    if class_:
        league.game(competition).played(class_)
    for name in [entry] if entry else league.entries(league.game(competition).name):
        found = league.entry(f"{competition}/{name}")
        if not class_ or class_ in found.submission.classes:
            yield found.ref
