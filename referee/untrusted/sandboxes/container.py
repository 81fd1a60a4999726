"""A container of podman or docker: strangers' code where bubblewrap does not work, or where a class wants an image of its own.

Threat model. That of bubblewrap, which see: the contestant's code is hostile and knows this file.

Covered:
- It runs without capabilities, without a way to gain any, and without the system calls in `system_calls`. Where root starts
  the referee it is the sandbox's own user (`account`), outside and inside; else it is the referee's user outside, and inside
  a root that has no rights, in the user namespace of a rootless engine.
- By default the image is empty: it sees the machine's /usr, the interpreter, its own files and its inputs, read-only. A home,
  /tmp, /dev/shm and an output folder lie in memory, capped in bytes and in files, and are gone afterwards. Before the guard
  is released everything else is made read-only, and what the engine mounts for itself too (`settle`).
- No network but a loopback of its own, no variable but those listed and an image's own, no descriptor but an empty stdin and
  a drained stdout, no controlling terminal.
- Memory and processes are capped by the engine, and where it can't, by looking (`limits.polling`).
- The clock and the kill are the referee's: SIGKILL to the first process, which takes all others with it; no engine is asked.
  If the referee dies, so does the guard, by its end of input; the engine then removes the container.

Not covered, beyond what bubblewrap does not cover:
- The engine is large, and most of it runs as root: who may ask docker for a container owns the machine. That is the referee
  alone; nothing of the engine is visible inside.
- Run by root there is no user namespace: the kernel knows the entry by the number that it has outside.
- An image is trusted as much as the machine's own /usr: its interpreter runs the guard. Name it with its digest.
- /sys is visible, read-only. Where SELinux is in force its type for containers is off, as it would hide /usr.

Theory of operation. `run` starts the container with the guard as its first process. podman hands the referee's two pipes on
to it; docker's client and daemon copy between. When the guard has said that it is ready, the engine is asked for its process
id, once. From there on it is as with bubblewrap: the output folder is opened through /proc/PID/root, the clock starts, a
pidfd waits. The exit status of `run` is that of the guard. What the engine keeps about a container is removed with it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from referee.ground.errors import RefereeFault
from referee.untrusted import clock
from referee.untrusted.limits.cap import Cap
from referee.untrusted.limits.polling import Polling
from referee.untrusted.limits.theirs import Theirs
from referee.untrusted.machine import leftovers as of_referees
from referee.untrusted.marks import is_left_over, new_name
from referee.untrusted.sandbox import Box, Job
from referee.untrusted.sandboxes import account, engines, first, inside
from referee.untrusted.sandboxes.engines import Engine, mount
from referee.untrusted.sandboxes.inside import FOLDERS, ROOM
from referee.untrusted.sandboxes.pipes import SET_UP_SECONDS, Pipes
from referee.untrusted.supervision import DEATH_SECONDS

SETTLE = Path(__file__).with_name("settle.py")
CLEAN_UP_SECONDS = 30
"""for an engine, after the death of a container"""
NOT_OURS = "run the referee as root, or install podman, which needs none"


def why_not() -> str | None:
    """Why this machine can't use it, with the remedy; None where it can."""
    found = engines.find()
    return found if isinstance(found, str) else None


class Container:
    """A container for each round.

    Args:
        image: that holds a python3 with what entries import; by default an empty one that sees this machine's own
    """

    name = "container"
    confines = True

    def __init__(self, image: str | None = None) -> None:
        self.image = image

    def open(self, job: Job, stack: contextlib.ExitStack) -> Box:
        """See `Sandbox.open`."""
        engine = engines.find()
        if isinstance(engine, str):
            raise RefereeFault(engine)
        work = Path(stack.enter_context(of_referees.folder("box")))
        cap: Cap = Theirs(job.limits) if engine.caps else Polling(job.limits)
        name = new_name()
        # An engine counts the box's own processes; without it the kernel counts all of the user's.
        limits = {} if engine.caps else {"processes": job.limits.processes}
        guard = inside.command("python3" if self.image else sys.executable, ROOM, limits)
        command = [*self._command(engine, job, work, name), *guard]
        pipes = Pipes(stack)
        stack.callback(engine.remove, name)
        outer = subprocess.Popen(
            command,
            stdin=pipes.control_inside,
            stdout=pipes.log_inside,
            stderr=pipes.log_inside,
            env=engines.environment(),
            # Where memory runs out, conmon leaves a file in the current folder.
            cwd=work,
            # A ^C is the referee's: a client would hand it on.
            start_new_session=True,
        )
        stack.callback(_reap, outer, pipes)
        log = pipes.started(job.limits.log_bytes)
        pid, init = _first_process(engine, name, guard)
        stack.callback(os.close, init)
        stack.callback(first.end, init)
        _settle(pid, job)
        return first.box(pid, init, cap, log, pipes, functools.partial(_status, outer), stack)

    def sweep(self) -> list[str]:
        """See `Sandbox.sweep`: the engine's own notes on a container."""
        found = leftovers()
        for name in found:
            sweep(name)
        return [f"container {name} of an earlier run was removed" for name in found]

    def _command(self, engine: Engine, job: Job, work: Path, name: str) -> list[str]:
        """The command that runs the container, up to that of its first process."""
        image = _checked(engine, self.image) if self.image else engines.empty_image(engine)
        user = engines.user()
        inside.stage(job, work / "golf", ROOM)
        seccomp = engines.write_profile(work / "seccomp.json", unseen_memory=engine.caps)
        variables = inside.environment(job, ROOM, home=FOLDERS["home"], tmp=FOLDERS["tmp"], out=FOLDERS["out"])
        if self.image:
            # An image knows best where its programs are.
            del variables["PATH"]
        mounts = [mount(work / "golf", ROOM), *([] if self.image else engines.system_mounts())]
        for file, text in inside.etc(*user).items():
            (work / file).write_text(text)
            (work / file).chmod(0o644)
            mounts.append(mount(work / file, Path("/etc", file)))
        return [
            *engine.confined(name, job.limits, user, seccomp),
            *([] if self.image else engine.bare()),
            *[*_devices(engine, job.devices, self.image is not None), *mounts],
            *[f"--env={variable}={value}" for variable, value in variables.items()],
            f"--workdir={ROOM / 'entry'}",
            image,
        ]


