"""What NVIDIA's driver tells, asked by functions that nvidia-ml-py has; without a driver nothing is told, and nothing fails."""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from referee.ground.hardware import GIB
from referee.untrusted.machine import fingerprint, nvml

needs_pynvml = pytest.mark.skipif(
    importlib.util.find_spec("pynvml") is None, reason="nvidia-ml-py is missing; pip install 'ml-golf[runner]'"
)


class NVMLError(Exception):
    """Stands in for pynvml's."""


class Fake:
    """As much of pynvml as is asked for, over GPUs that are plain values; one that is missing in them is not supported."""

    NVMLError = NVMLError
    NVML_TEMPERATURE_GPU = 0
    nvmlMemory_v2 = 0x02000028
    nvmlClocksEventReasonHwSlowdown = 0x08
    nvmlClocksEventReasonSwThermalSlowdown = 0x20
    nvmlClocksEventReasonHwThermalSlowdown = 0x40
    nvmlClocksEventReasonHwPowerBrakeSlowdown = 0x80

    class NVMLLibraryMismatchError(Exception):
        """Stands in for pynvml's, which is no NVMLError."""

    def __init__(self, *gpus: dict[str, object]) -> None:
        self.gpus = gpus

    def nvmlDeviceGetCount(self):
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index):
        if "lost" in self.gpus[index]:
            raise NVMLError("GPU is lost")
        return self.gpus[index]

    def nvmlDeviceGetName(self, handle):
        return handle.get("name", "NVIDIA H200")

    def nvmlSystemGetDriverVersion(self):
        return "580.65.06"

    def nvmlDeviceGetTotalEnergyConsumption(self, handle):
        return told(handle, "millijoules")

    def nvmlDeviceGetMemoryInfo(self, handle, version=None):
        return told(handle, "memory" if version is None else "memory_v2")

    def nvmlDeviceGetComputeRunningProcesses(self, handle):
        if "mismatch" in handle:
            raise self.NVMLLibraryMismatchError
        return told(handle, "processes")

    def nvmlDeviceGetTemperatureV(self, handle, sensor, version=0x100000C):
        return told(handle, "celsius")

    def nvmlDeviceGetTemperature(self, handle, sensor):
        return told(handle, "celsius_of_old")

    def nvmlDeviceGetCurrentClocksEventReasons(self, handle):
        return told(handle, "reasons")

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, handle):
        return told(handle, "reasons_of_old")

    def nvmlDeviceGetEnforcedPowerLimit(self, handle):
        return told(handle, "milliwatts")


def told(handle: dict[str, object], key: str) -> object:
    if key not in handle:
        raise NVMLError("Not Supported")
    return handle[key]


def memory(used: float) -> types.SimpleNamespace:
    return types.SimpleNamespace(used=int(used * GIB), total=141 * GIB)


@pytest.fixture
def machine(monkeypatch) -> Callable[..., None]:
    """Give this machine GPUs."""

    def give(*gpus: dict[str, object]) -> None:
        monkeypatch.setattr(nvml, "library", lambda: Fake(*gpus))

    return give


def test_everything_that_a_gpu_tells(machine):
    process = types.SimpleNamespace(pid=17, usedGpuMemory=5)
    machine(
        {
            "millijoules": 1500,
            "memory_v2": memory(2),
            "processes": [process],
            "celsius": 41,
            "reasons": 0x25,
            "milliwatts": 700_000,
        }
    )
    (gpu,) = nvml.gpus()
    assert (gpu.index, gpu.name, gpu.driver) == (0, "NVIDIA H200", "580.65.06")
    assert gpu.joules() == 1.5
    assert gpu.memory() == (2 * GIB, 141 * GIB)
    assert gpu.processes() == (nvml.Process(pid=17, memory=5),)
    assert gpu.celsius() == 41
    assert gpu.slowed_by() == ("the driver, for heat",)
    assert gpu.watts_at_most() == 700


def test_older_drivers_are_asked_by_older_names(machine):
    machine({"memory": memory(1), "celsius_of_old": 90, "reasons_of_old": 0x80})
    (gpu,) = nvml.gpus()
    assert (gpu.memory(), gpu.celsius(), gpu.slowed_by()) == ((GIB, 141 * GIB), 90, ("the power supply",))


@pytest.mark.parametrize("silent", [{}, {"mismatch": True}])
def test_what_a_gpu_does_not_tell_is_none(machine, silent):
    machine(silent)
    (gpu,) = nvml.gpus()
    assert {gpu.joules(), gpu.memory(), gpu.celsius(), gpu.watts_at_most()} == {None}
    assert gpu.processes() == gpu.slowed_by() == ()
    assert list(nvml.obstacles()) == []


