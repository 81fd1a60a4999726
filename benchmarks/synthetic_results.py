"""Results of entries that nobody trained, as text in the form that `referee.files.store` writes."""

from __future__ import annotations

import hashlib
import math
import random
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from referee.ground.classes import parse_class
from referee.ground.scores import additive

CLASSES = ("laptop-ss", "laptop-s", "laptop-a", "single-gpu-ss", "single-gpu-s", "single-gpu-a")
SHAPES = {"hidden.weight": (32, 64), "hidden.bias": (32,), "output.weight": (10, 32), "output.bias": (10,)}
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 730
WATTS = {"laptop": 45, "single-gpu": 1000}
POINTS = 50
"""of a loss curve"""
FAILED: Mapping[str, str] = {
    "did-not-fit": "cross_entropy of the training rows is 0.00213, at most 0.001 qualifies",
    "crashed": "train.py ended with exit status 1",
    "over-time": "the time was over and no model.safetensors had been handed in",
    "over-memory": "the round held 4 GiB, which is all that the class has",
    "invalid-model": "hidden.weight has the shape (64, 32), expected (32, 64)",
}
MACHINES = {
    "laptop": (("AMD EPYC", 2, 23.5, "[]"), ("Intel(R) Core(TM) Ultra 5 125U", 4, 15.3, "[]")),
    "single-gpu": (
        ("AMD EPYC 9354", 32, 377.6, "['NVIDIA H200, 580.95.05']"),
        ("Xeon 8480", 26, 220.0, "['NVIDIA H100, 570']"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """An entry in a class, before its result is known."""

    competition: str
    version: int
    rules_sha256: str
    entry: str
    class_: str
    tree: str
    score: str
    """that ranks"""
    age: float
    """when it was recorded, 0 for the first day of the league and 1 for the last"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A safetensors file that entries may have handed in."""

    file: Path
    sha256: str
    bytes: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Models:
    """Models from the smallest to the densest."""

    known: Sequence[Model]

    @classmethod
    def made(cls, folder: Path, count: int = 96) -> Models:
        """Write them, or write the same again."""
        folder.mkdir(exist_ok=True)
        return cls(
            [_model(folder / f"{place}.safetensors", place, 0.04 * 25 ** (place / (count - 1))) for place in range(count)]
        )

    @property
    def best(self) -> Models:
        """The smallest alone."""
        return Models(self.known[:1])

    def drawn(self, dice: random.Random, age: float) -> Model:
        """One that an entry of this age may have found: they become smaller over the years."""
        place = int(len(self.known) * (1 - 0.7 * age) * dice.betavariate(1.6, 2.2))
        return self.known[min(place, len(self.known) - 1)]


def _model(file: Path, seed: int, density: float) -> Model:
    """Weights of the digits' network, of which a share is not zero."""
    dice = np.random.default_rng(seed)
    tensors = {name: dice.normal(0, 2, shape) * (dice.random(shape) < density) for name, shape in SHAPES.items()}
    weights = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
    content = save(weights)
    if not file.is_file():
        file.write_bytes(content)
    parts = [additive(tensor) for tensor in weights.values()]
    scores = {name: sum(part[name] for part in parts) for name in parts[0]}
    scores["spectral"] = max(part["spectral"] for part in parts)
    nonzero = scores["nonzero"]
    scores |= {"bytes": 400 + 4 * nonzero, "path_norm": 80 * nonzero, "flops": 2400.0, "active_nonzero": 0.75 * nonzero}
    return Model(file=file, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content), scores=scores)


def result_text(dice: random.Random, played: Played, models: Models) -> tuple[str, Mapping[str, Path]]:
    """A result file, and the artifacts beside it: name -> the model it is."""
    verdict = "qualified" if len(models.known) == 1 or dice.random() < 0.9 else dice.choice(list(FAILED))
    model, fits = models.drawn(dice, played.age), verdict == "qualified"
    scores = [_scores(dice, model) for _ in range(3 if fits else 1)]
    rounds = [_round(dice, played, place, verdict, model, scores[place - 1]) for place in range(1, len(scores) + 1)]
    all_scores = {name: statistics.median(one[name] for one in scores) for name in model.scores}
    handed = verdict in ("qualified", "did-not-fit")
    used = {_artifact(model, place): model.file for place in range(1, len(scores) + 1)} if handed else {}
    return _text(dice, played, verdict, all_scores if fits else None, rounds), used


def _scores(dice: random.Random, model: Model) -> dict[str, float]:
    """Those of the model, as another draw of the data would have moved them."""
    near = dice.uniform(0.97, 1.03)
    whole = ("nonzero", "bytes", "bits", "parameters", "flops")
    moved = {name: value if name in ("parameters", "flops") else value * near for name, value in model.scores.items()}
    return {name: float(round(value)) if name in whole else value for name, value in moved.items()}


def _artifact(model: Model, number: int) -> str:
    return f"round-{number}-{model.sha256[:8]}.safetensors"


def _text(
    dice: random.Random, played: Played, verdict: str, scores: Mapping[str, float] | None, rounds: Sequence[tuple[float, str]]
) -> str:
    hardware = parse_class(played.class_).hardware
    cpu, cores, memory, gpus = dice.choice(MACHINES[hardware])
    moment = BEGAN + timedelta(days=DAYS * played.age, seconds=dice.randrange(36000))
    fit, heldout = (_measure(dice, 9e-4, 1.0, 1437), _measure(dice, 0.6, 0.93, 360)) if scores else ("null", "null")
    return f"""schema: 3
pins: {{competition: {played.competition}, version: {played.version}, rules_sha256: '{played.rules_sha256}',
  entry: {played.entry}, class: {played.class_}, tree: '{played.tree}'}}
source: {{repository: golf/league, pull_request: {dice.randrange(1, 99999)}, commit: '{dice.randbytes(20).hex()}',
  base: '{dice.randbytes(20).hex()}', run: {dice.randrange(10**9, 10**10)}}}
referee: 0.1.0
recorded_at: '{moment:%Y-%m-%dT%H:%M:%SZ}'
attempt: {min(int(dice.expovariate(0.7)) + 1, 12)}
verdict: {verdict}
reason: {FAILED.get(verdict, "null")}
ranked_by: {played.score}
score: {scores[played.score] if scores else "null"}
seconds: {max(seconds for seconds, _ in rounds)}
fit: {fit}
heldout: {heldout}
scores: {_flow(scores)}
sandbox: bubblewrap
machine:
  cpu: {cpu}
  cores: {cores}
  memory_gib: {memory}
  gpus: {gpus}
  os: Debian GNU/Linux 12 (bookworm), Linux 6.18.44
  python: 3.11.7
  libraries: {{numpy: 2.4.6, onnx: 1.23.2, onnxruntime: 1.31.1, safetensors: 0.8.0, scikit-learn: 1.9.1, scipy: 1.17.1,
    torch: 2.13.0+cpu, jax: 0.10.2}}
  governor: performance
  container: null
calibrations:
{"".join(_calibration(dice, cores) for _ in range(len(rounds) + 1))}rounds:
{"".join(text for _, text in rounds)}"""


def _round(
    dice: random.Random, played: Played, number: int, verdict: str, model: Model, scores: Mapping[str, float]
) -> tuple[float, str]:
    """Its seconds, and its text."""
    class_ = parse_class(played.class_)
    seconds = round(class_.time.seconds * dice.uniform(0.02, 1), 3)
    watts, fits, handed = WATTS[class_.hardware], verdict == "qualified", verdict in ("qualified", "did-not-fit")
    measured = dice.random() < 0.6
    named = f"{{file: {_artifact(model, number)}, sha256: '{model.sha256}',\n        bytes: {model.bytes}}}"
    fit = _measure(dice, 9e-4 if fits else 2e-3, 1.0, 1437) if handed else "null"
    heldout = _measure(dice, 0.6, 0.93, 360) if handed else "null"
    text = f"""  - trained:
      number: {number}
      draw_seed: {dice.getrandbits(62)}
      train_seed: {dice.getrandbits(31)}
      draw_sha256: '{dice.randbytes(32).hex()}'
      seconds: {seconds}
      joules_at_most: {round(watts * seconds, 1)}
      joules: {round(watts * seconds * dice.uniform(0.2, 0.9), 1) if measured else "null"}
      meters: {"[rapl]" if measured else "[]"}
      memory_gib: {round(dice.uniform(0.1, 3), 3)}
      verdict: {"null" if handed else verdict}
      reason: {"null" if handed else FAILED[verdict]}
      artifact: {named if handed else "null"}
      curve: |
{_curve(dice, seconds)}
    verdict: {verdict}
    reason: {FAILED.get(verdict, "null")}
    fit: {fit}
    heldout: {heldout}
    scores: {_flow(scores if fits else None)}
    label_bytes: 596.7013340441424
"""
    return seconds, text


def _curve(dice: random.Random, seconds: float) -> str:
    """The table of a loss that falls, with some noise."""
    every, falls = dice.choice((100, 500, 1000)), dice.uniform(4, 9)
    rows = []
    for place in range(1, POINTS + 1):
        loss = 2.3 * math.exp(-falls * place / POINTS) * dice.uniform(0.8, 1.4)
        rows.append(f"        {every * place} {seconds * place / POINTS:.2f} {loss:.6g}")
    return "        step seconds loss\n" + "\n".join(rows)


def _calibration(dice: random.Random, cores: int) -> str:
    speed = dice.uniform(0.95, 1)
    return (
        f"  - {{matmul_gflops: {round(50 * cores * speed, 2)}, copy_gbps: {round(9 * speed, 3)}, "
        f"loop_mops: {round(31 * speed, 3)}}}\n"
    )


def _measure(dice: random.Random, loss: float, accuracy: float, rows: int) -> str:
    return f"{{loss: {loss * dice.uniform(0.7, 1.1)!r}, accuracy: {round(rows * accuracy) / rows!r}, rows: {rows}}}"


def _flow(scores: Mapping[str, float] | None) -> str:
    return "null" if scores is None else "{" + ", ".join(f"{name}: {value!r}" for name, value in scores.items()) + "}"
