"""What a score must not notice, and what it must."""

from __future__ import annotations

import random
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from referee.ground.graph import Graph, Model
from referee.ground.scores import SCORES, Counted, additive, all_scores, as_matrix, counted, singular_values, summed

quick = settings(deadline=None, max_examples=60, derandomize=True)

NORMS = ("l1", "l2", "nuclear", "spectral")
OF_WEIGHTS = (*NORMS, "nonzero", "parameters", "bits")
MEASURED = ("path_norm", "flops", "active_nonzero")
"""take a run of the graph, or a walk over its shapes"""
VALUES = st.floats(-1000, 1000, width=32).map(lambda value: np.float32(value) if abs(value) > 1e-6 else np.float32(0))
TENSORS = arrays.arrays(np.float32, arrays.array_shapes(max_dims=4, max_side=5), elements=VALUES)
MATRICES = arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2, max_side=6), elements=VALUES)
WEIGHTS = st.dictionaries(st.text(min_size=1, max_size=8), TENSORS, max_size=4)


def model(weights: dict[str, np.ndarray], canonical: bytes = b"", **measured: float) -> Model:
    graph = Graph(opset=20, input="x", input_shape=(1,), output="y", output_shape=(1,), nodes=(), tensors=weights)
    return Model(graph=graph, weights=weights, canonical=canonical, measured=measured)


def score(name: str, *tensors: np.ndarray) -> float:
    return SCORES[name].of(counted(model({f"w{number}": tensor for number, tensor in enumerate(tensors)})))


def of_weights(weights: dict[str, np.ndarray]) -> dict[str, float]:
    count = counted(model(weights))
    return {name: SCORES[name].of(count) for name in OF_WEIGHTS}


def of_bytes(content: bytes, weights: dict[str, np.ndarray] | None = None) -> float:
    return SCORES["bytes"].of(counted(model(weights or {}, content)))


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-8, abs=1e-9)


@quick
@given(WEIGHTS, st.randoms(use_true_random=False))
def test_the_order_of_tensors_does_not_matter(weights, shuffler: random.Random):
    """To the last bit: a file that lists its tensors in another order is no other model."""
    names = list(weights)
    shuffler.shuffle(names)
    assert of_weights({name: weights[name] for name in names}) == of_weights(weights)


@quick
@given(WEIGHTS, st.randoms(use_true_random=False))
def test_the_names_of_tensors_do_not_matter(weights, shuffler: random.Random):
    """Calling a layer something else wins nothing."""
    names = [f"tensor {number}" for number in range(len(weights))]
    shuffler.shuffle(names)
    renamed = dict(zip(names, weights.values(), strict=True))
    assert of_weights(renamed) == {name: close(value) for name, value in of_weights(weights).items()}


