"""A whole game: train, judge, confirm a leader, record. The one place that orders these steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from referee.files import store
from referee.ground.errors import InputError
from referee.ground.plan import Seeds
from referee.ground.ranking import Row, rank, would_lead
from referee.ground.result import Result, Training
from referee.ground.verdict import Verdict
from referee.play.judging import judge
from referee.play.match import Audience, Match
from referee.play.training import train
from referee.untrusted.sandbox import Sandbox


def run(
    match: Match,
    out: Path,
    sandbox: Sandbox,
    audience: Audience,
    *,
    rounds: int | None = None,
    seconds: float | None = None,
    practice: bool = False,
) -> tuple[Result, Path | None]:
    """Train and judge a match, play the rounds of a confirmation where they are due, record the result.

    Returns:
        the result, and its file where it was recorded

    Raises:
        InputError, RefereeFault: see `train` and `judge`; then nothing is recorded.
    """
    training, result, artifacts = play(match, out, sandbox, audience, rounds=rounds, seconds=seconds, practice=practice)
    if training.practice or result.verdict is Verdict.REFEREE_ERROR:
        return result, None
    return result, record(match, training.practice, result, artifacts)


def play(
    match: Match,
    out: Path,
    sandbox: Sandbox,
    audience: Audience,
    *,
    rounds: int | None = None,
    seconds: float | None = None,
    practice: bool = False,
    seeds: Sequence[Seeds] = (),
) -> tuple[Training, Result, dict[str, bytes]]:
    """Train and judge a match, and play the rounds of a confirmation where they are due. Nothing is recorded.

    Returns:
        as `judge`

    Raises:
        InputError, RefereeFault: see `train` and `judge`.
    """
    train(match, out, sandbox, audience, rounds=rounds, seconds=seconds, practice=practice, seeds=seeds)
    training, result, artifacts = judge(match, out, audience)
    if training.practice or not needs_confirmation(match, result):
        return training, result, artifacts
    audience.confirmation(match.game.rules.rounds_in(match.played))
    train(match, out, sandbox, audience, more=True, seeds=seeds)
    return judge(match, out, audience, result.rounds)


def needs_confirmation(match: Match, result: Result) -> bool:
    """Whether a result would lead its board on the first rounds alone, in a class where that takes as many again."""
    return (
        match.played.time.confirmed
        and result.score is not None
        and len(result.rounds) == match.game.rules.rounds_in(match.played)
        and would_lead(result.score, _others(match))
    )


def record(match: Match, practice: bool, result: Result, artifacts: Mapping[str, bytes]) -> Path:
    """Write a result into the entry's folder.

    Raises:
        InputError: it is no record: practice, too few rounds, a leader without confirmation, a failure of the referee's.
    """
    if practice:
        raise InputError(f"{match.entry.ref}: this was practice, which is never recorded; run it again without --practice")
    if result.verdict is Verdict.REFEREE_ERROR:
        raise InputError(f"{match.entry.ref}: the referee failed ({result.reason}); run it again")
    if result.score is not None and len(result.rounds) < match.game.rules.rounds_in(match.played):
        raise InputError(f"{match.entry.ref}: played {len(result.rounds)} rounds; run it again without --rounds")
    if needs_confirmation(match, result):
        raise InputError(f"{match.entry.ref}: would lead its board; play the confirmation: `referee train --confirm`")
    return store.record(match.entry.folder, result, artifacts)


def place(match: Match, result: Result) -> tuple[Row, tuple[Row, ...]]:
    """Where `result` stands, or would stand, on the board as it is now: its row, and the whole board with it."""
    rows = rank([result, *(row.result for row in _others(match))], match.game.rules.score)
    return next(row for row in rows if row.result is result), rows


def _others(match: Match) -> list[Row]:
    board = match.league.board(match.game, str(match.played))
    return [row for row in board if row.result.pins.entry != match.entry.name]
