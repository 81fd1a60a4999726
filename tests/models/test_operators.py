"""Every operator of the table against onnxruntime: what the walk says before anything runs is what happens."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import ModelProto
from onnx.reference import ReferenceEvaluator
from operator_cases import CASES, COMMON, FIRST, GIVEN, IMAGE, LATEST, LINE, Case, case, ints, some
from small_graphs import model, node, tensor

from referee.ground.errors import InvalidModel
from referee.models import onnx_file
from referee.models.evaluation import OPINION_TOLERANCE
from referee.models.operators import OPERATORS, OPSETS
from referee.models.walk import walk

EACH = [pytest.param(one, opset, id=f"{one.op}-{place}-{opset}") for place, one in enumerate(CASES) for opset in one.known_in]
BATCHES = (1, 3)


def session(content: bytes) -> onnxruntime.InferenceSession:
    """As the evaluation opens it."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def outputs(content: bytes, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Name -> content of every output."""
    opened = session(content)
    names = [output.name for output in opened.get_outputs()]
    return dict(zip(names, opened.run(names, {opened.get_inputs()[0].name: rows}), strict=True))


def with_all_outputs(given: ModelProto) -> bytes:
    """The model, with what its nodes make as outputs too."""
    told = ModelProto()
    told.CopyFrom(given)
    made = [name for one in given.graph.node for name in one.output if name not in ("", "y")]
    told.graph.output.extend(onnx.ValueInfoProto(name=name) for name in made)
    return told.SerializeToString()


def opinion(content: bytes, rows: np.ndarray) -> np.ndarray:
    """What onnx's own implementation says."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluator = ReferenceEvaluator(onnx.load_model_from_string(content))
        return evaluator.run(None, {evaluator.input_names[0]: rows})[0]


def assert_agree(one: np.ndarray, other: np.ndarray) -> None:
    """As the evaluation compares the two opinions."""
    assert one.shape == other.shape and one.dtype == other.dtype
    one, other = one.reshape(len(one), -1), other.reshape(len(other), -1)
    scale = OPINION_TOLERANCE * (1 + np.abs(one).max(axis=1, keepdims=True, initial=0))
    assert (np.abs(one - other) <= scale).all()


def rows_for(one: Case, batch: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((batch, *one.width)).astype(np.float32)


def test_every_operator_and_opset_has_a_case():
    """A new row of the table needs one here."""
    assert {one.op for one in CASES} | {one.op_type for nodes in GIVEN.values() for one in nodes} >= set(OPERATORS)
    assert {opset for one in CASES for opset in one.known_in} | {22} >= {FIRST, COMMON, LATEST}
    assert set(OPSETS) >= {opset for one in CASES for opset in one.known_in} >= {17, 18, 19, 20, 21, 22, 23}


@pytest.mark.parametrize(("one", "opset"), EACH)
def test_shapes_are_known_beforehand(one, opset):
    """Of every value: the shape and the type that onnxruntime makes, and the content where that is followed."""
    given = one.model(opset)
    graph = onnx_file.read(given.SerializeToString())
    for batch in BATCHES:
        expected = walk(graph, batch).values
        for name, made in outputs(with_all_outputs(given), rows_for(one, batch)).items():
            value = expected[name]
            assert (value.dtype, value.shape) == (made.dtype, made.shape)
            assert value.known is None or np.array_equal(value.known, made)


@pytest.mark.parametrize(("one", "opset"), EACH)
def test_the_canonical_file_is_the_model(one, opset):
    """It gives the same bits, ONNX's checker passes it, and two implementations agree about it."""
    given = one.model(opset).SerializeToString()
    canonical = onnx_file.write(onnx_file.read(given))
    onnx.checker.check_model(onnx.load_model_from_string(canonical), full_check=True)
    for batch in BATCHES:
        rows = rows_for(one, batch)
        (original,), (rebuilt,) = outputs(given, rows).values(), outputs(canonical, rows).values()
        assert original.tobytes() == rebuilt.tobytes()
        assert np.isfinite(original).all()
        assert_agree(rebuilt, opinion(canonical, rows))


