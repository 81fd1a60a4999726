"""What a walk says of a graph before anything runs: arithmetic, memory, sizes that follow from sizes."""

from __future__ import annotations

import itertools
import runpy
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto
from small_graphs import mlp, model, node, tensor

from referee.ground.errors import InvalidModel
from referee.ground.graph import Graph
from referee.models import onnx_file, walk
from referee.models.shapes.sizes import KNOWN_UP_TO
from referee.models.walk import PEAK_BYTES, structure

NETWORKS = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/networks.py"))


def read(given: ModelProto) -> Graph:
    return onnx_file.read(given.SerializeToString())


def ints(name: str, *numbers: int):
    return tensor(name, numbers, np.int64)


def test_a_perceptron_takes_its_weights_and_activations():
    """A multiply-add for each weight, and one for each number of a ReLU."""
    assert walk.walk(read(mlp()), 1).operations == 4 * 8 + 8 + 8 * 3
    assert (
        walk.walk(read(NETWORKS["perceptron"](784, 256, 256, 10)), 1).operations == 784 * 256 + 256 * 256 + 256 * 10 + 2 * 256
    )


def test_a_resnet_takes_what_its_paper_says():
    """41 million multiply-adds; beside the products one for each number of BatchNormalization, ReLU and sums."""
    graph = read(NETWORKS["resnet20"]())
    products = 432 * 1024 + 6 * 2304 * 1024
    products += (4608 + 5 * 9216 + 512) * 256 + (18432 + 5 * 36864 + 2048) * 64 + 640
    normalised = 7 * 16384 + 7 * 8192 + 7 * 4096
    numbers = normalised + 7 * 16384 + 6 * 8192 + 6 * 4096 + 3 * (16384 + 8192 + 4096) + 4096
    assert walk.walk(graph, 1).operations == products + numbers
    assert products == pytest.approx(41e6, rel=0.01)


@pytest.mark.parametrize("batch", [1, 2, 7])
def test_arithmetic_grows_with_the_batch(batch):
    """Each example takes as much."""
    assert walk.walk(read(mlp()), batch).operations == 64 * batch


@pytest.mark.parametrize(
    ("nodes", "tensors", "operations"),
    [
        ([node("Conv", ["x", "w"], ["y"], pads=[1] * 4)], [tensor("w", np.ones((5, 2, 3, 3)))], 5 * 6 * 6 * 2 * 9),
        ([node("Conv", ["x", "w"], ["y"], group=2)], [tensor("w", np.ones((4, 1, 3, 3)))], 4 * 4 * 4 * 9),
        ([node("ConvTranspose", ["x", "w"], ["y"])], [tensor("w", np.ones((2, 5, 3, 3)))], 2 * 6 * 6 * 5 * 9),
        ([node("MaxPool", ["x"], ["y"], kernel_shape=[3, 2], strides=[3, 2])], [], 2 * 2 * 3 * 6),
        ([node("GlobalAveragePool", ["x"], ["y"])], [], 72),
        ([node("Add", ["x", "c"], ["a"]), node("Gather", ["a", "i"], ["y"])],
         [tensor("c", np.ones((5, 1, 1, 1, 6))), tensor("i", 0, np.int64)], 5 * 72),
        ([node("Sum", ["x", "x", "x"], ["y"])], [], 2 * 72),
        ([node("ReduceSum", ["x"], ["s"], keepdims=1), node("Add", ["s", "x"], ["y"])], [], 72 + 72),
        ([node("MatMul", ["x", "m"], ["y"])], [tensor("m", np.ones((6, 7)))], 2 * 6 * 7 * 6),
        ([node("Flatten", ["x"], ["f"]), node("Gemm", ["f", "m"], ["y"], transB=1)], [tensor("m", np.ones((3, 72)))], 216),
        ([node("Flatten", ["x"], ["f"]), node("Reshape", ["f", "s"], ["r"]), node("Transpose", ["r"], ["y"], perm=[0, 2, 1])],
         [ints("s", -1, 8, 9)], 0),
        ([node("Concat", ["x", "x"], ["c"], axis=1), node("Slice", ["c", "a", "b"], ["y"])], [ints("a", 0), ints("b", 1)], 0),
        ([node("Gather", ["x", "i"], ["y"], axis=1)], [ints("i", 1, 1, 0)], 0),
    ],
)  # fmt: skip
def test_arithmetic_by_hand(nodes, tensors, operations):
    """Products cost their terms, pooling its windows, sums their terms, moving numbers about nothing."""
    assert walk.walk(read(model(nodes, tensors, width=(2, 6, 6))), 1).operations == operations


