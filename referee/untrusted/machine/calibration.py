"""How fast this machine is right now. Taken before and after each round: a throttled or shared machine shows."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from referee.ground.machine import Calibration

SIZE = 384
"""of the square matrices"""
COPIED = 24 * 2**20
"""bytes"""
TURNS = 40_000
SECONDS = 0.025
"""of each kind of work, over and over, of which the best counts: cores that were idle need some milliseconds to wake up"""


def calibrate() -> Calibration:
    """Measure; takes less than a tenth of a second on the machines that we have seen."""
    a = np.full((SIZE, SIZE), 0.5, np.float32)
    source, target = np.split(np.empty(2 * COPIED, np.uint8), 2)
    return Calibration(
        matmul_gflops=_rate(2 * SIZE**3 / 1e9, lambda: a @ a),
        copy_gbps=_rate(2 * COPIED / 1e9, lambda: np.copyto(target, source)),
        loop_mops=_rate(TURNS / 1e6, _loop),
    )


def _rate(amount: float, work: Callable[[], object]) -> float:
    best, end = float("inf"), time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < end:
        work()
        best = min(best, time.perf_counter() - began)
    return float(f"{amount / best:.3g}")


def _loop() -> int:
    total = 0
    for number in range(TURNS):
        total += number & 7
    return total
