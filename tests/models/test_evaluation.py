"""Models run in a child that can't take the referee with it, on rows whose order is a secret."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from onnx import ModelProto, NodeProto, TensorProto
from small_graphs import mlp, model, node, tensor

from referee.ground.errors import InvalidModel, RefereeFault, RuleBroken
from referee.models import child as child_module
from referee.models import onnx_file
from referee.models.budget import Budget, budget_for
from referee.models.child import Child
from referee.models.evaluation import Probes, evaluate

ROWS = np.random.default_rng(1).standard_normal((1500, 4)).astype(np.float32)
"""more than one batch"""


def canonical(given: ModelProto) -> bytes:
    return onnx_file.write(onnx_file.read(given.SerializeToString()))


def run(
    given: ModelProto, columns: int | Sequence[int] = 4, rows: np.ndarray = ROWS, budget: Budget | None = None
) -> np.ndarray:
    """As a judge does: walked, rebuilt, run."""
    return unwalked(canonical(given), columns, rows, budget)


def unwalked(
    given: ModelProto | bytes, columns: int | Sequence[int] = 4, rows: np.ndarray = ROWS, budget: Budget | None = None
) -> np.ndarray:
    """Past the walk, which would refuse much of this: what the child holds back alone."""
    wanted = [columns] if isinstance(columns, int) else columns
    content = given if isinstance(given, bytes) else given.SerializeToString()
    return evaluate(content, [rows], wanted, budget or Budget()).outputs[0]


def directly(given: ModelProto, rows: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(given.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": rows})[0]


def i64(name: str, *values: int) -> TensorProto:
    return tensor(name, values, np.int64)


def counted(nodes: Sequence[NodeProto], tensors: Sequence[TensorProto]) -> ModelProto:
    """A graph that knows how many rows its batch has: `count` (1,) float, `rows` (1,) int64, no size that a walk can follow."""
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
    assert found.measured == {}
    assert [one.tolist() for one in found.outputs] == [part.tolist() for part in parts]


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
        model([node("Shape", ["x"], ["s"], end=1), node("Cast", ["s"], ["f"], to=TensorProto.FLOAT),
               node("Add", ["x", "f"], ["y"])]),
        model([node("CumSum", ["x", "a"], ["y"])], [tensor("a", 0, np.int64)]),
        model([node("Transpose", ["x"], ["t"]), node("Reshape", ["t", "s"], ["y"])], [i64("s", -1, 4)]),
        model([node("ReduceMean", ["x", "a"], ["m"], keepdims=0), node("Mul", ["m", "zero"], ["z"]),
               node("Add", ["z", "one"], ["o"]), node("Unsqueeze", ["o", "a1"], ["ones"]),
               node("CumSum", ["ones", "a0"], ["n"]), node("Cast", ["n"], ["i"], to=TensorProto.INT64),
               node("Squeeze", ["i", "a1"], ["p"]), node("Gather", ["table", "p"], ["labels"]),
               node("Add", ["x", "labels"], ["y"])],
              [i64("a", 1), tensor("a0", 0, np.int64), i64("a1", 1), tensor("zero", 0), tensor("one", 1),
               tensor("table", np.random.default_rng(4).standard_normal((1025, 4)))]),
    ],
    ids=["subtracts the batch's maximum", "subtracts the batch's mean", "softmax over the batch", "looks at the first row",
         "counts its rows", "asks for the size of its batch", "adds the rows before it", "mixes rows",
         "looks labels up by row number"],
)  # fmt: skip
def test_a_model_that_looks_at_its_neighbours_breaks_a_rule(given):
    """The output for a row may depend on that row alone."""
    with pytest.raises(RuleBroken, match=r"^the output for a row depends on the other rows of its batch$"):
        run(given)


VALUES_FOR_SIZES = [
    counted([node("Slice", ["table", "0", "rows"], ["labels"]), node("Add", ["x", "labels"], ["y"])],
            [tensor("table", np.random.default_rng(4).standard_normal((1024, 4)))]),
    counted([node("Concat", ["rows", "four"], ["shape"], axis=0), node("Transpose", ["x"], ["t"]),
             node("Reshape", ["t", "shape"], ["y"])], [i64("four", 4)]),
]  # fmt: skip


@pytest.mark.parametrize("given", VALUES_FOR_SIZES, ids=["looks labels up by row number", "mixes rows"])
def test_a_model_whose_sizes_hang_on_values_is_refused_by_the_walk_and_by_the_run(given):
    """No shape of it is known beforehand; run all the same, it is found out."""
    with pytest.raises(InvalidModel, match=r"^node \d+ \((Slice|Reshape)\): input \d decides a shape, so it must be whole"):
        run(given)
    with pytest.raises(RuleBroken):
        unwalked(given)


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
    with pytest.raises(RuleBroken):
        unwalked(given)


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
            model([node("Flatten", ["x"], ["y"], axis=0)]),
            4,
            "expected float32 outputs, one for each row, got float32 (1, 4096)",
        ),
        (model([node("Log", ["x"], ["y"])]), 4, "an output is NaN or infinite"),
        (model([node("Exp", ["x"], ["e"]), node("Exp", ["e"], ["f"]), node("Exp", ["f"], ["y"])]), 4, "is NaN or infinite"),
        (model([node("Div", ["x", "z"], ["y"])], [tensor("z", [0])]), 4, "an output is NaN or infinite"),
        (model([node("Gather", ["x", "i"], ["y"], axis=1)], [i64("i", 10**9)]), 1, "onnxruntime: "),
        (
            model(
                [node("Cast", ["x"], ["i"], to=TensorProto.INT64), node("Sub", ["i", "i"], ["z"]),
                 node("Div", ["i", "z"], ["d"]), node("Cast", ["d"], ["y"], to=TensorProto.FLOAT)]
            ),
            4,
            "onnxruntime: ",
        ),
    ],
    ids=["too narrow", "neither width", "wider rows", "square rows", "five rows", "one long row", "nan", "overflow",
         "division by zero", "out of bounds", "integer division"],
)  # fmt: skip
def test_a_model_that_cannot_be_measured_is_invalid(given, columns, said):
    """And the reason says what was expected."""
    with pytest.raises(InvalidModel) as refusal:
        run(given, columns)
    assert said in str(refusal.value) and len(str(refusal.value)) < 400


@pytest.mark.parametrize(
    ("given", "columns", "walked", "unwalked_"),
    [
        (
            model([node("ReduceSum", ["x"], ["y"], keepdims=0)]),
            1,
            "the output must be float32, a row for each example; for one it is float32 ()",
            "expected float32 outputs, one for each row, got float32 ()",
        ),
        (
            model([node("Cast", ["x"], ["y"], to=TensorProto.INT64)]),
            4,
            "the output must be float32, a row for each example; for one it is int64 (1, 4)",
            "onnxruntime: ",
        ),
        (
            model([node("MatMul", ["x", "w"], ["y"])], [tensor("w", np.ones((5, 3)))]),
            3,
            "node 0 (MatMul): it multiplies (1, 4) with (5, 3)",
            "onnxruntime: ",
        ),
        (
            model([node("Reshape", ["x", "s"], ["y"])], [i64("s", -5, 2**40)]),
            4,
            "node 0 (Reshape): (-5, 1099511627776) is no shape",
            "onnxruntime: ",
        ),
    ],
    ids=["a sum", "integers", "shapes that don't fit", "negative shape"],
)
def test_shapes_that_cannot_be_are_refused_by_the_walk_and_by_the_run(given, columns, walked, unwalked_):
    """The first names the node, the second is there if the first should err."""
    with pytest.raises(InvalidModel) as refusal:
        run(given, columns)
    assert str(refusal.value) == walked
    with pytest.raises(InvalidModel) as refusal:
        unwalked(given, columns)
    assert unwalked_ in str(refusal.value)


def test_a_width_that_changes_with_the_batch_is_the_models_fault():
    """Where two widths are allowed, a model can show both."""
    excess = [
        node("Sub", ["count", "most"], ["over"]),
        node("Relu", ["over"], ["more"]),
        node("Add", ["more", "one"], ["wide"]),
    ]
    cut = [node("Cast", ["wide"], ["end"], to=TensorProto.INT64), node("Slice", ["x", "0", "end", "1"], ["y"])]
    with pytest.raises(InvalidModel, match="the width of an output row depends on the batch"):
        unwalked(counted([*excess, *cut], [tensor("most", [1023])]), (1, 2))


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
        summed(
            [node("Concat", ["x", "x"], ["c0"], axis=1)]
            + [node("Concat", [f"c{n}", f"c{n}"], [f"c{n + 1}"], axis=1) for n in range(40)]
            + [node("Identity", ["c40"], ["huge"])],
            [],
        ),
    ],
    ids=["expand", "outer product", "concat doubling"],
)
def test_a_graph_that_explodes_is_held_by_the_childs_limits_too(given):
    """The walk refuses it before it runs (tests/artifacts); should it err, the referee's own memory is not touched."""
    with pytest.raises(InvalidModel, match=r"needs [\d.e+]+ GiB there, at most 1"):
        run(given)
    with pytest.raises(InvalidModel, match=r"onnxruntime: .*(bad_alloc|memory|overflow)|too much memory"):
        unwalked(given, budget=Budget(memory_bytes=2**31))


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
        unwalked(burner(), budget=budget)
    assert str(refusal.value) == said