def test_the_peak_is_what_lives_at_one_time():
    """By hand: the input lives until its last use, a value until then, stored tensors are not counted."""
    graph = read(
        model(
            [
                node("MatMul", ["x", "w"], ["a"]),  # x 16 bytes, a 400
                node("Relu", ["a"], ["b"]),  # x, a, b: 816
                node("MatMul", ["b", "v"], ["c"]),  # x, b, c: 428
                node("Concat", ["c", "x"], ["d"], axis=1),  # x, c, d: 56
                node("MatMul", ["d", "u"], ["y"]),  # d, y: 28 + 8
            ],
            [tensor("w", np.ones((4, 100))), tensor("v", np.ones((100, 3))), tensor("u", np.ones((7, 2)))],
        )
    )
    assert walk.walk(graph, 1).peak_bytes == 16 + 400 + 400
    assert walk.walk(graph, 5).peak_bytes == 5 * 816


def doubling(op: str, times: int) -> list:
    """A chain in which every value is twice as large as the one before it."""
    made = ["x", *(f"h{place}" for place in range(times - 1)), "h"]
    uses = {"Concat": lambda name: ([name, name], {"axis": 1}), "Tile": lambda name: ([name, "two"], {})}
    nodes = []
    for one, two in itertools.pairwise(made):
        inputs, stated = uses[op](one)
        nodes.append(node(op, inputs, [two], **stated))
    return nodes


LARGE = 2**15


@pytest.mark.parametrize(
    ("nodes", "tensors", "where"),
    [
        ([node("Expand", ["x", "to"], ["h"])], [ints("to", LARGE, 1, LARGE), tensor("o", 1.0)], "node 0 \\(Expand\\)"),
        ([node("Tile", ["x", "to"], ["h"])], [ints("to", 1, 2**28)], "node 0 \\(Tile\\)"),
        (doubling("Tile", 40), [ints("two", 1, 2)], "node 2[0-9] \\(Tile\\)"),
        (doubling("Concat", 40), [], "node 2[0-9] \\(Concat\\)"),
        (
            [node("MatMul", ["x", "r"], ["a"]), node("Unsqueeze", ["a", "c"], ["u"]), node("MatMul", ["u", "r"], ["h"])],
            [tensor("r", np.ones((1, LARGE))), ints("c", 2)],
            "node 2 \\(MatMul\\)",
        ),
        ([node("Pad", ["x", "to"], ["h"])], [ints("to", 0, 0, 0, 2**40)], "node 0 \\(Pad\\)"),
        (
            [
                node("Unsqueeze", ["x", "c"], ["u"]),
                node("ConvTranspose", ["u", "k"], ["h"], strides=[1], output_padding=[2**40]),
            ],
            [ints("c", 1), tensor("k", np.ones((1, 1, 1)))],
            "node 1 \\(ConvTranspose\\)",
        ),
        (
            [node("Gather", ["x", "i"], ["h"], axis=1), node("Expand", ["h", "to"], ["h2"])],
            [ints("i", 0), ints("to", 1, 2**62)],
            "",
        ),
    ],
    ids=["Expand", "Tile", "Tile-Tile", "Concat", "outer-product", "Pad", "ConvTranspose", "Expand-by-much"],
)
def test_what_would_explode_is_refused(nodes, tensors, where):
    """One example may need a gibibyte at one time, whatever makes it grow; the node is named."""
    last = nodes[-1].output[0]
    ends = [node("ReduceSum", [last, "last"], ["y"], keepdims=1)]
    with pytest.raises(InvalidModel, match=f"{where}.*one example needs .* GiB there, at most 1"):
        read(model([*nodes, *ends], [*tensors, ints("last", -1)], width=(1,)))


def test_a_gibibyte_may_be_needed():
    """Just not more than that."""
    most = PEAK_BYTES // 4 - 2
    ends = node("ReduceSum", ["h", "last"], ["y"], keepdims=1)
    graph = read(model([node("Expand", ["x", "to"], ["h"]), ends], [ints("to", 1, most), ints("last", -1)], width=(1,)))
    assert walk.walk(graph, 1).peak_bytes == PEAK_BYTES - 4
    with pytest.raises(InvalidModel, match="node 0"):
        read(model([node("Expand", ["x", "to"], ["h"]), ends], [ints("to", 1, most + 2), ints("last", -1)], width=(1,)))


