"""`referee ci plan`: fix what is played before any of it runs, on a machine that runs none of it.

The entry is read from the approved commit as data; class, labels, minutes and seeds come from the default branch's files. The
plan's digest is an output of this job, and a status of the commit, where everybody sees that it was there before the run.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from referee.adapters.ci import handed, stored
from referee.adapters.ci.entering import entering
from referee.adapters.ci.job import Job, put_output
from referee.adapters.cli.main import FAULTS, FINE, league_of
from referee.adapters.github import PLANNED, REFEREE, Hub
from referee.files import sent, store
from referee.files.league import League
from referee.ground.errors import InputError, RefereeFault
from referee.ground.plan import COMMIT, Plan, SentFile
from referee.ground.result import Result, Source
from referee.play import planned
from referee.presentation import comment


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the plan")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Write the plan and its outputs; 1 where the pull request must be mended or approved anew."""
    job, league = Job.here(), league_of(parsed)
    hub = job.hub()
    try:
        plan = _again(job, hub, int(job.input("trained"))) if job.input("trained") else _anew(job, hub, league)
    except InputError as error:
        _refuse(job, hub, error)
        return FAULTS
    digest = handed.write_plan(plan, parsed.out)
    hub.set_status(plan.source.commit, "success", f"plan {digest}", job.url, PLANNED)
    put_output("digest", digest)
    put_output("tree", plan.tree)
    put_output("base", plan.source.base)
    # A runner's labels are a list, which a matrix keeps as it is.
    rows = [{"class": one.class_, "labels": list(one.labels), "minutes": one.minutes} for one in plan.classes]
    put_output("matrix", json.dumps({"include": rows}))
    print(f"{plan.ref} at {plan.source.commit}: {', '.join(one.class_ for one in plan.classes)}; digest {digest}")
    return FINE


def _anew(job: Job, hub: Hub, league: League) -> Plan:
    """A plan of the pull request, or of the default branch's own entry.

    Raises:
        InputError: nothing may be played; with every fault.
    """
    commit, number = job.input("commit"), job.input("pull_request")
    if not COMMIT.fullmatch(commit):
        raise InputError(f'commit: expected 40 hexadecimal digits, got "{commit[:60]}"')
    ref, files = _approved(job, hub, league, int(number), commit) if number else _standing(job, league, commit)
    if job.input("entry") not in ("", ref):
        raise InputError(f"{job.input('entry')} was approved, and the commit changes {ref}")
    source = Source(
        repository=job.repository, pull_request=int(number) if number else None, commit=commit, base=job.commit, run=job.run
    )
    return planned.plan(league, ref, files, source, _attempts(job, hub, league, ref), job.input("classes").split())


def _approved(job: Job, hub: Hub, league: League, number: int, commit: str) -> tuple[str, tuple[SentFile, ...]]:
    pull = hub.pull_request(number)
    if pull.head != commit or not pull.open_ or pull.base != hub.default_branch:
        raise InputError("the approved commit is no longer the head of an open pull request; read it and approve it again")
    found = entering(job, hub, league, pull)
    if found is None or found.ref is None or found.faults:
        raise InputError(found.faults if found else f"pull request {number} enters no competition")
    # What was listed by the API is what Git fetched only if nothing was pushed in between.
    if hub.pull_request(number).head != commit:
        raise InputError("something was pushed while the pull request was read; read it and approve it again")
    return found.ref, found.files


def _standing(job: Job, league: League, commit: str) -> tuple[str, tuple[SentFile, ...]]:
    if commit != job.commit:
        raise InputError(
            "an entry without a pull request is played as it stands on the default branch now; leave `commit` to it"
        )
    ref = league.entry(job.input("entry")).ref
    return ref, sent.read(league.root, commit, ref, most=league.game(ref.split("/")[0]).rules.limits.entry_bytes)


def _attempts(job: Job, hub: Hub, league: League, ref: str) -> dict[str, int]:
    """How often the entry was played: runs that ended without a record count too, and so does each start of this one."""
    runs = sum(
        run.entry == ref and run.trains and run.id != job.run and run.conclusion == "success" for run in hub.runs(REFEREE)
    )
    runs += job.attempt - 1
    entry, attempts = league.entry(ref), {}
    for class_ in entry.submission.classes:
        file = entry.folder / "results" / f"{class_}.yaml"
        recorded = store.read(Result, file, league.shown(file)).attempt if file.is_file() else 0
        attempts[class_] = max(runs, recorded)
    return attempts


def _again(job: Job, hub: Hub, trained: int) -> Plan:
    """The plan of an earlier run, whose training is judged again by the rules and the referee of now.

    Raises:
        InputError: that run has left none.
        RefereeFault: what it left is not what it wrote.
    """
    run = hub.run(trained)
    if not hub.judges(run):
        raise InputError(f"run {trained} is none of the referee's")
    digest = next(
        (told.removeprefix("plan ") for told, url in hub.statuses(job.input("commit"), PLANNED) if url == run.url), ""
    )
    files = stored.files_of(hub, trained, "plan")
    if files is None or not digest:
        raise InputError(f"run {trained} has left no plan, or it has expired; play the entry again")
    plan = handed.plan_of(files.get(handed.PLAN, b""), digest)
    if plan.source.commit != job.input("commit"):
        raise RefereeFault(f"run {trained} played another commit")
    return replace(plan, source=replace(plan.source, base=job.commit, run=job.run))


def _refuse(job: Job, hub: Hub, error: InputError) -> None:
    print(error)
    number, commit = job.input("pull_request"), job.input("commit")
    if not number or not COMMIT.fullmatch(commit):
        return
    pull = hub.pull_request(int(number))
    if pull.merged and "judged" in pull.labels:
        # A run that is run again when all is said.
        return
    hub.set_status(commit, "error", "nothing was played", job.url)
    if pull.head != commit:
        # What was pushed meanwhile has its own comment.
        return
    if pull.merged:
        hub.say(pull.number, comment.MARKER, comment.unjudged(ref=job.input("entry")))
        hub.label(pull.number, "needs-fix")
    elif any(fault.path for fault in error.faults):
        hub.say(pull.number, comment.MARKER, comment.needs_fix(commit=pull.head, faults=error.faults))
        hub.label(pull.number, "needs-fix")
    else:
        told = comment.stopped(commit=pull.head, ref=job.input("entry"), reason=str(error), run_url=job.url)
        hub.say(pull.number, comment.MARKER, told)
        hub.label(pull.number, "ready")
