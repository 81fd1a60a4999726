"""Fit rules: a named loss over every training row, and on which side of the threshold a model qualifies.

A new fit rule is one row of FITS.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Bound = Literal["at_most", "at_least"]


@dataclass(frozen=True, slots=True)
class Fit:
    """A row of the table of fit rules."""

    name: str
    sentence: str
    bound: Bound
    default: float | None
    """threshold where the competition names none"""
    measure: Callable[..., float]
    """(outputs (rows, ...), targets (rows, ...)) -> loss; computed in float64. Of sequences, a third argument: their steps"""
    classifies: bool
    """targets are class numbers: accuracy is reported"""
    needs_accuracy: bool
    """qualifying takes accuracy 1 as well"""
    of_sequences: bool = False
    """so many rows, one behind the other, are the steps of one sequence"""
    scale_free: bool = False
    """outputs times any positive number fit as well, so no norm of the weights means anything"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a model reached on a set of rows."""

    loss: float
    accuracy: float | None = None
    """share of rows whose largest output is the target's, ties lost; null for regression"""
    rows: int


def cross_entropy(logits: Array, labels: Array) -> float:
    """Mean over rows of logsumexp(logits) - logits[label], in nats.

    In float64: at a margin of 17 float32 says 0, where it is 3.7e-7.

    Args:
        logits: (rows, classes) float
        labels: (rows,) int
    """
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]))


def mean_squared_error(outputs: Array, targets: Array) -> float:
    """Mean over rows and components of (output - target)^2.

    Args:
        outputs: (rows, ...) or (rows, 1) for scalar targets
        targets: (rows, ...)
    """
    return float(np.mean((outputs.astype(np.float64).reshape(targets.shape) - targets) ** 2))


def root_mean_squared_error(outputs: Array, targets: Array) -> float:
    """The root of `mean_squared_error`: in the unit of the targets."""
    return math.sqrt(mean_squared_error(outputs, targets))


def psnr(outputs: Array, targets: Array) -> float:
    """Peak signal-to-noise ratio in dB of values from 0 to 1: 10 log10(1 / mean squared error), at most 200.

    Args:
        outputs: (rows, ...)
        targets: (rows, ...), from 0 to 1
    """
    return -10 * math.log10(max(mean_squared_error(outputs, targets), 1e-20))


def sequence_accuracy(logits: Array, labels: Array, steps: int) -> float:
    """Share of sequences that greedy decoding gets right from their first step to their last.

    A row is a step: what stands before it is the sequence's true beginning, its label the token that follows. Greedy
    decoding gives the true sequence exactly where each of these steps is right: up to its first mistake it has seen nothing
    but true beginnings. So no token has to be fed back.

    Args:
        logits: (sequences * steps, tokens) float
        labels: (sequences * steps,) int
    """
    return float(np.mean((margins(logits, labels) > 0).reshape(-1, steps).all(axis=1)))


def margin(logits: Array, labels: Array) -> float:
    """Smallest over rows of logits[label] - largest other logit; one output column stands for (0, logit).

    Args:
        logits: (rows, classes) or (rows, 1) float
        labels: (rows,) int
    """
    return float(margins(logits, labels).min())


def accuracy(logits: Array, labels: Array) -> float:
    """Share of rows whose label's logit is larger than every other: a tie is lost, and so is NaN.

    Args:
        logits: (rows, classes) or (rows, 1) float
        labels: (rows,) int
    """
    return float(np.mean(margins(logits, labels) > 0))


def margins(logits: Array, labels: Array) -> Array:
    """For each row logits[label] - largest other logit, (rows,) float64; one output column stands for (0, logit)."""
    wide = logits.astype(np.float64)
    if wide.shape[1] == 1:
        return np.where(labels == 1, wide[:, 0], -wide[:, 0])
    rows = np.arange(len(labels))
    right = wide[rows, labels]
    wide[rows, labels] = -np.inf
    return np.asarray(right - wide.max(axis=1))


FITS: Mapping[str, Fit] = {
    fit.name: fit
    for fit in (
        Fit("cross_entropy", "mean cross entropy in nats, with accuracy 1", "at_most", 1e-3, cross_entropy, True, True),
        Fit("mean_squared_error", "mean squared error", "at_most", None, mean_squared_error, False, False),
        Fit(
            "root_mean_squared_error",
            "root of the mean squared error",
            "at_most",
            None,
            root_mean_squared_error,
            classifies=False,
            needs_accuracy=False,
        ),
        Fit(
            "psnr",
            "peak signal-to-noise ratio in dB, of values from 0 to 1",
            "at_least",
            None,
            psnr,
            classifies=False,
            needs_accuracy=False,
        ),
        Fit(
            "sequence_accuracy",
            "share of sequences that greedy decoding gets right to the last token",
            "at_least",
            None,
            sequence_accuracy,
            classifies=True,
            needs_accuracy=False,
            of_sequences=True,
            scale_free=True,
        ),
        Fit("margin", "smallest margin of the right class over the others", "at_least", None, margin, True, True),
    )
}


def measure(fit: Fit, outputs: Array, targets: Array, steps: int = 1) -> Measure:
    """Loss and, for classification, accuracy over all rows.

    Args:
        steps: rows of a sequence, where the fit is one of sequences
    """
    return Measure(
        loss=fit.measure(outputs, targets, steps) if fit.of_sequences else fit.measure(outputs, targets),
        accuracy=accuracy(outputs, targets) if fit.classifies else None,
        rows=len(targets),
    )


def qualifies(fit: Fit, threshold: float, measured: Measure) -> bool:
    """Whether `measured` meets the rule.

    Written so that NaN loses: every comparison with NaN is false, so none may be negated.
    """
    close = measured.loss <= threshold if fit.bound == "at_most" else measured.loss >= threshold
    return close and (not fit.needs_accuracy or measured.accuracy == 1)
