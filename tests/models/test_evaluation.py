"""Models run in a child that can't take the referee with it, on rows whose order is a secret."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnxruntime
import pytest
from onnx import ModelProto, NodeProto, TensorProto
from small_graphs import mlp, model, node, tensor

from referee.ground.errors import InvalidModel, RuleBroken
from referee.models import onnx_file
from referee.models.evaluation import Budget, evaluate

ROWS = np.random.default_rng(1).standard_normal((1500, 4)).astype(np.float32)
"""more than one batch"""


def canonical(given: ModelProto) -> bytes:
    return onnx_file.write(onnx_file.read(given.SerializeToString()))


def run(
    given: ModelProto, columns: int | Sequence[int] = 4, rows: np.ndarray = ROWS, budget: Budget | None = None
) -> np.ndarray:
    wanted = [columns] if isinstance(columns, int) else columns
    return evaluate(canonical(given), [rows], wanted, budget or Budget())[0]


def directly(given: ModelProto, rows: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(given.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": rows})[0]


def i64(name: str, *values: int) -> TensorProto:
    return tensor(name, values, np.int64)


def counted(nodes: Sequence[NodeProto], tensors: Sequence[TensorProto]) -> ModelProto:
    """A graph that knows how many rows its batch has: `count` (1,) float, `rows` (1,) int64."""
    return model(
        [
            node("Mul", ["x", "zero"], ["zeros"]),
            node("Add", ["zeros", "one"], ["ones"]),
            node("ReduceSum", ["ones", "first"], ["counts"], keepdims=0),
            node("Slice", ["counts", "0", "1"], ["count"]),
            node("Cast", ["count"], ["rows"], to=TensorProto.INT64),
            *nodes,
        ],
        [tensor("zero", [0]), tensor("one", [1]), i64("first", 0), i64("0", 0), i64("1", 1), *tensors],
    )


def test_the_honest_network_gets_the_outputs_that_onnxruntime_gives():
    """On every row, over batch boundaries."""
    assert np.abs(run(mlp(), 3) - directly(mlp(), ROWS)).max() < 1e-5


def test_outputs_come_back_in_the_order_of_the_rows():
    """Though the model saw them shuffled; each part is its own."""
    parts = [
        np.arange(40, dtype=np.float32).reshape(10, 4),
        -np.arange(8, dtype=np.float32).reshape(2, 4),
        np.zeros((0, 4), "f"),
    ]
    found = evaluate(canonical(model([node("Identity", ["x"], ["y"])])), parts, [4])
    assert [one.tolist() for one in found] == [part.tolist() for part in parts]


@pytest.mark.parametrize("rows", [1, 2, 255, 256, 257, 1023, 1024, 1025, 2048])
def test_any_number_of_rows_is_run(rows):
    """A single one, a full batch, one more."""
    rows = np.random.default_rng(2).standard_normal((rows, 4)).astype(np.float32)
    assert (run(model([node("Relu", ["x"], ["y"])]), rows=rows) == rows.clip(min=0)).all()


def test_rows_may_have_any_shape():
    """Images come as images."""
    images = np.random.default_rng(3).standard_normal((20, 1, 3, 3)).astype(np.float32)
    found = run(model([node("Flatten", ["x"], ["y"])], width=(1, 3, 3)), 9, images)
    assert (found == images.reshape(20, 9)).all()


def test_outputs_may_have_more_axes_than_one():
    """They are counted and compared flat."""
    assert run(model([node("Unsqueeze", ["x", "a"], ["y"])], [i64("a", 2)])).shape == (1500, 4)


@pytest.mark.parametrize(
    "given",
    [
        model([node("ReduceMax", ["x", "a"], ["m"]), node("Sub", ["x", "m"], ["y"])], [i64("a", 0)]),
        model([node("ReduceMean", ["x", "a"], ["m"]), node("Sub", ["x", "m"], ["y"])], [i64("a", 0)]),
        model([node("Softmax", ["x"], ["y"], axis=0)]),
        model([node("Slice", ["x", "z", "o"], ["f"]), node("Sub", ["x", "f"], ["y"])], [i64("z", 0), i64("o", 1)]),
        counted([node("Add", ["x", "count"], ["y"])], []),
        counted([node("Slice", ["table", "0", "rows"], ["labels"]), node("Add", ["x", "labels"], ["y"])],
                [tensor("table", np.random.default_rng(4).standard_normal((1024, 4)))]),
        counted([node("Concat", ["rows", "four"], ["shape"], axis=0), node("Transpose", ["x"], ["t"]),
                 node("Reshape", ["t", "shape"], ["y"])], [i64("four", 4)]),
    ],
    ids=["subtracts the batch's maximum", "subtracts the batch's mean", "softmax over the batch",
         "looks at the first row", "counts its rows", "looks labels up by row number", "mixes rows"],
)  # fmt: skip
def test_a_model_that_looks_at_its_neighbours_breaks_a_rule(given):
    """The output for a row may depend on that row alone."""
    with pytest.raises(RuleBroken, match=r"^the output for a row depends on the other rows of its batch$"):
        run(given)


def looks_around_from(weights: Sequence[NodeProto], tensors: Sequence[TensorProto]) -> ModelProto:
    """Adds the batch's mean to each row, times `weight`."""
    nodes = [
        node("ReduceMean", ["x", "first"], ["mean"]),
        node("Mul", ["weight", "mean"], ["m"]),
        node("Add", ["x", "m"], ["y"]),
    ]
    return counted([*weights, *nodes], tensors)


