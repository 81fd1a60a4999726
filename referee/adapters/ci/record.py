"""`referee ci record`: put what was collected beside the entries that were merged, push it, say so.

Everything is written on top of the default branch as it is at that moment, anew where somebody else was faster.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from referee.adapters.ci import handed, pushing
from referee.adapters.ci.handed import Found
from referee.adapters.ci.job import Job, add_summary
from referee.adapters.ci.report import standing
from referee.adapters.cli.main import FINE, OURS, league_of
from referee.adapters.github import REFEREE, Hub, PullRequest
from referee.files import store
from referee.files.league import League
from referee.ground import changes
from referee.ground.errors import GolfError, InputError, RefereeFault
from referee.play import running
from referee.play.match import Match
from referee.presentation import comment, words
from referee.presentation.markdown import code

TRIES = 5
"""to push, while others push too"""


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.add_argument("--collected", metavar="DIR", type=Path, required=True, help="folder that `referee ci collect` filled")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Record what can be, say what can't; 3 if something that was judged could not be recorded."""
    job, league = Job.here(), league_of(parsed)
    hub = job.hub()
    if handed.digest(parsed.collected) != handed.expected_digest():
        raise RefereeFault(f"{parsed.collected}: was changed on the way; run the workflow again")
    refused = (handed.read_failure(parsed.collected) or "").splitlines()
    folders = [folder for folder in sorted(parsed.collected.iterdir()) if folder.is_dir()]
    found = list(_believed(hub, map(handed.read_found, folders), refused))
    recorded = _record(job, hub, league, found, refused) if found else []
    _tell(job, hub, league, recorded)
    if recorded:
        hub.dispatch("pages.yml", {})
    if "head_commit" in job.event:
        _tell_unjudged(hub, league, job.commit)
    lines = [*(f"{one.named}: recorded" for one in recorded), *refused]
    print("\n".join(lines) or "nothing to record")
    add_summary("\n".join(f"- {code(line, 600)}" for line in lines) or "Nothing to record.")
    return OURS if refused else FINE


def _believed(hub: Hub, collected: Iterable[Found], refused: list[str]) -> Iterator[Found]:
    """The job before has opened strangers' models, so it is not taken at its word."""
    for one in collected:
        try:
            one.require_whole()
            one.require_attested(hub)
        except GolfError as error:
            refused.append(f"{one.named}: not recorded: {error}")
        else:
            yield one


def _record(job: Job, hub: Hub, league: League, found: list[Found], refused: list[str]) -> list[Found]:
    """Write on top of the default branch as it is at that moment, and push; anew where somebody else was faster.

    Raises:
        RefereeFault: it can't be pushed.
    """
    for _ in range(TRIES):
        pushing.renew(job, league.root, hub.default_branch)
        fresh, late = League(league.root), list[str]()
        written = [one for one in found if _written(fresh, one, late)]
        message = "\n".join(["Record " + ", ".join(one.named for one in written), "", *map(_said, written)])
        if not written or pushing.push(job, hub, league.root, hub.default_branch, message):
            refused += late
            return written
    raise RefereeFault(f"{hub.default_branch} moved {TRIES} times while a result was recorded; run the job again")


def _written(league: League, one: Found, late: list[str]) -> bool:
    """Write a result, unless the entry, the rules or the board have changed since it was judged."""
    pins = one.result.pins
    try:
        match = Match.of(league, one.entry, pins.class_)
        if match.entry.tree != pins.tree:
            raise InputError("the entry has changed since it was judged")
        if match.game.rules_sha256 != pins.rules_sha256:
            raise InputError("the rules have changed since it was judged; play it again")
        # Refuses before it writes: what was written of the entry's other classes stays.
        file = running.record(match, False, one.result, one.artifacts)
        # To these bytes the run has put its name.
        store.write_bytes(file, one.content)
    except GolfError as error:
        late.append(f"{one.named}: not recorded: {error}")
        return False
    return True


def _said(one: Found) -> str:
    result, source = one.result, one.result.source
    score = f", {result.ranked_by} {words.score(result.ranked_by, result.score)}" if result.score is not None else ""
    return f"{one.named}: {result.verdict}{score}; run {source.run if source else '-'}"


def _tell(job: Job, hub: Hub, league: League, recorded: list[Found]) -> None:
    """Say on each pull request what was recorded of it."""
    fresh = League(league.root)
    sources = {one.result.source: one.entry for one in recorded if one.result.source and one.result.source.pull_request}
    for source, ref in sources.items():
        results = [one.result for one in recorded if one.result.source == source]
        told = comment.judged(
            commit=source.commit,
            ref=ref,
            game=fresh.game(ref.split("/")[0]),
            outcomes=[standing(fresh, ref, result) for result in results],
            run_url=f"{job.address}/actions/runs/{source.run}",
            repository=job.repository,
            recorded=True,
        )
        assert source.pull_request is not None
        hub.say(source.pull_request, comment.MARKER, told)
        hub.label(source.pull_request, "judged")


def _tell_unjudged(hub: Hub, league: League, commit: str) -> None:
    """Say on the pull request that brought this commit that nobody has judged what it brought."""
    fresh = League(league.root)
    for pull in hub.pull_requests_of(commit):
        ref = _brought(hub, pull)
        if ref is None or not _lacks(fresh, ref):
            continue
        if any(run.pull_request == pull.number and not run.done for run in hub.runs(REFEREE)):
            continue
        hub.say(pull.number, comment.MARKER, comment.unjudged(ref=ref))
        hub.label(pull.number, "needs-fix")


def _brought(hub: Hub, pull: PullRequest) -> str | None:
    return changes.entry_of(hub.changes(pull.number, changes.MOST_CHANGES)) if pull.merged else None


def _lacks(league: League, ref: str) -> bool:
    """Whether what stands now has a result in no class at all."""
    try:
        entry = league.entry(ref)
        return len(league.played(entry).unjudged) == len(entry.submission.classes)
    except InputError:
        return False
