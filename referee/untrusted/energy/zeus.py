"""What zeus 0.16.0 alone reads: AMD's GPUs, Apple's chips, Jetson. An extra of 400 MB, so nothing here loads it without need.

Its `get_gpus` and `get_cpus` are passed by: they would give NVIDIA's GPUs and RAPL, which are counted already.
"""

from __future__ import annotations

import functools
import platform
import re
import sys
from pathlib import Path
from typing import Any

from referee.ground.errors import RefereeFault

JETSON = (Path("/etc/nv_tegra_release"), Path("/usr/lib/aarch64-linux-gnu/tegra"))
"""where one is, zeus takes the machine for a Jetson"""
ROCM = Path("/dev/kfd")
DISCRETE = re.compile(r"(?!.*Graphics$).*(Instinct MI(?!300A)|Radeon (RX|(AI )?PRO [RVW]))")
"""names of AMD's GPUs that are boards of their own; the others are parts of a processor, whose package RAPL counts"""
PARTS = (("total_energy_mj",), ("cpu_energy_mj", "gpu_energy_mj"), ("cpu_total_mj", "gpu_mj", "ane_mj", "dram_mj"))
"""of a measurement, the first that stand in it: Jetson's whole, else its rails; Apple's. What else stands there is part of
these (cores, clusters), or may be (`gpu_sram_mj`)."""


class Chip:
    """A system on one chip; a `Meter`."""

    def __init__(self, soc: Any) -> None:
        """Take a first reading.

        Raises:
            RefereeFault: it tells nothing that we know.
        """
        self._soc, self._failed = soc, False
        measured = soc.get_total_energy_consumption()
        there = ([part for part in parts if getattr(measured, part, None) is not None] for parts in PARTS)
        self._parts: list[str] = next(filter(None, there), [])
        if not self._parts:
            raise RefereeFault("zeus tells no energy of this chip")
        self.name = f"zeus {type(soc).__name__} {' + '.join(part.removesuffix('_mj') for part in self._parts)}"

    def read(self) -> float:
        """See `Meter`.

        Raises:
            RefereeFault: it failed before.
        """
        # Jetson's answers stand in a queue: one that came too late would be taken for the next.
        if self._failed:
            raise RefereeFault("failed before")
        self._failed = True
        measured = self._soc.get_total_energy_consumption()
        joules = float(sum(getattr(measured, part) for part in self._parts)) / 1000
        self._failed = False
        return joules


class Board:
    """One GPU of AMD's; a `Meter`."""

    def __init__(self, gpus: Any, index: int) -> None:
        self._gpus, self._index = gpus, index
        self.name = f"zeus AMD GPU {index}"

    def read(self) -> float:
        """See `Meter`."""
        return float(self._gpus.get_total_energy_consumption(self._index)) / 1000


@functools.cache
def gpus() -> tuple[Board, ...]:
    """Those of AMD's GPUs whose counters zeus believes; takes a second the first time."""
    if not ROCM.exists():
        return ()
    try:
        from zeus.device.gpu.amd import AMDGPUs, amdsmi_is_available

        if not amdsmi_is_available():
            return ()
        found = AMDGPUs()
        believed = (index for index in range(len(found)) if found.supports_get_total_energy_consumption(index))
        return tuple(Board(found, index) for index in believed if DISCRETE.match(found.get_name(index)))
    except Exception:
        # The library of a driver of a vendor: ImportError, OSError, KeyError and its own have been seen.
        return ()


@functools.cache
def chips() -> tuple[Chip, ...]:
    """The chip that is this whole machine: Apple's, or a Jetson."""
    if not _is_one_chip():
        return ()
    try:
        from zeus.device.soc import get_soc

        return (Chip(get_soc()),)
    except Exception:
        return ()


def why_not() -> str | None:
    """Why zeus does not meter what it could, and what to do about it; None where it does, or there is nothing for it."""
    if ROCM.exists() and not gpus():
        what = "AMD's GPUs (such as are not part of a processor) have"
    elif _is_one_chip() and not chips():
        what = "this chip has"
    else:
        return None
    return f"{what} no meter that can be read; pip install 'ml-golf[zeus]', and see what python -m zeus.show_env says"


def _is_one_chip() -> bool:
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return any(path.exists() for path in JETSON)
