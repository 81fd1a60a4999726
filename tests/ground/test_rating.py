"""Points: 100 for a record, less for what is farther from it, never outside 0 to 100."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.ground.rating import FORMULA, WORST, points

quick = settings(deadline=None, max_examples=200, derandomize=True)
numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=1e-300, max_value=1e300)


@quick
@given(positive, positive, positive)
def test_a_lower_score_never_earns_less(record, one, other):
    better, worse = sorted((max(record, one), max(record, other)))
    assert points(better, record) >= points(worse, record)


@quick
@given(numbers, numbers)
def test_points_lie_between_0_and_100(one, other):
    """Negative scores, zeros and numbers at the ends of the range included."""
    record, score = sorted((one, other))
    assert 0 <= points(score, record) <= 100


@quick
@given(numbers)
def test_the_record_and_whoever_equals_it_have_100(record):
    assert points(record, record) == 100


@quick
@given(st.floats(min_value=1e-3, max_value=1e6), st.floats(min_value=1, max_value=8), st.integers(-20, 20))
def test_the_unit_of_a_score_changes_nothing(record, ratio, power):
    """Powers of two scale without an error of rounding."""
    assert points(record * ratio, record) == points(record * ratio * 2.0**power, record * 2.0**power)


@quick
@given(st.integers(1, 10**6), st.floats(min_value=1, max_value=6))
def test_points_are_the_area_under_the_profile(record, ratio):
    """The integral that the source defines, summed in small steps, against the closed form."""
    steps = 3000
    reached = sum(ratio <= 1 + (WORST - 1) * (step + 0.5) / steps for step in range(steps))
    assert points(record * ratio, record) == pytest.approx(100 * reached / steps, abs=0.05)


@pytest.mark.parametrize(("ratio", "earned"), [(1, 100), (2, 200 / 3), (2.5, 50), (4, 0), (5, 0), (1e300, 0)])
def test_what_the_page_promises(ratio, earned):
    assert points(10 * ratio, 10) == pytest.approx(earned)


@pytest.mark.parametrize(("score", "record"), [(1, 0), (1e-300, 0), (-1, -2), (5, -2), (0, -1), (math.inf, 3), (math.nan, 3)])
def test_where_a_ratio_means_nothing_only_the_record_earns(score, record):
    assert points(score, record) == 0


def test_a_ratio_that_overflows_earns_nothing():
    assert points(1e308, 5e-324) == 0


def test_the_formula_that_people_read_is_the_one_that_is_computed():
    """Its numbers stand in the sentence."""
    assert f"{WORST:.0f} − score / record" in FORMULA and f"/ {WORST - 1:.0f}" in FORMULA and "100 ×" in FORMULA