def test_a_gpu_that_is_lost_is_left_out(machine):
    machine({}, {"lost": True}, {})
    assert [gpu.index for gpu in nvml.gpus()] == [0, 2]


@pytest.mark.parametrize(
    ("gpu", "sentences"),
    [
        ({"memory_v2": memory(0.5), "celsius": 45, "reasons": 0x05, "processes": []}, []),
        (
            {"processes": [types.SimpleNamespace(pid=7, usedGpuMemory=3 * GIB)], "memory_v2": memory(4)},
            ["process 7 holds 3.0 GiB on GPU 0 (NVIDIA H200); end it"],
        ),
        (
            {"processes": [types.SimpleNamespace(pid=7, usedGpuMemory=None)]},
            ["process 7 computes on GPU 0 (NVIDIA H200); end it"],
        ),
        (
            {"processes": [], "memory_v2": memory(4)},
            ["4.0 GiB of GPU 0 (NVIDIA H200) are taken by whom the driver does not show; find out with nvidia-smi"],
        ),
        ({"celsius": 80}, ["GPU 0 (NVIDIA H200) is at 80 °C; let it cool down"]),
        (
            {"reasons": 0x48},
            [
                "GPU 0 (NVIDIA H200) is slowed down by the hardware; nvidia-smi -q -d PERFORMANCE tells more",
                "GPU 0 (NVIDIA H200) is slowed down by the hardware, for heat; nvidia-smi -q -d PERFORMANCE tells more",
            ],
        ),
    ],
)
def test_what_keeps_a_gpu_from_a_run(machine, gpu, sentences):
    machine(gpu)
    assert list(nvml.obstacles()) == sentences


def test_the_fingerprint_names_gpus_as_nvidia_smi_does(machine):
    machine({}, {"name": "NVIDIA A100-SXM4-80GB"})
    assert fingerprint._gpus() == ("NVIDIA H200, 580.65.06", "NVIDIA A100-SXM4-80GB, 580.65.06")


def test_without_nvidia_ml_py_the_fingerprint_asks_nvidia_smi(monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA L4, 550.54.15'\n")
    program.chmod(0o755)
    monkeypatch.setattr(nvml, "library", lambda: None)
    monkeypatch.setenv("PATH", f"{tmp_path}", prepend=os.pathsep)
    assert fingerprint._gpus() == ("NVIDIA L4, 550.54.15",)


def test_without_a_driver_there_is_nothing_and_pynvml_is_not_loaded():
    code = """
import sys
from referee.untrusted.machine import nvml
nvml.DRIVER = "libnowhere.so.1"
print(nvml.library(), nvml.gpus(), list(nvml.obstacles()), nvml.why_not(), "pynvml" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "None () [] no driver of NVIDIA's (libnowhere.so.1) False\n"


def test_a_driver_without_nvidia_ml_py_is_told_with_the_remedy(monkeypatch):
    monkeypatch.setattr(nvml, "driver_here", lambda: True)
    monkeypatch.setattr(nvml.importlib.util, "find_spec", lambda name: None)
    assert nvml.why_not() == "NVIDIA's driver can't be asked without nvidia-ml-py; pip install 'ml-golf[runner]'"


@needs_pynvml
def test_every_name_that_is_asked_for_is_one_of_nvidia_ml_pys():
    """And every one is played by the fake, so that none is left out below."""
    import pynvml

    asked = set(re.findall(r"\b(?:nvml[A-Z]\w+|NVML_?[A-Z]\w+)", Path(nvml.__file__).read_text(encoding="utf-8")))
    assert len(asked) > 15
    assert {name for name in asked if not hasattr(pynvml, name)} == set()
    assert {name for name in asked if not hasattr(Fake, name)} == {"nvmlInit"}


@needs_pynvml
def test_the_fake_is_called_as_nvidia_ml_py_is():
    import pynvml

    for name, mine in vars(Fake).items():
        if name.startswith("nvml") and callable(mine):
            theirs = inspect.signature(getattr(pynvml, name)).parameters.values()
            ours = [*inspect.signature(mine).parameters.values()][1:]
            assert [(one.name, one.default) for one in ours] == [(one.name, one.default) for one in theirs], name
        elif name.startswith(("nvml", "NVML_")):
            assert mine == getattr(pynvml, name), name


@needs_pynvml
def test_what_is_read_from_nvidia_ml_pys_answers_is_there():
    import pynvml

    for answer, fields in (
        ("c_nvmlMemory_t", "total used"),
        ("c_nvmlMemory_v2_t", "total used"),
        ("c_nvmlProcessInfo_v3_t", "pid usedGpuMemory"),
    ):
        assert set(fields.split()) <= {name for name, *_ in getattr(pynvml, answer)._fields_}
    assert not issubclass(pynvml.NVMLLibraryMismatchError, pynvml.NVMLError)
