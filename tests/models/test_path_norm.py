"""The path norm is the sum over all paths; no graph of the rule `homogeneous` has a lower one than its function needs."""

from __future__ import annotations

import itertools
import runpy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, NodeProto, TensorProto, numpy_helper
from operator_cases import CASES, COMMON, FIRST, case, some
from small_graphs import model, node, tensor

from referee.ground.errors import InvalidModel
from referee.ground.scores import all_scores, counted
from referee.models import onnx_file, path_norm
from referee.models.architecture import read_model
from referee.models.operators import OPERATORS, Scale

NETWORKS = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/networks.py"))
FEW = settings(deadline=None, max_examples=25, derandomize=True)


def outputs(content: bytes, rows: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: rows.astype(np.float32)})[0]


def absolute(given: ModelProto, rows: np.ndarray) -> np.ndarray:
    """The outputs of the network of absolute weights."""
    return outputs(onnx_file.write(path_norm.absolute(onnx_file.read(given.SerializeToString()))), rows)


def norm(given: ModelProto) -> float:
    width = onnx_file.read(given.SerializeToString()).input_shape
    return float(absolute(given, np.ones((1, *width))).sum(dtype=np.float64))


def layered(*layers: tuple[np.ndarray, np.ndarray]) -> ModelProto:
    """(in, out) weights with biases, ReLU between them."""
    nodes, tensors, before = [], [], "x"
    for place, (weight, bias) in enumerate(layers):
        last = place == len(layers) - 1
        made = "y" if last else f"h{place}"
        nodes.append(node("Gemm", [before, f"w{place}", f"b{place}"], [made]))
        tensors += [tensor(f"w{place}", weight), tensor(f"b{place}", bias)]
        if not last:
            nodes.append(node("Relu", [made], [f"a{place}"]))
            before = f"a{place}"
    return model(nodes, tensors, width=(len(layers[0][0]),))


