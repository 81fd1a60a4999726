"""Judging: from artifacts to a verdict, fit and scores. Reads as the rulebook; runs no contestant code."""

from __future__ import annotations

import hashlib
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from referee.files import draws, store
from referee.files.league import Game
from referee.files.own_score import own_score
from referee.files.score_cache import ScoreCache, default_folder
from referee.ground.competition import Competition
from referee.ground.draw import Draw
from referee.ground.errors import InputError, InvalidModel, RuleBroken
from referee.ground.fits import Measure, measure, qualifies
from referee.ground.graph import Array, Graph, Model
from referee.ground.result import JudgedRound, Result, TrainedRound, Training
from referee.ground.scores import Counted, all_scores, counted
from referee.ground.verdict import Verdict
from referee.models import onnx_file, path_norm, touched
from referee.models.architecture import read_model
from referee.models.evaluation import Children, Probes, Watch, budget_for, evaluate
from referee.play.match import Audience, Match
from referee.play.training import FILE, artifact_file

ACTIVE_ROWS = 64
"""training rows over which `active_nonzero` is a mean, where it does not rank; where it does, all of them"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a judgement of a model rests on."""

    count: Counted
    train_out: Array
    """(rows, columns) float32"""
    rows: Draw


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model file is worth."""

    verdict: Verdict
    reason: str | None = None
    fit: Measure | None = None
    heldout: Measure | None = None
    scores: dict[str, float] | None = None
    label_bytes: float | None = None
    evidence: Evidence | None = None
    """where a model stood to be measured"""


Hear = Callable[[TrainedRound, Judgement], None]


def _unheard(trained: TrainedRound, judgement: Judgement) -> None:
    """Nobody is told."""


def _unwatched(done: int, rows: int) -> None:
    """Nobody is told."""


def judge(
    match: Match, folder: Path, audience: Audience, known: Iterable[JudgedRound] = (), hear: Hear = _unheard
) -> tuple[Training, Result, dict[str, bytes]]:
    """Judge what `train` left in `folder`.

    Args:
        known: rounds that were judged already, here and now; they are not judged again
        hear: told each round's judgement, with what it rests on

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
            judged[trained] = judge_round(match, trained, content, watch, hear)
            audience.round_judged(judged[trained])
        # Behind a referee error the artifact's description may be forged, its file name too.
        sound = judged[trained].verdict is not Verdict.REFEREE_ERROR
        if sound and content is not None and trained.artifact is not None and trained.artifact.file is not None:
            kept[trained.artifact.file] = content
    return training, _result(match, training, [judged[trained] for trained in training.rounds]), kept


def judge_round(
    match: Match, trained: TrainedRound, content: bytes | None, watch: Watch = _unwatched, hear: Hear = _unheard
) -> JudgedRound:
    """The rulebook for one round.

    Args:
        content: the artifact; None where the training left none

    Raises:
        RefereeFault: the draw, the host's score or the evaluation failed.
    """
    judgement = _judgement(match, trained, content, watch)
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


def _judgement(match: Match, trained: TrainedRound, content: bytes | None, watch: Watch) -> Judgement:
    if trained.verdict is not None:
        return Judgement(trained.verdict, trained.reason)
    rules = match.game.rules
    suffix = Path(rules.architecture.artifact_name).suffix
    if content is None or trained.artifact != store.artifact_of(content, trained.number, suffix):
        return Judgement(
            Verdict.REFEREE_ERROR, "the artifact is not the one that was trained; it was lost or changed on the way"
        )
    # They import while the rows are drawn.
    with Children() as children:
        rows = draws.draw(rules, match.game.folder, trained.draw_seed)
        if rows.sha256() != trained.draw_sha256:
            reason = "this machine draws other rows for the seed than the runner did; compare their libraries"
            return Judgement(Verdict.REFEREE_ERROR, reason)
        return judge_artifact(match.game, match.reference, content, rows, children=children, watch=watch)


