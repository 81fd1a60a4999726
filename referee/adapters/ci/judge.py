"""`referee ci judge`: fit and score of what the runners trained, on a machine that ran no contestant's code."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from referee.adapters.ci import handed
from referee.adapters.ci.job import put_output
from referee.adapters.cli.audience import Lines, LiveClock
from referee.adapters.cli.main import FINE, league_of
from referee.files import sent
from referee.files.league import League
from referee.ground.errors import GolfError, RefereeFault
from referee.ground.plan import Plan, PlannedClass
from referee.play.planned import judge_planned, match_of
from referee.presentation.words import plain

TRAINED_VARIABLE = "MLGOLF_TRAINED"
"""of the environment: how the job that trained ended"""


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.add_argument("--plan", metavar="DIR", type=Path, required=True, help="folder that holds the plan")
    parser.add_argument("--trained", metavar="DIR", type=Path, required=True, help="folder with training-CLASS for each class")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the results")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Judge each planned class. A class without a result says why; that is no failure of this step."""
    plan, league = handed.read_plan(parsed.plan, handed.expected_digest()), league_of(parsed)
    sent.lay(league, plan.ref, plan.files)
    checksums = []
    for planned in plan.classes:
        out = parsed.out / planned.class_
        try:
            digest = _judge(league, plan, planned, parsed.trained / f"training-{planned.class_}", out)
            checksums.append(f"{digest}  {plan.ref}/{planned.class_}.yaml")
        except GolfError as error:
            handed.write_failure(out, str(error))
            print(f"{planned.class_}: {plain(str(error), 400)}")
    put_output("checksums", "\n".join(checksums))
    put_output("digest", handed.digest(parsed.out))
    return FINE


def _judge(league: League, plan: Plan, planned: PlannedClass, trained: Path, out: Path) -> str:
    match = match_of(league, plan, planned.class_)
    if (told := handed.read_failure(trained)) is not None:
        raise RefereeFault(f"the runner says: {plain(told, 600)}")
    if not trained.is_dir():
        how = plain(os.environ.get(TRAINED_VARIABLE) or "nothing", 40)
        raise RefereeFault(f"the runner handed nothing on; its job ended with {how}")
    with LiveClock(Lines(sys.stdout), plan.ref) as audience:
        result, artifacts = judge_planned(match, plan, planned, trained, audience)
    print(f"{planned.class_}: {result.verdict} {result.score if result.score is not None else ''}")
    return handed.write_result(out, result, artifacts)
