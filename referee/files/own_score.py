"""A competition's own score, by the host's own `score(model)`, or `score(model, pretrained)` where it names such a model."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from referee.files import host_code
from referee.ground.competition import OwnScore
from referee.ground.errors import RefereeFault
from referee.ground.graph import Model


def own_score(rule: OwnScore, folder: Path, model: Model, *pretrained: Path | None) -> float:
    """What the host's function says about a model.

    Args:
        pretrained: where the competition names a pre-trained model: the file that entries of the class may start from,
            None in a class from scratch

    Raises:
        RefereeFault: it fails, or gives something else than a finite number.
    """
    value = host_code.call(folder / rule.module, "score", model, *pretrained)
    where = f"competitions/{folder.name}/{rule.module}"
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise RefereeFault(f"{where}: score(model) gave {type(value).__name__}; return a number")
    try:
        number = float(value)
    except (TypeError, OverflowError):
        number = math.inf
    if not math.isfinite(number):
        raise RefereeFault(f"{where}: score(model) gave {number}; return a finite number")
    return number