def drawn(*widths: int, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(seed)
    sizes = itertools.pairwise(widths)
    return [(random.standard_normal((many, out)), random.standard_normal(out)) for many, out in sizes]


def paths(layers: list[tuple[np.ndarray, np.ndarray]]) -> Iterator[float]:
    """The product of the absolute weights along each path from an input or a bias to an output, one by one."""
    for first in range(len(layers) + 1):
        # The input's places, or one bias of the layer before.
        widths = [layer[0].shape[0] for layer in layers[first:]] + [layers[-1][0].shape[1]]
        for places in itertools.product(*map(range, widths)):
            start = 1.0 if first == 0 else abs(float(layers[first - 1][1][places[0]]))
            for layer, (one, other) in zip(layers[first:], itertools.pairwise(places), strict=True):
                start *= abs(float(layer[0][one, other]))
            yield start


@pytest.mark.parametrize("widths", [(3, 2), (4, 5, 3), (3, 4, 2, 3)])
def test_it_is_the_sum_over_all_paths(widths):
    """Enumerated one by one; a path begins at an input or at a bias."""
    layers = drawn(*widths)
    assert norm(layered(*layers)) == pytest.approx(sum(paths(layers)), rel=1e-5)


def unrolled(kernel: np.ndarray, size: tuple[int, int], pads, strides, dilations, group: int) -> np.ndarray:
    """A convolution as a dense matrix (outputs, inputs), by loops."""
    out, each, high, wide = kernel.shape
    steps = [
        (size[axis] + pads[axis] + pads[2 + axis] - (kernel.shape[2 + axis] - 1) * dilations[axis] - 1) // strides[axis] + 1
        for axis in (0, 1)
    ]
    matrix = np.zeros((out, *steps, each * group, *size))
    for o, i, j, c, h, w in itertools.product(*map(range, (out, *steps, each, high, wide))):
        row, column = i * strides[0] + h * dilations[0] - pads[0], j * strides[1] + w * dilations[1] - pads[1]
        if 0 <= row < size[0] and 0 <= column < size[1]:
            matrix[o, i, j, o // (out // group) * each + c, row, column] += kernel[o, c, h, w]
    return matrix.reshape(out * steps[0] * steps[1], -1)


@pytest.mark.parametrize(
    ("pads", "strides", "dilations", "group"),
    [((0, 0, 0, 0), (1, 1), (1, 1), 1), ((1, 0, 2, 1), (2, 1), (1, 2), 1), ((1, 1, 1, 1), (2, 2), (1, 1), 2)],
)
def test_a_convolution_is_its_matrix(pads, strides, dilations, group):
    """Padding, strides, dilations and groups: as the dense layer that they stand for."""
    kernel, bias = some(4, 4 // group, 3, 2), some(4)
    matrix = np.abs(unrolled(kernel, (6, 5), pads, strides, dilations, group))
    weight = some(len(matrix), 3)
    stated = {"pads": pads, "strides": strides, "dilations": dilations, "group": group}
    given = model(
        [
            node("Conv", ["x", "k", "b"], ["h"], **stated),
            node("Relu", ["h"], ["a"]),
            node("Flatten", ["a"], ["f"]),
            node("Gemm", ["f", "w"], ["y"]),
        ],
        [tensor("k", kernel), tensor("b", bias), tensor("w", weight)],
        width=(4, 6, 5),
    )
    hidden = matrix.sum(axis=1) + np.abs(bias).repeat(len(matrix) // 4)
    assert norm(given) == pytest.approx(float((hidden @ np.abs(weight)).sum()), rel=1e-5)


@pytest.mark.parametrize(
    "stated",
    [
        {"kernel_shape": [2, 2]},
        {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 0, 1, 1]},
        {"kernel_shape": [2, 3], "strides": [3, 2], "ceil_mode": 1},
        {"kernel_shape": [2, 2], "dilations": [2, 1], "strides": [2, 1], "auto_pad": "VALID"},
    ],
)
def test_max_pooling_is_a_sum_over_paths(stated):
    """Every number that a window sees leads through it: what pooling passes back, counted by a gradient of a sum."""
    weights = np.abs(some(3, 6, 5)) + 0.1
    given = model(
        [node("Mul", ["x", "w"], ["h"]), node("MaxPool", ["h"], ["y"], **stated)], [tensor("w", weights)], width=(3, 6, 5)
    )
    # A window's maximum of a single one tells whether it sees that place.
    places = np.eye(30, dtype=np.float32).reshape(30, 1, 6, 5).repeat(3, axis=1)
    alone = model([node("MaxPool", ["x"], ["y"], **stated)], width=(3, 6, 5))
    seen = outputs(alone.SerializeToString(), places)[:, 0].reshape(30, -1).sum(axis=1)
    expected = float((weights * seen.reshape(6, 5)).sum())
    assert norm(given) == pytest.approx(expected, rel=1e-5)
    pooled = model(
        [node("Mul", ["x", "w"], ["h"]), node("GlobalMaxPool", ["h"], ["y"])], [tensor("w", weights)], width=(3, 6, 5)
    )
    assert norm(pooled) == pytest.approx(float(weights.sum()), rel=1e-5)


NORMALISE = {"s": some(4), "t": some(1, 4)[0], "m": some(2, 4)[0], "v": some(3, 4)[0] ** 2 + 0.1}


@pytest.mark.parametrize("kind", ["Conv", "Conv without bias", "grouped Conv", "Gemm", "Gemm with alpha", "transposed Gemm"])
def test_batch_normalization_is_folded(kind):
    """Into the layer before it: the network with the folded weights handed in has the same norm."""
    random = np.random.default_rng(4)
    scale, shift, mean, variance = (tensor(name, values) for name, values in NORMALISE.items())
    gain = NORMALISE["s"] / np.sqrt(NORMALISE["v"] + 1e-5)
    bias = random.standard_normal(4)
    normal = node("BatchNormalization", ["h", "s", "t", "m", "v"], ["n"])
    rest = [node("Relu", ["n"], ["a"]), node("Flatten", ["a"], ["y"])]
    stated: dict[str, object] = {}
    if "Conv" in kind:
        group = 2 if "grouped" in kind else 1
        weight, stated, width = random.standard_normal((4, 2 // group, 3, 3)), {"group": group}, (2, 5, 5)
        folded = weight * gain[:, None, None, None]
    elif kind == "transposed Gemm":
        weight, stated, width = random.standard_normal((4, 3)), {"transB": 1}, (3,)
        folded = weight * gain[:, None]
    else:
        weight, width = random.standard_normal((3, 4)), (3,)
        stated = {"alpha": -0.5, "beta": 2.0} if "alpha" in kind else {}
        folded = weight * gain
    without = "without" in kind
    given = bias * 0 if without else bias
    before = stated.get("beta", 1.0) * given
    folded_bias = (before - NORMALISE["m"]) * gain + NORMALISE["t"]
    op = "Conv" if "Conv" in kind else "Gemm"
    inputs = ["x", "w"] if without else ["x", "w", "b"]
    stored = [tensor("w", weight), *([] if without else [tensor("b", bias)]), scale, shift, mean, variance]
    plain = {name: value for name, value in stated.items() if name not in ("alpha", "beta")}
    handed_in = model(
        [node(op, ["x", "w", "b"], ["n"], **plain), *rest],
        [tensor("w", folded * stated.get("alpha", 1.0)), tensor("b", folded_bias)],
        width=width,
    )
    normalised = model([node(op, inputs, ["h"], **stated), normal, *rest], stored, width=width)
    rows = random.standard_normal((3, *width))
    assert outputs(normalised.SerializeToString(), rows) == pytest.approx(
        outputs(handed_in.SerializeToString(), rows), abs=1e-4
    )
    assert norm(normalised) == pytest.approx(norm(handed_in), rel=1e-5)


def test_batch_normalization_of_something_else_is_a_gain_and_a_bias():
    """Behind a sum, or where its input is used twice, there is nothing to fold it into."""
    stored = [tensor(name, values) for name, values in NORMALISE.items()]
    gain = NORMALISE["s"] / np.sqrt(NORMALISE["v"] + 1e-5)
    shift = NORMALISE["t"] - gain * NORMALISE["m"]
    expected = float(np.abs(gain).sum() + np.abs(shift).sum())
    normal = node("BatchNormalization", ["x", "s", "t", "m", "v"], ["y"])
    assert norm(model([normal], stored)) == pytest.approx(expected, rel=1e-5)
    twice = [
        node("Gemm", ["x", "w"], ["h"]),
        node("BatchNormalization", ["h", "s", "t", "m", "v"], ["n"]),
        node("Add", ["n", "h"], ["y"]),
    ]
    weight = some(4, 4)
    sums = np.abs(weight).sum(axis=0)
    expected = float((sums * (np.abs(gain) + 1) + np.abs(shift)).sum())
    assert norm(model(twice, [*stored, tensor("w", weight)])) == pytest.approx(expected, rel=1e-5)


def test_a_resnet_has_one():
    """Finite, and that of its network of absolute weights."""
    assert 0 < norm(NETWORKS["resnet20"]()) < np.inf


WIDTHS = st.lists(st.integers(1, 6), min_size=3, max_size=4)


@FEW
@given(widths=WIDTHS, seed=st.integers(0, 999))
def test_the_numbering_of_neurons_leaves_it_alone(widths, seed):
    """Hidden neurons in another order, with their biases."""
    layers = drawn(*widths, seed=seed)
    order = np.random.default_rng(seed).permutation(widths[1])
    turned = [(layers[0][0][:, order], layers[0][1][order]), (layers[1][0][order], layers[1][1]), *layers[2:]]
    assert norm(layered(*turned)) == pytest.approx(norm(layered(*layers)), rel=1e-5)


def scores(given: ModelProto) -> dict[str, float]:
    """All of the table, with the path norm."""
    found = read_model("free", given.SerializeToString(), None)
    return {**all_scores(counted(found)), "path_norm": norm(given)}


@FEW
@given(widths=WIDTHS, seed=st.integers(0, 999), factor=st.floats(1.5, 1000))
def test_a_scale_moved_between_layers_leaves_it_alone(widths, seed, factor):
    """What a positive factor makes of one layer, its inverse makes good in the next; L1 and L2 differ."""
    layers = drawn(*widths, seed=seed)
    (first, one), (second, two) = layers[:2]
    moved = [(first * factor, one * factor), (second / factor, two), *layers[2:]]
    before, after = scores(layered(*layers)), scores(layered(*moved))
    assert after["path_norm"] == pytest.approx(before["path_norm"], rel=1e-5)
    # The sums are equal where the factor is the quotient of the layers' own.
    assert after["l1"] != pytest.approx(before["l1"], rel=1e-9) or after["l2"] != pytest.approx(before["l2"], rel=1e-9)


def tied(how: str) -> ModelProto:
    """A matrix that is used twice."""
    weight = some(4, 4)
    nodes = [node("MatMul", ["x", "w"], ["h"]), node("Relu", ["h"], ["a"]), node("MatMul", ["a", "w"], ["y"])]
    if how == "Identity":
        nodes = [node("Identity", ["w"], ["v"]), *nodes[:2], node("MatMul", ["a", "v"], ["y"])]
    if how == "Constant":
        nodes = [node("Constant", [], ["w"], value=numpy_helper.from_array(weight)), *nodes]
    return model(nodes, [] if how == "Constant" else [tensor("w", weight)])


@pytest.mark.parametrize("how", ["Identity", "Constant"])
def test_how_a_tie_is_written_leaves_every_score_alone(how):
    """Through Identity, as a Constant or as an initializer; a file with one more node may be some bytes longer."""
    one, other = scores(tied("initializer")), scores(tied(how))
    assert other.pop("bytes") == pytest.approx(one.pop("bytes"), abs=0 if how == "Constant" else 40)
    assert one == other


def branches(order: tuple[int, ...], tensors: tuple[int, ...]) -> ModelProto:
    """Three branches that meet, their nodes and tensors in some order."""
    weights = [tensor(f"w{place}", some(4, 3) * (place + 1)) for place in range(3)]
    nodes = [node("MatMul", ["x", f"w{place}"], [f"h{place}"]) for place in range(3)]
    nodes = [nodes[place] for place in order]
    return model([*nodes, node("Sum", ["h0", "h1", "h2"], ["y"])], [weights[place] for place in tensors])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_nodes_and_tensors_leaves_every_score_alone(order):
    """Any order in which a node follows what it needs; the compressed file may differ by its last bytes."""
    one, other = scores(branches((0, 1, 2), (0, 1, 2))), scores(branches(order, order[::-1]))
    assert other.pop("bytes") == pytest.approx(one.pop("bytes"), abs=8)
    assert one == other


HOMOGENEOUS = {op for op, row in OPERATORS.items() if row.scale not in (Scale.NONE, Scale.SIZES)}
FLOATS = [
    (one, opset)
    for one in CASES
    for opset in {one.known_in[0], one.known_in[-1]}
    if one.op in HOMOGENEOUS and not {"i", "b", "u"} & {given for given in one.inputs if isinstance(given, str)}
]


def accepted(one, opset: int) -> bool:
    try:
        path_norm.absolute(onnx_file.read(one.model(opset, cast=False).SerializeToString()))
    except InvalidModel:
        return False
    return True


BOUNDED = [pytest.param(*both, id=f"{both[0].op}-{place}-{both[1]}") for place, both in enumerate(FLOATS) if accepted(*both)]


def test_every_homogeneous_operator_is_bounded():
    """A new row of the table needs a case here."""
    assert {one.values[0].op for one in BOUNDED} >= HOMOGENEOUS


@pytest.mark.parametrize(("one", "opset"), BOUNDED)
def test_the_absolute_network_bounds_the_network(one, opset):
    """|f(x)| is at most its output for |x|, whatever the operator: so a low norm means a small function."""
    given = one.model(opset, cast=False)
    for seed in range(3):
        rows = np.random.default_rng(seed).standard_normal((1, *one.width)) * 10.0**seed
        made, most = outputs(given.SerializeToString(), rows), absolute(given, np.abs(rows))
        assert made.shape == most.shape
        assert (np.abs(made) <= most * (1 + 1e-5)).all()


def x4(name: str = "x") -> list[NodeProto]:
    """Numbers that depend on the example, in another way than x."""
    return [node("Relu", [name], ["r"])]


REFUSED = {
    "product of activations": ("Mul", [*x4(), node("Mul", ["x", "r"], ["y"])]),
    "square": ("Mul", [node("Mul", ["x", "x"], ["y"])]),
    "matrix product of activations": (
        "MatMul",
        [node("Unsqueeze", ["x", "last"], ["u"]), node("MatMul", ["u", "u2"], ["m"]), node("Flatten", ["m"], ["y"])],
    ),
    "division by activations": ("Div", [*x4(), node("Div", ["x", "r"], ["y"])]),
    "division by a computed number": ("Div", [node("Add", ["c", "c"], ["d"]), node("Div", ["x", "d"], ["y"])]),
    "division by what a graph cancels to nearly nothing": (
        "Div",
        [node("Sub", ["c", "c1"], ["d"]), node("Div", ["x", "d"], ["y"])],
    ),
    "computed slopes": ("PRelu", [node("Neg", ["c"], ["d"]), node("PRelu", ["x", "d"], ["y"])]),
    "slopes from activations": ("PRelu", [node("PRelu", ["x", "x"], ["y"])]),
    "computed statistics": (
        "BatchNormalization",
        [node("Abs", ["v"], ["d"]), node("BatchNormalization", ["x", "v", "v", "v", "d"], ["y"])],
    ),
    "gates": ("Where", [node("Where", ["t", "x", "c"], ["y"])]),
    "places of the largest": (
        "ArgMax",
        [node("ArgMax", ["x"], ["i"], axis=1, keepdims=0), node("Gather", ["w", "i"], ["y"])],
    ),
    "activations as places": ("Cast", [node("Cast", ["x"], ["i"], to=TensorProto.INT64), node("Gather", ["w", "i"], ["y"])]),
    "places from pooling": (
        "MaxPool",
        [
            node("Unsqueeze", ["x", "last"], ["u"]),
            node("MaxPool", ["u"], ["p", "i"], kernel_shape=[1]),
            node("Flatten", ["p"], ["y"]),
        ],
    ),
    **{op: (op, [node(op, ["x"], ["y"])]) for op in "Exp Softmax Sigmoid Tanh Clip Reciprocal Sqrt Sign Floor Round".split()},
    "Pow": ("Pow", [node("Pow", ["x", "c"], ["y"])]),
    "LayerNormalization": ("LayerNormalization", [node("LayerNormalization", ["x", "v"], ["y"])]),
    "Cast": ("Cast", [node("Cast", ["x"], ["y"], to=TensorProto.FLOAT)]),
    "ReduceL2": ("ReduceL2", [node("ReduceL2", ["x", "last"], ["y"])]),
    "DequantizeLinear": ("DequantizeLinear", [node("DequantizeLinear", ["q", "c"], ["d"]), node("Mul", ["x", "d"], ["y"])]),
}


@pytest.mark.parametrize("trick", REFUSED)
def test_what_undoes_a_scale_is_refused(trick):
    """With the node that does it."""
    op, nodes = REFUSED[trick]
    nodes = [*nodes]
    if trick.startswith("matrix"):
        nodes.insert(1, node("Transpose", ["u"], ["u2"], perm=[0, 2, 1]))
    nodes[-1].name = "last one"
    stored = [
        tensor("c", 1.5), tensor("c1", 1.4999999), tensor("v", [1, 2, 3, 4]), tensor("w", some(9, 4)),
        tensor("last", [-1], np.int64), tensor("t", [True, False, True, True], bool), tensor("q", 3, np.int8),
    ]  # fmt: skip
    graph = onnx_file.read(model(nodes, stored).SerializeToString())
    with pytest.raises(InvalidModel, match=rf"node \d+ \({op}"):
        path_norm.absolute(graph)


def spelt(nodes: list[NodeProto], *tensors: TensorProto, width: tuple[int, ...] = (4,)) -> ModelProto:
    return model(nodes, tensors, width=width)


TWO = tensor("two", [2], np.int64)
ASIDE, SUMMED = node("Unsqueeze", ["x", "two"], ["u"]), node("ReduceSum", ["c", "two"], ["y"], keepdims=0)


def chained(*exponents: int) -> ModelProto:
    """Multiplied with one power of two after the other."""
    made = ["x", *"hijk"[: len(exponents) - 1], "y"]
    nodes = [node("Mul", [one, f"p{place}"], [two]) for place, (one, two) in enumerate(itertools.pairwise(made))]
    return spelt(nodes, *(power(exponent, f"p{place}") for place, exponent in enumerate(exponents)))


def power(exponent: int, name: str) -> TensorProto:
    return tensor(name, 2.0**exponent)


TENFOLD = {
    "a weight": spelt([node("Mul", ["x", "g"], ["y"])], tensor("g", 10.0)),
    "a weight for each number": spelt([node("Mul", ["x", "g"], ["y"])], tensor("g", [-10.0] * 4)),
    "a product of weights": spelt(
        [node("Mul", ["g", "h"], ["i"]), node("Mul", ["x", "i"], ["y"])], tensor("g", 2.0), tensor("h", -5.0)
    ),
    "a difference of weights": spelt(
        [node("Sub", ["g", "h"], ["i"]), node("Mul", ["x", "i"], ["y"])], tensor("g", 4.0), tensor("h", -6.0)
    ),
    "a small denominator": spelt([node("Div", ["x", "g"], ["y"])], tensor("g", -0.1)),
    "alpha": spelt([node("Gemm", ["x", "i"], ["y"], alpha=-10.0)], tensor("i", np.eye(4))),
    "beta": spelt([node("Gemm", ["z", "i", "x"], ["y"], beta=-10.0)], tensor("i", np.eye(4)), tensor("z", np.zeros((1, 4)))),
    "a steep LeakyRelu": spelt([node("Neg", ["x"], ["n"]), node("LeakyRelu", ["n"], ["y"], alpha=-10.0)]),
    "a steep PRelu": spelt([node("Neg", ["x"], ["n"]), node("PRelu", ["n", "g"], ["y"])], tensor("g", 10.0)),
    "copies": spelt(
        [
            ASIDE,
            node("Concat", ["u"] * 10, ["c"], axis=2),
            SUMMED,
        ],
        TWO,
    ),
    "an expansion": spelt(
        [
            ASIDE,
            node("Expand", ["u", "to"], ["c"]),
            SUMMED,
        ],
        TWO,
        tensor("to", [1, 1, 10], np.int64),
    ),
    "tiles": spelt(
        [
            ASIDE,
            node("Tile", ["u", "to"], ["c"]),
            node("ReduceL1", ["c", "two"], ["y"], keepdims=0),
        ],
        TWO,
        tensor("to", [1, 1, 10], np.int64),
    ),
    "repeated places": spelt(
        [
            ASIDE,
            node("Gather", ["u", "i"], ["c"], axis=2),
            SUMMED,
        ],
        TWO,
        tensor("i", [0, -1] * 5, np.int64),
    ),
    "a padded edge": spelt(
        [
            ASIDE,
            node("Pad", ["u", "p"], ["c"], mode="edge"),
            SUMMED,
        ],
        TWO,
        tensor("p", [0, 0, 4, 0, 0, 5], np.int64),
    ),
    "a sum of itself": spelt([node("Sum", ["x"] * 10, ["y"])]),
    "a mean of gains": spelt([node("Mul", ["x", "g"], ["m"]), node("Mean", ["m", "m"], ["y"])], tensor("g", 10.0)),
    "a running sum": spelt(
        [
            ASIDE,
            node("Expand", ["u", "to"], ["c"]),
            node("CumSum", ["c", "axis"], ["s"], reverse=1),
            node("Slice", ["s", "zero", "one", "two"], ["f"]),
            node("Squeeze", ["f", "two"], ["y"]),
        ],
        TWO,
        tensor("to", [1, 1, 10], np.int64),
        tensor("axis", 2, np.int64),
        tensor("zero", [0], np.int64),
        tensor("one", [1], np.int64),
    ),
    "a deconvolution": spelt([node("ConvTranspose", ["x", "k"], ["y"])], tensor("k", [[[10.0]]]), width=(1, 4)),
    "BatchNormalization": spelt(
        [node("BatchNormalization", ["x", "o", "z", "z", "v"], ["y"], epsilon=0.0)],
        tensor("o", np.ones(4)),
        tensor("z", np.zeros(4)),
        tensor("v", np.full(4, 0.01)),
    ),
    "a tensor of the name of the referee's own": spelt(
        [node("LeakyRelu", ["x"], ["h"]), node("Abs", ["h"], ["a"]), node("Mul", ["a", "/h//gain"], ["y"])],
        tensor("/h//gain", 10.0),
    ),
}
"""ways to make x ten times as large"""


@pytest.mark.parametrize("way", TENFOLD)
def test_a_gain_counts_however_it_is_spelt(way):
    """As a weight of 10 for each number does."""
    rows = np.asarray([[1.0, 2.0, 3.0, 4.0]]).reshape(1, *onnx_file.read(TENFOLD[way].SerializeToString()).input_shape)
    assert np.abs(outputs(TENFOLD[way].SerializeToString(), rows)) == pytest.approx(10 * rows, rel=1e-5)
    assert norm(TENFOLD[way]) == pytest.approx(40, rel=1e-5)


STEPS = {
    "inputs above 1 that underflow for ones": chained(-149, -4, 127, 26),
    "denormal numbers that round": chained(-126, -27, 127, 26),
    "a mean that underflows": spelt(
        [
            node("Mul", ["x", "a"], ["h"]),
            node("Pad", ["h", "pads"], ["p"]),
            node("ReduceMean", ["p", "one"], ["m"]),
            node("Mul", ["m", "c"], ["j"]),
            node("Mul", ["j", "d"], ["y"]),
        ],
        power(-149, "a"),
        power(127, "c"),
        power(26, "d"),
        tensor("pads", [0, 0, 0, 12], np.int64),
        tensor("one", [1], np.int64),
    ),
    "BatchNormalization folded into weights that underflow": spelt(
        [
            node("Gemm", ["x", "w"], ["h"]),
            node("BatchNormalization", ["h", "s", "z", "z", "o"], ["n"], epsilon=0.0),
            node("Mul", ["n", "c"], ["j"]),
            node("Mul", ["j", "d"], ["y"]),
        ],
        tensor("w", np.full((4, 4), 0.4999 * 2.0**-99)),
        tensor("s", np.full(4, 2.0**-50)),
        tensor("z", np.zeros(4)),
        tensor("o", np.ones(4)),
        power(127, "c"),
        power(22, "d"),
    ),
    "a gain of BatchNormalization that rounds to zero or not": spelt(
        [
            node("Mul", ["x", "big"], ["h"]),
            node("BatchNormalization", ["h", "s", "z", "z", "v"], ["n"], epsilon=0.0),
            node("Mul", ["n", "c"], ["y"]),
        ],
        power(100, "big"),
        tensor("s", np.full(4, 2.0**-149)),
        tensor("z", np.zeros(4)),
        tensor("v", np.full(4, 3.9999998)),
        power(49, "c"),
    ),
}


@pytest.mark.parametrize("trick", STEPS)
def test_what_rounds_to_nothing_counts(trick):
    """Float32 is not homogeneous down there, so a step or a gate could be had for nothing."""
    made = outputs(STEPS[trick].SerializeToString(), np.asarray([[1.0, 4.0, 9.0, 16.0]]))
    assert np.abs(made).max() >= 0.5
    assert norm(STEPS[trick]) > 1e5 * np.abs(made).max()


def test_a_folded_bias_counts_what_cancels_in_it():
    """x + 2^23 - 2^23 rounds x to a step; folded, the two are nothing."""
    stored = [tensor("w", np.eye(4)), tensor("b", np.full(4, 2.0**23)), tensor("s", np.ones(4)), tensor("z", np.zeros(4))]
    nodes = [
        node("Gemm", ["x", "w", "b"], ["h"]),
        node("BatchNormalization", ["h", "s", "z", "b", "s"], ["y"], epsilon=0.0),
    ]
    given = spelt(nodes, *stored)
    rows = np.asarray([[0.4, 0.6, 1.4, 1.6]])
    assert list(outputs(given.SerializeToString(), rows)[0]) == [0, 1, 1, 2]
    assert norm(given) > 4 * 32


def test_an_overflow_that_pooling_hides_has_no_norm():
    """0 * inf is NaN, and MaxPool passes over NaN: a step at any height, for inputs above 1, that takes no weights."""
    given = spelt(
        [
            node("Mul", ["x", "big"], ["v"]),
            node("Mul", ["v", "zero"], ["n"]),
            node("Add", ["n", "c"], ["a"]),
            node("Mul", ["x", "zero"], ["z"]),
            node("Unsqueeze", ["a", "two"], ["a3"]),
            node("Unsqueeze", ["z", "two"], ["z3"]),
            node("Concat", ["z3", "a3"], ["k"], axis=2),
            node("MaxPool", ["k"], ["m"], kernel_shape=[2], strides=[2]),
            node("Flatten", ["m"], ["y"]),
        ],
        power(127, "big"), tensor("zero", 0.0), tensor("c", 7.0), TWO,
    )  # fmt: skip
    assert list(outputs(given.SerializeToString(), np.asarray([[1.0, 1.9, 2.1, 16.0]]))[0]) == [7, 7, 0, 0]
    assert not np.isfinite(norm(given))


HUGE = [tensor("w", np.eye(4) * 2.0**127), tensor("n", np.zeros(4)), tensor("o", np.ones(4)), tensor("one", 1.0)]
INSIDE = {
    "a gain that undoes what a layer does": [
        node("Gemm", ["x", "w"], ["h"]),
        node("BatchNormalization", ["h", "tiny", "n", "n", "o"], ["f"], epsilon=0.0),
        node("Min", ["f", "c"], ["y"]),
    ],
    "a gain of nothing": [
        node("Gemm", ["x", "w"], ["h"]),
        node("BatchNormalization", ["h", "n", "n", "n", "o"], ["f"], epsilon=0.0),
        node("Max", ["f", "n"], ["y"]),
    ],
    "alpha": [node("Gemm", ["x", "w"], ["f"], alpha=2.0**-126), node("Min", ["f", "c"], ["y"])],
    "a bias that is folded away": [
        node("Gemm", ["x", "v", "b"], ["h"]),
        node("BatchNormalization", ["h", "tiny", "n", "b", "o"], ["f"], epsilon=0.0),
        node("Min", ["f", "c"], ["y"]),
    ],
}


@pytest.mark.parametrize("way", INSIDE)
def test_what_overflows_inside_a_layer_has_no_norm(way):
    """Infinity comes out of a layer whose folded weights are small: a step at no slope."""
    stored = [tensor("tiny", np.full(4, 2.0**-126)), tensor("c", 1000.0), tensor("v", np.eye(4) * 2.0**120)]
    given = spelt(INSIDE[way], *HUGE, *stored, tensor("b", np.full(4, 3.3e38)))
    before, after = outputs(given.SerializeToString(), np.asarray([[1.0] * 4, [40.0] * 4]))
    assert np.isnan(after).all() or ((before < 10).all() and (after > 100 * before).all())
    assert not np.isfinite(norm(given))


def test_alpha_of_nothing_is_refused():
    """What it multiplies could overflow unseen."""
    with pytest.raises(InvalidModel, match="alpha is 0"):
        norm(spelt([node("Gemm", ["x", "w"], ["y"], alpha=0.0)], *HUGE))


@pytest.mark.parametrize("names", [("h", "/h//gain"), ("/h", "//h//gain"), ("h//gain", "/h"), ("/large", "/output")])
def test_names_do_not_reach_the_referees_tensors(names):
    """A contestant's tensor of the name of one that the absolute network adds stays what it is."""
    value, stored = names
    given = spelt([node("LeakyRelu", ["x"], [value]), node("Mul", [value, stored], ["y"])], tensor(stored, 1000.0))
    assert norm(given) == pytest.approx(4000, rel=1e-5)


@pytest.mark.parametrize("opset", [FIRST, COMMON])
@pytest.mark.parametrize("op", ["ReduceMax", "ReduceMin", "ReduceL1"])
def test_the_largest_counts_as_a_sum(op, opset):
    """Whether the axes are an attribute or an input."""
    one = case(op, "x", axes=[2]) if opset == FIRST else case(op, "x", [2])
    assert norm(one.model(opset, cast=False)) == pytest.approx(12)
