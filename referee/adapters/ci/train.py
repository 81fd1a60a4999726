"""`referee ci train`: the one step on a machine that meets strangers' code. It has no token and no rights.

What it knows comes from the plan; what it hands on is data that the judging job does not trust. The entry's output goes to a
file; the end of it that is shown, where a round failed, can't command the runner.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from referee.adapters.ci import handed
from referee.adapters.cli.audience import Lines, LiveClock
from referee.adapters.cli.main import FINE, league_of
from referee.files import sent
from referee.ground.errors import GolfError, InputError
from referee.play.planned import match_of, train_planned
from referee.untrusted.backends import choose


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.add_argument("--plan", metavar="DIR", type=Path, required=True, help="folder that holds the plan")
    parser.add_argument("--class", dest="class_", metavar="CLASS", required=True, help="one that is planned")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for what `referee ci judge` takes")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Train the rounds of one class, one after another."""
    try:
        _train(parsed)
    except GolfError as error:
        handed.write_failure(parsed.out, str(error))
        raise
    return FINE


def _train(parsed: argparse.Namespace) -> None:
    plan, league = handed.read_plan(parsed.plan, handed.expected_digest()), league_of(parsed)
    if parsed.class_ not in {planned.class_ for planned in plan.classes}:
        raise InputError(f'--class: "{parsed.class_}" is not planned')
    sent.lay(league, plan.ref, plan.files)
    match = match_of(league, plan, parsed.class_)
    with LiveClock(StepLog(), plan.ref) as audience:
        train_planned(match, plan.of(parsed.class_), parsed.out, choose(match.hardware, practice=False), audience)


class StepLog(Lines):
    """The log of a step: what a stranger printed stands between two lines that keep the runner from obeying it."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    def quote(self, lines: list[str]) -> None:
        token = secrets.token_hex(16)
        self.say(f"::stop-commands::{token}")
        super().quote(lines)
        self.say(f"::{token}::")
