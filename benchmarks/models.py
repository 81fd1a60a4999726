"""Judging a model against running it: a megabyte of weights, ResNet20 on images, the path norm against a forward pass."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import ModelProto

from benchmarks.networks import perceptron, resnet20
from benchmarks.timing import Row, median, paired, process, seconds
from referee.files.league import Game
from referee.files.score_cache import ScoreCache
from referee.ground.competition import Architecture, Competition, CompetitionLimits, FitRule
from referee.ground.draw import Draw
from referee.ground.scores import all_scores, counted
from referee.models import onnx_file, path_norm
from referee.models.architecture import read_model
from referee.play.judgement import judge_artifact

IMAGES = 10_000
RAW = """
import sys
import numpy as np, onnxruntime
x, y = np.load(sys.argv[2], mmap_mode="r"), np.load(sys.argv[3])
session = onnxruntime.InferenceSession(sys.argv[1])
logits = np.concatenate([session.run(None, {"x": x[start : start + 64]})[0] for start in range(0, len(x), 64)])
print((logits.argmax(axis=1) == y).mean())
"""
FORGETS = ScoreCache(None)


def rows() -> Iterator[Row]:
    """Four of them."""
    yield _megabyte()
    yield _images()
    yield _path_norm("MLP 784-256-256-10", perceptron(784, 256, 256, 10), (784,))
    yield _path_norm("ResNet20", resnet20(), (3, 32, 32))


def image_game(folder: Path) -> Game:
    """A competition on images of 3 x 32 x 32 with ten classes, under the rule `free`."""
    rules = Competition(
        title="Images",
        version=1,
        summary="Ten classes of images.",
        fit=FitRule(loss="cross_entropy"),
        score="bytes",
        architecture=Architecture(rule="free"),
        classes=("laptop-ss",),
        limits=CompetitionLimits(artifact_bytes=2**22),
    )
    return Game("images", folder, rules)


def images(count: int) -> Draw:
    """Noise with labels."""
    random = np.random.default_rng(0)
    x = random.standard_normal((count, 3, 32, 32), dtype=np.float32)
    return Draw(x, np.arange(count) % 10, x[:0], np.arange(0))


def _megabyte() -> Row:
    content = perceptron(64, 512, 400, 10).SerializeToString()

    def ours() -> None:
        all_scores(counted(read_model("free", content, None)))

    held = median([seconds(ours) for _ in range(7)])
    onnxruntime_seconds = median([seconds(lambda: onnxruntime.InferenceSession(content)) for _ in range(7)])
    what = f"walk, rebuild, score {len(content) / 2**20:.2f} MiB"
    return Row(what, held, "onnxruntime session", onnxruntime_seconds, "< 0.3 s", held < 0.3)


def _images() -> Row:
    content, drawn = resnet20().SerializeToString(), images(IMAGES)
    with tempfile.TemporaryDirectory(prefix="mlgolf-bench-") as folder:
        files = [Path(folder) / name for name in ("model.onnx", "x.npy", "y.npy")]
        files[0].write_bytes(content)
        np.save(files[1], drawn.train_x)
        np.save(files[2], drawn.train_y)
        game = image_game(Path(folder))

        def ours() -> None:
            judgement = judge_artifact(game, None, content, drawn, cache=FORGETS)
            assert judgement.scores is not None, judgement.reason

        raw = process([sys.executable, "-c", RAW, *map(str, files)], Path(folder))
        pairs = paired(ours, raw, 5)
    ratio = statistics.median(one / other for one, other in zip(*pairs, strict=True))
    what = f"judge ResNet20 on {IMAGES} images"
    return Row(what, median(pairs[0]), "raw onnxruntime", median(pairs[1]), "<= 1.15 x raw", ratio <= 1.15)


def _path_norm(name: str, model: ModelProto, width: tuple[int, ...]) -> Row:
    """One run each of the network and of its absolute weights on one example, sessions open."""
    graph = onnx_file.read(model.SerializeToString())
    ones = np.ones((1, *width), np.float32)
    norm, forward = (_run(onnx_file.write(one), ones) for one in (path_norm.absolute(graph), graph))
    pairs = paired(norm, forward, 101)
    held = median(pairs[0]) <= 2 * median(pairs[1])
    return Row(f"path norm of {name}", median(pairs[0]), "one forward pass", median(pairs[1]), "<= 2 x", held)


def _run(content: bytes, rows: np.ndarray) -> Callable[[], object]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options)
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: rows})
