"""`referee judge --explain`: what was counted, tensor by tensor; what each score says; how far from qualifying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from referee.files.league import Game
from referee.ground.competition import Competition
from referee.ground.fits import Measure, margins
from referee.ground.scores import SCORES
from referee.ground.soundness import objection
from referee.ground.verdict import Verdict
from referee.play.judgement import Evidence, Judgement
from referee.presentation import words
from referee.presentation.words import plain

WORST = 5
"""rows that are named"""
_PER_TENSOR = ("nonzero", "l1", "l2", "nuclear", "spectral", "bits")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRow:
    """A training row that fits worst."""

    row: int
    """its place in `x` and `y` as the entry got them"""
    target: float | None
    """its class; null for regression"""
    margin: float | None
    """of the right class over the best other; null for regression"""
    squared_error: float | None
    """mean over the row's components; null for classification"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTensor:
    """A tensor that counts."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    adds: Mapping[str, float]
    """to each score that is a sum over tensors"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidScore:
    """What a score says about the model."""

    name: str
    value: float | None
    """null where the model has none"""
    ranks: bool
    sentence: str
    doubt: str | None
    """why it could be gamed under this competition's architecture rule"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the judgement of one round rests on; where no model could be measured, the reason alone."""

    round: int
    verdict: Verdict
    reason: str | None
    fit: Measure | None = None
    threshold: float
    rows: str = "training"
    """which have to fit: as `FitRule.rows`"""
    rows_wrong: int | None = None
    """of those that have to fit: rows whose class is not the model's; null for regression"""
    worst: tuple[WorstRow, ...] = ()
    operators: Mapping[str, int] | None = None
    """how often each stands in the graph"""
    not_counted: tuple[str, ...] = ()
    """stored tensors that are the host's or only decide shapes"""
    tensors: tuple[CountedTensor, ...] = ()
    scores: tuple[SaidScore, ...] = ()
    canonical_bytes: int | None = None
    label_bytes: float | None = None
    """what the training labels take by themselves"""


def explain(game: Game, number: int, judgement: Judgement) -> Explanation:
    """Round `number` as plain values."""
    rules, evidence = game.rules, judgement.evidence
    bare = Explanation(
        round=number, verdict=judgement.verdict, reason=judgement.reason, fit=judgement.fit, threshold=rules.fit.threshold
    )
    if evidence is None:
        return bare
    model = evidence.count.model
    values = judgement.scores or {}
    wrong, worst = _rows(rules, evidence)
    return Explanation(
        round=number,
        verdict=judgement.verdict,
        reason=judgement.reason,
        fit=judgement.fit,
        threshold=rules.fit.threshold,
        rows=rules.fit.rows,
        rows_wrong=wrong,
        worst=worst,
        operators=dict(Counter(node.op for node in model.graph.nodes).most_common()),
        not_counted=tuple(sorted(set(model.graph.tensors) - set(model.weights))),
        tensors=tuple(
            CountedTensor(name=name, shape=tensor.shape, dtype=str(tensor.dtype), adds=evidence.count.tensors[name])
            for name, tensor in model.weights.items()
        ),
        scores=tuple(_said(rules, name, values.get(name)) for name in {**SCORES, **values}),
        canonical_bytes=len(model.canonical),
        label_bytes=judgement.label_bytes,
    )


def explanation_of(explained: Explanation) -> RenderableType:
    """An explanation for a terminal. Strangers' strings go in as text, never as markup."""
    parts: list[RenderableType] = [Text(f"round {explained.round}: {explained.verdict}", "bold")]
    if explained.reason:
        parts.append(Text(plain(explained.reason, 400), "red"))
    if explained.canonical_bytes is None:
        return Padding(Group(*parts), (0, 0, 1, 0))
    parts += [_distance(explained), Text()]
    nodes = " · ".join(f"{count} {name}" for name, count in (explained.operators or {}).items())
    parts.append(Text(f"the graph: {nodes}; {explained.canonical_bytes} bytes as the referee writes it"))
    if explained.label_bytes is not None:
        parts.append(Text(f"a list of the labels would take {explained.label_bytes:.0f} bytes", "dim"))
    if explained.not_counted:
        names = ", ".join(plain(name, 40) for name in explained.not_counted[:10])
        more = f" and {len(explained.not_counted) - 10} more" if len(explained.not_counted) > 10 else ""
        parts.append(Text(f"stored, but no weights (they only decide shapes, or are the host's): {names}{more}", "dim"))
    return Padding(Group(*parts, Text(), _tensors(explained), Text(), _scores(explained)), (0, 0, 1, 0))