def judge_artifact(
    game: Game,
    reference: Graph | None,
    content: bytes,
    rows: Draw,
    *,
    children: Children | None = None,
    watch: Watch = _unwatched,
    cache: ScoreCache | None = None,
) -> Judgement:
    """What a model file is worth on some rows.

    Args:
        reference: the host's graph, where the architecture is fixed
        content: the file, its size already capped
        children: started beforehand, for speed
        watch: told how many rows are done
        cache: of the scores of tensors; by default the user's own

    Raises:
        RefereeFault: the host's score or the evaluation failed.
    """
    rules, model = game.rules, None
    try:
        model = read_model(rules.architecture.rule, content, reference)
        _refuse_long_work(rules, model)
        parts = [rows.train_x, rows.heldout_x]
        budget, probes = budget_for(model.graph, sum(map(len, parts))), _probes(rules, model, len(rows.train_x))
        with ThreadPoolExecutor(1) as beside:
            counting = beside.submit(counted, model, cache or ScoreCache(default_folder()))
            seen = evaluate(
                model.canonical, parts, _columns(rules, rows), budget, probes=probes, children=children, watch=watch
            )
            count = counting.result()
        model = replace(model, measured={**model.measured, **seen.measured})
        scores = _scores(game, replace(count, model=model))
    except InvalidModel as refusal:
        return Judgement(Verdict.INVALID_MODEL, str(refusal))
    except RuleBroken as refusal:
        return Judgement(Verdict.RULE_BROKEN, str(refusal))
    train_out, heldout_out = seen.outputs
    fit = measure(rules.fit.fit, train_out, rows.train_y)
    fits = qualifies(rules.fit.fit, rules.fit.threshold, fit)
    return Judgement(
        Verdict.QUALIFIED if fits else Verdict.DID_NOT_FIT,
        None if fits else _misfit(rules, fit),
        fit,
        measure(rules.fit.fit, heldout_out, rows.heldout_y) if len(rows.heldout_y) else None,
        scores,
        _label_bytes(rules, rows),
        Evidence(replace(count, model=model), train_out, rows),
    )


def _label_bytes(rules: Competition, rows: Draw) -> float | None:
    """A model that is shorter has found something in the data; one that is longer may be a list of the labels."""
    return len(rows.train_y) * math.log2(max(2, _classes(rows))) / 8 if rules.fit.fit.classifies else None


def _classes(rows: Draw) -> int:
    return 1 + max(int(part.max(initial=0)) for part in (rows.train_y, rows.heldout_y))


def _refuse_long_work(rules: Competition, model: Model) -> None:
    operations, most = model.measured["flops"], rules.limits.example_operations
    if operations > most:
        raise InvalidModel(f"takes {operations:.0f} multiply-adds for one example, at most {most} here")


def _probes(rules: Competition, model: Model, rows: int) -> Probes:
    try:
        absolute = onnx_file.write(path_norm.absolute(model.graph))
    except InvalidModel:
        absolute = None
    # By the model's own digest: every judge counts the same rows, and a contestant can't choose them.
    digest = hashlib.sha256(model.canonical).digest()
    some = np.random.default_rng(list(digest)).permutation(rows)[:ACTIVE_ROWS]
    counting = onnx_file.write(touched.counting(model.graph, model.weights))
    return Probes(absolute, counting, range(rows) if rules.score == "active_nonzero" else some.tolist())


def _scores(game: Game, count: Counted) -> dict[str, float]:
    rules, scores = game.rules, all_scores(count)
    if rules.own_score is not None:
        scores[rules.score] = own_score(rules.own_score, game.folder, count.model)
    if rules.score not in scores:
        if rules.score == "path_norm":
            path_norm.absolute(count.model.graph)
        raise InvalidModel(f"it has no {rules.score}: too large for a number of 32 bits")
    return scores


def _content(match: Match, folder: Path, trained: TrainedRound) -> bytes | None:
    file = artifact_file(match, folder, trained.number)
    if trained.artifact is None or not file.is_file() or file.is_symlink():
        return None
    most = match.game.rules.limits.artifact_bytes
    with file.open("rb") as stream:
        return stream.read(most + 1)


def _columns(rules: Competition, rows: Draw) -> list[int]:
    """How many numbers an output row may have."""
    if not rules.fit.fit.classifies:
        return [int(rows.train_y[0].size)]
    classes = _classes(rows)
    return [classes, 1] if rules.fit.loss == "margin" and classes == 2 else [classes]


def _misfit(rules: Competition, fit: Measure) -> str:
    bound = rules.fit.fit.bound.replace("_", " ")
    accuracy = "" if fit.accuracy is None else f", accuracy {fit.accuracy:.6g}"
    loss = rules.fit.loss.replace("_", " ")
    return f"{loss} {fit.loss:.6g} on the training rows, {bound} {rules.fit.threshold:g}{accuracy}"


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
