"""What a machine is, how fast it is, and whether it may play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from referee.ground.hardware import Requires

STEADY = 0.8
"""a machine that falls below this part of its own best speed within a run was throttled or shared"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The fingerprint of the machine that trained."""

    cpu: str
    cores: int
    """that the process may use"""
    memory_gib: float
    gpus: tuple[str, ...]
    """name, driver"""
    os: str
    python: str
    libraries: Mapping[str, str]
    """name -> version of what shapes a result"""
    governor: str | None = None
    """of the processor's frequency; null where the system tells none"""
    container: str | None = None
    """what the referee itself runs in, for example docker; null on the bare machine"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How fast a machine was at one moment, measured in a few hundredths of a second."""

    matmul_gflops: float
    """1e9 floating-point operations a second: a float32 matrix product on all cores"""
    copy_gbps: float
    """1e9 bytes a second: one thread copies memory, read and written bytes both counted"""
    loop_mops: float
    """1e6 turns a second of an interpreted loop on one core"""


def differences(required: Requires, machine: Machine) -> list[str]:
    """How `machine` falls short, a sentence each; empty where it may play."""
    found = []
    if required.cpu is not None and required.cpu not in machine.cpu:
        found.append(f'processor "{machine.cpu}", "{required.cpu}" required')
    if required.cores is not None and machine.cores < required.cores:
        found.append(f"{machine.cores} cores, at least {required.cores} required")
    if required.memory_gib is not None and machine.memory_gib < required.memory_gib:
        found.append(f"{machine.memory_gib:.2f} GiB of memory, at least {required.memory_gib:g} required")
    if required.gpus is not None and len(machine.gpus) != required.gpus:
        found.append(f"{len(machine.gpus)} GPUs, exactly {required.gpus} required")
    if required.gpu is not None and not machine.gpus:
        found.append(f'no GPU, "{required.gpu}" required')
    if required.gpu is not None:
        found += [f'GPU "{name}", "{required.gpu}" required' for name in machine.gpus if required.gpu not in name]
    if required.governor is not None and required.governor != machine.governor:
        found.append(f"governor {machine.governor or 'unknown'}, {required.governor} required")
    return found


def slowdowns(calibrations: Sequence[Calibration]) -> list[str]:
    """What became slower between the moments of one run, a sentence each; empty where the machine was steady."""
    found = []
    for name, what in (("matmul_gflops", "matrix product"), ("copy_gbps", "memory copy"), ("loop_mops", "single core")):
        speeds = [getattr(one, name) for one in calibrations]
        if speeds and min(speeds) < STEADY * max(speeds):
            found.append(f"{what} fell to {min(speeds) / max(speeds):.0%} of its best")
    return found