REFUSED = {
    "does not fit": [
        case("MaxPool", "x", width=IMAGE, kernel_shape=[8, 1]),
        case("MaxPool", "x", width=IMAGE, kernel_shape=[3]),
        case("MaxPool", "x", width=IMAGE),
        case("Conv", "x", some(5, 4, 8, 3), width=IMAGE),
        case("LayerNormalization", "x", some(2, 1, 3, 4)),
        case("Conv", "x", some(5, 4, 3, 3), some(4), width=IMAGE),
    ],
    "don't fit": [
        case("Add", "x", some(3)),
        case("Where", "b", some(5), "x"),
        case("Pow", "x", some(3)),
        case("LayerNormalization", "x", some(3)),
        case("Gemm", "x", some(4, 5), some(4), width=(4,)),
        case("Expand", "x", [1, 2, 4]),
        case("Conv", "x", some(5, 3, 3, 3), width=IMAGE),
        case("Conv", "x", some(5, 2, 3, 3), width=IMAGE, group=2),
        case("ConvTranspose", "x", some(5, 2, 3, 3), width=IMAGE),
        case("ConvTranspose", "x", some(4, 2, 3, 3), width=IMAGE, output_padding=[-1, 0]),
        case("GatherElements", some(3, 4), [[0, 1]], axis=1, whole=True),
        case("DepthToSpace", "x", width=IMAGE, blocksize=3),
        case("SpaceToDepth", "x", width=IMAGE, blocksize=2),
        case("SpaceToDepth", "x", width=(4, 4, 4), blocksize=0),
        case("DepthToSpace", "x", width=IMAGE),
        case("Pad", "x", [0, 4, 0, 0, 0, 0], mode="reflect"),
    ],
    "it multiplies": [
        case("MatMul", "x", some(3, 4)),
        case("MatMul", "x", some(3)),
        case("Gemm", "x", some(5, 4), width=(4,)),
    ],
    "as a matrix": [case("MatMul", "x", 2.0)],
    "none of one or two inputs": [
        case("Einsum", "x", equation="..."),
        case("Einsum", "x", equation="...j->..."),
        case("Einsum", "x", "x", equation="nij,nij"),
        case("Einsum", "x", "x", "x", equation="nij,nij,nij->n"),
    ],
    "does not fit an input": [case("Einsum", "x", equation="ni->n"), case("Einsum", "x", "x", equation="nij->n")],
    "is of size": [case("Einsum", "x", some(5, 5), equation="nij,jk->nik")],
    "names an axis twice": [
        case("Einsum", "x", some(3, 3), equation="nij,ii->n"),
        case("Einsum", "x", equation="nij->nii"),
        case("Einsum", "x", equation="nij->nik"),
    ],
    "expected a matrix": [case("Gemm", "x", some(4, 5)), case("Gemm", "x", some(4), width=(4,))],
    "it adds": [case("Gemm", "x", some(4, 5), some(2, 1, 5), width=(4,))],
    "is not that of the kernels": [
        case("Conv", "x", some(5, 4, 3, 3), width=IMAGE, kernel_shape=[3, 2]),
        case("Conv", "x", some(5, 4), width=IMAGE),
    ],
    "numbers above 0": [
        case("Conv", "x", some(5, 4, 3, 3), width=IMAGE, strides=[0, 1]),
        case("Conv", "x", some(5, 4, 3, 3), width=IMAGE, dilations=[1]),
    ],
    "numbers that are not negative": [
        case("Conv", "x", some(5, 4, 3, 3), width=IMAGE, pads=[-1, 0, 0, 0]),
        case("Conv", "x", some(5, 4, 3, 3), width=IMAGE, pads=[1, 1]),
    ],
    "auto_pad SOME is not known": [case("Conv", "x", some(5, 4, 3, 3), width=IMAGE, auto_pad="SOME")],
    "state pads": [
        case("ConvTranspose", "x", some(4, 2, 3, 3), width=IMAGE, auto_pad="SAME_UPPER"),
        case("ConvTranspose", "x", some(4, 2, 3, 3), width=IMAGE, output_shape=[9, 9]),
    ],
    "as large as the window": [case("AveragePool", "x", width=IMAGE, kernel_shape=[2, 2], pads=[2, 0, 0, 0])],
    "more than twice as large": [
        case("MaxPool", "x", width=LINE, kernel_shape=[2**40], pads=[2**40 - 1, 2**40 - 1]),
        case("AveragePool", "x", width=LINE, kernel_shape=[2**31], pads=[2**31 - 1, 0]),
    ],
    "falls into the padding": [
        case("MaxPool", "x", width=IMAGE, kernel_shape=[2, 2], dilations=[8, 1], pads=[1, 0, 1, 0]),
        case("AveragePool", "x", width=IMAGE, kernel_shape=[2, 2], dilations=[8, 1], pads=[1, 0, 1, 0], opsets=(LATEST,)),
    ],
    "expected (batch, channels": [
        case("MaxPool", "x", width=(4,), kernel_shape=[2]),
        case("GlobalAveragePool", "x", width=(4,)),
        case("GlobalMaxPool", "x", width=LINE),
    ],
    "one number for each channel": [
        case("BatchNormalization", "x", some(4), some(4), some(4), some(3), width=IMAGE),
        case("GroupNormalization", "x", some(2), some(2), width=IMAGE, num_groups=2, opsets=(LATEST,)),
    ],
    "divide the channels": [
        case("GroupNormalization", "x", some(4), some(4), width=IMAGE, num_groups=3, opsets=(LATEST,)),
        case("GroupNormalization", "x", some(4), some(4), width=IMAGE, opsets=(LATEST,)),
    ],
    "from opset 21 on": [case("GroupNormalization", "x", some(2), some(2), width=IMAGE, num_groups=2, opsets=(18, 20))],
    "from opset 19 on": [case("DequantizeLinear", np.ones(3, np.int8), 0.1, whole=True, opsets=(17, 18))],
    "there is no axis": [
        case("Softmax", "x", axis=3),
        case("ReduceSum", "x", [-4]),
        case("ArgMax", "x", axis=5),
        case("Concat", "x", "x", axis=-4),
        case("Concat", "x", "x"),
        case("Gather", "x", [0], axis=3),
        case("Flatten", "x", axis=4),
        case("CumSum", "x", 3),
        case("Slice", "x", [0], [1], [7]),
        case("Split", "x", axis=3, outputs=2),
        case("Unsqueeze", "x", [9]),
        case("Squeeze", "x", [3]),
        case("TopK", "x", [1], axis=9, outputs=2),
    ],
    "there is nothing along": [case("ReduceMax", np.ones((3, 0), np.float32), whole=True)],
    "k must be one number": [
        case("TopK", "x", [5], outputs=2),
        case("TopK", "x", [-1], outputs=2),
        case("TopK", "x", [1, 2], outputs=2),
    ],
    "must be whole numbers that are stored": [
        case("Reshape", "x", "i"),
        case("TopK", "x", "i", outputs=2),
        case("ReduceSum", "x", "i"),
        case("Reshape", "x", [2.0, 6.0]),
        case("Expand", "x", [[1, 3, 4]]),
        case("Tile", "x", np.ones(65, np.int64)),
    ],
    "can't be reshaped": [
        case("Reshape", "x", [0, 5]),
        case("Reshape", "x", [0, 5, -1]),
        case("Reshape", "x", [0, 12], allowzero=1),
        case("Reshape", "x", [0, -1], allowzero=1),
    ],
    "is no shape": [case("Reshape", "x", [-2, 6]), case("Reshape", "x", [-1, -1])],
    "an axis that is not there": [case("Reshape", "x", [-1, 4, 1, 0])],
    "must not be negative": [case("Expand", "x", [-1, 3, 4]), case("Tile", "x", [1, -1, 1])],
    "repeats for an input": [case("Tile", "x", [1, 2])],
    "can't be joined": [
        case("Concat", "x", some(1, 3, 5), axis=1),
        case("Concat", "x", some(3, 4), axis=1),
        case("Concat", 1.0, 2.0, axis=0),
    ],
    "are not all of size 1": [case("Squeeze", "x", [1])],
    "are not all different": [case("Unsqueeze", "x", [1, 1]), case("Slice", "x", [0, 0], [1, 1], [1, -2])],
    "don't belong together": [
        case("Slice", "x", [0], [1, 2]),
        case("Slice", "x", [0], [1], [1], [0]),
        case("Slice", "x", [0], [1], [1, 2]),
    ],
    "can't be split": [
        case("Split", "x", [2, 3], axis=2, outputs=2),
        case("Split", "x", [5, -1], axis=2, outputs=2),
        case("Split", "x", [2, 2], axis=2, outputs=3),
    ],
    "no order of the axes": [case("Transpose", "x", perm=[0, 1]), case("Transpose", "x", perm=[0, 1, 1])],
    "pads for": [case("Pad", "x", [0, 1]), case("Pad", "x", [0, 1, 0, 1], "", [1, 1], opsets=(LATEST,))],
    "are negative; use Slice": [case("Pad", "x", [0, -1, 0, 0, 0, 0])],
    "more numbers than the input": [case("PRelu", "x", some(2, 1, 3, 4)), case("PRelu", some(4), "x", whole=True)],
    "bounds must be single numbers": [case("Clip", "x", some(4))],
    "the axis must be a number": [case("CumSum", "x", [1])],
    "counted from the front: 1": [case("GatherElements", some(3, 4), np.zeros((3, 1), np.int64), axis=-1, whole=True)],
    "use Gather": [case("GatherElements", some(33, 1), np.zeros((4, 1), np.int64), whole=True)],
    "stretch the first input": [case("Mean", some(4), "x")],
    "expected matrices": [case("Trilu", some(4), whole=True)],
    "is missing": [case("MatMul", "", "x"), case("Clip", ""), case("Gemm", "x", "", width=(4,)), case("Gather", "x", "")],
    "it has no input": [case("Sum", "")],
    "no type": [case("Cast", "x"), case("Cast", "x", to=99), case("Cast", "x", to=-1)],
    "would have the shape": [
        case("ConvTranspose", "x", some(4, 2, 3, 3), width=IMAGE, pads=[9, 0, 9, 0]),
        case("Unsqueeze", "x", list(range(14))),
    ],
    "1 inputs, expected 2": [case("Add", "x"), case("MatMul", "x")],
    "inputs, expected 1": [case("Relu", "x", "x"), case("Relu")],
    "outputs, expected 1": [case("Relu", "x", outputs=2)],
    "outputs, expected 2": [case("TopK", "x", [1], outputs=1)],
    "at most 1": [case("BatchNormalization", "x", some(4), some(4), some(4), some(4), width=(4,), outputs=3)],
    "is not allowed": [case("Relu", "x", alpha=1.0), case("LeakyRelu", "x", gamma=1.0)],
    "another type than ONNX says": [
        case("LeakyRelu", "x", alpha="much"),
        case("Softmax", "x", axis=1.0),
        case("Transpose", "x", perm=1),
        case("Conv", "x", some(5, 4, 3, 3), width=IMAGE, pads=[0.5, 0.5, 0.5, 0.5]),
    ],
    "auto_pad must be NOTSET or VALID": [case("MaxPool", "x", width=IMAGE, kernel_shape=[2, 2], auto_pad="SAME_UPPER")],
    "ceil_mode must be 0": [case("AveragePool", "x", width=IMAGE, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)],
    "with strides of 1 pads": [
        case("MaxPool", "x", width=IMAGE, kernel_shape=[2, 2], pads=[1, 0, 0, 0]),
        case("MaxPool", "x", width=LINE, kernel_shape=[3], pads=[1, 1]),
    ],
    "ceil_mode beside auto_pad": [case("MaxPool", "x", width=IMAGE, kernel_shape=[2, 2], auto_pad="VALID", ceil_mode=1)],
    "group must be 1": [case("ConvTranspose", "x", some(4, 2, 3, 3), width=IMAGE, group=2)],
    "training_mode must be 0": [
        case("BatchNormalization", "x", some(4), some(4), some(4), some(4), width=(4,), training_mode=1)
    ],
    "is read from opset": [case("Mish", "x", opsets=(17,)), case("Gelu", "x", opsets=(17,))],
}
"""what is said -> uses of operators that it is said of"""