@pytest.mark.parametrize(
    "given",
    [
        looks_around_from(
            [node("Slice", ["table", "0", "rows"], ["weight"])], [tensor("table", [[0.0]] * 256 + [[9.0]] * 768)]
        ),
        looks_around_from(
            [node("Sub", ["full", "count"], ["free"]), node("Relu", ["free"], ["g"]),
             node("Sub", ["count", "one"], ["others"]), node("Mul", ["g", "others"], ["weight"])],
            [tensor("full", [1024])],
        ),
    ],
    ids=["from its 257th row on", "in the last, smaller batch"],
)  # fmt: skip
def test_a_model_that_looks_around_where_it_seems_unwatched_breaks_a_rule(given):
    """Any row of any batch may be run alone."""
    # stands. Draw them by lot from all rows: hand the child random positions, and compare batched[positions].
    with pytest.raises(RuleBroken):
        run(given)


def test_the_honest_twin_of_counting_rows_qualifies():
    """Reducing over a row's own axis is no rule broken."""
    found = run(model([node("ReduceMax", ["x", "a"], ["m"]), node("Sub", ["x", "m"], ["y"])], [i64("a", 1)]))
    assert found == pytest.approx(ROWS - ROWS.max(axis=1, keepdims=True))


def test_a_table_of_labels_in_the_order_of_the_rows_is_useless():
    """Even where the whole data set is one batch."""
    with pytest.raises((InvalidModel, RuleBroken)):
        run(model([node("Add", ["x", "table"], ["y"])], [tensor("table", np.ones((1024, 4)))]), rows=ROWS[:1024])


@pytest.mark.parametrize(
    ("given", "columns", "said"),
    [
        (mlp(), 10, "an output row has 3 numbers, expected 10"),
        (mlp(), (2, 1), "an output row has 3 numbers, expected 2 or 1"),
        (
            model([node("Relu", ["x"], ["y"])], width=(5,)),
            5,
            "the input takes rows of shape (5,), the data's are (4,)",
        ),
        (
            model([node("Flatten", ["x"], ["y"])], width=(2, 2)),
            4,
            "the input takes rows of shape (2, 2), the data's are (4,)",
        ),
        (
            model([node("Slice", ["x", "0", "5"], ["y"])], [i64("0", 0), i64("5", 5)]),
            4,
            "expected float32 outputs, one for each row, got float32 (5, 4)",
        ),
        (
            model([node("ReduceSum", ["x"], ["y"], keepdims=0)]),
            1,
            "expected float32 outputs, one for each row, got float32 ()",
        ),
        (
            model([node("Flatten", ["x"], ["y"], axis=0)]),
            4,
            "expected float32 outputs, one for each row, got float32 (1, 4096)",
        ),
        (model([node("Cast", ["x"], ["y"], to=TensorProto.INT64)]), 4, "onnxruntime: "),
        (model([node("Log", ["x"], ["y"])]), 4, "an output is NaN or infinite"),
        (model([node("Exp", ["x"], ["e"]), node("Exp", ["e"], ["f"]), node("Exp", ["f"], ["y"])]), 4, "is NaN or infinite"),
        (model([node("Div", ["x", "z"], ["y"])], [tensor("z", [0])]), 4, "an output is NaN or infinite"),
        (model([node("MatMul", ["x", "w"], ["y"])], [tensor("w", np.ones((5, 3)))]), 3, "onnxruntime: "),
        (model([node("Gather", ["x", "i"], ["y"], axis=1)], [i64("i", 10**9)]), 1, "onnxruntime: "),
        (model([node("Reshape", ["x", "s"], ["y"])], [i64("s", -5, 2**40)]), 4, "onnxruntime: "),
        (
            model(
                [node("Cast", ["x"], ["i"], to=TensorProto.INT64), node("Sub", ["i", "i"], ["z"]),
                 node("Div", ["i", "z"], ["d"]), node("Cast", ["d"], ["y"], to=TensorProto.FLOAT)]
            ),
            4,
            "onnxruntime: ",
        ),
    ],
    ids=["too narrow", "neither width", "wider rows", "square rows", "five rows", "a sum", "one long row", "integers",
         "nan", "overflow", "division by zero", "shapes that don't fit", "out of bounds", "negative shape", "integer division"],
)  # fmt: skip
def test_a_model_that_cannot_be_measured_is_invalid(given, columns, said):
    """And the reason says what was expected."""
    with pytest.raises(InvalidModel) as refusal:
        run(given, columns)
    assert said in str(refusal.value) and len(str(refusal.value)) < 400