def test_a_graph_that_crashes_onnxruntime_is_an_invalid_model():
    """Normalising by the batch, it ends in a segmentation fault; the referee lives on."""
    statistics = [tensor("s", [1] * 4), tensor("b", [0] * 4), tensor("m", [0] * 4), tensor("v", [1] * 4)]
    trains = node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y", "", ""], training_mode=1)
    with pytest.raises(InvalidModel, match=r"BatchNormalization.*training_mode must be 0; export the model for inference"):
        run(model([trains], statistics))
    with pytest.raises((InvalidModel, RuleBroken)):
        unwalked(model([trains], statistics))


def test_the_same_model_gets_the_same_outputs_every_time():
    """Whatever the order was in which it saw the rows."""
    assert (run(mlp(), 3) == run(mlp(), 3)).all()


@pytest.fixture
def scratch(tmp_path, monkeypatch) -> Path:
    """Where the child's folder stands."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_child_leaves_nothing_behind(scratch):
    """Rows and models are gone with it, also when it fails or is late."""
    run(mlp(), 3)
    with pytest.raises(InvalidModel):
        run(mlp(), 4)
    with pytest.raises(InvalidModel):
        unwalked(burner(), budget=Budget(wall_seconds=1))
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("how", ["never asked", "error", "asked"])
def test_the_child_is_dead_and_its_folder_gone_however_the_judge_goes_on(scratch, how):
    """Started early, it may never be needed."""
    try:
        with Child() as child:
            assert [path.name for path in scratch.iterdir()] == [child.folder.name]
            if how == "error":
                raise KeyError
            if how == "asked":
                evaluate(canonical(mlp()), [ROWS], [3], child=child)
    except KeyError:
        pass
    assert child.process.returncode is not None
    assert list(scratch.iterdir()) == []


def changed(script: Path, folder: Path, old: str, new: str) -> Path:
    """A child's script with a change, as a stand-in for it."""
    text = script.read_text()
    assert text.count(old) == 1
    copy = folder / script.name
    copy.write_text(text.replace(old, new))
    return copy


