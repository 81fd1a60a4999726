"""A match on two machines: planned on one, trained on another, judged where it was planned.

The plan is made before anything runs and travels apart from what the training machine hands on. Whoever trains can
therefore choose neither what is judged nor on which draw. A machine that was broken into can lie about its time, and hand in
a model that came about in another way; fit and score are true of the model that it hands in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from referee.files import draws
from referee.files.league import League
from referee.ground.classes import parse_class
from referee.ground.errors import InputError, RefereeFault
from referee.ground.plan import Plan, PlannedClass, SentFile
from referee.ground.result import Result, Source
from referee.play.judging import judge
from referee.play.match import Audience, Match
from referee.play.running import needs_confirmation, play
from referee.untrusted.sandbox import Sandbox

MINUTES_A_ROUND = 5
"""beside its training: the draw, the box, judging"""
MINUTES_A_JOB = 10
BY_HAND = "takes longer than a workflow's job may; a host plays it on the machine itself with `referee run`"


def plan(
    league: League,
    ref: str,
    files: Sequence[SentFile],
    source: Source,
    attempts: Mapping[str, int],
    classes: Sequence[str] = (),
) -> Plan:
    """Fix what is to be played.

    Args:
        files: the entry's, as they lie in `league`
        attempts: class -> how often this entry was played in it before
        classes: instead of all that the entry names and that fit into a job

    Raises:
        InputError: any fault of the entry or its competition, or a class that is too long for a job.
    """
    entry = league.entry(ref)
    wanted = classes or [class_ for class_ in entry.submission.classes if parse_class(class_).time.in_job]
    if not wanted:
        raise InputError(f"{entry.ref}: {', '.join(entry.submission.classes)}: {BY_HAND}")
    matches = [Match.of(league, ref, class_) for class_ in wanted]
    return Plan(
        source=source,
        competition=entry.competition,
        entry=entry.name,
        tree=entry.tree,
        classes=tuple(_planned(match, attempts.get(str(match.played), 0) + 1) for match in matches),
        files=tuple(files),
    )


def _planned(match: Match, attempt: int) -> PlannedClass:
    time = match.played.time
    if not time.in_job:
        raise InputError(f"{match.entry.ref}: {match.played}: {BY_HAND}")
    rounds = match.most_rounds
    return PlannedClass(
        class_=str(match.played),
        labels=match.hardware.labels,
        minutes=math.ceil(rounds * (time.seconds / 60 + MINUTES_A_ROUND)) + MINUTES_A_JOB,
        attempt=attempt,
        seeds=tuple(draws.new_seeds(match.game.rules) for _ in range(rounds)),
    )


def match_of(league: League, plan: Plan, class_: str) -> Match:
    """The match that was planned, in a league where the entry lies already.

    Raises:
        RefereeFault: the entry is not the one that was planned.
        InputError: see `Match.of`.
    """
    match = Match.of(league, plan.ref, class_)
    if match.entry.tree != plan.tree:
        raise RefereeFault(f"{plan.ref}: is not what was planned: tree {match.entry.tree[:12]}, planned {plan.tree[:12]}")
    return match


def train_planned(match: Match, planned: PlannedClass, out: Path, sandbox: Sandbox, audience: Audience) -> None:
    """Train by the plan, the confirmation too where the rounds need one. What is judged here decides that, nothing else.

    Raises:
        InputError, RefereeFault: see `train` and `judge`.
    """
    play(match, out, sandbox, audience, seeds=planned.seeds)


def judge_planned(
    match: Match, plan: Plan, planned: PlannedClass, folder: Path, audience: Audience
) -> tuple[Result, dict[str, bytes]]:
    """Judge what a machine that nobody trusts has trained by the plan.

    Returns:
        the result, and the artifacts to keep beside it by file name

    Raises:
        RefereeFault: it is not what was planned, it is practice, or the rounds that the result needs are missing.
        InputError: the folder holds no training of this entry under these rules.
    """
    training, result, artifacts = judge(match, folder, audience)
    played = [(trained.draw_seed, trained.train_seed) for trained in training.rounds]
    if played != [(seeds.draw, seeds.train) for seeds in planned.seeds][: len(played)]:
        raise RefereeFault(f"{match.entry.ref}: the runner did not play the draws of the plan")
    if training.practice:
        raise RefereeFault(f"{match.entry.ref}: the runner played without a sandbox; `referee doctor` there says why")
    if result.score is not None and len(played) < match.game.rules.rounds_in(match.played):
        raise RefereeFault(f"{match.entry.ref}: the runner played {len(played)} rounds, too few")
    if needs_confirmation(match, result):
        raise RefereeFault(f"{match.entry.ref}: would lead its board, and the runner played no confirmation")
    return replace(result, source=plan.source, attempt=planned.attempt), artifacts
