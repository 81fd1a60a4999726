"""What runs containers on this machine: podman, else docker, as they work here. Found by trying a small container."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from referee.ground.errors import RefereeFault
from referee.ground.hardware import Limits
from referee.untrusted import clock, marks
from referee.untrusted.limits.cap import memory_bytes
from referee.untrusted.sandboxes import account, inside, system_calls

LABEL = "mlgolf"
"""of every container of ours; its value is the referee's process id"""
PROCESS_IDS = 32767
"""the most that every kernel has"""
ANSWER_SECONDS = 60
TRY_SECONDS = 10
"""for all trials together"""
TRIED = Limits(memory_gib=0.0625, processes=32)
CANDIDATES: tuple[tuple[str, ...], ...] = (
    ("podman",),
    # crun, which podman prefers, refuses a machine with groups of both versions.
    ("podman", "--cgroup-manager", "cgroupfs", "--runtime", "runc"),
    # Its client hands on what a configuration says about proxies, passwords too.
    ("docker", "--config=/nonexistent"),
)
"""commands, best first"""
KEPT = """PATH HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME DBUS_SESSION_BUS_ADDRESS CONTAINERS_CONF
    DOCKER_HOST""".split()
"""variables that the client needs to find its containers; none of them goes inside"""
_SHOW_CAPS = "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; true"


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine that works here."""

    kind: Literal["podman", "docker"]
    command: tuple[str, ...]
    caps: bool
    """whether it caps memory and processes"""

    def confined(self, name: str, limits: Limits, user: tuple[int, int], seccomp: Path) -> list[str]:
        """The command that runs a container, up to its mounts, its variables, its image.

        Args:
            user: inside
            seccomp: file that holds the profile
        """
        uid, gid = user
        return [
            *[*self.command, "run", "--rm", f"--name={name}", f"--label={LABEL}={os.getpid()}", "--pull=never", "--init=false"],
            *["--entrypoint=", "--no-healthcheck", "--read-only", "--network=none", "--ipc=private", "--cgroupns=private"],
            *["--hostname=golf", f"--user={uid}:{gid}", "--cap-drop=all"],
            *["--security-opt=no-new-privileges", f"--security-opt=seccomp={seccomp}"],
            # SELinux would keep the host's own /usr from being read.
            "--security-opt=label=disable",
            *[f"--ulimit=nofile={inside.DESCRIPTORS}:{inside.DESCRIPTORS}", f"--ulimit=nproc={_processes()}"],
            "--ulimit=core=0:0",
            *self._own(),
            *(self._capped(limits) if self.caps else ()),
            *[f"--tmpfs={folder}:{self._sized(name, limits)}" for name, folder in inside.FOLDERS.items()],
        ]

    def bare(self) -> Sequence[str]:
        """What an image without variables needs to stay so."""
        return ("--unsetenv-all",) if self.kind == "podman" else ()

    def ask(self, *arguments: str, given: bytes = b"", seconds: float = ANSWER_SECONDS) -> subprocess.CompletedProcess[bytes]:
        """One short command of the client.

        Raises:
            RefereeFault: it does not answer.
        """
        command = [*self.command, *arguments]
        try:
            return subprocess.run(command, input=given, capture_output=True, timeout=seconds, env=environment(), check=False)
        except subprocess.TimeoutExpired:
            raise RefereeFault(f"{self.kind} does not answer; see `{self.kind} info`") from None
        except OSError as error:
            raise RefereeFault(f"{self.kind} can't be started ({error}); see `{self.kind} info`") from None

    def remove(self, name: str) -> None:
        """Kill a container and remove it, if it is there.

        Raises:
            RefereeFault: it is still there.
        """
        at_once = ["--ignore", "--time=0"] if self.kind == "podman" else []
        removed = self.ask("rm", "--force", "--volumes", *at_once, name)
        if removed.returncode != 0 and name in self.names():
            raise RefereeFault(f"container {name} can't be removed ({problem(removed)}); `{self.kind} rm --force {name}`")

    def names(self) -> list[str]:
        """Of all containers of ours, whichever referee's."""
        return self.ask("ps", "--all", f"--filter=label={LABEL}", "--format={{.Names}}").stdout.decode().split()

    def _own(self) -> Sequence[str]:
        """What the two engines spell differently. Both end with the streams of the command becoming those of the guard."""
        if self.kind == "docker":
            return ("--log-driver=none", "--interactive")
        return (
            "--log-driver=passthrough",
            "--unsetenv=container",
            "--http-proxy=false",
            "--no-hosts",
            "--read-only-tmpfs=false",
        )

    def _capped(self, limits: Limits) -> Sequence[str]:
        memory = memory_bytes(limits)
        return f"--memory={memory}b", f"--memory-swap={memory}b", f"--pids-limit={limits.processes}"

    def _sized(self, name: str, limits: Limits) -> str:
        # Below it the interpreter may lie, and the engine looks for it as the user inside; `settle` makes it that user's alone.
        options = f"size={inside.allowance(name, limits)[0]},mode=711,exec"
        return f"{options},notmpcopyup" if self.kind == "podman" else options