@pytest.mark.parametrize("name", OF_WEIGHTS)
@quick
@given(MATRICES, st.randoms(use_true_random=False))
def test_numbering_the_neurons_differently_does_not_matter(name, matrix, shuffler: random.Random):
    """Rows and columns of a matrix may be permuted."""
    rows, columns = list(range(matrix.shape[0])), list(range(matrix.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    assert score(name, matrix[rows][:, columns]) == close(score(name, matrix))


@pytest.mark.parametrize("name", OF_WEIGHTS)
@quick
@given(MATRICES)
def test_storing_a_matrix_transposed_does_not_matter(name, matrix):
    """(in, out) or (out, in): the same layer."""
    assert score(name, np.ascontiguousarray(matrix.T)) == close(score(name, matrix))


@quick
@given(WEIGHTS)
def test_minus_zero_is_zero(weights):
    """Under every score."""
    negative = {name: np.where(tensor == 0, np.float32(-0.0), tensor) for name, tensor in weights.items()}
    positive = {name: np.where(tensor == 0, np.float32(0.0), tensor) for name, tensor in weights.items()}
    assert of_weights(negative) == {name: close(value) for name, value in of_weights(positive).items()}


@pytest.mark.parametrize("name", NORMS)
@quick
@given(MATRICES, st.floats(-100, 100))
def test_norms_scale_with_the_weights(name, matrix, factor):
    """Twice the weights, twice the score."""
    wide = matrix.astype(np.float64)
    assert score(name, wide * factor) == pytest.approx(abs(factor) * score(name, wide), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("name", ["nonzero", "parameters", "bits"])
@quick
@given(MATRICES, st.sampled_from([-2.0, 0.5, 1024.0]))
def test_counts_ignore_the_scale(name, matrix, factor):
    """Small weights count like large ones."""
    assert score(name, matrix * np.float32(factor)) == score(name, matrix)


@pytest.mark.parametrize("name", OF_WEIGHTS)
@quick
@given(TENSORS, TENSORS)
def test_tensors_add_up(name, one, other):
    """Splitting a network into more tensors hides none of them."""
    assert score(name, one, other) == close(score(name, one) + score(name, other))


@quick
@given(TENSORS)
def test_norms_agree_with_their_definitions(tensor):
    """L1 and L2 over all values; nuclear and spectral from numpy's own SVD in float64."""
    wide = tensor.astype(np.float64)
    values = np.linalg.svd(wide.reshape(len(tensor) if tensor.ndim > 1 else 1, -1), compute_uv=False)
    assert score("l1", tensor) == close(float(np.abs(wide).sum()))
    assert score("l2", tensor) == close(float(np.sqrt((wide**2).sum())))
    assert score("nuclear", tensor) == close(float(values.sum()))
    assert score("spectral", tensor) == close(float(values.max()))


def test_large_matrices_have_the_singular_values_that_numpy_finds(monkeypatch):
    """Where they come from the Gram matrix whatever its condition, both ways round."""
    monkeypatch.setattr("referee.ground.scores.SVD_UP_TO", 256)
    matrix = np.random.default_rng(5).standard_normal((300, 280))
    expected = np.linalg.svd(matrix, compute_uv=False)
    for way in (matrix, matrix.T):
        assert np.sort(singular_values(way))[::-1] == pytest.approx(expected, rel=1e-9)
    assert score("nuclear", matrix) == pytest.approx(expected.sum(), rel=1e-12)
    assert score("spectral", matrix) == pytest.approx(expected.max(), rel=1e-12)


@pytest.mark.parametrize("side", [300, 1100])
def test_a_matrix_of_rank_one_scores_its_one_singular_value(side):
    """Rounding in a Gram matrix must neither turn into NaN nor add up to a score that matters."""
    column = np.random.default_rng(6).standard_normal((side, 1))
    values = singular_values(column @ column.T)
    assert (values >= 0).all()
    assert values.sum() == pytest.approx(float((column**2).sum()), rel=1e-5)


@pytest.mark.parametrize("smallest", [1e-3, 1e-6, 1e-9, 0.0])
def test_ill_conditioned_matrices_score_as_numpy_says(smallest):
    """Low-rank networks are what the nuclear norm rewards; their score must not be rounding."""
    random_one, random_other = np.random.default_rng(7).standard_normal((2, 200, 200))
    left, right = np.linalg.qr(random_one)[0], np.linalg.qr(random_other)[0]
    matrix = left @ np.diag(np.geomspace(1, max(smallest, 1e-12), 200) * (np.arange(200) < (200 if smallest else 3))) @ right
    assert score("nuclear", matrix) == pytest.approx(np.linalg.svd(matrix, compute_uv=False).sum(), rel=1e-8)


@quick
@given(arrays.arrays(np.float32, arrays.array_shapes(min_dims=3, max_dims=4, max_side=4), elements=VALUES))
def test_a_convolution_kernel_is_one_row_for_each_output_channel(kernel):
    """(out, in, kh, kw) scores as (out, in * kh * kw)."""
    flat = kernel.reshape(kernel.shape[0], -1)
    assert as_matrix(kernel).shape == flat.shape
    for name in OF_WEIGHTS:
        assert score(name, kernel) == score(name, flat)


@quick
@given(arrays.arrays(np.float32, st.integers(1, 20), elements=VALUES))
def test_a_bias_counts_as_a_matrix_of_one_row(bias):
    """So its nuclear, spectral and L2 norms are all its length."""
    length = close(float(np.sqrt((bias.astype(np.float64) ** 2).sum())))
    assert score("nuclear", bias) == length
    assert score("spectral", bias) == length
    assert score("l2", bias) == length
    assert score("l1", bias) == score("l1", bias[None])


def test_a_scalar_counts():
    """A gain of 1e6 has no axis, and is no way around a norm."""
    gain = np.array(1e6, np.float32)
    assert [score(name, gain) for name in OF_WEIGHTS] == [1e6, 1e6, 1e6, 1e6, 1, 1, 32]


@quick
@given(TENSORS)
def test_nonzero_counts_what_is_not_zero(tensor):
    """However small: a subnormal is not zero."""
    assert score("nonzero", tensor) == sum(value != 0 for value in tensor.ravel().tolist())
    assert score("nonzero", np.full(3, 1e-45, np.float32)) == 3


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.float16, np.bool_])
def test_weights_of_any_type_count(dtype):
    """Quantised weights are weights: int8 with a dequantiser behind it does not score 0."""
    tensor = np.array([[0, 1], [1, 1]], dtype)
    for name in set(OF_WEIGHTS) - {"bits"}:
        assert score(name, tensor) == score(name, tensor.astype(np.float32)) > 0


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 3)])
def test_an_empty_tensor_scores_nothing(shape):
    """And stops no score from being computed."""
    for name in OF_WEIGHTS:
        assert score(name, np.zeros(shape, np.float32)) == 0