def test_a_width_that_changes_with_the_batch_is_the_models_fault():
    """Where two widths are allowed, a model can show both."""
    # free retries for ever. Compare the widths in run(), or put the two np.save lines inside the try.
    excess = [
        node("Sub", ["count", "most"], ["over"]),
        node("Relu", ["over"], ["more"]),
        node("Add", ["more", "one"], ["wide"]),
    ]
    cut = [node("Cast", ["wide"], ["end"], to=TensorProto.INT64), node("Slice", ["x", "0", "end", "1"], ["y"])]
    with pytest.raises((InvalidModel, RuleBroken)):
        run(counted([*excess, *cut], [tensor("most", [1023])]), (1, 2))


def summed(nodes: Sequence[NodeProto], tensors: Sequence[TensorProto]) -> ModelProto:
    """x plus nothing times the sum of `huge`, so that huge must be computed."""
    tail = [node("ReduceSum", ["huge"], ["sum"], keepdims=0), node("Mul", ["sum", "zero"], ["nothing"])]
    return model([*nodes, *tail, node("Add", ["x", "nothing"], ["y"])], [*tensors, tensor("zero", [0])])


@pytest.mark.parametrize(
    "given",
    [
        summed([node("Expand", ["k", "s"], ["huge"])], [tensor("k", [[1]]), i64("s", 65536, 65536)]),
        summed(
            [node("Expand", ["k", "s"], ["a"]), node("Transpose", ["a"], ["b"]), node("MatMul", ["a", "b"], ["huge"])],
            [tensor("k", [[1]]), i64("s", 65536, 1)],
        ),
        summed([node("Pad", ["k", "p"], ["huge"])], [tensor("k", [1]), i64("p", 0, 2**40)]),
        summed(
            [node("Concat", ["x", "x"], ["c0"], axis=1)]
            + [node("Concat", [f"c{n}", f"c{n}"], [f"c{n + 1}"], axis=1) for n in range(40)]
            + [node("Identity", ["c40"], ["huge"])],
            [],
        ),
    ],
    ids=["expand", "outer product", "pad", "concat doubling"],
)
def test_a_graph_that_explodes_is_an_invalid_model(given):
    """The child's memory is limited; the referee's own is not touched."""
    with pytest.raises(InvalidModel, match=r"onnxruntime: .*(bad_alloc|memory|overflow)|too much memory"):
        run(given, budget=Budget(memory_bytes=2**31))


def burner() -> ModelProto:
    """A few hundred bytes, minutes of work."""
    large = [node("Expand", ["k", "s"], ["m0"])]
    chain = [node("MatMul", [f"m{n}", "m0"], [f"m{n + 1}"]) for n in range(500)]
    return summed([*large, *chain, node("Identity", ["m500"], ["huge"])], [tensor("k", [[1e-3]]), i64("s", 1500, 1500)])


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(cpu_seconds=1), "running the model took more than 1 s of processor time"),
        (Budget(wall_seconds=2), "running the model took more than 2 s"),
    ],
    ids=["processor", "wall"],
)
def test_a_graph_that_burns_time_is_an_invalid_model(budget, said):
    """By the processor's clock and by the wall's."""
    with pytest.raises(InvalidModel) as refusal:
        run(burner(), budget=budget)
    assert str(refusal.value) == said


def test_a_graph_that_crashes_onnxruntime_is_an_invalid_model():
    """Normalising by the batch, it ends in a segmentation fault; the referee lives on."""
    statistics = [tensor("s", [1] * 4), tensor("b", [0] * 4), tensor("m", [0] * 4), tensor("v", [1] * 4)]
    trains = node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y", "", ""], training_mode=1)
    with pytest.raises((InvalidModel, RuleBroken)):
        run(model([trains], statistics))


def test_the_same_model_gets_the_same_outputs_every_time():
    """Whatever the order was in which it saw the rows."""
    assert (run(mlp(), 3) == run(mlp(), 3)).all()


def test_the_child_leaves_nothing_behind(tmp_path, monkeypatch):
    """Rows and models are gone with it, also when it fails."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    run(mlp(), 3)
    with pytest.raises(InvalidModel):
        run(mlp(), 4)
    assert list(tmp_path.iterdir()) == []
