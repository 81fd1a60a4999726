"""The score: how many weights are not what they were at the start."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from referee.ground.graph import Model


def score(model: Model, pretrained: Path | None) -> int:
    """Count the values that differ from the host's model, or from zero in a class from scratch. +0 and -0 are equal."""
    start = load_file(pretrained) if pretrained is not None else {}
    return sum(int(np.count_nonzero(weight != start.get(name, 0))) for name, weight in model.weights.items())
