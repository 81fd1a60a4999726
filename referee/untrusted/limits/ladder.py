"""The best cap that may be had here: first the kernel's, last our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from referee.ground.hardware import Limits
from referee.untrusted.limits import cgroup
from referee.untrusted.limits.cap import Cap
from referee.untrusted.limits.polling import Polling
from referee.untrusted.limits.scope import BOOTED, Scope


def _scope(limits: Limits) -> Cap | None:
    return Scope.make(limits) if BOOTED.is_dir() and cgroup.unified() else None


def _group2(limits: Limits) -> Cap | None:
    top = cgroup.unified()
    return cgroup.Group2.make(top, limits) if top else None


def _group1(limits: Limits) -> Cap | None:
    memory, pids = cgroup.own("memory"), cgroup.own("pids")
    return cgroup.Group1.make(memory, pids, limits) if memory and pids else None


RUNGS: Mapping[str, Callable[[Limits], Cap | None]] = {"systemd scope": _scope, "cgroup v2": _group2, "cgroup v1": _group1}
"""hard caps, best first; each gives None, or an OSError, where it can't be had"""


def cap(limits: Limits) -> Cap:
    """The best cap of this machine for this user. Whoever asks closes it."""
    for make in RUNGS.values():
        try:
            made = make(limits)
        except OSError:
            continue
        if made is not None:
            return made
    return Polling(limits)
