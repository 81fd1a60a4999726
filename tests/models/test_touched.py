"""How many non-zero weights touch an example: counted by hand, and by loops over every window."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto
from operator_cases import CASES, COMMON, FIRST, some
from small_graphs import mlp, model, node, tensor

from referee.models import onnx_file, touched
from referee.models.architecture import read_model
from referee.models.touched import LARGEST_LOOKUP


def count(given: ModelProto, row: object) -> float:
    """What of the model touches one example."""
    scored = read_model("free", given.SerializeToString(), None)
    content = onnx_file.write(touched.counting(scored.graph, scored.weights))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: np.asarray(row, np.float32)[None]})
    assert found.shape == (1,)
    return float(found[0])


def nonzero(given: ModelProto) -> int:
    scored = read_model("free", given.SerializeToString(), None)
    return sum(np.count_nonzero(weight) for weight in scored.weights.values())


def test_rows_that_meet_a_zero_do_not_touch():
    """Of a dense network's first layer: those of the inputs that are zero, and zeros among the others; biases always."""
    weights = np.asarray([[1, 0, 2], [0, 0, 3], [4, 5, 6], [7, 8, 9]])
    given = model([node("Gemm", ["x", "w", "b"], ["y"])], [tensor("w", weights), tensor("b", [1, 0, 2])])
    assert count(given, [0, 0, 0, 0]) == 2
    assert count(given, [1, 0, 0, 0]) == 2 + 2
    assert count(given, [0, -1, 0, 1e-30]) == 1 + 3 + 2
    assert count(given, [1, 2, 3, 4]) == nonzero(given) == 11


@pytest.mark.parametrize("op", ["MatMul", "Gemm", "transposed"])
def test_each_way_to_multiply_counts_alike(op):
    """MatMul, Gemm, Gemm with a transposed matrix."""
    weights = np.asarray([[1, 0, 2], [0, 0, 3], [4, 5, 6], [7, 8, 9]])
    stored = tensor("w", weights.T if op == "transposed" else weights)
    stated = {"transB": 1} if op == "transposed" else {}
    given = model([node("MatMul" if op == "MatMul" else "Gemm", ["x", "w"], ["y"], **stated)], [stored])
    assert [count(given, row) for row in np.eye(4)] == [2, 1, 3, 3]


def test_a_dead_unit_leaves_what_is_behind_it_alone():
    """What a ReLU puts to zero meets no weight."""
    given = model(
        [node("MatMul", ["x", "w"], ["h"]), node("Relu", ["h"], ["a"]), node("MatMul", ["a", "v"], ["y"])],
        [tensor("w", np.diag([1, 1, -1, -1])), tensor("v", np.ones((4, 5)))],
    )
    assert count(given, [1, 1, 1, 1]) == 4 + 10
    assert count(given, [1, 1, -1, -1]) == 4 + 20
    assert count(given, [-1, -1, 1, 1]) == 4


def test_a_number_anywhere_in_a_sequence_touches():
    """A matrix that meets several positions: a row touches where one of them is not zero."""
    given = model([node("MatMul", ["x", "w"], ["y"])], [tensor("w", np.ones((3, 2)))], width=(4, 3))
    positions = np.zeros((4, 3))
    positions[1, 0] = positions[3, 2] = 1
    assert count(given, positions) == 4


def test_an_expert_that_a_gate_closes_does_not_touch():
    """Mixture of experts: each is given the input times its gate."""
    gates = [node("MatMul", ["x", "g"], ["logits"]), node("Hardmax", ["logits"], ["gates"])]
    gates.append(node("Split", ["gates"], ["g0", "g1", "g2"], axis=1, num_outputs=3))
    experts = []
    for place in range(3):
        experts += [
            node("Mul", ["x", f"g{place}"], [f"x{place}"]),
            node("MatMul", [f"x{place}", f"e{place}"], [f"y{place}"]),
        ]
    tensors = [tensor("g", np.eye(4)[:, :3]), *(tensor(f"e{place}", np.ones((4, 10 + place))) for place in range(3))]
    given = model([*gates, *experts, node("Concat", ["y0", "y1", "y2"], ["y"], axis=1)], tensors)
    # The gate itself has a non-zero for each of the first three inputs.
    assert count(given, [3, 1, 1, 1]) == 3 + 40
    assert count(given, [1, 1, 3, 1]) == 3 + 48
    assert count(given, [0, 3, 0, 0]) == 1 + 11


