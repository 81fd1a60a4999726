"""`referee ci welcome`: after the check of a pull request, keep the comment on it up to date.

Runs the default branch's code with rights to comment. What the pull request brings is read as data, and none of the check's
own findings, which the pull request could have forged.
"""

from __future__ import annotations

import argparse

from referee.adapters.ci.entering import Entering, entering
from referee.adapters.ci.job import Job
from referee.adapters.cli.main import FAULTS, FINE, league_of
from referee.adapters.github import REFEREE, Hub, PullRequest
from referee.files.league import League
from referee.ground.errors import InputError
from referee.play.match import Match
from referee.presentation import comment


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Read the pull request of the check that ended, and answer."""
    job = Job.here()
    ended, hub = job.event["workflow_run"], job.hub()
    if ended["event"] != "pull_request" or ended["head_repository"] is None:
        print("no pull request was checked")
        return FINE
    pull = hub.open_pull_request(ended["head_repository"]["owner"]["login"], ended["head_branch"], ended["head_sha"])
    if pull is None or pull.base != hub.default_branch:
        print("the commit that was checked is no head of an open pull request any more")
        return FINE
    waiting = [run for run in hub.runs(REFEREE) if not run.done]
    if hub.statuses(pull.head) or any(run.commit == pull.head for run in waiting):
        print(f"pull request {pull.number}: this commit was played, or is in play")
        return FINE
    league = league_of(parsed)
    found = entering(job, hub, league, pull)
    if found is None:
        print(f"pull request {pull.number} enters no competition")
        return FINE
    return welcome(hub, league, pull, found, len(waiting))


def welcome(hub: Hub, league: League, pull: PullRequest, found: Entering, before: int) -> int:
    """Say what is wrong with an entry, or that it is ready, with so many runs before it."""
    faults = list(found.faults)
    if found.ref is not None and not faults:
        try:
            offers, by_hand = _offers(league, found.ref)
        except InputError as error:
            faults += error.faults
    if found.ref is None or faults:
        hub.say(pull.number, comment.MARKER, comment.needs_fix(commit=pull.head, faults=faults))
        hub.label(pull.number, "needs-fix")
        print(f"pull request {pull.number}: {len(faults)} faults")
        return FAULTS
    game = league.game(found.ref.split("/")[0])
    told = comment.ready(commit=pull.head, ref=found.ref, game=game, offers=offers, by_hand=by_hand, before=before)
    hub.say(pull.number, comment.MARKER, told)
    hub.label(pull.number, "ready")
    print(f"pull request {pull.number}: {found.ref} is ready")
    return FINE


def _offers(league: League, ref: str) -> tuple[list[comment.Offer], list[str]]:
    """What a workflow can play, and the classes that are too long for its job."""
    matches = [Match.of(league, ref, class_) for class_ in league.entry(ref).submission.classes]
    offers = [
        comment.Offer(
            class_=str(match.played),
            labels=match.hardware.labels,
            seconds=match.played.time.seconds,
            rounds=match.game.rules.rounds_in(match.played),
            most_rounds=match.most_rounds,
        )
        for match in matches
        if match.played.time.in_job
    ]
    return offers, [str(match.played) for match in matches if not match.played.time.in_job]
