"""Whole commands against the bare processes that they stand for."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.timing import Row, median, paired, process
from referee.files import draws
from referee.files.league import League

REFEREE = [sys.executable, "-m", "referee"]
WORK = """
import numpy as np
from referee import contestant
x, y = contestant.load()
weights = np.zeros((64, 64), np.float32)
for _ in range(40_000):
    weights = 0.5 * weights @ weights + 1e-3
contestant.save({name: np.zeros(shape) for name, shape in contestant.reference_shapes().items()})
"""
RAW = """
import sys
import numpy as np, onnxruntime
x = np.loadtxt(sys.argv[2], delimiter=",")[:, :64].astype(np.float32) / 16
session = onnxruntime.InferenceSession(sys.argv[1])
session.run(None, {"x": x})
"""


def rows(root: Path) -> Iterator[Row]:
    """`check`, `train` and `judge` of the league at `root`."""
    yield _check(root)
    with tempfile.TemporaryDirectory(prefix="mlgolf-bench-") as folder:
        league = Path(folder) / "league"
        shutil.copytree(root / "competitions", league / "competitions")
        entry = league / "submissions/digits/work"
        entry.mkdir(parents=True)
        (entry / "train.py").write_text(WORK)
        (entry / "submission.yaml").write_text("title: Work\nauthors: [bench]\nclasses: [laptop-ss]\n")
        yield _train(league, Path(folder))
        yield _judge(league, Path(folder))


def _check(root: Path) -> Row:
    entry = "digits/numpy-prune"
    ours, theirs = paired(process([*REFEREE, "check", entry], root), process([sys.executable, "-c", "pass"], root), 9)
    return Row("referee check of one entry", median(ours), "bare python", median(theirs), "< 0.25 s", median(ours) < 0.25)


def _train(league: Path, folder: Path) -> Row:
    handed = folder / "handed"

    def ours() -> None:
        shutil.rmtree(handed, ignore_errors=True)
        process([*REFEREE, "train", "digits/work", "--practice", "--rounds", "1", "--out", str(handed)], league)()

    ours_seconds, bare_seconds = paired(ours, _bare(league, folder), 5)
    # Pair by pair, so that a drift of the machine cancels out.
    over = statistics.median(one - 1.01 * other for one, other in zip(ours_seconds, bare_seconds, strict=True))
    return Row(
        f"referee train, one round ({over:+.2f} s over 1.01 x bare)",
        median(ours_seconds),
        "bare python train.py",
        median(bare_seconds),
        "<= bare + 0.5 s + 1 %",
        over <= 0.5,
    )


def _bare(league: Path, folder: Path):
    """The same train.py on the same kind of data, without the referee."""
    game = League(league).game("digits")
    rows = draws.draw(game.rules, game.folder, 1)
    np.savez(folder / "data.npz", x=rows.train_x, y=rows.train_y)
    shapes = '{"hidden.weight": [32, 64], "hidden.bias": [32], "output.weight": [10, 32], "output.bias": [10]}'
    (folder / "shapes.json").write_text(shapes)
    environment = os.environ | {
        "MLGOLF_DATA": str(folder / "data.npz"),
        "MLGOLF_SHAPES": str(folder / "shapes.json"),
        "MLGOLF_OUT": str(folder),
        "MLGOLF_SEED": "1",
        "MLGOLF_SECONDS": "600",
    }
    return process([sys.executable, "train.py"], league / "submissions/digits/work", environment)


def _judge(league: Path, folder: Path) -> Row:
    def judge() -> None:
        # Zero weights fit nothing: exit 1 is the right answer here.
        words = [*REFEREE, "judge", "digits/work", "--artifact", str(folder / "handed")]
        process(["sh", "-c", '"$@" || test $? = 1', "sh", *words], league)()

    files = [str(league / "competitions/digits" / name) for name in ("reference.onnx", "digits.csv.gz")]
    raw = process([sys.executable, "-c", RAW, *files], league)
    ours, theirs = paired(judge, raw, 7)
    ratio = median(ours) / median(theirs)
    return Row("referee judge digits, one round", median(ours), "raw onnxruntime", median(theirs), "<= 3 x raw", ratio <= 3)
