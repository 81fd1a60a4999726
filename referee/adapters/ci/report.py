"""`referee ci report`: answer on the pull request with what the referee found."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from referee.adapters.ci import handed
from referee.adapters.ci.job import Job, add_summary
from referee.adapters.cli.main import FINE, league_of
from referee.adapters.github import Hub
from referee.files import sent
from referee.files.league import League
from referee.ground.plan import Plan
from referee.ground.result import Result
from referee.play.match import Match
from referee.play.running import place
from referee.presentation import comment

JUDGED_VARIABLE = "MLGOLF_JUDGED"
"""of the environment: the digest of what was judged; empty where the job that judges failed"""
ATTESTED_VARIABLE = "MLGOLF_ATTESTED"
"""of the environment: how the job ended that puts the repository's name to the results"""


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.add_argument("--plan", metavar="DIR", type=Path, required=True, help="folder that holds the plan")
    parser.add_argument("--judged", metavar="DIR", type=Path, required=True, help="folder that `referee ci judge` filled")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Comment, label, status, summary; an entry that stands on the default branch is recorded next."""
    job, league = Job.here(), league_of(parsed)
    plan, hub = handed.read_plan(parsed.plan, handed.expected_digest()), job.hub()
    sent.lay(league, plan.ref, plan.files)
    game, folder = league.game(plan.competition), _sound(parsed.judged)
    outcomes = [_outcome(league, plan, planned.class_, folder) for planned in plan.classes]
    told = comment.judged(
        commit=plan.source.commit,
        ref=plan.ref,
        game=game,
        outcomes=outcomes,
        run_url=job.url,
        repository=job.repository,
        recorded=False,
    )
    add_summary(told)
    if os.environ.get(ATTESTED_VARIABLE) == "failure":
        print("::warning::the results carry no attestation and can't be recorded; run the failed jobs again")
    state, description = comment.status(game, outcomes)
    hub.set_status(plan.source.commit, state, description, job.url)
    judged = any(outcome.result is not None for outcome in outcomes)
    if plan.source.pull_request is not None:
        _tell(hub, plan, told, judged)
    if judged and _stands(hub, plan):
        hub.dispatch("record.yml", {"run": f"{job.run}", "entry": plan.ref})
    print(f"{plan.ref}: {description}")
    return FINE


def _tell(hub: Hub, plan: Plan, told: str, judged: bool) -> None:
    number = plan.source.pull_request
    assert number is not None
    # A commit that was pushed while this one played has its own comment by now, and this one its status.
    if hub.pull_request(number).head == plan.source.commit:
        hub.say(number, comment.MARKER, told)
        hub.label(number, "judged" if judged else "ready")


def _stands(hub: Hub, plan: Plan) -> bool:
    """Whether the entry is on the default branch already: it was played again, or merged before it was judged."""
    number = plan.source.pull_request
    return number is None or hub.pull_request(number).merged


def _sound(folder: Path) -> Path | None:
    """The folder, if it is what the judging job wrote."""
    expected = os.environ.get(JUDGED_VARIABLE)
    return folder if expected and folder.is_dir() and handed.digest(folder) == expected else None


def _outcome(league: League, plan: Plan, class_: str, folder: Path | None) -> comment.Outcome:
    if folder is None:
        return comment.Outcome(class_=class_, failure="what was judged did not arrive; the run was stopped, or a job failed")
    result = handed.read_result(folder / class_)
    if result is None:
        return comment.Outcome(class_=class_, failure=handed.read_failure(folder / class_) or "the referee handed nothing on")
    return standing(league, plan.ref, result)


def standing(league: League, ref: str, result: Result) -> comment.Outcome:
    """A result, and where it stands or would stand now."""
    row, rows = place(Match.of(league, ref, result.pins.class_), result)
    return comment.Outcome(class_=result.pins.class_, result=result, row=row, rows=rows)
