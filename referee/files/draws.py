"""Draws of a competition's data, by the host's own `draw(seed)`. That code is trusted: it is the host's, not a contestant's."""

from __future__ import annotations

import importlib.util
import inspect
import secrets
from pathlib import Path
from typing import Any

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
    module = folder / rules.data.module
    where = f"competitions/{folder.name}/{rules.data.module}"
    try:
        rows = _function(module, folder.name)(seed)
    except ImportError as error:
        raise RefereeFault(f"{where}: {error}; install what judging needs: pip install --editable '.[judge]'") from error
    except Exception as error:
        line = _last_line_in(module, error)
        raise RefereeFault(f"{where}:{line}: draw({seed}) raised {type(error).__name__}: {error}") from error
    if not isinstance(rows, Draw):
        raise RefereeFault(f"{where}: draw({seed}) gave {type(rows).__name__}; return referee.host.Draw(...)")
    return rows


def _function(module: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"mlgolf_data_{name.replace('-', '_')}", module)
    if spec is None or spec.loader is None:
        raise ImportError(f"{module.name} is no Python file")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded.draw


def _last_line_in(module: Path, error: Exception) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(module):
        return error.lineno or 0
    frames = inspect.getinnerframes(error.__traceback__) if error.__traceback__ else []
    return next((frame.lineno for frame in reversed(frames) if Path(frame.filename) == module), 0)
