"""`referee ci command`: what a maintainer asks for in a comment on a pull request."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass

from referee.adapters.ci.job import Job
from referee.adapters.cli.main import FINE
from referee.adapters.github import REFEREE, Hub, PullRequest, Run, title_of
from referee.ground import changes
from referee.presentation import comment

_WORDS = re.compile(r"/referee(?: +(?P<name>run|cancel|rejudge|help)(?: +(?P<commit>[0-9a-fA-F]{7,40}))?)? *")
DONE, REFUSED = "rocket", "confused"
"""reactions"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command."""

    done: bool
    told: str = ""
    """empty where the sticky comment tells it"""


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Read the comment, look up who wrote it, do it, answer."""
    job = Job.here()
    event, hub = job.event, job.hub()
    number, said = int(event["issue"]["number"]), event["comment"]
    line = str(said["body"] or "").strip().splitlines()[:1]
    if not line or not line[0].startswith("/referee") or "pull_request" not in event["issue"]:
        print("this comment is not for the referee")
        return FINE
    if hub.answered(number, said["id"]):
        print("this comment was answered before")
        return FINE
    answer = _answer(hub, number, said["user"]["login"], line[0])
    if answer.told:
        hub.say(number, comment.ANSWER, answer.told)
    hub.react(number, said["id"], DONE if answer.done else REFUSED)
    print(f"pull request {number}: {'done' if answer.done else 'refused'}")
    return FINE


def _answer(hub: Hub, number: int, login: str, line: str) -> Answer:
    asked = _WORDS.fullmatch(line)
    if asked is None:
        return Answer(False, comment.help_text())
    name, commit = asked["name"] or "help", (asked["commit"] or "").lower()
    if name == "help":
        return Answer(True, comment.help_text())
    pull = hub.pull_request(number)
    maintainer = hub.may_write(login)
    active = [run for run in hub.runs(REFEREE) if run.pull_request == number and not run.done]
    if name == "cancel":
        return _cancel(hub, active, maintainer or login == pull.author)
    if not maintainer:
        return Answer(False, comment.answer(f"Only maintainers can ask for `/referee {name}`."))
    if active:
        return Answer(False, comment.answer(f"A run is on its way already: {active[0].url}"))
    if pull.base != hub.default_branch:
        return Answer(False, comment.answer("This pull request is not opened against the default branch; nothing is played."))
    return _run(hub, pull, commit, login) if name == "run" else _rejudge(hub, pull, login)


def _cancel(hub: Hub, active: list[Run], allowed: bool) -> Answer:
    if not allowed:
        return Answer(False, comment.answer("Only maintainers and the author can cancel a run."))
    if not active:
        return Answer(False, comment.answer("No run is on its way."))
    for run in active:
        hub.cancel(run)
    return Answer(True)


def _run(hub: Hub, pull: PullRequest, commit: str, login: str) -> Answer:
    if commit != pull.head:
        why = "has moved" if len(commit) == 40 else "is approved by its whole id, so that nothing can be pushed in between"
        return Answer(False, comment.answer(f"The head {why}. Read it, then:\n\n```\n/referee run {pull.head}\n```"))
    if not pull.open_:
        return Answer(False, comment.answer("This pull request is closed; nothing is played."))
    entry = changes.entry_of(hub.changes(pull.number, changes.MOST_CHANGES))
    if entry is None:
        return Answer(False, comment.answer("This pull request does not change one entry; nothing is played."))
    return _dispatch(hub, pull, entry, login)


def _rejudge(hub: Hub, pull: PullRequest, login: str) -> Answer:
    earlier = [run for run in hub.runs(REFEREE) if run.pull_request == pull.number and run.trains]
    same = [run for run in earlier if run.title == title_of(run.entry or "", pull.head, pull.number)]
    if not same or same[0].entry is None:
        return Answer(False, comment.answer("Nothing was trained on this commit yet; `/referee run` plays it."))
    return _dispatch(hub, pull, same[0].entry, login, same[0].id)


def _dispatch(hub: Hub, pull: PullRequest, entry: str, login: str, trained: int | None = None) -> Answer:
    inputs = {"entry": entry, "commit": pull.head, "pull_request": f"{pull.number}", "trained": f"{trained or ''}"}
    run = hub.dispatch(REFEREE, inputs, title_of(entry, pull.head, pull.number, trained))
    hub.say(pull.number, comment.MARKER, comment.in_play(commit=pull.head, ref=entry, classes=(), by=login, run_url=run))
    hub.label(pull.number, "in-play")
    hub.set_status(pull.head, "pending", f"{entry} is in play", run)
    return Answer(True)