@pytest.mark.parametrize(
    ("said", "one", "opset"),
    [
        pytest.param(said, one, opset, id=f"{said.replace(' ', '-')}-{one.op}-{place}-{opset}")
        for said, cases in REFUSED.items()
        for place, one in enumerate(cases)
        for opset in (one.opsets if len(one.opsets) < 3 else (COMMON,))
    ],
)
def test_what_does_not_fit_is_refused(said, one, opset):
    """Before anything runs, with the node and with what is wrong."""
    with pytest.raises(InvalidModel, match=rf"node \d+ \({one.op}") as refusal:
        onnx_file.read(one.model(opset).SerializeToString())
    assert said in str(refusal.value)


@pytest.mark.parametrize("op", ["Split", "TopK"])
def test_a_first_output_has_a_name(op):
    """Without one its shape would have no place to be looked up at."""
    made = {"Split": node("Split", ["x"], ["", "y"], axis=1, num_outputs=2), "TopK": node("TopK", ["x", "k"], ["", "y"])}[op]
    with pytest.raises(InvalidModel, match="first output has no name"):
        onnx_file.read(model([made], [tensor("k", [1], np.int64)]).SerializeToString())


STRICTER = (
    "are negative; use Slice",
    "falls into the padding",
    "more than twice as large",
    "there is nothing along",
    "the padding is as large as the window",
    "does not fit an input",
    "ceil_mode beside auto_pad",
    "with strides of 1 pads",
    "don't fit each other",
    "would have the shape",
)
"""what is refused though onnxruntime may run it: onnx.reference does not, or it has no meaning"""


