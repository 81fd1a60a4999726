"""Runs one target on many changed files, within limits, and says on stdout what came of it.

A hang or a crash ends this process; the file that it was about stands in `current` then.
"""

from __future__ import annotations

import faulthandler
import hashlib
import json
import re
import resource
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "artifacts"), str(HERE.parent / "models")]
warnings.simplefilter("error")

import numpy as np  # noqa: E402
import operator_cases  # noqa: E402
from hostile import variants  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from mutations import bytes_changed, headers_changed, messages_changed, values_changed, words_changed  # noqa: E402
from small_graphs import mlp  # noqa: E402

from referee.files import strict_yaml  # noqa: E402
from referee.files.decode import decode, encode  # noqa: E402
from referee.ground.competition import Competition  # noqa: E402
from referee.ground.errors import InputError, InvalidModel, RuleBroken  # noqa: E402
from referee.ground.result import Result, Training  # noqa: E402
from referee.ground.submission import Submission  # noqa: E402
from referee.models import onnx_file, path_norm, safetensors_file, touched  # noqa: E402
from referee.models.architecture import read_model, shapes_to_hand_in  # noqa: E402
from referee.models.budget import Budget, budget_for  # noqa: E402
from referee.models.evaluation import evaluate  # noqa: E402
from referee.models.walk import walk  # noqa: E402

MEMORY = 2 * 2**30
SECONDS, SECONDS_OF_A_RUN = 5, 60
CASES = [one.model(one.known_in[-1]).SerializeToString() for one in operator_cases.CASES if one.known_in]
TWINS = [one.content for one in variants() if one.folder == "qualified" and "free" in one.rules]
MODELS = [mlp().SerializeToString(), *TWINS, *CASES]
WEIGHTS = [one.content for one in variants() if one.folder == "qualified" and "fixed" in one.rules]
SHAPES = shapes_to_hand_in(onnx_file.read(MODELS[0]))
LEAGUES = [HERE.parents[1], HERE.parent / "league"]
YAML = [file.read_bytes() for league in LEAGUES for file in sorted(league.glob("competitions/*/competition.yaml"))]
YAML += [file.read_bytes() for file in sorted(LEAGUES[0].glob("submissions/*/*/submission.yaml"))[:3]]
KINDS = (Competition, Submission, Result, Training)
RESULTS = [strict_yaml.parse(file.read_bytes(), "r") for file in sorted(LEAGUES[0].glob("submissions/*/*/results/*.yaml"))[:3]]


@dataclass(frozen=True)
class Target:
    """What is fed, and what with."""

    files: st.SearchStrategy[Any]
    feed: Callable[[Any], str]
    """gives a word for what came of it; raises what nothing may raise"""
    seconds: int = SECONDS


def onnx(content: bytes) -> str:
    """Read, written, read again, walked, and derived from: refused, or the same all the way."""
    try:
        graph = onnx_file.read(content)
    except InvalidModel as refusal:
        return f"refused: {refusal}"
    canonical = onnx_file.write(graph)
    assert onnx_file.write(onnx_file.read(canonical)) == canonical
    model = read_model("free", content, None)
    for step in (lambda: walk(graph, 3), lambda: budget_for(graph, 1000), lambda: onnx_file.write(path_norm.absolute(graph))):
        try:
            step()
        except InvalidModel:
            continue
    onnx_file.write(touched.counting(graph, model.weights))
    return "accepted"


def safetensors(content: bytes) -> str:
    """Weights of the shapes that are asked for, finite, or a refusal."""
    try:
        found = safetensors_file.read(content, SHAPES)
    except InvalidModel as refusal:
        return f"refused: {refusal}"
    assert {name: array.shape for name, array in found.items()} == SHAPES
    assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in found.values())
    return "accepted"


def yaml(content: bytes) -> str:
    """Plain values that are written and read again as they were, or a refusal with printable faults."""
    try:
        plain = strict_yaml.parse(content, "file.yaml")
    except InputError as error:
        return _refused(error)
    assert strict_yaml.parse(strict_yaml.write(plain), "file.yaml") == plain
    return _decoded(plain)


def _decoded(plain: Any) -> str:
    came = "refused: all"
    for kind in KINDS:
        try:
            value = decode(kind, plain, "file.yaml")
        except InputError as error:
            _refused(error)
        else:
            assert decode(kind, encode(value), "file.yaml") == value
            came = "accepted"
    return came


def _refused(error: InputError) -> str:
    assert error.faults and all(str(fault).isprintable() for fault in error.faults)
    return f"refused: {error.faults[0].message}"


def run(content: bytes) -> str:
    """Outputs of what is accepted, or a refusal that is the model's own."""
    try:
        model = read_model("free", content, None)
        if model.measured["flops"] > 10**7:
            return "unread: too long"
        graph = model.graph
        budget = budget_for(graph, 50)
    except InvalidModel:
        return "unread"
    rows = np.random.default_rng(5).standard_normal((50, *graph.input_shape)).astype(np.float32)
    few = Budget(MEMORY // 2, 10, 20, min(16, budget.batch_rows), 8, 2)
    try:
        found = evaluate(model.canonical, [rows], [int(np.prod(graph.output_shape))], few)
    except (InvalidModel, RuleBroken) as refusal:
        return f"refused: {type(refusal).__name__}: {refusal}"
    assert np.isfinite(found.outputs[0]).all() and len(found.outputs[0]) == 50
    return "accepted"


def mostly(changed: st.SearchStrategy[Any], seeds: list[bytes]) -> st.SearchStrategy[Any]:
    """One in ten with changes to bytes, which seldom leave anything to be read."""
    return st.integers(0, 9).flatmap(lambda lot: bytes_changed(seeds) if lot == 0 else changed)


TARGETS = {
    "onnx": Target(mostly(messages_changed(MODELS), MODELS), onnx),
    "safetensors": Target(mostly(headers_changed(WEIGHTS), WEIGHTS), safetensors),
    "yaml": Target(mostly(words_changed(YAML), YAML), yaml),
    "decode": Target(values_changed([strict_yaml.parse(one, "y") for one in YAML] + RESULTS), _decoded),
    "run": Target(messages_changed(MODELS), run, SECONDS_OF_A_RUN),
}


def main(name: str, number: int, examples: int, current: Path) -> None:
    """Feed a target; `number` seeds the lot, so that it can be had again."""
    target, came, failures = TARGETS[name], Counter(), []
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    # The soft limit alone: a grandchild sets its own.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    seen = set()

    @seed(number)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(target.files)
    def feed(content: Any) -> None:
        plain = content if isinstance(content, bytes) else json.dumps(content).encode()
        if (digest := hashlib.sha256(plain).digest()) in seen:
            return
        seen.add(digest)
        current.write_bytes(plain)
        faulthandler.dump_traceback_later(target.seconds, exit=True)
        try:
            word = target.feed(content)
        except Exception as error:
            failures.append({"error": f"{type(error).__name__}: {error}"[:600], "where": _where(error), "hex": plain.hex()})
            word = f"failed: {type(error).__name__} {_where(error)}"
        finally:
            faulthandler.cancel_dump_traceback_later()
        came[re.sub(r"[0-9]+|\"[^\"]*\"|'[^']*'", "_", word)[:240]] += 1

    feed()
    print(json.dumps({"came": came, "failures": failures[:20]}))


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and "/.venv/" not in trace.tb_next.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