def test_what_decides_shapes_is_no_weight():
    """A target of Reshape, axes, sizes; but not what is looked up with, or added to, nor floats."""
    graph = read(
        model(
            [
                node("Reshape", ["x", "target"], ["a"]),
                node("Gather", ["a", "places"], ["b"], axis=2),
                node("Pad", ["b", "pads", "value"], ["c"]),
                node("ReduceSum", ["c", "axes"], ["y"], keepdims=0),
            ],
            [
                ints("target", -1, 2, 2),
                ints("places", 1),
                ints("pads", 0, 0, 0, 0, 0, 0),
                tensor("value", 0.0),
                ints("axes", 1),
            ],
        )
    )
    assert structure(graph) == {"target", "pads", "axes"}


@pytest.mark.parametrize("batch", [1, 2, 5, 1000])
def test_sizes_are_followed_through_their_arithmetic(batch):
    """As torch exports a view of (batch, 6, 4) as (batch, heads, 24 // heads): Shape, Gather, Mul, Div, Concat, Reshape."""
    graph = read(
        model(
            [
                node("Shape", ["x"], ["s"]),
                node("Gather", ["s", "zero"], ["n"], axis=0),
                node("Gather", ["s", "one"], ["c"], axis=0),
                node("Gather", ["s", "minus"], ["w"], axis=0),
                node("Mul", ["c", "w"], ["cw"]),
                node("Div", ["cw", "heads"], ["each"]),
                node("Unsqueeze", ["n", "axis"], ["n1"]),
                node("Unsqueeze", ["each", "axis"], ["each1"]),
                node("Concat", ["n1", "heads1", "each1"], ["target"], axis=0),
                node("Reshape", ["x", "target"], ["y"]),
            ],
            [
                *(tensor(name, number, np.int64) for name, number in (("zero", 0), ("one", 1), ("minus", -1), ("heads", 3))),
                ints("axis", 0),
                ints("heads1", 3),
            ],
            width=(6, 4),
        )
    )
    followed = walk.walk(graph, batch).values
    assert list(followed["target"].known) == [batch, 3, 8]
    assert followed["y"].shape == (batch, 3, 8)
    assert graph.output_shape == (3, 8)


@pytest.mark.parametrize(
    ("nodes", "known"),
    [
        ([node("Slice", ["s", "one", "three"], ["k"])], [3, 4]),
        ([node("Slice", ["s", "minus", "far", "zero", "minus"], ["k"])], [4, 3, 2]),
        ([node("Add", ["s", "one"], ["a"]), node("Sub", ["a", "s"], ["k"])], [1, 1, 1]),
        ([node("Mul", ["s", "minus"], ["a"]), node("Div", ["a", "three"], ["k"])], [0, -1, -1]),
        ([node("Min", ["s", "three"], ["a"]), node("Max", ["a", "three", "one"], ["k"])], [3, 3, 3]),
        ([node("Identity", ["s"], ["a"]), node("Cast", ["a"], ["b"], to=6), node("Cast", ["b"], ["k"], to=7)], [2, 3, 4]),
        ([node("Shape", ["x"], ["k"], start=-2, end=9)], [3, 4]),
        ([node("Unsqueeze", ["s", "zero"], ["a"]), node("Squeeze", ["a", "zero"], ["k"])], [2, 3, 4]),
        ([node("Reshape", ["s", "three"], ["k"])], [2, 3, 4]),
    ],
)
def test_the_arithmetic_of_sizes(nodes, known):
    """Whole numbers are divided towards zero; ranges may run backwards."""
    numbers = {"zero": 0, "one": 1, "three": 3, "minus": -1, "far": -99}
    tensors = [ints(name, number) for name, number in numbers.items()]
    ends = [node("ReduceSum", ["k"], ["t"], keepdims=0), node("Cast", ["t"], ["f"], to=1), node("Add", ["x", "f"], ["y"])]
    graph = read(model([node("Shape", ["x"], ["s"]), *nodes, *ends], tensors, width=(3, 4)))
    assert list(walk.walk(graph, 2).values["k"].known) == known


def test_what_comes_from_values_decides_no_shape():
    """Nor what is too long to be followed."""
    cast = [node("Cast", ["x"], ["i"], to=7), node("Reshape", ["x", "i"], ["y"])]
    with pytest.raises(InvalidModel, match=r"node 1 \(Reshape\): input 1 decides a shape"):
        read(model(cast))
    with pytest.raises(InvalidModel, match=r"node 0 \(Tile\): input 1 decides a shape"):
        read(model([node("Tile", ["x", "t"], ["y"])], [ints("t", *[1] * (KNOWN_UP_TO + 1))]))


@pytest.mark.parametrize("prefix", ["", "/", "///"])
def test_a_free_prefix_is_free(prefix):
    """Whatever names a contestant thinks of, new values get others."""
    names = [f"{prefix}a", "b/", "/c"]
    free = walk.free_prefix(names)
    assert free and not any(name.startswith(free) for name in names)