def assert_same_as_runtime(one: Case, opset: int = COMMON, batch: int = 2) -> None:
    """Where onnxruntime runs a case, the walk knew its shapes, and the second opinion agrees."""
    given, rows = one.model(opset), rows_for(one, batch)
    try:
        ran = outputs(with_all_outputs(given), rows)
    except Exception:
        ran = None
    try:
        graph = onnx_file.read(given.SerializeToString())
        values = walk(graph, batch).values
    except InvalidModel as refusal:
        assert ran is None or any(said in str(refusal) for said in STRICTER), refusal
        return
    assume(ran is not None)
    assert {name: values[name].shape for name in ran} == {name: made.shape for name, made in ran.items()}
    if np.isfinite(ran["y"]).all():
        assert_agree(ran["y"], opinion(onnx_file.write(graph), rows))


SIZES = st.integers(1, 5)
AXES = st.integers(-4, 3)
FAST = settings(deadline=None, max_examples=150, derandomize=True)


def listed(draw: Any, numbers: st.SearchStrategy[int], many: int) -> list[int]:
    return draw(st.lists(numbers, min_size=many, max_size=many))


@st.composite
def binary(draw: Any) -> Case:
    shape = draw(st.lists(SIZES, min_size=1, max_size=4))
    other = [draw(st.sampled_from([size, size, 1])) for size in shape][draw(st.integers(0, 3)) :]
    op = draw(st.sampled_from(["Add", "Sub", "Mul", "Max", "Sum", "Less", "Pow"]))
    one, two = draw(st.permutations(["p", some(*(draw(SIZES) for _ in range(draw(st.integers(0, 1)))), *other) ** 2]))
    return case(op, one, two, width=tuple(shape), whole=True)


