"""Boards on large data: minutes of work, so `make slow` runs them, and continuous integration does."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from referee.files.league import League

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
IMAGES = 50_000
RULES = """
title: Images
version: 1
summary: Fifty thousand images of noise, for the sake of their number.
fit: {loss: cross_entropy}
score: path_norm
architecture: {rule: homogeneous}
classes: [laptop-ss]
rounds: 1
limits: {artifact_bytes: 4194304}
"""
DATA = f"""
import numpy as np
from referee.host import Draw

def draw(seed):
    x = np.random.default_rng(seed).random(({IMAGES} + 1000, 3, 32, 32), np.float32)
    y = np.arange(len(x)) % 10
    return Draw(x[:{IMAGES}], y[:{IMAGES}], x[{IMAGES}:], y[{IMAGES}:])
"""
TRAIN = "from networks import resnet20\nfrom referee import contestant\ncontestant.save(resnet20())\n"
MEASURED = """
import resource, subprocess, sys
status = subprocess.run([sys.executable, "-m", "referee", *sys.argv[2:]]).returncode
open(sys.argv[1], "w").write(f"{status} {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
"""


@pytest.fixture
def images(league: League) -> Path:
    """A league with a competition on 50 000 images of 3 x 32 x 32, and an entry that hands in a ResNet20."""
    folder = league.root / "competitions/images"
    (folder / "starter").mkdir(parents=True)
    (folder / "competition.yaml").write_text(RULES)
    (folder / "data.py").write_text(DATA)
    (folder / "README.md").write_text("# Images\n")
    (folder / "starter/train.py").write_text(TRAIN)
    entry = league.root / "submissions/images/resnet20"
    entry.mkdir(parents=True)
    (entry / "train.py").write_text(TRAIN)
    shutil.copy(ROOT / "benchmarks/networks.py", entry)
    (entry / "submission.yaml").write_text("title: ResNet20\nauthors: [golfer]\nclasses: [laptop-ss]\n")
    return league.root


def on_a_terminal(words: list[str], cwd: Path) -> str:
    """What a command prints on stderr, which is a terminal."""
    ours, theirs = pty.openpty()
    printed: list[bytes] = []

    def listen() -> None:
        # The other end of a terminal that is gone gives an error, not an end.
        while True:
            try:
                printed.append(os.read(ours, 4096))
            except OSError:
                return

    listener = threading.Thread(target=listen)
    listener.start()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "120"}
    ended = subprocess.run(words, cwd=cwd, stderr=theirs, stdout=subprocess.PIPE, env=environment, check=False)
    os.close(theirs)
    listener.join(10)
    os.close(ours)
    assert ended.stdout, b"".join(printed).decode(errors="replace")[-2000:]
    return b"".join(printed).decode("utf-8", "replace")


def test_a_resnet20_on_fifty_thousand_images_is_judged_in_bounded_memory_with_a_progress_bar(images, tmp_path):
    """The rows once, and half a gigabyte; all scores are computed, by two implementations of ONNX."""
    train = ["train", "images/resnet20", "--practice", "--out", str(tmp_path / "out")]
    subprocess.run([sys.executable, "-m", "referee", *train], cwd=images, check=True, capture_output=True)
    judge = ["judge", "images/resnet20", "--artifact", str(tmp_path / "out"), "--json"]
    told = on_a_terminal([sys.executable, "-c", MEASURED, str(tmp_path / "measured"), *judge], images)
    status, kilobytes = map(int, (tmp_path / "measured").read_text().split())
    assert status == 1, told
    counts = [int(count) for count in re.findall(rf"(\d+) of {IMAGES + 1000} rows", told)]
    assert len(set(counts)) > 20
    assert counts == sorted(counts)
    assert "judging round 1" in told
    data = (IMAGES + 1000) * 3 * 32 * 32 * 4
    # Drawing takes the rows twice for a moment: the host's array is sliced, then copied.
    assert kilobytes * 1024 < 2 * data + 2**29


def test_a_large_tensor_is_scored_once_for_all_rounds_and_for_verification(tmp_path, monkeypatch):
    """4096 x 4096, by its Gram matrix in double precision: the second time it is looked up."""
    code = """
import json, time
import numpy as np
from referee.files.score_cache import ScoreCache, default_folder
from referee.ground.scores import additive
weights = np.random.default_rng(0).standard_normal((4096, 4096)).astype(np.float32)
began = time.process_time()
cache = ScoreCache(default_folder())
values = cache("tensor", weights, lambda: additive(weights))
print(json.dumps([values, time.process_time() - began]))
"""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", code])) for _ in range(2)]
    assert runs[0][0] == runs[1][0]
    assert runs[1][1] < runs[0][1] / 5
    # Of a Gaussian n x n matrix: 8 n^1.5 / (3 pi), by the quarter-circle law (Marchenko and Pastur 1967).
    assert runs[0][0]["nuclear"] == pytest.approx(8 / (3 * 3.14159265) * 4096**1.5, rel=1e-3)
