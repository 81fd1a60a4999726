"""The rows of one round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from referee.ground.draw import Draw

X, Y = np.arange(6.0).reshape(3, 2), np.array([0, 1, 1])
ARRAYS = ("train_x", "train_y", "heldout_x", "heldout_y")


def rows(**changes) -> Draw:
    return Draw(**{"train_x": X, "train_y": Y, "heldout_x": X + 9, "heldout_y": Y} | changes)


def test_features_become_float32():
    """Whatever the host's generator made: that is what models read."""
    for made in (X, X.astype(np.float16), X.astype(int), X.tolist(), np.asfortranarray(X)):
        drawn = rows(train_x=made)
        assert drawn.train_x.dtype == np.float32 and drawn.train_x.flags.c_contiguous
        assert (drawn.train_x == X).all()


@pytest.mark.parametrize(
    ("made", "dtype"),
    [
        (np.array([0, 1, 1], np.uint8), np.int64),
        (np.array([False, True, True]), np.int64),
        ([0, 1, 1], np.int64),
        (np.array([0.5, 1, 2]), np.float32),
        (np.array([0.5, 1, 2], np.float16), np.float32),
    ],
    ids=str,
)
def test_labels_become_int64_and_targets_float32(made, dtype):
    """Whole numbers are classes, others are targets of a regression."""
    assert rows(train_y=made).train_y.dtype == dtype


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"train_y": Y[:2]}, "train_x has 3 rows, train_y has 2"),
        ({"heldout_x": X[:1]}, "heldout_x has 1 rows, heldout_y has 3"),
        ({"train_x": X[:0], "train_y": Y[:0]}, "train_x has no rows"),
        ({"train_x": np.where(X == 3, np.nan, X)}, "train holds a value that is not finite"),
        ({"train_y": np.array([0, np.inf, 1])}, "train holds a value that is not finite"),
        ({"heldout_x": np.where(X == 3, -np.inf, X)}, "heldout holds a value that is not finite"),
        ({"heldout_y": np.array([0, np.nan, 1])}, "heldout holds a value that is not finite"),
    ],
    ids=str,
)
def test_rows_that_cannot_be_played_are_refused(changes, said):
    """By the name of the array."""
    with pytest.raises(ValueError, match=f"^{said}$"):
        rows(**changes)


def test_a_value_too_large_for_float32_is_not_finite():
    """1e300 would have become infinity in silence."""
    with np.errstate(over="ignore"), pytest.raises(ValueError, match="train holds a value that is not finite"):
        rows(train_x=X + 1e300)


def test_held_out_rows_may_be_missing():
    """A game can do without."""
    assert len(rows(heldout_x=X[:0], heldout_y=Y[:0]).heldout_x) == 0


def test_held_out_rows_have_the_shape_of_training_rows():
    """One model must read both."""
    with pytest.raises(ValueError, match="heldout"):
        rows(heldout_x=np.ones((3, 5)))


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.sampled_from(ARRAYS), st.integers(0, 2), st.data())
def test_the_fingerprint_changes_with_any_value_of_any_array(name, row, data):
    """Two machines that draw one different number are told apart."""
    changed = np.array(getattr(rows(), name))
    column = data.draw(st.integers(0, 1)) if changed.ndim > 1 else ...
    changed[row, column] += 1
    assert rows(**{name: changed}).sha256() != rows().sha256()


@pytest.mark.parametrize("part", ["train", "heldout"])
def test_the_fingerprint_knows_shapes_types_and_order(part):
    """The same values in another order, as other types or in other rows are other data."""
    x, y = f"{part}_x", f"{part}_y"
    seen = {rows().sha256(), rows(**{x: X[::-1]}).sha256(), rows(**{y: Y.astype(float)}).sha256()}
    seen.add(rows(**{x: X[:, ::-1]}).sha256())
    seen.add(rows(train_x=X.reshape(3, 1, 2), heldout_x=X.reshape(3, 1, 2) + 9).sha256())
    assert len(seen) == 5


def test_the_fingerprint_knows_which_rows_are_held_out():
    """Swapping the parts is no symmetry."""
    swapped = Draw(X + 9, Y, X, Y)
    assert swapped.sha256() != rows().sha256()


def test_equal_rows_have_equal_fingerprints():
    """However they were laid out in memory."""
    assert rows(train_x=np.asfortranarray(X), train_y=Y.astype(np.uint8)).sha256() == rows().sha256()
