"""Draws of a competition's data, by the host's own `draw(seed)`."""

from __future__ import annotations

import secrets
from pathlib import Path

from referee.files import host_code
from referee.ground.competition import Competition
from referee.ground.draw import Draw
from referee.ground.errors import RefereeFault
from referee.ground.plan import Seeds

FIXED_SEED = 0
"""of every round where the competition says `draw: fixed`"""


def new_seeds(rules: Competition) -> Seeds:
    """For one round. The contestant's is independent of the draw's, which would give the held-out rows away."""
    return Seeds(draw=secrets.randbits(62) if rules.data.draw == "fresh" else FIXED_SEED, train=secrets.randbits(31))


def draw(rules: Competition, folder: Path, seed: int) -> Draw:
    """The rows of one round.

    Raises:
        RefereeFault: the host's module fails or hands back something else than a Draw. No entry can be blamed for it.
    """
    rows = host_code.call(folder / rules.data.module, "draw", seed)
    if not isinstance(rows, Draw):
        where = f"competitions/{folder.name}/{rules.data.module}"
        raise RefereeFault(f"{where}: draw({seed}) gave {type(rows).__name__}; return referee.host.Draw(...)")
    if fault := _fault(rules, rows):
        raise RefereeFault(f"competitions/{folder.name}/{rules.data.module}: draw({seed}) gave {fault}")
    return rows


def _fault(rules: Competition, rows: Draw) -> str:
    """What the fit rule can't be measured on; empty where it can."""
    steps = rules.fit.steps or 1
    if len(rows.train_y) % steps or len(rows.heldout_y) % steps:
        return f"{len(rows.train_y)} and {len(rows.heldout_y)} rows, which are no whole sequences of fit.steps: {steps}"
    if rules.fit.rows == "heldout" and not len(rows.heldout_y):
        return "no held-out rows, which fit.rows asks for"
    return ""