def environment() -> dict[str, str]:
    """The client's own."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def user() -> tuple[int, int]:
    """Who an entry is, inside. Outside it is the sandbox's account, or where the referee is an ordinary user, that same one."""
    made = account.sandbox_account()
    return (made.uid, made.gid) if made else (0, 0)


@functools.cache
def find() -> Engine | str:
    """The best engine of this machine, or why there is none, with the remedy. It takes a fraction of a second once."""
    if sys.platform != "linux":
        return "containers of the referee's own run on Linux alone"
    reasons: dict[str, str] = {}
    give_up = clock.now() + TRY_SECONDS
    for command in CANDIDATES:
        if shutil.which(command[0]) is not None:
            try:
                found = _tried(command, give_up)
            except RefereeFault as fault:
                found = str(fault)
            if isinstance(found, Engine):
                return found
            # What is wrong with an engine as it is says more than what is wrong with the way around it.
            reasons.setdefault(command[0], found)
    return "; ".join(reasons.values()) or (
        "there is neither podman nor docker; install one, for example with `sudo apt-get install podman uidmap`"
    )


def empty_image(engine: Engine, seconds: float = ANSWER_SECONDS) -> str:
    """The name of an image without a file, which is made if it is missing.

    Raises:
        RefereeFault: it can't be made.
    """
    content = _links()
    name = f"localhost/mlgolf/empty:{hashlib.sha256(content).hexdigest()[:12]}"
    if engine.ask("image", "inspect", name, seconds=seconds).returncode != 0:
        made = engine.ask("import", "-", name, given=content, seconds=seconds)
        if made.returncode != 0:
            raise RefereeFault(f"{engine.kind} can't make an image ({problem(made)}); see `{engine.kind} info`")
    return name


def system_mounts() -> list[str]:
    """Options that show the machine's own programs, its libraries and the referee's interpreter, read-only."""
    shown = [Path("/usr"), *inside.LOADER, *inside.interpreter()]
    shown += [path for path in inside.SYSTEM if not path.is_symlink()]
    return [mount(path, path) for path in shown if path.exists()]


def mount(source: Path, place: Path) -> str:
    """The option that shows a file or a folder, read-only."""
    return f"--mount=type=bind,source={source},destination={place},readonly"


def problem(failed: subprocess.CompletedProcess[bytes]) -> str:
    """The last thing that a client said."""
    lines = failed.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
    return lines[-1].removeprefix("Error: ")[:300]


def _tried(command: tuple[str, ...], give_up: float) -> Engine | str:
    """Run a small container, once with caps, and look whether they are there."""
    engine = Engine("podman" if command[0] == "podman" else "docker", command, caps=True)
    if engine.kind == "docker" and os.geteuid() != 0 and not _is_rootless(engine, give_up):
        return "docker's containers belong to root: run the referee as root, or install podman"
    image = empty_image(engine, give_up - clock.now())
    with tempfile.TemporaryDirectory(prefix=f"{marks.mine()}trial-") as folder:
        seccomp = write_profile(Path(folder, "seccomp.json"), unseen_memory=False)
        for caps in (True, False):
            engine = Engine(engine.kind, command, caps)
            run = engine.confined(marks.new_name(), TRIED, user(), seccomp)[len(command) :]
            tried = engine.ask(*run, *system_mounts(), image, "/bin/sh", "-c", _SHOW_CAPS, seconds=give_up - clock.now())
            if tried.returncode == 0:
                return Engine(engine.kind, command, caps and f"{memory_bytes(TRIED)}".encode() in tried.stdout.split())
    return f"{engine.kind} can't run a container here ({problem(tried)}); see `{engine.kind} info`"


def write_profile(file: Path, *, unseen_memory: bool) -> Path:
    """Put the filter of system calls where a client can read it."""
    file.write_text(json.dumps(system_calls.profile(unseen_memory=unseen_memory)))
    return file


def _is_rootless(engine: Engine, give_up: float) -> bool:
    return b"rootless" in engine.ask("info", "--format={{.SecurityOptions}}", seconds=give_up - clock.now()).stdout


def _links() -> bytes:
    """An archive with the symbolic links that begin the paths of the system."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in inside.SYSTEM:
            if path.is_symlink():
                link = tarfile.TarInfo(path.name)
                link.type, link.linkname, link.mode = tarfile.SYMTYPE, f"usr/{path.name}", 0o777
                tar.addfile(link)
        empty = tarfile.TarInfo("golf")
        empty.type, empty.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(empty)
    return archive.getvalue()


def _processes() -> str:
    """A limit that an engine need not raise, as it may be unable to; podman lowers its own to the kernel's most ids."""
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    most = PROCESS_IDS if hard == resource.RLIM_INFINITY else min(hard, PROCESS_IDS)
    return f"{most}:{most}"
