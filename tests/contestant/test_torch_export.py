"""What is judged of a torch module is what was trained: `contestant.save` where the architecture is free."""

from __future__ import annotations

import copy
import logging
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from conftest import needs_bubblewrap
from onnx import numpy_helper

from referee import contestant
from referee.ground.hardware import Limits
from referee.models import onnx_file
from referee.untrusted import supervision
from referee.untrusted.sandbox import Job
from referee.untrusted.sandboxes.bubblewrap import Bubblewrap

torch = pytest.importorskip("torch")
nn, functional = torch.nn, torch.nn.functional

imports_a_deprecated_decorator = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script_method` is deprecated:DeprecationWarning"  # torch.compile's own, on its first import
)


def mlp():
    """Three dense layers."""
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3))


def cnn():
    """Convolutions, pooling, dropout, a view."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3), nn.ReLU(), nn.Dropout(), nn.Flatten(),
        nn.Linear(32, 10),
    )  # fmt: skip


class Block(nn.Module):
    """A residual block of two convolutions without biases."""

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
        shorter = nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))
        self.shortcut = shorter if stride > 1 else nn.Identity()

    def forward(self, x):
        inside = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(inside)) + self.shortcut(x))


def resnet20():
    """He et al. 2016, for 3 x 32 x 32; running statistics as after training."""
    sizes = [(16, 16, 1)] * 3 + [(16, 32, 2)] + [(32, 32, 1)] * 2 + [(32, 64, 2)] + [(64, 64, 1)] * 2
    stem = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    network = nn.Sequential(*stem, *(Block(*size) for size in sizes), *head)
    for name, buffer in network.named_buffers():
        if buffer.is_floating_point():
            nn.init.uniform_(buffer, 0.5 if name.endswith("var") else -0.5, 1.5)
    return network


class Layer(nn.Module):
    """Causal attention and a dense part."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2, self.heads = nn.LayerNorm(width), nn.LayerNorm(width), heads
        self.mix, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.dense = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, h):
        rows, length, width = h.shape
        mixed = self.mix(self.norm1(h)).view(rows, length, 3, self.heads, width // self.heads)
        attended = functional.scaled_dot_product_attention(*mixed.permute(2, 0, 3, 1, 4), is_causal=True)
        h = h + self.out(attended.transpose(1, 2).reshape(rows, length, width))
        return h + self.dense(self.norm2(h))


class Transformer(nn.Module):
    """Learned positions, two layers, an output tied to the embedding."""

    def __init__(self, tokens: int = 11, length: int = 6, width: int = 16) -> None:
        super().__init__()
        self.tokens, self.positions = nn.Embedding(tokens, width), nn.Embedding(length, width)
        self.layers = nn.Sequential(Layer(width, 2), Layer(width, 2))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, tokens, bias=False)
        self.out.weight = self.tokens.weight

    def forward(self, x):
        tokens = x.long()
        h = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1], device=tokens.device))
        return self.out(self.norm(self.layers(h))[:, -1])


def numbers(*shape: int) -> np.ndarray:
    """(100, ...) float32 of the normal distribution."""
    return np.random.default_rng(0).standard_normal((100, *shape)).astype(np.float32)


NETWORKS = {
    "mlp": (mlp, numbers(8)),
    "cnn": (cnn, numbers(1, 8, 8)),
    "resnet20": (resnet20, numbers(3, 32, 32)),
    "transformer": (Transformer, np.random.default_rng(0).integers(0, 11, (100, 6)).astype(np.float32)),
}


def saved(module, x: np.ndarray, folder: Path) -> bytes:
    """The file that `contestant.save` writes in a round on these rows, whose architecture is free."""
    np.savez(folder / "data.npz", x=x, y=np.zeros(len(x), np.int64))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLGOLF_SHAPES", raising=False)
        patch.setenv("MLGOLF_DATA", f"{folder / 'data.npz'}")
        patch.setenv("MLGOLF_OUT", f"{folder}")
        contestant.save(module)
    assert not list(folder.glob("*.safetensors"))
    return (folder / "model.onnx").read_bytes()


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A network, rows, and the file that was handed in for it."""

    module: nn.Module
    x: np.ndarray
    content: bytes

    @property
    def tensors(self) -> dict[str, np.ndarray]:
        """The stored tensors of the file."""
        graph = onnx.load_from_string(self.content).graph
        return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    @property
    def operators(self) -> Counter[str]:
        """The operators of the file, counted."""
        return Counter(node.op_type for node in onnx.load_from_string(self.content).graph.node)

    @property
    def state(self) -> dict[str, np.ndarray]:
        """The module's tensors by all of their names."""
        return {name: tensor.numpy() for name, tensor in self.module.state_dict().items()}

    def error(self, rows: int = 7) -> float:
        """Largest difference between torch and onnxruntime, relative to the largest output."""
        session = onnxruntime.InferenceSession(self.content)
        judged = session.run(None, {session.get_inputs()[0].name: self.x[:rows]})[0]
        with torch.no_grad():
            own = copy.deepcopy(self.module).eval()(torch.from_numpy(self.x[:rows])).numpy()
        assert judged.shape == own.shape
        return float(np.abs(judged - own).max() / np.abs(own).max())


@pytest.fixture(scope="module", params=NETWORKS)
def export(request, tmp_path_factory):
    """Each network, in training mode, saved once."""
    build, x = NETWORKS[request.param]
    torch.manual_seed(0)
    module = build()
    return Export(module, x, saved(module, x, tmp_path_factory.mktemp("round")))


@pytest.fixture
def hand_in(tmp_path):
    """Saves a module that takes 8 numbers a row."""
    return lambda module, x=numbers(8): Export(module, x, saved(module, x, tmp_path))


def test_every_weight_keeps_its_name_its_shape_and_its_bits(export):
    """Nothing is folded, transposed, rounded or renamed."""
    for name, array in export.state.items():
        if name in export.tensors:
            kept = export.tensors[name]
            assert (kept.dtype, kept.shape, kept.tobytes()) == (array.dtype, array.shape, array.tobytes())
    left_out = {name for name in export.state if name not in export.tensors}
    tied = {"tokens.weight"} if isinstance(export.module, Transformer) else set()
    assert left_out == tied | {name for name in export.state if name.endswith("num_batches_tracked")}


def test_as_many_weights_are_stored_as_the_module_has(export):
    """A tensor that is used twice counts once; statistics of BatchNorm count."""
    buffers = [buffer for buffer in export.module.buffers() if buffer.is_floating_point()]
    trained = sum(tensor.numel() for tensor in [*export.module.parameters(), *buffers])
    assert sum(array.size for name, array in export.tensors.items() if name in export.state) == trained


def test_what_is_stored_beside_the_weights_is_little(export):
    """Targets of views, axes, the numbers of a mask: each once."""
    others = [array for name, array in export.tensors.items() if name not in export.state]
    assert sum(array.size for array in others) < 50 and all(array.size <= 16 for array in others)
    assert len({(array.dtype.str, array.shape, array.tobytes()) for array in others}) == len(others)


def test_onnxruntime_gives_the_modules_outputs_for_any_number_of_rows(export):
    """In evaluation mode, within float32's rounding."""
    assert export.error(rows=1) < 1e-5
    assert export.error(rows=100) < 1e-5


def test_the_referee_reads_it(export):
    """Every operator is on its list, and every tensor arrives."""
    read = onnx_file.read(export.content)
    assert set(read.tensors) == set(export.tensors)


def test_shapes_are_computed_beforehand(export):
    """Not for each batch."""
    assert not set(export.operators) & {"Shape", "Range", "CastLike", "ConstantOfShape", "Constant", "Identity", "Concat"}


def test_nothing_tells_where_it_was_trained(export, repository):
    """Neither paths nor source lines nor names of classes."""
    for trace in (str(repository), str(Path.home()), ".py", "/site-packages", "Block", "Transformer", "torch"):
        assert trace.encode() not in export.content
    model = onnx.load_from_string(export.content)
    parts = [model, model.graph, *model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]
    assert not any(part.metadata_props or part.doc_string for part in parts)
    assert not model.functions and not model.graph.value_info


def test_the_same_module_gives_the_same_bytes(export, tmp_path):
    """Twice, and from a copy."""
    assert saved(copy.deepcopy(export.module), export.x, tmp_path) == export.content


def test_training_goes_on_as_before(hand_in):
    """Modes are restored part by part, frozen ones too, and so are logging and gradients."""
    module = nn.Sequential(nn.Linear(8, 4), nn.BatchNorm1d(4), nn.Dropout())
    module[1].eval()
    hand_in(module)
    assert [part.training for part in module.modules()] == [True, True, False, True]
    assert logging.root.manager.disable == logging.NOTSET and torch.is_grad_enabled()
    assert module[1].num_batches_tracked == 0


@imports_a_deprecated_decorator
def test_a_compiled_module_is_saved_under_the_names_of_the_original(hand_in):
    """`torch.compile` puts a prefix before each."""
    assert set(hand_in(torch.compile(nn.Linear(8, 2))).tensors) == {"weight", "bias"}


@imports_a_deprecated_decorator
def test_a_compiled_module_is_handed_in_by_its_original_names_where_the_architecture_is_fixed(tmp_path, monkeypatch):
    """As safetensors, without an export."""
    monkeypatch.setenv("MLGOLF_SHAPES", "shapes.json")
    monkeypatch.setenv("MLGOLF_OUT", f"{tmp_path}")
    contestant.save(torch.compile(nn.Linear(8, 2)))
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]
    assert b"_orig_mod" not in (tmp_path / "model.safetensors").read_bytes()


def test_weights_that_are_equal_or_zero_stay(hand_in):
    """What was trained may be so by chance; only what no layer has is left out."""
    module = nn.Sequential(nn.Unflatten(1, (1, 8)), nn.Conv1d(1, 2, 3), nn.Conv1d(2, 2, 3), nn.Flatten(), nn.Linear(8, 2))
    nn.init.zeros_(module[1].bias)
    nn.init.zeros_(module[2].bias)
    exported = hand_in(module)
    assert set(exported.tensors) >= set(exported.state)
    assert exported.error() < 1e-5


def test_a_layer_without_a_bias_gets_none(hand_in):
    """Torch's exporter gives convolutions a bias of zeros, which would count."""
    convolutions = nn.Conv1d(1, 20, 3, bias=False), nn.ConvTranspose1d(20, 20, 3, bias=False)
    exported = hand_in(nn.Sequential(nn.Unflatten(1, (1, 8)), *convolutions, nn.Flatten(), nn.Linear(160, 2, bias=False)))
    assert {name for name, array in exported.tensors.items() if array.dtype == np.float32} == set(exported.state)
    assert exported.error() < 1e-5


class Positions(nn.Module):
    """Causal attention over 40 of 64 positions; the mask is told in one of torch's ways."""

    def __init__(self, mask: str) -> None:
        super().__init__()
        self.where, self.value = nn.Embedding(64, 4), nn.Linear(1, 4)
        self.how = mask
        self.register_buffer("mask", torch.full((40, 40), -torch.inf).triu(1) if mask == "buffer" else None)

    def forward(self, x):
        length = x.shape[1]
        h = (self.value(x[:, :, None]) + self.where(torch.arange(length)[None]))[:, None]
        if self.how == "causal":
            given = {"is_causal": True}
        elif self.how == "buffer":
            given = {"attn_mask": self.mask}
        else:
            given = {"attn_mask": torch.ones(length, length, dtype=torch.bool).tril()}
        return functional.scaled_dot_product_attention(h, h, h, **given).flatten(1)


@pytest.mark.parametrize("mask", ["causal", "truth"])
def test_a_mask_is_computed_and_the_numbers_of_a_range_are_stored(hand_in, mask):
    """40 x 40 numbers would count; the referee takes no Range."""
    exported = hand_in(Positions(mask), numbers(40))
    assert max(array.size for name, array in exported.tensors.items() if name not in exported.state) == 40
    assert exported.error() < 1e-5
    onnx_file.read(exported.content)


def test_minus_infinity_in_a_buffer_becomes_the_lowest_number(hand_in):
    """No stored tensor may hold an infinity; the softmax sees no difference."""
    exported = hand_in(Positions("buffer"), numbers(40))
    assert exported.tensors["mask"].min() == np.finfo(np.float32).min
    assert exported.error() < 1e-5
    onnx_file.read(exported.content)


def test_an_infinite_weight_is_handed_in_as_it_is_and_refused(hand_in):
    """A training that diverged is not mended."""
    module = nn.Linear(8, 2)
    nn.init.constant_(module.bias, torch.inf)
    exported = hand_in(module)
    assert np.isinf(exported.tensors["bias"]).all()
    with pytest.raises(onnx_file.InvalidModel, match="holds NaN or infinity"):
        onnx_file.read(exported.content)


class Says(nn.Module):
    """A dense layer and something else."""

    def __init__(self, forward) -> None:
        super().__init__()
        self.dense, self.then = nn.Linear(8, 2), forward

    def forward(self, x):
        return self.then(self.dense, x)


@pytest.mark.parametrize(
    ("forward", "said"),
    [
        (lambda dense, x: dense(x.reshape(2, 8)), r"works for 2 rows alone.*x\.shape\[0\]"),
        (lambda dense, x: (dense(x), x), "gives 2 tensors; it must give one"),
        (lambda dense, x: dense(x) if x.sum() > 0 else -dense(x), r"can't export.*not branch on values"),
        (lambda dense, x: torch.linalg.inv(dense(x).reshape(-1, 1, 1)), r"can't export.*linalg_inv"),
    ],
)
def test_what_cant_be_exported_is_refused_with_the_next_step(hand_in, tmp_path, capfd, forward, said):
    """In one line after torch's own trace, and what stood in the folder stays."""
    module = Says(forward)
    with pytest.raises(RuntimeError, match=rf"contestant\.save: .*{said}"):
        hand_in(module)
    assert module.training and not (tmp_path / "model.onnx").exists()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("dtype", "name"), [(torch.float64, "double"), (torch.bfloat16, "bfloat16")])
def test_weights_that_the_referee_does_not_read_are_named(hand_in, dtype, name):
    """Rounding them is the contestant's to decide."""
    module = Says(lambda dense, x: dense(x.to(dtype)).float()).to(dtype)
    with pytest.raises(RuntimeError, match=rf"dense\.weight is {name}; hand in copy\.deepcopy\(model\)\.float\(\)"):
        hand_in(module)


@pytest.mark.parametrize("missing", ["onnxscript", "onnx_ir"])
def test_a_missing_library_is_named_with_what_installs_it(hand_in, monkeypatch, missing):
    """Torch exports with onnxscript and does not install it."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(RuntimeError, match=rf"needs {missing}; pip install .*torch"):
        hand_in(nn.Linear(8, 2))


@needs_bubblewrap
def test_it_works_in_the_sandbox(tmp_path):
    """Without a network, with an empty home, on read-only disks; and the log holds what the contestant printed, no more."""
    entry = tmp_path / "entry"
    entry.mkdir()
    (entry / "train.py").write_text(
        "import os, torch\nfrom referee import contestant\ncontestant.save(torch.nn.Linear(8, 2))\nprint(os.listdir())\n"
    )
    np.savez(tmp_path / "data.npz", x=numbers(8), y=np.zeros(100, np.int64))
    job = Job(
        entry={"train.py": entry / "train.py"},
        inputs={"MLGOLF_DATA": tmp_path / "data.npz"},
        environment={"MLGOLF_SEED": "7"},
        seconds=60,
        limits=Limits(),
        wanted={"model.onnx": 2**20},
    )
    outcome = supervision.run(Bubblewrap(), job, lambda used, folder: None)
    assert (outcome.status, outcome.log) == (0, "['train.py']\n")
    assert set(onnx_file.read(outcome.files["model.onnx"]).tensors) == {"weight", "bias"}
