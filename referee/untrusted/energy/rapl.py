"""RAPL: the processor's own counters, Intel's and AMD's, as Linux shows them under /sys/class/powercap.

A package counter holds the cores, the caches and a built-in GPU; so `core` and `uncore`, which are parts of it, are left out.
`dram` is beside the package and is added where there is one. `psys` is left out: it would be the better number, but what it
covers is each board maker's choice, and on machines of several packages one alone has it. `intel-rapl-mmio` is a second way to
the counter of the same package.

Since CVE-2020-8694 root alone may read them, because from fine readings one can guess at what others compute: whoever opens
them to the referee opens them to its group, not to everybody, and so not to contestants.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.untrusted import clock

ROOT = Path("/sys/class/powercap")
ZONE = re.compile(r"intel-rapl:\d+(:\d+)?")
"""AMD's have the same names"""
WATTS = 2000
"""more than any zone takes; what seems to take more was reset, for example by a suspend"""
GRACE_SECONDS = 0.1
"""a counter is some milliseconds late"""
REMEDY = (
    "run the referee as root, or open them to its group G alone with the line "
    'SUBSYSTEM=="powercap", ACTION=="add", KERNEL=="intel-rapl:*", '
    'RUN+="/bin/chgrp G /sys%p/energy_uj", RUN+="/bin/chmod 0440 /sys%p/energy_uj" '
    "in /etc/udev/rules.d/60-rapl.rules, and restart"
)


class Zone:
    """One counter; a `Meter`."""

    def __init__(self, name: str, folder: Path) -> None:
        """Take a first reading.

        Raises:
            OSError: it may not be read.
            ValueError: it is not what Linux writes.
        """
        self.name = name
        self._file = folder / "energy_uj"
        self._range = int((folder / "max_energy_range_uj").read_text())
        if self._range <= 0:
            raise ValueError(f"{folder / 'max_energy_range_uj'} is {self._range}")
        self._counter, self._at = self._now(), clock.now()
        self._total = 0

    def read(self) -> float:
        """See `Meter`.

        Raises:
            RefereeFault: the last reading is so long ago that the counter may have come round unseen, or it was reset.
        """
        counter, now = self._now(), clock.now()
        gained = (counter - self._counter) % self._range
        if not gained <= 1e6 * WATTS * (now - self._at + GRACE_SECONDS) <= self._range:
            raise RefereeFault(
                f"{gained / 1e6:.0f} J in {now - self._at:.0f} s can't be; it was reset, or not read for too long"
            )
        self._total += gained
        self._counter, self._at = counter, now
        return self._total / 1e6

    def _now(self) -> int:
        return int(self._file.read_text())


def meters(root: Path = ROOT) -> tuple[Zone, ...]:
    """Those of every package, all or none."""
    try:
        return tuple(_zones(root))
    except (OSError, ValueError):
        return ()


def why_not(root: Path = ROOT) -> str | None:
    """Why there are no meters, and what to do about it; None where there are."""
    try:
        if tuple(_zones(root)):
            return None
    except PermissionError as error:
        return f"{error.filename} may not be read by this user; {REMEDY}"
    except (OSError, ValueError) as error:
        return f"the processor's counters can't be read ({error}); containers mask them, so run the referee outside"
    return (
        f"the processor shows no counters in {root}, as in most virtual machines; on the bare machine, modprobe intel_rapl_msr"
    )


def _zones(root: Path) -> Iterator[Zone]:
    packages = {}
    folders = sorted(path for path in root.iterdir() if ZONE.fullmatch(path.name)) if root.is_dir() else []
    for folder in folders:
        name = (folder / "name").read_text().strip()
        if name.startswith("package"):
            packages[folder.name] = name
            yield Zone(f"RAPL {name}", folder)
        elif name == "dram":
            # Sorted, a package stands before its parts.
            yield Zone(f"RAPL {packages.get(folder.name.rpartition(':')[0], folder.name)} dram", folder)
