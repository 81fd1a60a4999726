"""The energy counters of NVIDIA's GPUs, from Volta on; the whole board, memory and idling included."""

from __future__ import annotations

from referee.ground.errors import RefereeFault
from referee.untrusted.machine import nvml


class Board:
    """One GPU; a `Meter`."""

    def __init__(self, gpu: nvml.Gpu) -> None:
        self.name = f"NVML GPU {gpu.index}"
        self._gpu = gpu

    def read(self) -> float:
        """See `Meter`; it starts anew when the driver is loaded anew, which shows as going backwards.

        Raises:
            RefereeFault: the driver does not answer any more.
        """
        joules = self._gpu.joules()
        if joules is None:
            raise RefereeFault("the driver tells no energy any more")
        return joules


def meters() -> tuple[Board, ...]:
    """Those of the GPUs that count."""
    return tuple(Board(gpu) for gpu in nvml.gpus() if gpu.joules() is not None)


def why_not() -> str | None:
    """Why a GPU of NVIDIA's is not metered, and what to do about it; None where all are, or there is no driver."""
    if not nvml.driver_here():
        return None
    if reason := nvml.why_not():
        return reason
    silent = [f"{gpu.index} ({gpu.name})" for gpu in nvml.gpus() if gpu.joules() is None]
    return f"these GPUs count no energy, as none before Volta does: {', '.join(silent)}" if silent else None