def by_loops(kernel: np.ndarray, image: np.ndarray, pads: Sequence[int], strides, dilations, group: int) -> int:
    """A weight of a kernel touches where it meets a number that is not zero in any window."""
    axes = kernel.ndim - 2
    padded = np.pad(image, [(0, 0), *zip(pads[:axes], pads[axes:], strict=True)])
    extents = [(size - 1) * gap + 1 for size, gap in zip(kernel.shape[2:], dilations, strict=True)]
    windows = [range(0, size - extent + 1, step) for size, extent, step in zip(padded.shape[1:], extents, strides, strict=True)]
    found = 0
    for place in zip(*np.nonzero(kernel), strict=True):
        channel = place[0] // (len(kernel) // group) * kernel.shape[1] + place[1]
        shifts = [at * gap for at, gap in zip(place[2:], dilations, strict=True)]
        found += any(
            padded[(channel, *(start + shift for start, shift in zip(starts, shifts, strict=True)))]
            for starts in itertools.product(*windows)
        )
    return found


@settings(deadline=None, max_examples=40, derandomize=True)
@given(data=st.data())
def test_a_kernel_touches_what_it_meets_in_any_window(data):
    """Padding, strides, dilations, groups, one axis or two: as loops over every window count it."""
    axes, group = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    sizes, kernel, strides, dilations = (
        data.draw(st.lists(st.integers(*bounds), min_size=axes, max_size=axes)) for bounds in ((5, 7), (1, 3), (1, 3), (1, 2))
    )
    pads = data.draw(st.lists(st.integers(0, 2), min_size=2 * axes, max_size=2 * axes))
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    weights = random.integers(-1, 2, (2 * group, 2, *kernel))
    image = random.standard_normal((2 * group, *sizes)) * (random.random((2 * group, *sizes)) < 0.15)
    stated = {"pads": pads, "strides": strides, "dilations": dilations, "group": group}
    given = model([node("Conv", ["x", "k"], ["y"], **stated)], [tensor("k", weights)], width=image.shape)
    assert count(given, image) == by_loops(weights, image, pads, strides, dilations, group)


@pytest.mark.parametrize(("how", "pads"), [("SAME_UPPER", (0, 0, 1, 1)), ("SAME_LOWER", (1, 1, 0, 0)), ("VALID", (0,) * 4)])
def test_automatic_padding_is_padding(how, pads):
    """As stated in numbers."""
    weights, image = some(3, 2, 2, 2), np.zeros((2, 5, 5))
    image[0, 0, 4] = image[1, 4, 4] = 1
    given = model(
        [node("Conv", ["x", "k", "b"], ["y"], auto_pad=how)], [tensor("k", weights), tensor("b", np.ones(3))], width=(2, 5, 5)
    )
    assert count(given, image) == 3 + by_loops(weights, image, pads, (1, 1), (1, 1), 1)


TABLE = np.asarray([[1, 2, 3], [0, 0, 4], [5, 0, 6], [0, 0, 0], [7, 8, 9]])
LOOK_UP = [node("Cast", ["x"], ["i"], to=TensorProto.INT64), node("Gather", ["t", "i"], ["e"])]


@pytest.mark.parametrize(
    ("row", "expected"),
    [([0, 0, 0, 0], 3), ([0, 1, 2, 3], 6), ([-1, 4, -5, 0], 6), ([3, 3, -2, -2], 0), ([1, -4, 1, 1], 1)],
)
def test_a_row_touches_where_it_is_looked_up(row, expected):
    """Once, however often; places may count from the back."""
    given = model([*LOOK_UP, node("Identity", ["e"], ["y"])], [tensor("t", TABLE)])
    assert count(given, row) == expected