def leftovers() -> list[str]:
    """Names of the containers whose referee is gone."""
    engine = engines.find()
    return [] if isinstance(engine, str) else [name for name in engine.names() if is_left_over(name)]


def sweep(name: str) -> None:
    """Kill and remove one of them."""
    engine = engines.find()
    if isinstance(engine, Engine):
        engine.remove(name)


def _checked(engine: Engine, image: str) -> str:
    """An image that is here and keeps nothing on a disk."""
    known = engine.ask("image", "inspect", "--format={{json .Config.Volumes}}", image)
    if known.returncode != 0:
        raise RefereeFault(f"image {image} is not on this machine; `{engine.kind} pull {image}`")
    if known.stdout.strip() not in (b"null", b"{}", b""):
        raise RefereeFault(f"image {image} declares volumes, which would lie on a disk; build it without VOLUME")
    return image


def _devices(engine: Engine, devices: tuple[str, ...], own_image: bool) -> list[str]:
    """Options that pass device nodes through. An image of its own needs the driver's libraries too, which the engine adds."""
    added = [device for device in devices if own_image and device.startswith("/dev/nvidia")]
    gpus = "--device=nvidia.com/gpu=all" if engine.kind == "podman" else "--gpus=all"
    nodes = [device for device in devices if device not in added]
    groups = account.groups_of(nodes) if os.geteuid() == 0 else []
    return [
        *([gpus] if added else []),
        *[f"--device={node}" for node in nodes],
        *[f"--group-add={group}" for group in groups],
    ]


def _first_process(engine: Engine, name: str, guard: Sequence[str]) -> tuple[int, int]:
    """The guard's process id and its pidfd. It may run before the engine has noted it down.

    Args:
        guard: its command. Who is not that is nobody of ours, such as somebody of this number where the engine is elsewhere.
    """
    give_up = clock.now() + SET_UP_SECONDS
    while clock.now() < give_up:
        told = engine.ask("inspect", "--type=container", "--format={{.State.Pid}}", name).stdout.strip()
        if told.isdigit() and int(told) > 0:
            with contextlib.suppress(OSError):
                init = os.pidfd_open(int(told))
                if Path(f"/proc/{int(told)}/cmdline").read_bytes() == b"".join(os.fsencode(word) + b"\0" for word in guard):
                    return int(told), init
                os.close(init)
            raise RefereeFault(f"{engine.kind} says that {name} is process {int(told)}, which it is not; is DOCKER_HOST set?")
        time.sleep(0.01)
    raise RefereeFault(f"{engine.kind} shows no first process of {name}; see `{engine.kind} info`")


def _settle(pid: int, job: Job) -> None:
    uid, gid = engines.user()
    files = [f"{folder}={inside.allowance(name, job.limits)[1]}" for name, folder in FOLDERS.items()]
    command = [sys.executable, "-I", "-S", f"{SETTLE}", f"{pid}", f"{uid}:{gid}", *files]
    settled = subprocess.run(command, capture_output=True, check=False, env={})
    if settled.returncode != 0:
        raise RefereeFault(f"the container's folders can't be settled ({engines.problem(settled)}); {NOT_OURS}")


def _status(outer: subprocess.Popen[bytes]) -> int:
    try:
        return outer.wait(timeout=DEATH_SECONDS)
    except subprocess.TimeoutExpired:
        raise RefereeFault(f"the container's engine did not end {DEATH_SECONDS} s after its container; look at it") from None


def _reap(outer: subprocess.Popen[bytes], pipes: Pipes) -> None:
    """Let the engine put away what is dead by now, or what ends with its input."""
    pipes.hang_up()
    try:
        outer.wait(timeout=CLEAN_UP_SECONDS)
    except subprocess.TimeoutExpired:
        outer.kill()
        outer.wait()
