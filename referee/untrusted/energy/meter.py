"""Around one round: read the meters before, now and then, and after. What can't be known is None; nothing is guessed.

A meter is the whole machine's: it counts the referee, the idling, and whoever else is there. That is why a run that counts
holds the machine alone.
"""

from __future__ import annotations

import contextlib
import math
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from referee.untrusted.energy import nvml, rapl, zeus

PERIOD_SECONDS = 5.0
"""between two looks; the fastest counter that we know of comes round in about a minute"""
PATIENCE_SECONDS = 20.0
"""for the last look, at a driver that hangs"""


class Meter(Protocol):
    """One counter of energy; no two of a machine count the same."""

    @property
    def name(self) -> str:
        """Who counts what, for example `RAPL package-0`."""
        ...

    def read(self) -> float:
        """Joules since some fixed moment, never less than before.

        Raises:
            Exception: whatever the library underneath raises; the energy of the round is unknown then.
        """
        ...


@dataclass(slots=True, kw_only=True)
class Reading:
    """Empty until its measuring has ended."""

    joules: float | None = None
    """sum over `meters`; None where there is no meter, or one of them failed on the way"""
    meters: tuple[str, ...] = ()
    """names of what `joules` is the sum of; none where it is None"""
    fault: str | None = None
    """why `joules` is None though there are meters"""


def meters() -> tuple[Meter, ...]:
    """Those of this machine that can be read now; takes next to nothing where there are none."""
    boards: tuple[Meter, ...] = (*rapl.meters(), *nvml.meters(), *zeus.gpus())
    # A chip that is the whole machine holds what the others would count.
    return boards or zeus.chips()


def why_not() -> Iterator[str]:
    """What is not metered and could be, a sentence each: why, then after a semicolon what to do about it."""
    reasons = [rapl.why_not() if sys.platform == "linux" and not zeus.chips() else None, nvml.why_not(), zeus.why_not()]
    return (reason for reason in reasons if reason is not None)


@contextlib.contextmanager
def measuring(
    given: Sequence[Meter] | None = None, *, period: float = PERIOD_SECONDS, patience: float = PATIENCE_SECONDS
) -> Iterator[Reading]:
    """Measure what the `with` block takes; a failure of a meter is the reading's, never the block's.

    Args:
        given: instead of the meters of this machine
        period: seconds between two looks
        patience: seconds for the last one
    """
    found = meters() if given is None else given
    reading = Reading()
    if not found:
        yield reading
        return
    watch = _Watch(found, period)
    watch.start()
    try:
        yield reading
    finally:
        reading.joules, reading.fault = watch.end(patience)
        if reading.joules is not None:
            reading.meters = tuple(meter.name for meter in found)


class _Watch(threading.Thread):
    """Looks at the meters so often that none comes round unseen."""

    def __init__(self, meters: Sequence[Meter], period: float) -> None:
        super().__init__(name="energy", daemon=True)
        self._meters, self._period = meters, period
        self._over = threading.Event()
        self._latest = [-math.inf] * len(meters)
        self._fault: str | None = None
        self._look()
        self._first = list(self._latest)

    def run(self) -> None:
        while not self._over.wait(self._period):
            self._look()
        self._look()

    def end(self, patience: float) -> tuple[float | None, str | None]:
        """Take the last look; gives (joules, None) or (None, why not)."""
        self._over.set()
        self.join(patience)
        if self.is_alive():
            return None, f"the meters did not answer within {patience:g} s"
        if self._fault is not None:
            return None, self._fault
        used = [last - first for first, last in zip(self._first, self._latest, strict=True)]
        for meter, joules in zip(self._meters, used, strict=True):
            # A machine that is on takes energy: a counter that stood still does not count.
            if not 0 < joules < math.inf:
                return None, f"{meter.name}: counted {joules:g} J"
        return sum(used), None

    def _look(self) -> None:
        if self._fault is not None:
            return
        for index, meter in enumerate(self._meters):
            try:
                joules = meter.read()
            except Exception as error:
                self._fault = f"{meter.name}: {str(error) or type(error).__name__}"
                return
            # Written so that NaN is backwards too.
            if not joules >= self._latest[index]:
                self._fault = f"{meter.name}: went backwards"
                return
            self._latest[index] = joules
