"""The fingerprint of this machine, read from the system and never from a contestant."""

from __future__ import annotations

import glob
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.ground.hardware import GIB
from referee.ground.machine import Machine
from referee.untrusted.machine import nvml

LIBRARIES = ("numpy", "onnx", "onnxruntime", "safetensors", "scikit-learn", "scipy", "torch", "jax")


def fingerprint() -> Machine:
    """What this machine is."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB, 1),
        gpus=_gpus(),
        os=_os(),
        python=platform.python_version(),
        libraries=_libraries(),
        governor=_governor(),
        container=_container(),
    )


def found_devices(patterns: Iterable[str]) -> tuple[str, ...]:
    """The device nodes of this machine that a hardware entry names.

    Raises:
        RefereeFault: it names one that is not there.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        nodes = sorted(glob.glob(pattern))  # noqa: PTH207
        if not nodes:
            raise RefereeFault(f"{pattern} is not on this machine; check the runner's labels, and that the driver is loaded")
        found |= dict.fromkeys(nodes)
    return tuple(found)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _gpus() -> tuple[str, ...]:
    # Without nvidia-ml-py a runner that is mislabelled must be seen too.
    return tuple(f"{gpu.name}, {gpu.driver}" for gpu in nvml.gpus()) or _told_by_nvidia_smi()


def _told_by_nvidia_smi() -> tuple[str, ...]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    told = subprocess.run(
        [program, "--query-gpu=name,driver_version", "--format=csv,noheader"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return tuple(line.strip() for line in told.stdout.splitlines() if line.strip()) if told.returncode == 0 else ()


def _os() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        name = platform.system()
    return f"{name}, {platform.system()} {platform.release()}"


def _governor() -> str | None:
    try:
        return Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").read_text().strip()
    except OSError:
        return None


def _container() -> str | None:
    if Path("/run/.containerenv").exists():
        return "podman"
    if Path("/.dockerenv").exists():
        return "docker"
    try:
        # Written by systemd-nspawn, lxc and others who start a systemd inside.
        return Path("/run/systemd/container").read_text().strip() or None
    except OSError:
        return None


def _libraries() -> dict[str, str]:
    # Takes as long to import as all of this module does, and judging imports this module but never looks here.
    from importlib import metadata

    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
