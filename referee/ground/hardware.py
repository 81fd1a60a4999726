"""The hardware of a league: what a runner must be, and what an entry may use of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from referee.ground.errors import nearest

GIB = 2**30
SANDBOXES = ("bubblewrap", "container")
"""those that confine, best first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requires:
    """What the fingerprint of a runner must show; an omitted line asks nothing."""

    cpu: str | None = None
    """a part of the processor's name"""
    cores: int | None = None
    """at least"""
    memory_gib: float | None = None
    """at least, GiB of physical memory"""
    gpus: int | None = None
    """exactly"""
    gpu: str | None = None
    """a part of the name of each GPU"""
    governor: str | None = None
    """of the processor's frequency, for example performance"""
    idle: float = 0.75
    """at least, before a run: share of the processors that nobody else uses, 0 to 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Caps on one round, all of its processes together. A competition may ask for less, never for more."""

    memory_gib: float | None = None
    """GiB of the processes and of their files in memory; by default what the machine has, less a reserve"""
    processes: int = 256
    output_bytes: int = 64 * 2**20
    output_files: int = 10_000
    scratch_bytes: int = 2**30
    """of the home, of /tmp and of /dev/shm, each; they lie in memory"""
    log_bytes: int = 2**20

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is not None and not value > 0:
                yield limit.name, f"expected more than 0, got {value}"


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
    """device nodes that the sandbox passes through; `*` stands for any signs, as in /dev/nvidia*"""
    sandbox: str | None = None
    """bubblewrap or container; by default the best that works on the machine"""
    image: str | None = None
    """of the container, best with its digest; by default an empty one that sees the machine's own /usr and interpreter"""

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if self.sandbox not in (None, *SANDBOXES):
            yield "sandbox", f'unknown sandbox "{self.sandbox}"{nearest(str(self.sandbox), SANDBOXES)}'
        if self.image is not None and self.sandbox != "container":
            yield "image", "has no use without `sandbox: container`"
        for number, device in enumerate(self.devices):
            if not re.fullmatch(r"/dev/[A-Za-z0-9_*:.-]+(/[A-Za-z0-9_*:.-]+)*", device) or ".." in device:
                yield f"devices[{number}]", "expected a path under /dev, for example /dev/nvidia*"
        if self.max_watts <= 0:
            yield "max_watts", f"expected more than 0, got {self.max_watts:g}"
        if not 0 <= self.requires.idle <= 1:
            yield "requires.idle", f"expected 0 to 1, got {self.requires.idle:g}"
