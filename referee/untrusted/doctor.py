"""Whether this machine can be a runner: what holds, what holds softly, what is missing, each with its remedy."""

from __future__ import annotations

import getpass
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.ground.hardware import Hardware, Limits
from referee.ground.machine import Calibration, Machine, differences
from referee.untrusted import backends
from referee.untrusted.energy.meter import meters, why_not
from referee.untrusted.limits import ladder
from referee.untrusted.limits.scope import BOOTED
from referee.untrusted.machine import leftovers, lock, nvml, preflight
from referee.untrusted.machine.fingerprint import found_devices
from referee.untrusted.sandboxes import account

LIBRARIES = ("numpy", "torch", "safetensors", "onnx", "onnxscript")
"""that entries import; they come from the referee's own environment"""


class State(StrEnum):
    """How a line of the report came out."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    state: State
    what: str
    found: str
    remedy: str = ""


def examine(hardware: Mapping[str, Hardware], machine: Machine, speed: Calibration) -> Iterator[Line]:
    """Everything, in the order of the screen.

    Args:
        hardware: of the league, by name; empty outside of a league
        machine: this one
        speed: of this one, just measured
    """
    yield from _sandboxes()
    yield _user()
    yield from _limits()
    yield _clock()
    yield _energy()
    yield _lock()
    yield _leftovers()
    yield from _machine(machine, speed)
    yield from _fits(hardware, machine)
    yield from _free(hardware, machine)
    yield _libraries()


def fitting(hardware: Mapping[str, Hardware], machine: Machine) -> dict[str, Hardware]:
    """The hardware of the league that this machine may play as."""
    return {name: one for name, one in hardware.items() if not _misses(one, machine)}


def _line(state: State, what: str, sentence: str) -> Line:
    """Of a sentence that says what is wrong and, after a semicolon, what to do about it."""
    problem, _, remedy = sentence.partition("; ")
    return Line(state, what, problem, remedy)


def _sandboxes() -> Iterator[Line]:
    reasons = {name: backend.why_not() for name, backend in backends.CONFINING.items()}
    works = any(reason is None for reason in reasons.values())
    best = next((name for name, reason in reasons.items() if reason is None), None)
    for name, reason in reasons.items():
        if reason is None:
            yield Line(State.PASS, f"sandbox {name}", "works; records are played in it" if name == best else "works")
        else:
            yield _line(State.WARN if works else State.FAIL, f"sandbox {name}", reason)


def _user() -> Line:
    if (user := account.sandbox_account()) is None:
        return Line(State.PASS, "entries run as", f"user {os.geteuid()}, who started the referee, without any of its files")
    if user.made:
        return Line(State.PASS, "entries run as", f"the user {account.NAME} ({user.uid}), since the referee is root")
    remedy = f"useradd --system --shell /usr/sbin/nologin {account.NAME}"
    return Line(State.WARN, "entries run as", f"user {user.uid}, whom this machine does not know", remedy)


def _limits() -> Iterator[Line]:
    cap = ladder.cap(Limits())
    try:
        if cap.hard:
            yield Line(State.PASS, "memory", f"hard: {cap.name}")
        else:
            user_session = f"sudo loginctl enable-linger {getpass.getuser()}, which delegates control groups to this user"
            remedy = (
                user_session if BOOTED.is_dir() and os.geteuid() != 0 else "run the referee as root, outside of any container"
            )
            yield Line(State.WARN, "memory", f"soft: {cap.name}; a bomb may overshoot before it is seen", remedy)
        yield Line(State.PASS, "processes", "hard: " + (f"{cap.name} and " if cap.hard else "") + "the kernel's count inside")
    finally:
        cap.close()
    yield Line(State.PASS, "output and scratch", "hard: file systems in memory, capped in bytes and in files")


def _clock() -> Line:
    if sys.platform == "linux":
        return Line(State.PASS, "clock", "CLOCK_BOOTTIME: suspended time counts")
    return Line(State.WARN, "clock", "suspended time may not count", "use Linux for records")


def _energy() -> Line:
    if names := [meter.name for meter in meters()]:
        return Line(State.PASS, "energy", f"measured by {', '.join(names)}")
    return Line(State.WARN, "energy", "no meter: recorded as unknown, beside the bound", "; ".join(why_not()))


def _lock() -> Line:
    try:
        with lock.held("referee doctor", alone=True):
            return Line(State.PASS, "machine", f"nobody plays on it ({lock.path()})")
    except RefereeFault as fault:
        return _line(State.WARN, "machine", str(fault))


def _leftovers() -> Line:
    left = [f"process {pid}" for pid in leftovers.guards()] + [f"{path}" for path in leftovers.folders()]
    if left:
        return Line(State.WARN, "left behind", ", ".join(left[:3]), "the next recorded run puts it away")
    return Line(State.PASS, "left behind", "nothing of an earlier run")


def _machine(machine: Machine, speed: Calibration) -> Iterator[Line]:
    gpus = f", {', '.join(machine.gpus)}" if machine.gpus else ", no GPU"
    what = f"{machine.cpu}, {machine.cores} cores, {machine.memory_gib:g} GiB{gpus}, {machine.os}"
    yield Line(State.PASS, "fingerprint", what)
    if machine.container:
        yield Line(State.WARN, "container", f"the referee runs in {machine.container}", "prefer the bare machine for records")
    if machine.governor not in (None, "performance"):
        remedy = "cpupower frequency-set --governor performance"
        yield Line(State.WARN, "governor", f"{machine.governor}: speed follows the load", remedy)
    told = f"{speed.matmul_gflops:g} GFLOP/s, copies {speed.copy_gbps:g} GB/s, one core {speed.loop_mops:g} M turns/s"
    yield Line(State.PASS, "speed", told)
    if sys.platform == "linux" and not shutil.which("nvidia-smi") and nvml.why_not() is None and not machine.gpus:
        yield Line(State.WARN, "GPU", "a driver is there and no GPU answers", "look at dmesg")


def _fits(hardware: Mapping[str, Hardware], machine: Machine) -> Iterator[Line]:
    if not hardware:
        yield Line(State.WARN, "hardware", "no league here", "run it in a league, or name one with --league")
        return
    misses = {name: _misses(one, machine) for name, one in hardware.items()}
    fits = any(not missed for missed in misses.values())
    for name, missed in misses.items():
        if not missed:
            yield Line(State.PASS, f"is a {name}", f"labels {', '.join(hardware[name].labels)}")
        elif not fits:
            yield Line(State.FAIL, f"is no {name}", "; ".join(missed), "describe this machine in competitions/hardware.yaml")
        else:
            yield Line(State.PASS, f"is no {name}", "; ".join(missed))


def _misses(hardware: Hardware, machine: Machine) -> list[str]:
    missed = differences(hardware.requires, machine)
    try:
        found_devices(hardware.devices)
    except RefereeFault as fault:
        missed.append(str(fault).partition(";")[0])
    return missed


def _free(hardware: Mapping[str, Hardware], machine: Machine) -> Iterator[Line]:
    found = False
    for name, one in fitting(hardware, machine).items():
        for obstacle in preflight.obstacles(one, one.limits):
            found = True
            yield _line(State.WARN, f"free for {name}", obstacle)
    if not found:
        yield Line(State.PASS, "free", "idle, cool, with memory and disk to spare")


def _libraries() -> Line:
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        remedy = f"install it into the referee's environment: {Path(sys.executable).parent}/pip install '.[judge,torch]'"
        return Line(State.WARN, "libraries", f"entries can't import {', '.join(missing)}", remedy)
    return Line(State.PASS, "libraries", f"entries can import {', '.join(LIBRARIES)}")