@st.composite
def reduced(draw: Any) -> Case:
    op = draw(st.sampled_from([name for name in OPERATORS if name.startswith("Reduce")]))
    axes = draw(st.lists(AXES, max_size=3, unique_by=lambda axis: axis % 4))
    flags = {name: draw(st.integers(0, 1)) for name in ("keepdims", "noop_with_empty_axes") if draw(st.booleans())}
    if not axes and op in ("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"):
        flags.pop("noop_with_empty_axes", None)
    return case(op, "p", ints(*axes), width=tuple(listed(draw, SIZES, 3)), whole=True, **flags)


@st.composite
def sliced(draw: Any) -> Case:
    axes = draw(st.lists(st.integers(-3, 2), max_size=3, unique_by=lambda axis: axis % 3))
    bounds = st.sampled_from([-(2**62), -9, -4, -3, -2, -1, 0, 1, 2, 3, 4, 9, 2**62])
    starts, ends = (listed(draw, bounds, len(axes)) for _ in "se")
    steps = listed(draw, st.sampled_from([-3, -2, -1, 1, 2, 3]), len(axes))
    # Backwards from before the first element: onnx.reference takes nothing, onnxruntime the first element.
    starts = [start if step > 0 else max(start, -1) for start, step in zip(starts, steps, strict=True)]
    return case(
        "Slice", "x", ints(*starts), ints(*ends), ints(*axes), ints(*steps), width=tuple(listed(draw, SIZES, 2)), whole=True
    )


