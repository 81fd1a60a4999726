"""Verification: judge recorded artifacts again and compare with the recorded numbers. Any reader can do it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from referee.files import store
from referee.files.league import League
from referee.ground.errors import InputError
from referee.ground.fits import Measure
from referee.ground.result import JudgedRound, Result
from referee.ground.scores import SCORES
from referee.play.judging import judge_round
from referee.play.match import Match

RELATIVE = 1e-4
"""tolerance on losses and on hosts' own scores: float32 arithmetic differs a little between processors"""
LOSS_ABSOLUTE = 1e-6
HELDOUT_ROWS = 2
"""rows whose held-out answer may tip over"""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of one recorded result."""

    file: str
    compared: int
    """rounds judged again"""
    skipped: str | None
    """why nothing was compared"""
    differences: tuple[str, ...]


def verify(league: League, ref: str) -> Iterator[Verification]:
    """Judge every recorded round of an entry again.

    Raises:
        InputError: the entry or a result can't be read.
        RefereeFault: the draw or the evaluation failed.
    """
    entry = league.entry(ref)
    for file in league.result_files(entry):
        shown = league.shown(file)
        result = store.read(Result, file, shown)
        game = league.game(entry.competition)
        if result.pins.rules_sha256 != game.rules_sha256:
            yield Verification(shown, 0, f"judged by other rules (version {result.pins.version}); frozen", ())
            continue
        match = Match.of(league, ref, result.pins.class_)
        differences = list(_against_itself(match, result))
        compared = 0
        for recorded in result.rounds:
            content = _kept(file, recorded)
            if content is None and recorded.trained.artifact is not None:
                differences.append(f"round {recorded.trained.number}: its artifact is not kept here")
                continue
            judged = judge_round(match, recorded.trained, content)
            compared += 1
            number = recorded.trained.number
            differences += [f"round {number}: {one}" for one in _differences(recorded, judged)]
        yield Verification(shown, compared, None, tuple(differences))


def _kept(file: Path, recorded: JudgedRound) -> bytes | None:
    artifact = recorded.trained.artifact
    if artifact is None or artifact.file is None or not store.ARTIFACT_FILE.fullmatch(artifact.file):
        return None
    kept = file.with_suffix("") / artifact.file
    return kept.read_bytes() if kept.is_file() else None


def _against_itself(match: Match, result: Result) -> Iterator[str]:
    """The recorded aggregate must follow from the recorded rounds, and the code must be what was judged."""
    if result.pins.tree != match.entry.tree:
        yield f"the entry's files changed since: tree {match.entry.tree[:12]}, judged {result.pins.tree[:12]}"
    rules = match.game.rules
    scores = result.round_scores(rules.score)
    if result.score is not None and not _close(result.score, rules.aggregated(scores), 1e-12, 0):
        yield f"score {result.score:g} is not the {rules.aggregate} of its rounds, {rules.aggregated(scores):g}"


def _differences(recorded: JudgedRound, judged: JudgedRound) -> Iterator[str]:
    if recorded.verdict is not judged.verdict:
        yield f"verdict {judged.verdict}, recorded {recorded.verdict}"
    for name, value in (recorded.scores or {}).items():
        again = (judged.scores or {}).get(name, math.nan)
        tolerance = SCORES[name].tolerance if name in SCORES else RELATIVE
        # NaN is close to nothing, so a score that is gone differs.
        if not _close(value, again, tolerance, 0):
            yield f"{name} {again:g}, recorded {value:g}"
    yield from _measures("fit", recorded.fit, judged.fit, 0)
    yield from _measures("held-out", recorded.heldout, judged.heldout, HELDOUT_ROWS)


def _measures(name: str, recorded: Measure | None, judged: Measure | None, rows: int) -> Iterator[str]:
    if recorded is None or judged is None:
        if recorded is not judged:
            yield f"{name} {judged}, recorded {recorded}"
        return
    if not _close(recorded.loss, judged.loss, RELATIVE, LOSS_ABSOLUTE):
        yield f"{name} loss {judged.loss:g}, recorded {recorded.loss:g}"
    if abs((recorded.accuracy or 0) - (judged.accuracy or 0)) * recorded.rows > rows + 0.5:
        yield f"{name} accuracy {judged.accuracy}, recorded {recorded.accuracy}"


def _close(one: float, other: float, relative: float, absolute: float) -> bool:
    return math.isclose(one, other, rel_tol=relative, abs_tol=absolute)


def everything(league: League, refs: list[str]) -> list[str]:
    """The entries to verify: those named, or all.

    Raises:
        InputError: a named entry does not exist.
    """
    if refs:
        return [league.entry(ref).ref for ref in refs]
    found = [f"{competition}/{entry}" for competition in league.competitions() for entry in league.entries(competition)]
    if not found:
        raise InputError("this league has no entries; write one with `referee new submission COMPETITION/NAME`")
    return found
