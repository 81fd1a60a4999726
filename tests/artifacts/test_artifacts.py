"""Files that a contestant might hand in, each in a folder named by the verdict that it must get; rows 23 to 32 of the list."""

from __future__ import annotations

import io
import pickle
import re
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import safetensors.numpy
from conftest import REPOSITORY
from hostile import FOLDER, mlp, variants

from referee.files import strict_yaml
from referee.files.decode import decode
from referee.files.league import Game
from referee.files.score_cache import ScoreCache
from referee.ground.competition import Architecture, Competition, FitRule
from referee.ground.draw import Draw
from referee.ground.errors import InputError
from referee.ground.verdict import Verdict
from referee.models import onnx_file
from referee.play.judgement import Judgement, judge_artifact

VARIANTS = variants()
MODELS = [pytest.param(one, rule, id=f"{one}-{rule}") for one in VARIANTS if one.folder in set(Verdict) for rule in one.rules]
TWINS = [one for one in VARIANTS if one.folder == Verdict.QUALIFIED]
YAML = sorted((FOLDER / "input-error").glob("*.yaml"))
ENTRIES = {
    23: ["hands_in_a_link", "hands_in_a_link_to_the_data", "hands_in_a_hard_link"],
    24: ["hands_in_a_pipe", "hands_in_a_socket", "hands_in_a_device", "hands_in_a_link_to_a_device", "hands_in_a_folder"],
    25: ["writes_a_large_model", "rewrites_the_model_while_it_is_read"],
    26: ["forges_a_result"],
    27: ["writes_a_pickle"],
    31: ["writes_nan"],
}
"""row of the list of attacks -> the entries in tests/entries, which take a run to hand in what they do"""
SECONDS, MEMORY = 20, 2**30
"""that judging may take beside what is there already"""


def directly(rows: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(mlp().SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": rows})[0]


X = np.random.default_rng(8).standard_normal((80, 4)).astype(np.float32)
# So that the rows differ in what they make of an overflow.
X[7] = [9, 9, 9, 9]
ROWS = Draw(X[:60], directly(X[:60]), X[60:], directly(X[60:]))
REFERENCE = onnx_file.read(mlp().SerializeToString())


def game(rule: str) -> Game:
    rules = Competition(
        title="What the honest network says",
        version=1,
        summary="Answer as it does.",
        fit=FitRule(loss="mean_squared_error", at_most=1e-9),
        score="bytes",
        architecture=Architecture(rule=rule, reference="reference.onnx" if rule == "fixed" else None),
        classes=("laptop-ss",),
    )
    assert list(rules.faults()) == []
    return Game("artifacts", FOLDER, rules)


HONEST = next(one for one in TWINS if one.name == "as_it_is")


@contextmanager
def within_limits() -> Iterator[None]:
    """Fail what takes too much memory, here or in a child, or too long."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    now = int(re.search(r"VmSize:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, hard))
    began = time.monotonic()
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert time.monotonic() - began < SECONDS


@cache
def judged(content: bytes, rule: str) -> Judgement:
    reference = REFERENCE if rule == "fixed" else None
    with within_limits():
        return judge_artifact(game(rule), reference, content, ROWS, cache=ScoreCache(None))


@pytest.mark.parametrize(("variant", "rule"), MODELS)
def test_a_file_gets_the_verdict_of_its_folder_for_what_is_wrong(variant, rule, tmp_path, monkeypatch):
    """In bounded time and memory, and nothing in it is run."""
    monkeypatch.chdir(tmp_path)
    judgement = judged(variant.content, rule)
    assert judgement.verdict == variant.folder, judgement.reason
    assert variant.said in (judgement.reason or ""), judgement.reason
    assert (judgement.reason is None) == (judgement.verdict is Verdict.QUALIFIED)
    assert len(judgement.reason or "") < 1500 and (judgement.reason or "").isprintable()
    assert list(tmp_path.iterdir()) == []


def complete(content: bytes) -> onnx.ModelProto:
    """The checker insists on a shape of the output, of any rank."""
    given = onnx.load_from_string(content)
    given.graph.output[0].type.tensor_type.shape.SetInParent()
    return given


@pytest.mark.parametrize("variant", [one for one in TWINS if "takes_the_names" in str(one)], ids=str)
def test_a_name_changes_no_score(variant):
    """Of those that take a graph of the referee's own to measure, above all."""
    scores = judged(variant.content, "free").scores
    assert scores == judged(HONEST.content, "free").scores
    assert {"path_norm", "active_nonzero", "flops"} <= set(scores)


def checker(content: bytes, folder: Path) -> bool:
    """Onnx's own checker finds nothing wrong."""
    onnx.checker.check_model(complete(content))
    return True


def runtime(content: bytes, folder: Path) -> bool:
    """The runtime loads it."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return bool(onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"]).get_inputs())


def held(content: bytes, folder: Path) -> bool:
    """The checker has not come to an end after two seconds."""
    onnx.save(complete(content), folder / "model.onnx")
    check = "import onnx; onnx.checker.check_model(onnx.load('model.onnx'), full_check=True)"
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", check], cwd=folder, timeout=2, check=False)
    (folder / "model.onnx").unlink()
    return True


def library(content: bytes, folder: Path) -> bool:
    """The library of the format reads every tensor."""
    return bool(safetensors.numpy.load(content))


def unpickled(content: bytes, folder: Path) -> bool:
    """Whoever unpickles it runs its code: a folder appears where they stand."""
    pickle.load(io.BytesIO(content))
    (marker,) = folder.iterdir()
    marker.rmdir()
    return marker.name == "mlgolf-artifact-ran"


def unpacked(content: bytes, folder: Path) -> bool:
    """So does whoever unpickles what an archive holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".pkl")]
        return unpickled(archive.read(name), folder)


