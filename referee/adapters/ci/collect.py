"""`referee ci collect`: find what was judged of entries that lack a record, and judge the models again.

A result is found by the tree of the entry's folder, which a squash merge keeps. It is believed if a run of the referee on the
default branch left it and has put its name to it, and if judging the models again, here and now, gives the same numbers. This
job opens strangers' models, so it may write nothing; `referee ci record` writes, and opens none.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from referee.adapters.ci import handed, stored
from referee.adapters.ci.handed import Found
from referee.adapters.ci.job import Job, put_output
from referee.adapters.cli.main import FINE, league_of
from referee.adapters.github import Hub
from referee.files import store
from referee.files.league import Entry, League
from referee.ground.errors import GolfError, InputError, RefereeFault
from referee.ground.result import Result
from referee.play import running
from referee.play.match import Match
from referee.play.verification import verify


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for `referee ci record`")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Hand on what may be recorded, and why the rest may not."""
    job, league = Job.here(), league_of(parsed)
    hub, refused = job.hub(), list[str]()
    for number, one in enumerate(_found(job, hub, league, refused)):
        try:
            judge_again(league, one)
        except GolfError as error:
            refused.append(f"{one.named}: not recorded: {error}")
        else:
            handed.write_found(parsed.out / f"{number}", one)
            print(f"{one.named}: the same when judged again")
    print("\n".join(refused) or "nothing was refused")
    handed.write_failure(parsed.out, "\n".join(refused))
    put_output("digest", handed.digest(parsed.out))
    return FINE


def judge_again(league: League, one: Found) -> None:
    """Write a result as if it were recorded, and judge its models.

    Raises:
        RefereeFault: that gives other numbers.
        InputError: it is no record by the rules that stand now.
    """
    match = Match.of(league, one.entry, one.result.pins.class_)
    file = running.record(match, False, one.result, one.artifacts)
    shown = league.shown(file)
    compared = [again for again in verify(league, one.entry) if again.file == shown]
    skipped = [again.skipped for again in compared if again.skipped]
    if differences := [told for again in compared for told in again.differences] + skipped:
        raise RefereeFault("; ".join(differences))


def _found(job: Job, hub: Hub, league: League, told: list[str]) -> Iterator[Found]:
    """What was judged of every entry that lacks a record, or of the one that was asked for."""
    if run := job.input("run"):
        yield from _of_run(hub, league, league.entry(job.input("entry")), int(run), told)
        return
    for entry, missing in _unrecorded(league):
        runs = dict.fromkeys(one.run for one in hub.artifacts(_name(entry)) if not one.expired)
        for number in runs:
            for found in _of_run(hub, league, entry, number, told) if missing else ():
                if found.result.pins.class_ in missing:
                    missing.discard(found.result.pins.class_)
                    yield found


def _name(entry: Entry) -> str:
    return f"judged-{entry.tree}"


def _unrecorded(league: League) -> Iterator[tuple[Entry, set[str]]]:
    """Entries with the classes in which they lack a record."""
    for competition in league.competitions():
        for name in league.entries(competition):
            try:
                entry = league.entry(f"{competition}/{name}")
                missing = set(league.played(entry).unjudged)
            except InputError as error:
                print(error)
                continue
            if missing:
                yield entry, missing


def _of_run(hub: Hub, league: League, entry: Entry, number: int, told: list[str]) -> Iterator[Found]:
    """Results that a run has left for an entry, each believed or named in `told`."""
    run = hub.run(number)
    if not hub.judges(run):
        # Anybody's workflow can leave an artifact of this name.
        print(f"run {number}: is none of the referee's; passed over")
        return
    try:
        files = stored.files_of(hub, number, _name(entry)) or {}
    except RefereeFault as fault:
        told.append(f"{entry.ref}: {fault}")
        return
    for class_ in sorted({path.split("/")[0] for path in files if path.endswith(f"/{handed.RESULT}")}):
        try:
            yield _believed(hub, entry, number, class_, files)
        except GolfError as error:
            told.append(f"{entry.ref} in {class_}: {error}")


def _believed(hub: Hub, entry: Entry, run: int, class_: str, files: dict[str, bytes]) -> Found:
    content = files[f"{class_}/{handed.RESULT}"]
    result = store.parsed(Result, content, f"{class_}/{handed.RESULT}")
    pins, source = result.pins, result.source
    if (pins.competition, pins.entry, pins.class_, pins.tree) != (entry.competition, entry.name, class_, entry.tree):
        raise RefereeFault(f"run {run}: its result is of something else")
    if source is None or source.run != run:
        raise RefereeFault(f"run {run}: its result names another run")
    inside = f"{class_}/"
    artifacts = {
        path.removeprefix(inside): kept
        for path, kept in files.items()
        if path.startswith(inside) and store.ARTIFACT_FILE.fullmatch(path.removeprefix(inside))
    }
    found = Found(entry=entry.ref, result=result, content=content, artifacts=artifacts)
    found.require_whole()
    found.require_attested(hub)
    return found