def _rows(rules: Competition, evidence: Evidence) -> tuple[int | None, tuple[WorstRow, ...]]:
    targets = evidence.targets
    if rules.fit.fit.classifies:
        distances = margins(evidence.outputs, targets)
        worst = np.argsort(distances, kind="stable")[:WORST]
        return int((distances <= 0).sum()), tuple(
            WorstRow(row=int(row), target=float(targets[row]), margin=float(distances[row]), squared_error=None)
            for row in worst
        )
    errors = np.mean((evidence.outputs.reshape(len(targets), -1) - targets.reshape(len(targets), -1)) ** 2, axis=1)
    worst = np.argsort(-errors, kind="stable")[:WORST]
    return None, tuple(WorstRow(row=int(row), target=None, margin=None, squared_error=float(errors[row])) for row in worst)


def _said(rules: Competition, name: str, value: float | None) -> SaidScore:
    own = name not in SCORES
    against = None if own else objection(name, rules.architecture.rule)
    return SaidScore(
        name=name,
        value=value,
        ranks=name == rules.score,
        sentence=rules.score_sentence if own else SCORES[name].sentence,
        doubt=str(against) if against else None,
    )


def _distance(explained: Explanation) -> Text:
    """How far from qualifying, in words."""
    fit, text = explained.fit, Text()
    if fit is None:
        return text
    which = explained.rows.replace("heldout", "held-out")
    text.append(f"fit: {words.loss(fit.loss)} on {fit.rows} {which} rows, threshold {explained.threshold:g}")
    if explained.threshold and fit.loss > 0:
        text.append(f" ({fit.loss / explained.threshold:.3g} times the threshold)")
    if explained.rows_wrong is not None:
        text.append(f"; {explained.rows_wrong} rows wrong")
    for row in explained.worst:
        if row.margin is not None and row.target is not None:
            text.append(f"\n  row {row.row}: class {row.target:.0f} is ahead by {row.margin:.4g}")
        elif row.squared_error is not None:
            text.append(f"\n  row {row.row}: squared error {words.loss(row.squared_error)}")
    return text


def _tensors(explained: Explanation) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="underline", title="what counts", title_justify="left")
    table.add_column("tensor", overflow="fold")
    table.add_column("shape")
    table.add_column("type")
    for name in _PER_TENSOR:
        table.add_column(name, justify="right")
    for tensor in explained.tensors:
        shape = "x".join(map(str, tensor.shape)) or "one number"
        table.add_row(Text(plain(tensor.name, 60)), shape, tensor.dtype, *_cells(tensor.adds))
    sums = {name: sum(tensor.adds[name] for tensor in explained.tensors) for name in _PER_TENSOR}
    table.add_row(Text("all", "bold"), "", "", *_cells(sums))
    return table


def _cells(values: Mapping[str, float]) -> list[str]:
    return [words.score(name, values[name]) for name in _PER_TENSOR]


def _scores(explained: Explanation) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="underline", title="what each score says", title_justify="left")
    table.add_column("score")
    table.add_column("value", justify="right")
    table.add_column("here")
    table.add_column("", overflow="fold")
    doubts: dict[str, list[str]] = {}
    for score in explained.scores:
        if score.doubt:
            doubts.setdefault(score.doubt, []).append(score.name)
        style = "bold" if score.ranks else ""
        here = "RANKS" if score.ranks else "not sound" if score.doubt else "sound"
        value = words.score(score.name, score.value)
        table.add_row(Text(score.name, style), value, Text(here, style), Text(plain(score.sentence), style or "dim"))
    reasons = [Text(f"not sound here: {', '.join(names)}: {plain(doubt, 400)}", "dim") for doubt, names in doubts.items()]
    return Group(table, *reasons)
