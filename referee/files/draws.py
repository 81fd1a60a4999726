"""Draws of a competition's data, by the host's own `draw(seed)`."""

from __future__ import annotations

import secrets
from pathlib import Path

from referee.files import host_code
from referee.ground.competition import Competition
from referee.ground.draw import Draw
from referee.ground.errors import RefereeFault

FIXED_SEED = 0
"""of every round where the competition says `draw: fixed`"""


def new_draw_seed(rules: Competition) -> int:
    """A seed for the data of one round."""
    return secrets.randbits(62) if rules.data.draw == "fresh" else FIXED_SEED


def new_train_seed() -> int:
    """A seed for the contestant. Independent of the draw's, which would give the held-out rows away."""
    return secrets.randbits(31)


def draw(rules: Competition, folder: Path, seed: int) -> Draw:
    """The rows of one round.

    Raises:
        RefereeFault: the host's module fails or hands back something else than a Draw. No entry can be blamed for it.
    """
    rows = host_code.call(folder / rules.data.module, "draw", seed)
    if not isinstance(rows, Draw):
        where = f"competitions/{folder.name}/{rules.data.module}"
        raise RefereeFault(f"{where}: draw({seed}) gave {type(rows).__name__}; return referee.host.Draw(...)")
    return rows
