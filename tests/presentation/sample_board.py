"""Results to show, and the golden files that they are compared with. Rewrite those with UPDATE_GOLDEN=1, read the diff."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from referee.ground.fits import Measure
from referee.ground.machine import Machine
from referee.ground.result import JudgedRound, Pins, Result, TrainedRound
from referee.ground.verdict import Verdict

GOLDEN = Path(__file__).with_name("golden")


def matches(name: str, text: str) -> None:
    """Assert that `text` is the golden file."""
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def judged(number: int, l2: float) -> JudgedRound:
    """A round that qualified."""
    return JudgedRound(
        trained=TrainedRound(
            number=number,
            draw_seed=100 + number,
            train_seed=200 + number,
            draw_sha256="d" * 64,
            seconds=1.25 * number,
            joules_at_most=56.3 * number,
        ),
        verdict=Verdict.QUALIFIED,
        fit=Measure(loss=8e-4 + number * 1e-5, accuracy=1.0, rows=40),
        heldout=Measure(loss=0.02, accuracy=0.95, rows=20),
        scores={"l1": 2 * l2, "l2": l2, "nuclear": l2, "spectral": l2 / 2, "nonzero": 6, "parameters": 6, "bytes": 240},
    )


def result(entry: str, scores: Sequence[float], verdict: Verdict = Verdict.QUALIFIED, reason: str | None = None) -> Result:
    """A result of `line` in laptop-ss with a round for each score; without any, a round that failed."""
    rounds = tuple(judged(number, score) for number, score in enumerate(scores, start=1))
    if not scores:
        failed = replace(judged(1, 0).trained, verdict=verdict, reason=reason)
        rounds = (JudgedRound(trained=failed, verdict=verdict, reason=reason),)
    middle = sorted(scores)[len(scores) // 2] if scores else None
    return Result(
        pins=Pins(competition="line", version=1, rules_sha256="f" * 64, entry=entry, class_="laptop-ss", tree="e" * 40),
        referee="0.1.0",
        recorded_at="2026-11-21T06:00:00Z",
        attempt=1,
        verdict=verdict,
        reason=reason,
        ranked_by="l2",
        score=middle,
        seconds=max(one.trained.seconds for one in rounds),
        fit=rounds[-1].fit,
        heldout=rounds[-1].heldout,
        scores=rounds[scores.index(middle)].scores if middle is not None else None,
        sandbox="bubblewrap",
        machine=Machine(cpu="A CPU", cores=2, memory_gib=8, gpus=(), os="Linux", python="3.11.7", libraries={}),
        rounds=rounds,
    )