@st.composite
def padded(draw: Any) -> Case:
    mode = draw(st.sampled_from(["constant", "reflect", "edge", "wrap"]))
    pads = [0, *listed(draw, st.integers(-1, 3), 2), 0, *listed(draw, st.integers(-1, 3), 2)]
    return case("Pad", "x", ints(*pads), width=tuple(listed(draw, SIZES, 2)), whole=True, mode=mode)


def windows(draw: Any, axes: int) -> dict[str, Any]:
    how = draw(st.sampled_from(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]))
    pads = {"pads": listed(draw, st.integers(0, 2), 2 * axes)} if how == "NOTSET" and draw(st.booleans()) else {}
    return {"auto_pad": how, "strides": listed(draw, st.integers(1, 3), axes), **pads}


@st.composite
def convolved(draw: Any) -> Case:
    axes, group = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    kernel, stated = listed(draw, st.integers(1, 3), axes), windows(draw, axes)
    # onnxruntime refuses dilations beside auto_pad, but as VALID.
    if stated["auto_pad"] == "NOTSET":
        stated["dilations"] = listed(draw, st.integers(1, 2), axes)
    sizes = listed(draw, st.integers(1, 7), axes)
    return case("Conv", "x", some(2 * group, 2, *kernel), width=(2 * group, *sizes), whole=True, group=group, **stated)


@st.composite
def pooled(draw: Any) -> Case:
    axes, op = draw(st.integers(1, 3)), draw(st.sampled_from(["MaxPool", "AveragePool"]))
    stated = windows(draw, axes)
    if op == "MaxPool" and draw(st.booleans()):
        stated["ceil_mode"] = 1
    if op == "MaxPool" and stated["auto_pad"] == "NOTSET":
        stated["dilations"] = listed(draw, st.integers(1, 3), axes)
    if op == "AveragePool" and draw(st.booleans()):
        stated["count_include_pad"] = 1
    if stated["auto_pad"].startswith("SAME"):
        stated["auto_pad"] = "VALID"
    kernel = listed(draw, st.integers(1, 3), axes)
    return case(op, "x", width=(2, *listed(draw, st.integers(1, 7), axes)), whole=True, kernel_shape=kernel, **stated)


@FAST
@given(one=st.one_of(binary(), reduced(), sliced(), padded()))
def test_any_broadcast_sum_slice_and_pad_has_the_shape_that_onnxruntime_makes(one):
    """Whatever the sizes and attributes are; and what the walk refuses, onnxruntime does too, but for STRICTER."""
    assert_same_as_runtime(one)


@FAST
@given(one=st.one_of(convolved(), pooled()), opset=st.sampled_from([FIRST, COMMON, LATEST]))
def test_any_window_has_the_shape_that_onnxruntime_makes(one, opset):
    """Whatever the padding, strides, dilations and rounding are; and what the walk refuses, onnxruntime does too."""
    assert_same_as_runtime(one, opset)
