"""The referee's clock. It lives in the parent, out of a contestant's reach."""

from __future__ import annotations

import sys
import time


def now() -> float:
    """Seconds since some fixed moment; goes on while the machine is suspended and ignores changes of the date."""
    return time.clock_gettime(_CLOCK)


# CLOCK_MONOTONIC stops in suspend on Linux, where BOOTTIME does not; on macOS it is slewed, where RAW is not.
_CLOCK = time.CLOCK_MONOTONIC_RAW if sys.platform == "darwin" else time.CLOCK_BOOTTIME
