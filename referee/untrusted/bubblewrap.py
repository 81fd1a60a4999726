"""bubblewrap: strangers' code in namespaces of its own.

Threat model. The contestant's code is hostile and knows this file.

Covered: it sees /usr, the interpreter, its own files and its inputs, read-only; a home, /tmp, /dev/shm and an output folder
that are empty, sized and gone afterwards; a /proc of its own processes. No network device but a loopback of its own, no
variable but those listed, no descriptor but stdin (null) and a drained stdout, no new user namespace, no controlling terminal.
The clock and the kill are the parent's: killing the first process of a PID namespace kills everything in it, daemons too.

Theory of operation. bwrap builds the namespaces and waits on `--block-fd`; the referee opens the output folder through
/proc/PID/root, starts the clock, releases it. At the deadline it kills the namespace's init through a pidfd and waits for
*that*: the outer bwrap returns early. The descriptor keeps the output alive for the collector.

Not covered yet: system calls are not filtered, memory is not capped, and run by root the inside can still open some of the
host's /proc/sys for writing, and the cap on processes does not bind. Lend a machine to strangers only from an ordinary user.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from referee.ground.errors import RefereeFault
from referee.untrusted import clock
from referee.untrusted.collect import collect_all
from referee.untrusted.log import Log
from referee.untrusted.sandbox import CONTESTANT_FILES, PACKAGE, Job, Outcome, Watch, is_full

UID = 1000
INSIDE = Path("/golf")
SET_UP_SECONDS = 30
TICK_SECONDS = 0.25
NO_PROCESS = -1
_ETC = {
    # torchrun hangs for minutes and getpass fails without these.
    "passwd": f"golf:x:{UID}:{UID}:golf:/home/golf:/bin/sh\n",
    "group": f"golf:x:{UID}:\n",
    "hosts": "127.0.0.1 localhost golf\n::1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


def why_not() -> str | None:
    """Why this machine can't use it, with the remedy; None where it can."""
    if sys.platform != "linux":
        return "bubblewrap runs on Linux alone"
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is missing; install it, for example with `sudo apt-get install bubblewrap`"
    # --disable-userns is the youngest option in use: releases before 0.8 refuse it.
    trial = [program, "--unshare-all", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(trial, capture_output=True, text=True, check=False)
    if tried.returncode == 0:
        return None
    problem = (tried.stderr.strip().splitlines() or ["it failed"])[-1]
    if "disable-userns" in problem:
        return "bubblewrap is too old; install 0.8 or newer"
    return f"bubblewrap can't make namespaces here ({problem}); allow unprivileged user namespaces"


class Bubblewrap:
    """The sandbox of every record."""

    name = "bubblewrap"
    confines = True

    def run(self, job: Job, watch: Watch) -> Outcome:
        """See `Sandbox.run`."""
        with contextlib.ExitStack() as stack:
            return _Run(job, stack).to_the_end(watch)


class _Run:
    """One job, from namespaces to the last death. Everything it opens goes onto `stack`."""

    def __init__(self, job: Job, stack: contextlib.ExitStack) -> None:
        self.job, self.stack = job, stack
        self.init = NO_PROCESS
        self.nonce = f".ready-{secrets.token_hex(8)}"
        self.status, status_inside = self.pipe()
        block_inside, self.block = self.pipe()
        log_read, log_inside = self.pipe()
        texts = {name: self.text_file(text) for name, text in _ETC.items()}
        inside = [status_inside.fileno(), block_inside.fileno()]
        command = _command(job, self.nonce, self.contestant_package(), texts, *inside)
        self.outer = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log_inside,
            stderr=log_inside,
            # --clearenv cleans the contestant's environment; bwrap's own would show in /proc/1/environ.
            env={},
            pass_fds=[*inside, *texts.values()],
        )
        stack.callback(self.reap)
        for ours_no_longer in (status_inside, block_inside, log_inside):
            ours_no_longer.close()
        self.log = Log(log_read, job.log_bytes)
        self.init = self.open_init()

    def to_the_end(self, watch: Watch) -> Outcome:
        output = self.open_output()
        self.stack.callback(os.close, output)
        started = clock.now()
        self.block.write(b"1")
        deadline = started + self.job.seconds
        dead = False
        while not dead and (left := deadline - clock.now()) > 0:
            dead = self.died_within(min(left, TICK_SECONDS))
            watch(clock.now() - started, output)
        if not dead:
            self.kill()
        seconds = clock.now() - started
        return Outcome(
            seconds=seconds,
            timed_out=not dead,
            status=self.outer.wait() if dead else None,
            log=self.log.text(),
            files=collect_all(output, self.job.wanted),
            output_full=is_full(output),
        )

    def open_init(self) -> int:
        """A pidfd of the namespace's first process, from the first line of the status pipe."""
        line = self.status.readline() if _readable(self.status.fileno(), SET_UP_SECONDS) else b""
        if not line:
            self.outer.kill()
            self.outer.wait()
            raise RefereeFault(f"bubblewrap did not start: {' '.join(self.log.text().split())[-300:]}")
        self.pid = int(json.loads(line)["child-pid"])
        return os.pidfd_open(self.pid)

    def open_output(self) -> int:
        """A descriptor of the output folder, once all mounts stand: before that /proc/PID/root is another root."""
        give_up = clock.now() + SET_UP_SECONDS
        root = f"/proc/{self.pid}/root"
        while not os.path.exists(f"{root}/{self.nonce}"):
            if self.died_within(0.002) or clock.now() > give_up:
                raise RefereeFault(f"the sandbox could not be built: {' '.join(self.log.text().split())[-300:]}")
        return os.open(f"{root}/out", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def died_within(self, seconds: float) -> bool:
        """Wait for the death of the namespace's init, and so of all that is inside."""
        return _readable(self.init, seconds)

    def kill(self) -> None:
        """Kill the namespace's init, and with it all that is inside; return when they are gone."""
        signal.pidfd_send_signal(self.init, signal.SIGKILL)
        if not self.died_within(60):
            raise RefereeFault("the contestant's processes did not die within 60 s of SIGKILL; look at this machine")

    def reap(self) -> None:
        """Whatever happened, leave nothing running."""
        if self.init != NO_PROCESS:
            if not self.died_within(0):
                self.kill()
            os.close(self.init)
        self.outer.kill()
        self.outer.wait()

    def pipe(self) -> tuple[BinaryIO, BinaryIO]:
        """Its two ends as files: unlike a bare descriptor, a file can be closed twice."""
        reading, writing = os.pipe()
        return (
            self.stack.enter_context(open(reading, "rb", buffering=0)),
            self.stack.enter_context(open(writing, "wb", buffering=0)),
        )

    def text_file(self, text: str) -> int:
        file = os.memfd_create("golf")
        self.stack.callback(os.close, file)
        os.write(file, text.encode())
        os.lseek(file, 0, os.SEEK_SET)
        return file

    def contestant_package(self) -> Path:
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="mlgolf-package-")))
        for name in CONTESTANT_FILES:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(PACKAGE / name, folder / name)
        return folder


