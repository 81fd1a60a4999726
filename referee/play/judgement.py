"""What a model file is worth on some rows: read, refuse, run, measure, score. Runs no contestant code."""

from __future__ import annotations

import hashlib
import math
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from referee.files.league import Game
from referee.files.own_score import own_score
from referee.files.score_cache import ScoreCache, default_folder
from referee.ground.competition import Competition
from referee.ground.draw import Draw
from referee.ground.errors import InvalidModel, RuleBroken
from referee.ground.fits import Measure, measure, qualifies
from referee.ground.graph import Array, Graph, Model
from referee.ground.scores import Counted, all_scores, counted
from referee.ground.verdict import Verdict
from referee.models import onnx_file, path_norm, touched
from referee.models.architecture import read_model
from referee.models.budget import budget_for
from referee.models.child import Child, Watch, unwatched
from referee.models.evaluation import Probes, evaluate

ACTIVE_ROWS = 64
"""training rows over which `active_nonzero` is a mean, where it does not rank; where it does, all of them"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a judgement of a model rests on."""

    count: Counted
    outputs: Array
    """(rows, columns) float32, of the rows that have to fit"""
    targets: Array
    """theirs, as in `Draw`"""


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


def judge_artifact(
    game: Game,
    reference: Graph | None,
    content: bytes,
    rows: Draw,
    *,
    pretrained: Path | None = None,
    child: Child | None = None,
    watch: Watch = unwatched,
    cache: ScoreCache | None = None,
) -> Judgement:
    """What a model file is worth on some rows.

    Args:
        reference: the host's graph, where the architecture is fixed
        content: the file, its size already capped
        pretrained: the model that the entry may start from, in such a class
        child: started beforehand, for speed
        watch: told how many rows are done
        cache: of the scores of tensors; by default the user's own

    Raises:
        RefereeFault: the host's score or the evaluation failed.
    """
    if child is None:
        # It imports while the model is read.
        with Child() as own:
            return judge_artifact(game, reference, content, rows, pretrained=pretrained, child=own, watch=watch, cache=cache)
    rules = game.rules
    try:
        model = read_model(rules.architecture.rule, content, reference)
        _refuse_long_work(rules, model)
        parts = [rows.train_x, rows.heldout_x]
        budget, probes = budget_for(model.graph, sum(map(len, parts))), _probes(rules, model, len(rows.train_x))
        with ThreadPoolExecutor(1) as beside:
            counting = partial(beside.submit, counted, model, cache or ScoreCache(default_folder()))
            begun: list[Future[Counted]] = []
            seen = evaluate(
                model.canonical,
                parts,
                _columns(rules, rows),
                budget,
                probes=probes,
                child=child,
                watch=watch,
                begun=lambda: begun.append(counting()),
            )
            count = begun[0].result()
        model = replace(model, measured={**model.measured, **seen.measured})
        scores = _scores(game, replace(count, model=model), pretrained)
    except InvalidModel as refusal:
        return Judgement(Verdict.INVALID_MODEL, str(refusal))
    except RuleBroken as refusal:
        return Judgement(Verdict.RULE_BROKEN, str(refusal))
    train_out, heldout_out = seen.outputs
    take = partial(measure, rules.fit.fit, steps=rules.fit.steps or 1)
    heldout = take(heldout_out, rows.heldout_y) if len(rows.heldout_y) else None
    shown = rules.fit.rows == "training"
    asked = (train_out, rows.train_y) if shown else (heldout_out, rows.heldout_y)
    fit = take(*asked)
    fits = qualifies(rules.fit.fit, rules.fit.threshold, fit)
    return Judgement(
        Verdict.QUALIFIED if fits else Verdict.DID_NOT_FIT,
        None if fits else _misfit(rules, fit),
        fit,
        heldout,
        scores,
        _label_bytes(rules, rows) if shown else None,
        Evidence(replace(count, model=model), *asked),
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


def _scores(game: Game, count: Counted, pretrained: Path | None) -> dict[str, float]:
    rules, scores = game.rules, all_scores(count)
    if rules.own_score is not None:
        start = [pretrained] if rules.pretrained else []
        scores[rules.score] = own_score(rules.own_score, game.folder, count.model, *start)
    if rules.score not in scores:
        if rules.score == "path_norm":
            path_norm.absolute(count.model.graph)
        raise InvalidModel(f"it has no {rules.score}: too large for a number of 32 bits")
    return scores


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
    where = "the training rows" if rules.fit.rows == "training" else "the held-out rows"
    return f"{loss} {fit.loss:.6g} on {where}, {bound} {rules.fit.threshold:g}{accuracy}"
