"""When a model fits the data perfectly."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from referee.ground.fits import (
    FITS,
    Measure,
    accuracy,
    cross_entropy,
    margin,
    mean_squared_error,
    measure,
    psnr,
    qualifies,
    root_mean_squared_error,
    sequence_accuracy,
)

quick = settings(deadline=None, max_examples=60, derandomize=True)
LOGITS = st.integers(2, 5).flatmap(
    lambda classes: arrays.arrays(
        np.float32, st.tuples(st.integers(1, 6), st.just(classes)), elements=st.floats(-80, 80, width=32)
    )
)


@st.composite
def classified(draw) -> tuple[np.ndarray, np.ndarray]:
    logits = draw(LOGITS)
    labels = draw(arrays.arrays(np.int64, len(logits), elements=st.integers(0, logits.shape[1] - 1)))
    return logits, labels


def exact_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean of -log(exp(right) / sum(exp)), with fifty decimal places."""
    with localcontext() as context:
        context.prec = 50
        losses = [
            sum(Decimal(value).exp() for value in row).ln() - Decimal(row[label])
            for row, label in zip(logits.tolist(), labels.tolist(), strict=True)
        ]
        return float(sum(losses) / len(losses))


@quick
@given(classified())
def test_cross_entropy_is_the_formula(rows):
    """Against arithmetic with fifty decimal places."""
    assert cross_entropy(*rows) == pytest.approx(exact_cross_entropy(*rows), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("classes", [2, 10])
def test_a_margin_of_17_is_not_a_loss_of_zero(classes):
    """In float32, 1 + e^-17 is 1: every threshold could be met with finite weights."""
    logits, labels = np.zeros((classes, classes), np.float32), np.arange(classes)
    logits[labels, labels] = 17
    assert np.log(np.float32(1) + np.exp(np.float32(-17))) == 0
    assert cross_entropy(logits, labels) == pytest.approx((classes - 1) * math.exp(-17), rel=1e-6)


@quick
@given(classified(), st.integers(-1000, 1000))
def test_cross_entropy_ignores_what_all_logits_share(rows, shift):
    """And overflows for no float32 output."""
    logits, labels = rows
    assert cross_entropy(logits.astype(np.float64) + shift, labels) == pytest.approx(cross_entropy(logits, labels), abs=1e-9)
    assert math.isfinite(cross_entropy(np.float32([[3e38, -3e38]]), np.array([1])))


@quick
@given(classified(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, shuffler):
    """The rows were shuffled by a secret; no measure may notice."""
    logits, labels = rows
    order = list(range(len(labels)))
    shuffler.shuffle(order)
    assert cross_entropy(logits[order], labels[order]) == pytest.approx(cross_entropy(logits, labels), abs=1e-12)
    assert margin(logits[order], labels[order]) == margin(logits, labels)
    assert accuracy(logits[order], labels[order]) == accuracy(logits, labels)


@quick
@given(classified())
def test_measuring_leaves_the_outputs_as_they_were(rows):
    """The loss, the accuracy and the held-out numbers are of the same outputs."""
    logits, labels = rows
    before = logits.copy()
    for name in ("cross_entropy", "margin"):
        measure(FITS[name], logits, labels)
    assert (logits == before).all()


@quick
@given(classified())
def test_accuracy_is_one_exactly_when_every_margin_is_positive(rows):
    """Two ways to say that every row is right."""
    assert (accuracy(*rows) == 1) == (margin(*rows) > 0)


@pytest.mark.parametrize(
    ("logits", "labels", "share"),
    [
        ([[2, 1], [1, 2]], [0, 1], 1.0),
        ([[1, 1], [1, 2]], [0, 1], 0.5),
        ([[1, 1]], [1], 0.0),
        ([[0, 0, 0]], [0], 0.0),
        ([[math.nan, 0]], [0], 0.0),
        ([[math.nan, 0]], [1], 0.0),
        ([[5.0], [-5.0]], [1, 0], 1.0),
        ([[0.0]], [0], 0.0),
        ([[0.0]], [1], 0.0),
    ],
)
def test_a_tie_is_lost_and_so_is_nan(logits, labels, share):
    """A constant model is right about nothing."""
    assert accuracy(np.float32(logits), np.array(labels)) == share


@pytest.mark.parametrize(
    ("logits", "labels", "smallest"),
    [
        ([[3, 1, 0]], [0], 2),
        ([[3, 1, 0], [0, 1, 5]], [0, 1], -4),
        ([[-3, -1, -7]], [1], 2),
        ([[4.0], [-3.0]], [1, 0], 3),
        ([[4.0], [3.0]], [1, 0], -3),
    ],
)
def test_the_margin_is_the_smallest_lead_of_the_right_class(logits, labels, smallest):
    """The worst row decides."""
    assert margin(np.float32(logits), np.array(labels)) == smallest


@quick
@given(arrays.arrays(np.float32, st.tuples(st.integers(1, 6), st.just(1)), elements=st.floats(-80, 80, width=32)), st.data())
def test_one_output_column_stands_for_two_classes(column, data):
    """A single logit is the pair (0, logit)."""
    labels = data.draw(arrays.arrays(np.int64, len(column), elements=st.integers(0, 1)))
    pair = np.concatenate([np.zeros_like(column), column], axis=1)
    assert margin(column, labels) == margin(pair, labels)
    assert accuracy(column, labels) == accuracy(pair, labels)


def test_squared_error_compares_row_by_row():
    """(rows, 1) outputs against (rows,) targets, without numpy spreading one over the other."""
    outputs, targets = np.float32([[1], [2], [3]]), np.float32([1, 2, 5])
    assert mean_squared_error(outputs, targets) == pytest.approx(4 / 3)
    assert mean_squared_error(np.float32([[1, 2], [3, 4]]), np.float32([[1, 2], [3, 8]])) == 4


def test_squared_error_is_in_float64():
    """An error of 1e-30 in every row is no perfect fit."""
    assert mean_squared_error(np.float32([[1e-30]]), np.float32([0])) == pytest.approx(1e-60)
    assert math.isfinite(mean_squared_error(np.float32([[3e38]]), np.float32([-3e38])))


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize("outputs", [[[math.nan, math.nan]], [[0.0, math.nan]], [[math.nan, 0.0]]], ids=str)
def test_nan_never_qualifies(name, outputs):
    """Under no rule and no threshold."""
    targets = np.zeros(1, np.int64) if FITS[name].classifies else np.zeros((1, 2), np.float32)
    # A share is refused a threshold of 0 or less.
    for threshold in (1e-300, 1e300) if FITS[name].of_sequences else (-1e300, 0.0, 1e300):
        assert not qualifies(FITS[name], threshold, measure(FITS[name], np.float32(outputs), targets))


@pytest.mark.parametrize("name", FITS)
def test_nan_measures_never_qualify(name):
    """Wherever the NaN came from."""
    fit = FITS[name]
    right = 1.0 if fit.classifies else None
    assert not qualifies(fit, 0.5, Measure(loss=math.nan, accuracy=right, rows=1))
    assert not qualifies(fit, math.nan, Measure(loss=0.5, accuracy=right, rows=1))
    if fit.needs_accuracy:
        assert not qualifies(fit, 0.5, Measure(loss=0.5, accuracy=math.nan, rows=1))
        assert not qualifies(fit, 0.5, Measure(loss=0.5, accuracy=None, rows=1))


@pytest.mark.parametrize("name", FITS)
def test_thresholds_are_inclusive(name):
    """At the threshold a model qualifies; on its wrong side, by the least there is, it does not."""
    fit = FITS[name]
    right = 1.0 if fit.classifies else None
    worse = math.nextafter(0.25, 1 if fit.bound == "at_most" else 0)
    better = math.nextafter(0.25, 0 if fit.bound == "at_most" else 1)
    outcomes = [qualifies(fit, 0.25, Measure(loss=loss, accuracy=right, rows=1)) for loss in (better, 0.25, worse)]
    assert outcomes == [True, True, False]


@pytest.mark.parametrize("name", [name for name, fit in FITS.items() if fit.needs_accuracy])
def test_one_wrong_row_is_enough_to_miss(name):
    """Perfectly means perfectly."""
    loss = 1e-9 if FITS[name].bound == "at_most" else 1e9
    assert qualifies(FITS[name], 1e-3, Measure(loss=loss, accuracy=1.0, rows=10_000))
    assert not qualifies(FITS[name], 1e-3, Measure(loss=loss, accuracy=0.9999, rows=10_000))


def test_classifying_with_weights_scaled_to_nothing_does_not_fit():
    """Every row right, at a margin of 1e-6: accuracy 1, and far from the threshold."""
    logits = np.float32([[1e-6, 0], [0, 1e-6]])
    measured = measure(FITS["cross_entropy"], logits, np.array([0, 1]))
    assert measured.accuracy == 1
    assert not qualifies(FITS["cross_entropy"], 1e-3, measured)


def test_a_regression_has_no_accuracy():
    """And needs none."""
    measured = measure(FITS["mean_squared_error"], np.float32([[1]]), np.float32([1]))
    assert measured == Measure(loss=0.0, accuracy=None, rows=1)
    assert qualifies(FITS["mean_squared_error"], 0.0, measured)


def test_the_root_is_in_the_unit_of_the_targets():
    outputs, targets = np.float32([[1], [3]]), np.float32([1, 0])
    assert root_mean_squared_error(outputs, targets) == pytest.approx(math.sqrt(4.5))


@pytest.mark.parametrize(("error", "decibels"), [(0.1, 20), (0.01, 40), (1.0, 0), (0.0, 200)])
def test_psnr_is_in_decibels_and_finite_without_an_error(error, decibels):
    targets = np.full((4, 3), 0.25, np.float32)
    assert psnr(targets + np.float32(error), targets) == pytest.approx(decibels, abs=1e-4)


def test_a_sequence_is_right_where_all_of_its_steps_are():
    """A tie is lost, as everywhere."""
    right, wrong, tie = [1, 0], [0, 1], [1, 1]
    logits = np.float32([right, right, right, wrong, tie, right])
    labels = np.zeros(6, np.int64)
    assert sequence_accuracy(logits, labels, 2) == pytest.approx(1 / 3)
    assert measure(FITS["sequence_accuracy"], logits, labels, 3) == Measure(loss=0.5, accuracy=pytest.approx(4 / 6), rows=6)


@quick
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(2, 3))
def test_true_beginnings_say_the_same_as_greedy_decoding(seed, steps, tokens):
    """A random network that is right often enough to have whole sequences right, decoded for real."""
    random = np.random.default_rng(seed)
    prompts, truth = random.integers(0, tokens, 40), random.integers(0, tokens, (40, steps))
    table = random.normal(size=(tokens, steps, tokens**steps, tokens))

    def logits(sequence: int, beginning: list[int]) -> np.ndarray:
        place = sum(token * tokens**step for step, token in enumerate(beginning))
        known = (
            2.0 * np.eye(tokens)[truth[sequence, len(beginning)]] if beginning == list(truth[sequence, : len(beginning)]) else 0
        )
        return np.float32(table[prompts[sequence], len(beginning), place] + known)

    decoded = []
    for sequence in range(40):
        tokens_so_far: list[int] = []
        while len(tokens_so_far) < steps:
            tokens_so_far.append(int(logits(sequence, tokens_so_far).argmax()))
        decoded.append(tokens_so_far == list(truth[sequence]))
    forced = np.stack([logits(sequence, list(truth[sequence, :step])) for sequence in range(40) for step in range(steps)])
    assert sequence_accuracy(forced, truth.ravel(), steps) == pytest.approx(np.mean(decoded))