SAVED = "np.asarray(output[0]).reshape(len(rows), -1)"
"""what the second opinion hands back"""


def test_the_second_opinion_is_asked_and_a_small_difference_agreed_on(tmp_path, monkeypatch):
    """Two implementations add in different orders; their own approximations differ no more."""
    monkeypatch.setattr(child_module, "SCRIPT", changed(child_module.SCRIPT, tmp_path, SAVED, f"{SAVED} + 5e-4"))
    assert run(mlp(), 3) == pytest.approx(directly(mlp(), ROWS), abs=1e-5)


@pytest.mark.parametrize("error", ["+ 0.5", "* 1.5", "* np.nan", "[::-1]", "[:, :-1]"])
def test_a_model_about_which_two_runtimes_differ_is_invalid(tmp_path, monkeypatch, error):
    """A bug of one of them must not become a way to win."""
    monkeypatch.setattr(child_module, "SCRIPT", changed(child_module.SCRIPT, tmp_path, SAVED, f"({SAVED}) {error}"))
    with pytest.raises(InvalidModel) as refusal:
        run(mlp(), 3)
    told = "onnxruntime and onnx.reference don't agree about the outputs; export it with simpler operators"
    assert str(refusal.value) == told


@pytest.mark.parametrize(
    ("end", "kind", "said"),
    [
        ("print('told why', file=sys.stderr)\nsys.exit(10)", InvalidModel, "told why"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", InvalidModel, "running the model ended in SIGSEGV"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGXCPU)", InvalidModel, "took more than 30 s of processor time"),
        ("raise OSError('no space left')", RefereeFault, "the evaluation failed: OSError: no space left"),
        ("sys.exit(3)", RefereeFault, "the evaluation failed: exit 3"),
    ],
    ids=["refuses", "crashes", "is late", "fails", "just ends"],
)
def test_how_a_child_ends_decides_whose_fault_it_is(tmp_path, monkeypatch, end, kind, said):
    """A crash of a runtime is the model's; an exception of the referee's own script is not."""
    script = child_module.SCRIPT
    monkeypatch.setattr(child_module, "SCRIPT", tmp_path / script.name)
    (tmp_path / script.name).write_text(f"import sys\nsys.stdin.readline()\n{end}\n")
    with pytest.raises(kind, match=said):
        run(mlp(), 3)


