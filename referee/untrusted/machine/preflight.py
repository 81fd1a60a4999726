"""Whether this machine is free and fit to play right now. What it is, is the fingerprint's matter."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from referee.ground.hardware import GIB, Hardware, Limits
from referee.untrusted.machine import nvml

SAMPLE_SECONDS = 0.2
PATIENCE_SECONDS = 20
"""for the work of an earlier run to die down"""
HOT_CELSIUS = 90
"""a processor that begins a run at this temperature is about to slow down"""
ZONES = Path("/sys/class/thermal")
SPARE_BYTES = 2**29
"""of disk, beside the output of a round"""


def _untold(told: str) -> None:
    """Nobody waits for an answer."""


def obstacles(hardware: Hardware, limits: Limits, tell: Callable[[str], None] = _untold) -> Iterator[str]:
    """Why no run may start now, a sentence each; `tell` hears what is waited for."""
    idle = settled_idle(hardware.requires.idle, tell)
    if idle is not None and idle < hardware.requires.idle:
        yield f"only {idle:.0%} of the processors are idle, {hardware.requires.idle:.0%} required; stop what else runs here"
    free = available_memory()
    if free is not None and limits.memory_gib is not None and free < limits.memory_gib * GIB:
        yield f"{free / GIB:.1f} GiB of memory are free, a round may take {limits.memory_gib:g} GiB; stop what else runs here"
    space = shutil.disk_usage(tempfile.gettempdir()).free
    if space < SPARE_BYTES + limits.output_bytes:
        yield f"{space / GIB:.1f} GiB are free in {tempfile.gettempdir()}; make room"
    for name, celsius in hot_zones():
        yield f"{name} is at {celsius:.0f} °C; let the machine cool down"
    if hardware.requires.gpus:
        yield from nvml.obstacles()


def settled_idle(wanted: float, tell: Callable[[str], None] = _untold) -> float | None:
    """Share of the processors that nobody uses, 0 to 1, after waiting a while for `wanted`; None where it is not asked for
    or can't be known."""
    if wanted == 0:
        return None
    give_up = time.monotonic() + PATIENCE_SECONDS
    idle = idle_share(SAMPLE_SECONDS)
    if idle is not None and idle < wanted:
        tell(f"waiting up to {PATIENCE_SECONDS} s for this machine to settle: {idle:.0%} idle, {wanted:.0%} required")
    while idle is not None and idle < wanted and time.monotonic() < give_up:
        idle = idle_share(SAMPLE_SECONDS)
    return idle


def idle_share(seconds: float) -> float | None:
    """Share of the processors that nobody uses during the next `seconds`; None where the system does not tell."""
    before = _processor_times()
    time.sleep(seconds)
    after = _processor_times()
    if before is None or after is None:
        return None
    total = after[1] - before[1]
    return (after[0] - before[0]) / total if total else 1.0


def available_memory() -> int | None:
    """Bytes that a new process could have; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def hot_zones() -> Iterator[tuple[str, float]]:
    """Names and degrees Celsius of the processor's sensors that are too hot."""
    for zone in sorted(ZONES.glob("thermal_zone*")):
        try:
            kind, celsius = (zone / "type").read_text().strip(), int((zone / "temp").read_text()) / 1000
        except (OSError, ValueError):
            continue
        if ("cpu" in kind or "pkg" in kind or "soc" in kind) and celsius >= HOT_CELSIUS:
            yield kind, celsius


def _processor_times() -> tuple[int, int] | None:
    """Ticks idle, ticks in all, since the machine started."""
    try:
        words = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    except (OSError, IndexError):
        return None
    ticks = [int(word) for word in words]
    # user nice system idle iowait irq softirq steal: waiting for a disk leaves the processor free.
    return ticks[3] + ticks[4], sum(ticks)
