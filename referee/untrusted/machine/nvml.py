"""NVIDIA's GPUs, as the driver tells of them. Without the driver, or without nvidia-ml-py, there are none to be seen here."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from referee.ground.hardware import GIB

DRIVER = "libnvidia-ml.so.1"
HOT_CELSIUS = 80
"""a GPU that begins a run at this temperature is about to slow down"""
TAKEN_BYTES = GIB
"""of a GPU's memory, beyond what the driver keeps for itself: somebody works there, though we may not see who"""
SLOWDOWNS = {
    "nvmlClocksEventReasonHwSlowdown": "the hardware",
    "nvmlClocksEventReasonSwThermalSlowdown": "the driver, for heat",
    "nvmlClocksEventReasonHwThermalSlowdown": "the hardware, for heat",
    "nvmlClocksEventReasonHwPowerBrakeSlowdown": "the power supply",
}
"""why a GPU runs slower than it could, where that is no part of its normal work; a power limit or idleness is"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One that computes on a GPU."""

    pid: int
    """as the driver numbers it: of the machine, not of a container"""
    memory: int | None
    """bytes; None where the driver does not tell"""


class Gpu:
    """One GPU, whole even where it is partitioned. What the driver does not tell is None, or ()."""

    def __init__(self, library: Any, index: int) -> None:
        """Open it.

        Raises:
            NVMLError: it is there, but not for us, or it fell off the bus.
        """
        self._library, self.index = library, index
        self._handle = library.nvmlDeviceGetHandleByIndex(index)
        self.name: str = library.nvmlDeviceGetName(self._handle)
        self.driver: str = library.nvmlSystemGetDriverVersion()

    def joules(self) -> float | None:
        """Energy since the driver was loaded; a counter, from Volta on."""
        millijoules = self._told("nvmlDeviceGetTotalEnergyConsumption")
        return None if millijoules is None else millijoules / 1000

    def memory(self) -> tuple[int, int] | None:
        """Bytes used and in all."""
        told = self._told("nvmlDeviceGetMemoryInfo", self._library.nvmlMemory_v2)
        if told is None:
            # Drivers before 510 count their own reserve among what is used.
            told = self._told("nvmlDeviceGetMemoryInfo")
        return None if told is None else (int(told.used), int(told.total))

    def processes(self) -> tuple[Process, ...]:
        """Those that compute here; in a container often none, though there are some."""
        told = self._told("nvmlDeviceGetComputeRunningProcesses") or []
        return tuple(Process(pid=int(one.pid), memory=one.usedGpuMemory) for one in told)

    def celsius(self) -> int | None:
        """Temperature of the chip."""
        sensor = self._library.NVML_TEMPERATURE_GPU
        told = self._told("nvmlDeviceGetTemperatureV", sensor)
        if told is None:
            # The first is missing in older drivers, this one is to go with CUDA 14.
            told = self._told("nvmlDeviceGetTemperature", sensor)
        return None if told is None else int(told)

    def slowed_by(self) -> tuple[str, ...]:
        """What keeps it from its full speed right now, of SLOWDOWNS."""
        bits = self._told("nvmlDeviceGetCurrentClocksEventReasons")
        if bits is None:
            bits = self._told("nvmlDeviceGetCurrentClocksThrottleReasons") or 0
        return tuple(words for name, words in SLOWDOWNS.items() if bits & getattr(self._library, name))

    def watts_at_most(self) -> float | None:
        """The power limit in force."""
        milliwatts = self._told("nvmlDeviceGetEnforcedPowerLimit")
        return None if milliwatts is None else milliwatts / 1000

    def _told(self, function: str, *arguments: object) -> Any:
        try:
            return getattr(self._library, function)(self._handle, *arguments)
        except (self._library.NVMLError, self._library.NVMLLibraryMismatchError):
            return None


@functools.cache
def library() -> Any:
    """The module pynvml, ready to be asked until this process ends; None without the driver or without nvidia-ml-py."""
    # Importing pynvml to find out the same takes twenty milliseconds.
    if not driver_here():
        return None
    try:
        import pynvml
    except ModuleNotFoundError:
        return None
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    return pynvml


def driver_here() -> bool:
    """Whether there is a driver to ask, be nvidia-ml-py installed or not."""
    try:
        ctypes.CDLL(DRIVER)
    except OSError:
        return False
    return True


def why_not() -> str | None:
    """Why no GPU can be asked, and what to do about it; None where the driver answers, with GPUs or without."""
    if not driver_here():
        return f"no driver of NVIDIA's ({DRIVER})"
    if importlib.util.find_spec("pynvml") is None:
        return "NVIDIA's driver can't be asked without nvidia-ml-py; pip install 'ml-golf[runner]'"
    return "NVIDIA's driver does not answer; nvidia-smi tells more" if library() is None else None


def gpus() -> tuple[Gpu, ...]:
    """Those that this process may open."""
    asked = library()
    if asked is None:
        return ()
    found = []
    with contextlib.suppress(asked.NVMLError):
        for index in range(asked.nvmlDeviceGetCount()):
            with contextlib.suppress(asked.NVMLError):
                found.append(Gpu(asked, index))
    return tuple(found)


def obstacles() -> Iterator[str]:
    """Why no run may start on these GPUs now, a sentence each."""
    for gpu in gpus():
        yield from _obstacles(gpu, f"GPU {gpu.index} ({gpu.name})")


def _obstacles(gpu: Gpu, name: str) -> Iterator[str]:
    processes = gpu.processes()
    for process in processes:
        holds = "computes" if process.memory is None else f"holds {process.memory / GIB:.1f} GiB"
        yield f"process {process.pid} {holds} on {name}; end it"
    memory = gpu.memory()
    if not processes and memory is not None and memory[0] > TAKEN_BYTES:
        yield f"{memory[0] / GIB:.1f} GiB of {name} are taken by whom the driver does not show; find out with nvidia-smi"
    celsius = gpu.celsius()
    if celsius is not None and celsius >= HOT_CELSIUS:
        yield f"{name} is at {celsius} °C; let it cool down"
    for reason in gpu.slowed_by():
        yield f"{name} is slowed down by {reason}; nvidia-smi -q -d PERFORMANCE tells more"