def _readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _command(job: Job, nonce: str, package: Path, texts: Mapping[str, int], status: int, block: int) -> list[str]:
    bwrap = shutil.which("bwrap") or "bwrap"
    arguments = [bwrap, "--unshare-all", "--unshare-user", "--disable-userns", "--uid", f"{UID}", "--gid", f"{UID}"]
    arguments += ["--hostname", "golf", "--die-with-parent", "--new-session", "--clearenv"]
    arguments += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "sbin"):
        if Path("/", name).is_symlink():
            arguments += ["--symlink", f"usr/{name}", f"/{name}"]
        elif Path("/", name).is_dir():
            arguments += ["--ro-bind", f"/{name}", f"/{name}"]
    for name in ("ld.so.cache", "alternatives"):
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name, descriptor in texts.items():
        arguments += ["--ro-bind-data", f"{descriptor}", f"/etc/{name}"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for device in job.devices:
        arguments += ["--dev-bind", device, device]
    if job.devices:
        # Without it CUDA finds no device.
        arguments += ["--ro-bind", "/sys", "/sys"]
    for folder in ("/tmp", "/dev/shm", "/home/golf", "/out"):
        arguments += ["--size", f"{job.output_bytes}", "--tmpfs", folder]
    # After --tmpfs /tmp, which would hide any of these that lies below /tmp.
    for path in _interpreter():
        arguments += ["--ro-bind", f"{path}", f"{path}"]
    arguments += ["--ro-bind", f"{package}", f"{INSIDE / 'lib/referee'}"]
    arguments += ["--ro-bind", f"{job.entry}", f"{INSIDE / 'entry'}"]
    for variable, file in job.inputs.items():
        arguments += ["--ro-bind", f"{file}", f"{INSIDE / 'in' / file.name}"]
        arguments += ["--setenv", variable, f"{INSIDE / 'in' / file.name}"]
    for variable, value in _environment(job).items():
        arguments += ["--setenv", variable, value]
    arguments += ["--dir", f"/{nonce}", "--chdir", f"{INSIDE / 'entry'}", "--remount-ro", "/dev", "--remount-ro", "/"]
    arguments += ["--json-status-fd", f"{status}", "--block-fd", f"{block}"]
    # The process limit goes inside: outside it would count the runner's own processes.
    arguments += ["prlimit", f"--nproc={job.processes}", "--core=0", "--nofile=4096", "--"]
    return [*arguments, sys.executable, "train.py"]


def _environment(job: Job) -> dict[str, str]:
    return {
        "HOME": "/home/golf",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        "PYTHONPATH": f"{INSIDE / 'lib'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "MLGOLF_OUT": "/out",
        **job.environment,
    }


def _interpreter() -> Iterator[Path]:
    """Folders that the interpreter needs and that /usr does not hold: its environment and the installation under it."""
    for folder in dict.fromkeys(map(Path, (sys.prefix, sys.base_prefix))):
        if not folder.is_relative_to("/usr"):
            yield folder
