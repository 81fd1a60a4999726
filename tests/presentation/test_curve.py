"""A loss curve in a line of text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.ground.result import CurvePoint
from referee.presentation import curve


@pytest.mark.parametrize(
    ("losses", "shown"),
    [
        ([], ""),
        ([1.0], "▁"),
        ([0.0, 0.0], "▁▁"),
        ([1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7], "█▇▆▅▄▃▂▁"),
        ([7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0], "█▇▆▅▄▃▂▁"),
        ([-1.0, 1.0, 0.0], "▁█▅"),
        ([math.nan, 2.0, math.inf, 1.0, -math.inf], "·█·▁·"),
        ([math.nan, math.inf], "··"),
        ([-1.7e308, 1.7e308], "▁█"),
        ([5e-324, 1.7e308], "▁█"),
    ],
)
def test_the_lowest_loss_is_the_lowest_block(losses, shown):
    assert curve.sparkline(losses) == shown


@given(st.lists(st.floats(), max_size=200), st.integers(2, 30))
def test_every_curve_can_be_drawn(losses, most):
    """In as many signs as there are points, and never in more than there is room for."""
    shown = curve.sparkline(losses, most)
    assert len(shown) == min(len(losses), most)
    assert set(shown) <= {*curve.BLOCKS, curve.NO_NUMBER}


def test_a_long_curve_keeps_its_ends():
    """And what lies evenly between."""
    losses = [10.0, *[5.0] * 500, 1.0]
    shown = curve.sparkline(losses)
    assert (shown[0], shown[-1], len(shown)) == ("█", "▁", 16)


def test_the_first_and_the_last_loss_are_told():
    """In numbers."""
    points = [CurvePoint(step=step, seconds=step, loss=10.0**-step) for step in range(4)]
    assert curve.in_words(points) == "1 █▆▃▁ 1.00e-03"
    assert curve.in_words([]) == ""
