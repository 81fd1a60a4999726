"""Functions of a competition's own modules. That code is trusted: it is the host's, not a contestant's."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from referee.ground.errors import RefereeFault


def call(module: Path, function: str, *given: Any) -> Any:
    """What `function` of a competition's module gives.

    Raises:
        RefereeFault: it can't be imported or raises; with the line. No entry can be blamed for it.
    """
    where = f"competitions/{module.parent.name}/{module.name}"
    if module.suffix != ".py":
        raise RefereeFault(f"{where}: is no Python file; give its name the ending .py")
    told = ", ".join(f"{one}" for one in given if isinstance(one, int | str))
    try:
        return _loaded(module, function)(*given)
    except ImportError as error:
        raise RefereeFault(f"{where}: {error}; install what judging needs: pip install --editable '.[judge]'") from error
    except (Exception, SystemExit) as error:
        line = _last_line_in(module, error)
        raise RefereeFault(f"{where}:{line}: {function}({told}) raised {type(error).__name__}: {error}") from error


def _loaded(module: Path, function: str) -> Callable[..., Any]:
    spec = importlib.util.spec_from_file_location(f"mlgolf_{module.stem}_{module.parent.name.replace('-', '_')}", module)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    found: Callable[..., Any] = getattr(loaded, function)
    return found


def _last_line_in(module: Path, error: BaseException) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(module):
        return error.lineno or 0
    frames = inspect.getinnerframes(error.__traceback__) if error.__traceback__ else []
    return next((frame.lineno for frame in reversed(frames) if Path(frame.filename) == module), 0)