def test_a_tied_table_counts_its_uses_at_most_once():
    """Looked up and multiplied with: the sum of both, and no more than its non-zeros."""
    out = [node("ReduceSum", ["e", "one"], ["s"], keepdims=0), node("MatMul", ["s", "turned"], ["y"])]
    tensors = [tensor("t", TABLE), tensor("one", [1], np.int64)]
    apart = model([*LOOK_UP, *out], [*tensors, tensor("turned", TABLE.T)])
    assert count(apart, [1, 1, 1, 1]) == 1 + 4
    assert count(apart, [3, 3, 3, 3]) == 0
    tied = model([*LOOK_UP, node("Relu", ["e"], ["a"]), node("MatMul", ["a", "m"], ["b"]), node("Gather", ["m", "i"], ["c"]),
                  node("Add", ["b", "c"], ["y"])], [tensor("t", np.eye(3)), tensor("m", np.ones((3, 3)))])  # fmt: skip
    assert count(tied, [0, 0, 0, 0]) == 1 + 3 + 3
    assert count(tied, [0, 1, 0, 0]) == 2 + 9
    assert count(tied, [0, 1, 2, 0]) == 3 + 9


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([node("MatMul", ["x", "w"], ["h"]), node("Add", ["h", "b"], ["y"])], 4),
        ([node("Mul", ["x", "b"], ["y"])], 4),
        ([node("Transpose", ["w"], ["v"]), node("MatMul", ["x", "v"], ["y"])], 16),
        ([node("Add", ["w", "w"], ["v"]), node("Gemm", ["x", "v"], ["y"])], 16),
        ([node("Identity", ["w"], ["v"]), node("Gemm", ["x", "v"], ["y"])], 16),
        ([node("Unsqueeze", ["x", "two"], ["u"]), node("MatMul", ["u", "s"], ["y"])], 64),
        ([node("Gemm", ["w", "x"], ["h"], transB=1), node("Transpose", ["h"], ["y"])], 16),
        ([node("Unsqueeze", ["x", "one"], ["u"]), node("ConvTranspose", ["u", "k"], ["y"])], 3),
        ([*LOOK_UP[:1], node("Gather", ["w", "i"], ["y"], axis=1)], 16),
    ],
)  # fmt: skip
def test_what_is_used_in_another_way_counts_whole(nodes, expected):
    """Biases, gains, matrices that are computed with, stacks of matrices, columns looked up: though the input is zero."""
    stored = {
        "w": some(4, 4), "b": some(4), "s": some(4, 4, 4), "k": some(1, 1, 3), "one": np.asarray([1], np.int64),
        "two": np.asarray([1, 2], np.int64),
    }  # fmt: skip
    needed = {name for one in nodes for name in one.input}
    tensors = [tensor(name, values, values.dtype.type) for name, values in stored.items() if name in needed]
    if nodes[-1].op_type == "Gather":
        nodes = [*nodes[:1], node("Gather", ["w", "i"], ["g"], axis=1), node("Transpose", ["g"], ["y"], perm=[1, 0, 2])]
    assert count(model(nodes, tensors), np.zeros(4)) == expected


def test_a_table_too_large_to_be_compared_counts_whole():
    """Where the comparison would take more numbers than LARGEST_LOOKUP."""
    rows = LARGEST_LOOKUP // 4 + 1
    table = np.zeros((rows, 1), np.int8)
    table[:9] = 1
    nodes = [*LOOK_UP, node("Cast", ["e"], ["y"], to=TensorProto.FLOAT)]
    assert count(model(nodes, [tensor("t", table, np.int8)]), [0, 0, 0, 0]) == 9


def test_an_opset_with_axes_as_attributes():
    """Before opset 18."""
    given = mlp()
    given.opset_import[0].version = 17
    for row in np.eye(4):
        assert count(given, row) == count(mlp(), row)


def test_no_weights_touch_nothing():
    """A graph of edges alone."""
    assert count(model([node("Relu", ["x"], ["y"])]), [1, 1, 1, 1]) == 0


@pytest.mark.parametrize("name", ["/0", "//0", "/t1", "//count", "/" * 9])
def test_names_do_not_reach_the_referees_values(name):
    """A contestant's tensor of the name of one that the counting adds stays what it is."""
    given = model([node("MatMul", ["x", name], ["y"])], [tensor(name, np.ones((4, 3)))])
    assert count(given, [1, 1, 0, 0]) == 6


@pytest.mark.parametrize("opset", [FIRST, COMMON])
def test_never_more_than_there_are(opset):
    """Whatever the operators are: the counting runs, and no weight counts twice."""
    for one in CASES:
        if opset in one.known_in:
            given = one.model(opset)
            found = count(given, np.random.default_rng(0).standard_normal(one.width))
            assert 0 <= found <= nonzero(given), one


@settings(deadline=None, max_examples=40, derandomize=True)
@given(widths=st.lists(st.integers(1, 6), min_size=2, max_size=4), seed=st.integers(0, 999))
def test_a_perceptron_counts_what_it_runs(widths, seed):
    """Layer after layer by numpy: the non-zeros of the rows whose input is not zero."""
    random = np.random.default_rng(seed)
    row = random.standard_normal(widths[0]) * (random.random(widths[0]) < 0.6)
    nodes, tensors, expected, hidden, before = [], [], 0, row, "x"
    for place, (many, out) in enumerate(itertools.pairwise(widths)):
        weights = random.integers(-2, 3, (many, out))
        expected += np.count_nonzero(weights[hidden != 0])
        hidden = np.maximum(hidden @ weights, 0)
        nodes += [node("MatMul", [before, f"w{place}"], [f"h{place}"]), node("Relu", [f"h{place}"], [f"a{place}"])]
        tensors.append(tensor(f"w{place}", weights))
        before = f"a{place}"
    nodes.append(node("Identity", [before], ["y"]))
    given = model(nodes, tensors, width=(widths[0],))
    assert count(given, row) == expected <= nonzero(given)
