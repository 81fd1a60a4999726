"""The fingerprint names this machine."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

from referee.ground.hardware import Requires
from referee.ground.machine import differences
from referee.untrusted.machine.fingerprint import fingerprint


def test_it_agrees_with_the_system():
    machine = fingerprint()
    assert machine.cores == len(os.sched_getaffinity(0))
    assert machine.python == platform.python_version()
    assert machine.libraries["numpy"] == version("numpy")
    assert platform.release() in machine.os
    assert machine.cpu and 0.1 < machine.memory_gib < 10**5


def test_it_meets_what_it_is_and_not_more():
    machine = fingerprint()
    assert differences(Requires(cores=machine.cores, memory_gib=machine.memory_gib, gpus=len(machine.gpus)), machine) == []
    assert differences(Requires(cores=machine.cores + 1), machine) == [
        f"{machine.cores} cores, at least {machine.cores + 1} required"
    ]