PROOFS: dict[str, Callable[[bytes, Path], bool]] = {
    "checker": checker,
    "runtime": runtime,
    "holds the checker": held,
    "safetensors": library,
    "unpickling": unpickled,
    "unpickling an archive": unpacked,
}


@pytest.mark.parametrize(
    ("variant", "who"), [pytest.param(one, who, id=f"{one}-{who}") for one in VARIANTS for who in one.fools]
)
def test_an_attack_is_one_because_somebody_falls_for_it(variant, who, tmp_path, monkeypatch):
    """It proves that it would have run."""
    monkeypatch.chdir(tmp_path)
    assert PROOFS[who](variant.content, tmp_path)


def faults(content: bytes) -> str:
    with within_limits(), pytest.raises(InputError) as refusal:
        decode(Competition, strict_yaml.parse(content, "competition.yaml"), "competition.yaml")
    assert all(len(str(fault)) < 500 and str(fault).isprintable() for fault in refusal.value.faults)
    return str(refusal.value)


@pytest.mark.parametrize("variant", [one for one in VARIANTS if one.folder == "input-error"], ids=str)
def test_a_generated_yaml_file_is_refused_for_what_is_wrong(variant):
    """In bounded time and memory."""
    assert variant.said in faults(variant.content)


@pytest.mark.parametrize("file", YAML, ids=lambda file: file.stem)
def test_a_yaml_file_is_refused_for_what_is_wrong(file, tmp_path, monkeypatch):
    """By the rule that its first line states, and no tag runs."""
    monkeypatch.chdir(tmp_path)
    content = file.read_text()
    assert content.splitlines()[0].removeprefix("# said: ") in faults(content.encode())
    assert list(tmp_path.iterdir()) == []


def test_the_honest_yaml_file_is_read_as_it_stands():
    """Where other readers see truth values, octal numbers, minutes and days."""
    (file,) = (FOLDER / "qualified").glob("*.yaml")
    assert strict_yaml.parse(file.read_bytes(), file.name) == {
        "country": "no", "switch": "on", "version": "012", "time": "12:30:45", "day": "2026-11-21", "hex": "0x10",
        "tilde": None, "exact": True, "small": 1e-3, "quoted": "1", "not": ".nan",
    }  # fmt: skip


def test_every_row_of_the_list_has_an_attack():
    """As a file here, or as an entry that hands it in."""
    hostile = {one.attack for one in VARIANTS if one.folder != Verdict.QUALIFIED} | set(ENTRIES) | {32 for _ in YAML}
    assert hostile == set(range(23, 33))


@pytest.mark.parametrize(("row", "name"), [(row, name) for row, names in ENTRIES.items() for name in names])
def test_an_entry_of_the_list_is_there(row, name):
    """`tests/play` plays all that are."""
    assert len(list((REPOSITORY / "tests/entries").glob(f"*/{name}/train.py"))) == 1


def test_beside_every_attack_on_the_readers_stands_an_honest_twin():
    """Else a referee that refuses everything would pass."""
    attacked = {(one.attack, rule) for one in VARIANTS if one.folder != Verdict.QUALIFIED for rule in one.rules}
    # What is no file of the format at all has the twins of those that almost are.
    attacked = {(row, rule) for row, rule in attacked if row in (28, 29, 30, 31)}
    assert attacked <= {(one.attack, rule) for one in TWINS for rule in one.rules}
    assert {rule for one in TWINS for rule in one.rules} == {"free", "fixed"}


def test_every_folder_is_a_verdict_and_every_program_says_what_it_does():
    """In one sentence of its own."""
    programs = {one.program for one in VARIANTS}
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders <= {*Verdict, "input-error"}
    assert len(programs) == len(list(FOLDER.glob("*/*.py")))
    assert all(module.__doc__.count("\n") == 0 and module.__doc__.endswith(".") for module in programs)


def test_an_attack_that_is_let_through_is_found():
    """This check can fail: the honest network in place of an attack would qualify."""
    assert judged(HONEST.content, "free").verdict is Verdict.QUALIFIED
