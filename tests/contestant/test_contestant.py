"""The short form of the contract that entries may import."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time

import numpy as np
import pytest
from safetensors.numpy import load_file

from referee import contestant


@pytest.fixture
def out(tmp_path, monkeypatch):
    """A round's environment; gives the output folder."""
    np.savez(tmp_path / "data.npz", x=np.ones((3, 2), np.float32), y=np.array([0, 1, 1]))
    (tmp_path / "shapes.json").write_text(json.dumps({"weight": [2, 2], "bias": [2]}))
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setenv("MLGOLF_DATA", str(tmp_path / "data.npz"))
    monkeypatch.setenv("MLGOLF_SHAPES", str(tmp_path / "shapes.json"))
    monkeypatch.setenv("MLGOLF_OUT", str(folder))
    monkeypatch.setenv("MLGOLF_SEED", "42")
    monkeypatch.setenv("MLGOLF_SECONDS", "100000")
    return folder


def test_load_gives_the_rows(out):
    x, y = contestant.load()
    assert x.shape == (3, 2) and x.dtype == np.float32
    assert y.tolist() == [0, 1, 1]


def test_seed_and_shapes(out):
    assert contestant.seed() == 42
    assert contestant.reference_shapes() == {"weight": (2, 2), "bias": (2,)}


def test_seconds_left_falls_with_the_wall_clock_from_the_start_of_the_process(out, monkeypatch):
    first = contestant.seconds_left()
    time.sleep(0.05)
    assert contestant.seconds_left() < first < 100000
    script = "import time; time.sleep(0.5)\nfrom referee import contestant; print(contestant.seconds_left())"
    monkeypatch.setenv("MLGOLF_SECONDS", "10")
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert float(told) < 9.55, "the half second before the import counts"


def test_arrays_of_any_float_type_are_handed_in_as_float32(out):
    contestant.save({"weight": np.eye(2), "bias": [0.5, -0.5]})
    saved = load_file(out / "model.safetensors")
    assert {name: (array.dtype.name, array.shape) for name, array in saved.items()} == {
        "weight": ("float32", (2, 2)),
        "bias": ("float32", (2,)),
    }
    assert saved["bias"].tolist() == [0.5, -0.5]


def test_a_torch_module_is_handed_in_by_its_state(out):
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(2, 2)
    contestant.save(layer)
    saved = load_file(out / "model.safetensors")
    assert np.array_equal(saved["weight"], layer.weight.detach().numpy())
    assert np.array_equal(saved["bias"], layer.bias.detach().numpy())


def test_torch_tensors_may_be_transposed_views(out):
    torch = pytest.importorskip("torch")
    weight = torch.arange(6.0).reshape(2, 3).T
    contestant.save({"weight": weight})
    assert np.array_equal(load_file(out / "model.safetensors")["weight"], weight.numpy())


def test_a_weight_of_minus_zero_is_handed_in_as_zero(out):
    contestant.save({"bias": np.array([-0.0, 1.0])})
    assert not np.signbit(load_file(out / "model.safetensors")["bias"]).any()


def test_an_onnx_model_is_handed_in_as_it_is(out):
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [value], [])
    model = helper.make_model(graph)
    contestant.save(model)
    assert (out / "model.onnx").read_bytes() == model.SerializeToString()


def test_anything_else_is_refused_with_what_is_expected(out):
    with pytest.raises(TypeError, match="a mapping of arrays, a torch module or an ONNX model, got int"):
        contestant.save(7)
    assert list(out.iterdir()) == []


def test_weights_without_a_graph_are_refused_where_the_architecture_is_free(out, monkeypatch):
    monkeypatch.delenv("MLGOLF_SHAPES")
    with pytest.raises(TypeError, match=r"a torch module or an ONNX model, got dict; .* see site/pages/export\.md"):
        contestant.save({"weight": np.eye(2)})
    assert list(out.iterdir()) == []


def test_saving_again_replaces_the_model_and_leaves_nothing_else(out):
    contestant.save({"bias": [1.0]})
    contestant.save({"bias": [2.0]})
    assert [path.name for path in out.iterdir()] == ["model.safetensors"]
    assert load_file(out / "model.safetensors")["bias"].tolist() == [2.0]


def test_reported_losses_are_lines_and_only_finite_ones(out):
    contestant.report(1, 0.5)
    contestant.report(2, math.nan)
    contestant.report(3, np.float32(0.25))
    lines = [line.split(",") for line in (out / "curve.csv").read_text().splitlines()]
    assert [(step, loss) for step, _, loss in lines] == [("1", "0.5"), ("3", "0.25")]


def test_outside_a_round_the_next_step_is_named(monkeypatch):
    monkeypatch.delenv("MLGOLF_DATA", raising=False)
    with pytest.raises(RuntimeError, match=r"MLGOLF_DATA is not set.*referee run ENTRY --practice"):
        contestant.load()