def limits_of(pid: int) -> str:
    return Path(f"/proc/{pid}/limits").read_text()


def test_no_child_leaves_a_core_dump():
    """They hold rows that nobody may see, and fill disks."""
    with Child() as child:
        give_up = time.monotonic() + 20
        while (soft := limits_of(child.process.pid).split("Max core file size")[1].split()[:2]) != ["0", "0"]:
            assert time.monotonic() < give_up, soft
            time.sleep(0.01)


@pytest.mark.parametrize("rows", [10, 1500])
def test_the_limit_of_memory_is_the_budgets_however_many_rows_there_are(tmp_path, monkeypatch, rows):
    """They are read batch by batch, so that large data are not held against a model."""
    script = child_module.SCRIPT
    asked = "    resource.setrlimit(resource.RLIMIT_CPU"
    tells = f"    refuse(str(resource.getrlimit(resource.RLIMIT_AS)))\n{asked}"
    monkeypatch.setattr(child_module, "SCRIPT", changed(script, tmp_path, asked, tells))
    with pytest.raises(InvalidModel) as refusal:
        run(mlp(), 3, ROWS[:rows], Budget(memory_bytes=2**31))
    assert str(refusal.value) == f"({2**31}, {2**31})"


def test_more_data_than_the_child_may_hold_are_run():
    """Only a batch of them is ever there at a time."""
    many = np.broadcast_to(np.float32(2), (2**17, 1024))
    narrow = model([node("ReduceMean", ["x", "a"], ["y"])], [i64("a", 1)], width=(1024,))
    budget = Budget(memory_bytes=many.nbytes * 3 // 4, single_rows=8)
    assert (unwalked(narrow, 1, many, budget) == 2).all()


def test_large_data_are_never_held_twice():
    """The rows are written a few at a time, in their secret order."""
    wide = np.zeros((30_000, 256), np.float32)
    narrow = model([node("ReduceMean", ["x", "a"], ["y"])], [i64("a", 1)], width=(256,))
    content = canonical(narrow)
    tracemalloc.start()
    try:
        evaluate(content, [wide[:20_000], wide[20_000:]], [1])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < wide.nbytes / 4


def test_the_watch_is_told_how_many_rows_are_done(tmp_path, monkeypatch):
    """A batch at a time, where they take long."""
    monkeypatch.setattr(child_module, "SCRIPT", changed(child_module.SCRIPT, tmp_path, "TOLD_EVERY = 0.2", "TOLD_EVERY = -1"))
    told = []
    evaluate(canonical(mlp()), [ROWS], [3], watch=lambda done, rows: told.append((done, rows)))
    assert told == [(1024, 1500), (1500, 1500)]


def chained(layers: int, width: int) -> ModelProto:
    """Square products, one behind the other."""
    nodes = [node("MatMul", [f"h{number}", "w"], [f"h{number + 1}"]) for number in range(layers)]
    ends = [node("Identity", ["x"], ["h0"]), node("Identity", [f"h{layers}"], ["y"])]
    return model([ends[0], *nodes, ends[1]], [tensor("w", np.zeros((width, width)))], width=(width,))


def budget_of(given: ModelProto, rows: int) -> Budget:
    return budget_for(onnx_file.read(given.SerializeToString()), rows)


def test_a_budget_grows_with_the_rows_and_with_the_arithmetic():
    """No slow machine may decide about an honest model, and none may be held for ever."""
    small, rows, layers = budget_of(chained(2, 64), 1000), budget_of(chained(2, 64), 10**7), budget_of(chained(200, 64), 10**6)
    assert 30 <= small.cpu_seconds < 60 and small.wall_seconds > small.cpu_seconds
    for more in (rows, layers):
        assert more.cpu_seconds > 2 * small.cpu_seconds and more.wall_seconds > more.cpu_seconds
    assert budget_of(chained(200, 64), 10**7).cpu_seconds > 5 * layers.cpu_seconds


def test_the_batch_is_smaller_where_the_values_are_larger():
    """So that memory is bounded by one example's."""
    sizes = [
        budget_of(model([node("Expand", ["x", "s"], ["e"]), node("ReduceSum", ["e", "a"], ["y"])],
                        [i64("s", 1, width, 4), i64("a", 1)], width=(1, 4)), 100).batch_rows
        for width in (1, 10**4, 10**5, 10**6, 10**7)
    ]  # fmt: skip
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 1024 and sizes[-1] == 1 and len(set(sizes)) >= 4


def test_heavy_work_gets_threads_and_fewer_single_rows():
    """Light work is over before they would have started."""
    light, heavy = budget_of(chained(2, 64), 1000), budget_of(chained(200, 256), 10**5)
    assert (light.threads, light.optimize, light.single_rows, light.opinion_rows) == (1, False, 256, 8)
    assert heavy.optimize and heavy.single_rows == 64 and heavy.opinion_rows == 2


def test_a_graph_for_batches_of_one_alone_has_no_budget():
    """Its shapes are walked with a full batch, too."""
    one = model([node("Reshape", ["x", "s"], ["y"])], [i64("s", 1, 4)])
    with pytest.raises(InvalidModel, match=r"^node 0 \(Reshape\): \(1024, 4\) can't be reshaped to \(1, 4\)$"):
        budget_of(one, 10)


def test_probes_measure_in_the_same_run():
    """The sum of one graph's outputs for ones, the mean of another's over the rows named."""
    absolute = canonical(model([node("Mul", ["x", "w"], ["y"])], [tensor("w", [1, 2, 3, 4])]))
    counting = model([node("ReduceSum", ["x"], ["y"], keepdims=0)]).SerializeToString()
    rows = np.arange(40, dtype=np.float32).reshape(10, 4)
    found = evaluate(canonical(mlp()), [rows[:6], rows[6:]], [3], probes=Probes(absolute, counting, [0, 7]))
    assert found.measured == {"path_norm": 10.0, "active_nonzero": (rows[0].sum() + rows[7].sum()) / 2}


@pytest.mark.parametrize(
    "absolute",
    [
        b"no model",
        canonical(model([node("Div", ["x", "w"], ["y"])], [tensor("w", [0, 1, 1, 1])])),
        canonical(model([node("Relu", ["x"], ["y"])], width=(5,))),
    ],
    ids=["no model", "infinite", "fails"],
)
def test_a_probe_that_fails_costs_its_score_alone(absolute):
    """The model itself can be run."""
    found = evaluate(canonical(mlp()), [ROWS], [3], probes=Probes(absolute=absolute))
    assert found.measured == {} and len(found.outputs[0]) == 1500
