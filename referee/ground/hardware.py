"""The hardware of a league: what a runner must be, and what an entry may use of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GIB = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Requires:
    """What the fingerprint of a runner must show; an omitted line asks nothing."""

    cores: int | None = None
    """at least"""
    memory_gib: float | None = None
    """at least, GiB of physical memory"""
    gpus: int | None = None
    """exactly"""
    gpu: str | None = None
    """a part of the name of each GPU"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps on one round, whatever the competition."""

    processes: int = 256
    output_bytes: int = 64 * 2**20
    log_bytes: int = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """One kind of machine; its key in hardware.yaml is the first half of a class."""

    title: str
    labels: tuple[str, ...]
    """of a self-hosted runner that may play it"""
    max_watts: float
    """bounds the energy of a run: watts x seconds"""
    requires: Requires = field(default_factory=Requires)
    limits: Limits = field(default_factory=Limits)
    devices: tuple[str, ...] = ()
    """device nodes that the sandbox passes through"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The fingerprint of the machine that trained."""

    cpu: str
    cores: int
    """that the process may use"""
    memory_gib: float
    gpus: tuple[str, ...]
    os: str
    python: str
    libraries: Mapping[str, str]
    """name -> version of what shapes a result"""


def differences(required: Requires, machine: Machine) -> list[str]:
    """How `machine` falls short, a sentence each; empty where it may play."""
    found = []
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
    return found
