"""`referee ci sweep`: find what ended without a word, on a schedule.

A pull request that says that it is in play, while no run of it is left, was dropped: its run was lost with the machine, or
cancelled before it could answer.
"""

from __future__ import annotations

import argparse

from referee.adapters.ci.job import Job
from referee.adapters.cli.main import FINE
from referee.adapters.github import REFEREE
from referee.presentation import comment


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Answer on each pull request that was dropped."""
    hub = Job.here().hub()
    waiting, runs = hub.in_play(), hub.runs(REFEREE)
    dropped = 0
    for pull in waiting:
        own = [run for run in runs if run.pull_request == pull.number]
        if any(not run.done for run in own):
            continue
        last = own[0] if own else None
        told = comment.stopped(
            commit=pull.head,
            ref=last.entry if last else None,
            reason=f"the run ended without an answer ({last.conclusion})" if last else "no run was ever started",
            run_url=last.url if last else None,
        )
        hub.say(pull.number, comment.MARKER, told)
        hub.label(pull.number, "ready")
        dropped += 1
    print(f"{len(waiting)} in play, {dropped} dropped")
    return FINE
