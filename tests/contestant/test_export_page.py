"""What the page on export tells contestants to do, done: its code blocks are run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import onnxruntime
import pytest

from referee.models import onnx_file

RUN_THEN_ASK = "{code}\nimport os\nimport numpy\nnumpy.save(os.environ['OWN'], {own})\n"
PROBABILITIES = "classifier.predict_proba(x)"


@pytest.fixture(scope="module")
def blocks(request):
    """Library that a Python block of the page is about -> the block."""
    page = (request.config.rootpath / "site/pages/export.md").read_text(encoding="utf-8")
    found = re.findall(r"^```python\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    return dict(zip(("torch", "as_onnx", "numpy", "sklearn", "jax"), found, strict=True))


@pytest.fixture
def train(tmp_path):
    """Runs code as an entry's train.py on rows of some classes, warnings as errors; gives rows, its outputs, the file's."""

    def run(code: str, own: str, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng(0)
        y = random.integers(0, classes, 60)
        x = (np.eye(classes, 5)[y] + random.normal(0, 0.1, (60, 5))).astype(np.float32)
        np.savez(tmp_path / "data.npz", x=x, y=y)
        given = {name: value for name, value in os.environ.items() if name != "MLGOLF_SHAPES"}
        given |= {"MLGOLF_DATA": f"{tmp_path / 'data.npz'}", "MLGOLF_OUT": f"{tmp_path}", "MLGOLF_SEED": "7"}
        given |= {"MLGOLF_SECONDS": "60", "OWN": f"{tmp_path / 'own.npy'}", "HOME": f"{tmp_path / 'home'}"}
        script = RUN_THEN_ASK.format(code=code, own=own)
        ended = subprocess.run([sys.executable, "-W", "error", "-c", script], env=given, capture_output=True, text=True)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
        assert not (tmp_path / "home").exists(), "nothing is written at home"
        content = (tmp_path / "model.onnx").read_bytes()
        onnx_file.read(content)
        session = onnxruntime.InferenceSession(content)
        judged = session.run(None, {session.get_inputs()[0].name: x})[0]
        assert (judged.argmax(axis=1) == y).all(), "the example learns its rows"
        return np.load(tmp_path / "own.npy"), judged

    return run


def agree(own: np.ndarray, judged: np.ndarray) -> bool:
    """Within 1e-5 of the largest output."""
    return own.shape == judged.shape and bool(np.abs(own - judged).max() <= 1e-5 * np.abs(own).max())


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis, float64."""
    exponents = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def test_a_torch_module_is_saved_as_the_page_says(train, blocks):
    """The judged outputs are the module's in evaluation mode."""
    assert agree(*train(blocks["torch"], "model.eval()(x).detach()"))


def test_a_numpy_network_is_saved_as_the_page_says(train, blocks):
    """The judged outputs are those of the arrays."""
    assert agree(*train(blocks["as_onnx"] + blocks["numpy"], "features(x) @ readout[:-1] + readout[-1]"))


@pytest.mark.parametrize("classes", [2, 3])
def test_a_classifier_of_scikit_learn_is_saved_as_the_page_says(train, blocks, classes):
    """Softmax of the judged logits is predict_proba, for two classes too, where scikit-learn has one output."""
    own, judged = train(blocks["as_onnx"] + blocks["sklearn"], PROBABILITIES, classes)
    assert judged.shape == (60, classes)
    assert np.allclose(own, softmax(judged), atol=1e-6)


def test_other_activations_of_scikit_learn_have_other_names(train, blocks):
    """Its hidden `logistic` is ONNX's Sigmoid; relu is the one that the page uses."""
    code = blocks["sklearn"].replace("MLPClassifier((16,)", "MLPClassifier((16,), activation='logistic'")
    assert code != blocks["sklearn"]
    own, judged = train(blocks["as_onnx"] + code, PROBABILITIES)
    assert np.allclose(own, softmax(judged), atol=1e-6)


def test_a_function_of_jax_is_saved_as_the_page_says(train, blocks):
    """The judged outputs are the function's."""
    assert agree(*train(blocks["jax"], "forward(weights, x)"))


def test_weights_of_jax_are_saved_as_arrays_too(train, blocks):
    """Without jax2onnx."""
    code = blocks["as_onnx"] + blocks["jax"].replace("from jax2onnx import to_onnx\n", "").rpartition("contestant.save(")[0]
    assert agree(*train(code + "contestant.save(as_onnx(weights))", "forward(weights, x)"))
