"""Judging: from what a training handed on to a result. Reads as the rulebook; runs no contestant code."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from referee.files import draws, store
from referee.ground.competition import Competition
from referee.ground.errors import InputError
from referee.ground.fits import Measure
from referee.ground.result import JudgedRound, Result, TrainedRound, Training
from referee.ground.verdict import Verdict
from referee.models.child import Child, Watch, unwatched
from referee.play.judgement import Judgement, judge_artifact
from referee.play.match import Audience, Match
from referee.play.training import FILE, artifact_file

Hear = Callable[[TrainedRound, Judgement], None]


def _unheard(trained: TrainedRound, judgement: Judgement) -> None:
    """Nobody is told."""


def judge(
    match: Match,
    folder: Path,
    audience: Audience,
    known: Iterable[JudgedRound] = (),
    hear: Hear = _unheard,
    child: Child | None = None,
) -> tuple[Training, Result, dict[str, bytes]]:
    """Judge what `train` left in `folder`.

    Args:
        known: rounds that were judged already, here and now; they are not judged again
        hear: told each round's judgement, with what it rests on
        child: started beforehand, for speed; it serves one round

    Returns:
        the training, the result, and the artifacts to keep beside it by file name

    Raises:
        InputError: the folder holds no training of this entry under these rules.
        RefereeFault: the draw or the evaluation failed.
    """
    training = store.read(Training, folder / FILE, str(folder / FILE))
    if training.pins != match.pins:
        differing = [
            name for name in ("competition", "version", "rules_sha256", "entry", "class_", "tree")
            if getattr(training.pins, name) != getattr(match.pins, name)
        ]  # fmt: skip
        raise InputError(
            f"{folder / FILE}: pins.{differing[0].rstrip('_')}: is not that of {match.entry.ref} in {match.played} as it "
            "stands here; train again, or name the class it was trained for"
        )
    seeds = [trained.draw_seed for trained in training.rounds]
    if match.game.rules.data.draw == "fresh" and len(set(seeds)) < len(seeds):
        raise InputError(f"{folder / FILE}: rounds: two have the same draw; train again")
    judged, kept = {one.trained: one for one in known}, {}
    for trained in training.rounds:
        content = _content(match, folder, trained)
        if trained not in judged:
            watch = partial(audience.judging, trained.number)
            judged[trained] = judge_round(match, trained, content, watch, hear, child)
            audience.round_judged(judged[trained])
        # Behind a referee error the artifact's description may be forged, its file name too.
        sound = judged[trained].verdict is not Verdict.REFEREE_ERROR
        if sound and content is not None and trained.artifact is not None and trained.artifact.file is not None:
            kept[trained.artifact.file] = content
    return training, _result(match, training, [judged[trained] for trained in training.rounds]), kept


def judge_round(
    match: Match,
    trained: TrainedRound,
    content: bytes | None,
    watch: Watch = unwatched,
    hear: Hear = _unheard,
    child: Child | None = None,
) -> JudgedRound:
    """The rulebook for one round.

    Args:
        content: the artifact; None where the training left none

    Raises:
        RefereeFault: the draw, the host's score or the evaluation failed.
    """
    judgement = _judgement(match, trained, content, watch, child)
    hear(trained, judgement)
    return JudgedRound(
        trained=trained,
        verdict=judgement.verdict,
        reason=judgement.reason,
        fit=judgement.fit,
        heldout=judgement.heldout,
        scores=judgement.scores,
        label_bytes=judgement.label_bytes,
    )


def _judgement(match: Match, trained: TrainedRound, content: bytes | None, watch: Watch, given: Child | None) -> Judgement:
    if trained.verdict is not None:
        return Judgement(trained.verdict, trained.reason)
    rules = match.game.rules
    suffix = Path(rules.architecture.artifact_name).suffix
    if content is None or trained.artifact != store.artifact_of(content, trained.number, suffix):
        return Judgement(
            Verdict.REFEREE_ERROR, "the artifact is not the one that was trained; it was lost or changed on the way"
        )
    # It imports while the rows are drawn.
    with nullcontext(given) if given is not None and given.free else Child() as child:
        rows = draws.draw(rules, match.game.folder, trained.draw_seed)
        if rows.sha256() != trained.draw_sha256:
            reason = "this machine draws other rows for the seed than the runner did; compare their libraries"
            return Judgement(Verdict.REFEREE_ERROR, reason)
        start = match.pretrained
        return judge_artifact(match.game, match.reference, content, rows, pretrained=start, child=child, watch=watch)


def _content(match: Match, folder: Path, trained: TrainedRound) -> bytes | None:
    file = artifact_file(match, folder, trained.number)
    if trained.artifact is None or not file.is_file() or file.is_symlink():
        return None
    most = match.game.rules.limits.artifact_bytes
    with file.open("rb") as stream:
        return stream.read(most + 1)


def _result(match: Match, training: Training, rounds: Sequence[JudgedRound]) -> Result:
    rules = match.game.rules
    worst = _deciding(rounds)
    scores = _aggregated(rules, rounds)
    return Result(
        pins=training.pins,
        referee=training.referee,
        recorded_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        attempt=_attempts(match) + 1,
        verdict=worst.verdict,
        reason=worst.reason,
        ranked_by=rules.score,
        score=scores[rules.score] if scores and worst.verdict is Verdict.QUALIFIED else None,
        seconds=max(judged.trained.seconds for judged in rounds),
        fit=_worst(rules, [judged.fit for judged in rounds if judged.fit]),
        heldout=_median([judged.heldout for judged in rounds if judged.heldout]),
        scores=scores,
        sandbox=training.sandbox,
        machine=training.machine,
        calibrations=training.calibrations,
        rounds=tuple(rounds),
    )


def _deciding(rounds: Sequence[JudgedRound]) -> JudgedRound:
    """Every round must qualify; a failure of the referee's own is told before any of the entry's."""
    ours = [judged for judged in rounds if judged.verdict is Verdict.REFEREE_ERROR]
    theirs = [judged for judged in rounds if judged.verdict is not Verdict.QUALIFIED]
    return (ours or theirs or list(rounds))[0]


def _aggregated(rules: Competition, rounds: Sequence[JudgedRound]) -> dict[str, float] | None:
    scored = [judged.scores for judged in rounds if judged.scores is not None]
    if len(scored) != len(rounds):
        return None
    # A round's graph may lack a score that another's has, where entries bring their own.
    everywhere = [name for name in scored[0] if all(name in scores for scores in scored)]
    return {name: rules.aggregated([scores[name] for scores in scored]) for name in everywhere}


def _worst(rules: Competition, measures: Sequence[Measure]) -> Measure | None:
    if not measures:
        return None
    furthest = max if rules.fit.fit.bound == "at_most" else min
    return Measure(
        loss=furthest(one.loss for one in measures),
        accuracy=min(_accuracies(measures), default=None),
        rows=min(one.rows for one in measures),
    )


def _median(measures: Sequence[Measure]) -> Measure | None:
    if not measures:
        return None
    accuracies = _accuracies(measures)
    return Measure(
        loss=statistics.median(one.loss for one in measures),
        accuracy=statistics.median(accuracies) if accuracies else None,
        rows=measures[0].rows,
    )


def _accuracies(measures: Iterable[Measure]) -> list[float]:
    return [one.accuracy for one in measures if one.accuracy is not None]


def _attempts(match: Match) -> int:
    file = match.entry.folder / "results" / f"{match.played}.yaml"
    return store.read(Result, file, match.league.shown(file)).attempt if file.is_file() else 0