@settings(quick, max_examples=5)
@given(WEIGHTS, WEIGHTS, st.binary(max_size=200))
def test_bytes_depend_on_the_canonical_file_alone(one, other, canonical):
    """Not on the names and shapes that the contestant chose."""
    assert of_bytes(canonical, one) == of_bytes(canonical, other)


def test_bytes_are_a_description_length():
    """Noise can't be had for less than it is long; repetition is nearly free."""
    noise = random.Random(1).randbytes(5000)
    assert 5000 < of_bytes(noise) < 5200
    assert of_bytes(bytes(100_000)) < 200
    assert of_bytes(noise + noise) < 5300


def test_every_score_is_named_by_its_row():
    """And all of them are computed for each model, in the order of the table."""
    found = all_scores(counted(model({"w": np.ones((2, 2), np.float32)}, b"file", path_norm=1, flops=2, active_nonzero=3)))
    assert list(found) == list(SCORES)
    assert all(name == row.name and row.sentence and row.formula and row.source and row.same for name, row in SCORES.items())


@pytest.mark.parametrize("name", MEASURED)
def test_what_takes_a_run_of_the_graph_is_what_was_measured(name):
    """Nothing is computed here; where nothing was measured, the model has no such score."""
    assert SCORES[name].of(counted(model({}, **{name: 7.5}))) == 7.5
    assert SCORES[name].of(counted(model({}))) is None


def test_a_score_that_a_model_lacks_is_left_out():
    """Not 0, which would win."""
    found = all_scores(counted(model({"w": np.ones(2, np.float32)}, flops=2.0)))
    assert set(SCORES) - set(found) == {"path_norm", "active_nonzero"}
    assert list(found) == [name for name in SCORES if name in found]


@pytest.mark.parametrize(
    ("dtype", "width"),
    [(np.bool_, 1), (np.int8, 8), (np.uint8, 8), (np.float16, 16), (np.float32, 32), (np.int32, 32), (np.int64, 64)],
)
def test_a_weight_costs_the_bits_of_its_type(dtype, width):
    """Where it is not zero; a truth value is one bit, though its file has a byte for it."""
    assert score("bits", np.array([[0, 1], [1, 1]], dtype)) == 3 * width
    assert score("bits", np.zeros((9, 9), dtype)) == 0


def test_bits_of_several_types_add_up():
    """Quantising one layer pays for that layer."""
    assert score("bits", np.ones(3, np.int8), np.ones(2, np.float32), np.array(1, np.float16)) == 3 * 8 + 2 * 32 + 16


def test_each_tensor_adds_to_every_additive_score():
    """One pass over a tensor gives them all; those of the table that are sums take nothing else."""
    assert tuple(additive(np.ones((2, 3), np.float32))) == OF_WEIGHTS
    assert set(SCORES) == {*OF_WEIGHTS, *MEASURED, "bytes"}


@quick
@given(arrays.arrays(np.float32, arrays.array_shapes(max_dims=3, max_side=5), elements=VALUES))
def test_an_additive_score_is_a_finite_float_that_is_not_negative(tensor):
    """What a cache may keep and a board may rank."""
    for name, value in additive(tensor).items():
        assert type(value) is float and np.isfinite(value) and value >= 0, name


def test_a_sum_over_tensors_is_the_same_to_the_last_bit_in_every_order():
    """Numbers far apart, which a plain sum would round differently each time."""
    values = [1e16, 1.0, 1.0, 1e-3, 3e15]
    assert len({sum(order) for order in permutations(values)}) > 1, "a plain sum depends on the order"
    sums = {
        summed("l1")(Counted(model({}), {f"{place}": {"l1": value} for place, value in enumerate(order)}, 0.0))
        for order in permutations(values)
    }
    assert sums == {13000000000000002.0}


def test_what_is_remembered_of_a_tensor_is_not_computed():
    """Of the canonical file neither; each is asked for once."""
    asked = []

    def remembered(kind, array, compute):
        asked.append((array.dtype.name, array.shape))
        return {"l1": 42.0} if array.dtype != np.uint8 else {"bytes": 7.0}

    count = counted(model({"w": np.ones((2, 3), np.float32)}, b"file"), remembered)
    assert (SCORES["l1"].of(count), SCORES["bytes"].of(count)) == (42.0, 7.0)
    assert asked == [("float32", (2, 3)), ("uint8", (4,))]
