"""bubblewrap: strangers' code in namespaces of its own. The sandbox of most records.

Threat model. The contestant's code is hostile, knows this file, and may use every hole of the kernel that no one has mended.

Covered:
- It runs as a user who owns nothing: as root the referee gives up its rights for those of a dedicated user (`account`), and
  inside there are no capabilities, no new user namespaces, no way to gain privileges.
- It sees /usr, the interpreter, its own files and its inputs, read-only; a home, /tmp, /dev/shm and an output folder that are
  empty, capped in bytes and in files, and gone afterwards; a /proc of its own processes; the device nodes of its hardware.
- No network but a loopback of its own, no socket that leaves it, no variable but those listed, no descriptor but an empty
  stdin and a drained stdout, no controlling terminal, none of the system calls in `system_calls`.
- Memory and processes are capped, by the kernel where a control group may be had (`limits`).
- The clock and the kill are the parent's: killing the first process of a PID namespace kills everything in it, daemons too. If
  the referee itself dies, its death kills the box twice over: by the parent-death signal, and by the guard's end of input.

Not covered:
- Holes of the kernel and of device drivers, a GPU's above all: its driver is large and its memory is not wiped between rounds
  by us. Who lends hardware to strangers keeps nothing else on it, and no secret.
- Side channels: timing, caches, temperature, the load of the machine. What the entry learns stays inside, for there is no
  way out but the model, which is judged, and the log, which is shown.
- /sys is visible, read-only, where devices are passed through. The machine's names and versions are no secret.
- Without a control group, memory is capped by looking: for a fortieth of a second a bomb may take what it can, and what lies
  in no process's pages, such as the buffers of sockets, is not seen at all.
- Disk: nothing inside can write to one.

Theory of operation. A shell enters the control group, makes a private mount namespace (as an ordinary user with a user
namespace around it), mounts the sized folders in it, gives up its rights and becomes bwrap. bwrap builds the namespaces and
starts the guard as their first process. When the guard has said that it is ready, all mounts stand: the referee opens the
output folder through /proc/PID/root, starts the clock, releases it. The descriptor keeps the output alive for the collector.
The referee waits for the death of the guard, never for that of the outer bwrap, which returns early.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from referee.untrusted.limits import ladder
from referee.untrusted.machine import leftovers
from referee.untrusted.sandbox import Box, Job
from referee.untrusted.sandboxes import account, first, inside, system_calls
from referee.untrusted.sandboxes.inside import FOLDERS, ROOM
from referee.untrusted.sandboxes.pipes import Pipes, read_line

UID = 1000
METERS = Path("/sys/devices/virtual/powercap")
"""what the machine draws, as the kernel shows it"""
MEETING_POINT = Path("/mnt")
"""where the dedicated user finds what root has mounted for it, in a mount namespace of their own"""


def why_not() -> str | None:
    """Why this machine can't use it, with the remedy; None where it can."""
    if sys.platform != "linux":
        return "bubblewrap runs on Linux alone"
    programs = {"bwrap": "bubblewrap", "unshare": "util-linux", "mount": "mount", "setpriv": "util-linux"}
    if missing := [package for program, package in programs.items() if shutil.which(program) is None]:
        return f"{missing[0]} is missing; install it, for example with `sudo apt-get install {missing[0]}`"
    # --disable-userns is the youngest option in use: releases before 0.8 refuse it.
    bwrap = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--ro-bind", "/", "/", "true"]
    tried = subprocess.Popen(_launcher("", bwrap), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    # Takes as long as the trial, beside it.
    without_filter = system_calls.why_not()
    _, told = tried.communicate()
    if tried.returncode == 0:
        return without_filter
    problem = (told.strip().splitlines() or ["it failed"])[-1]
    if "disable-userns" in problem:
        return "bubblewrap is too old; install 0.8 or newer"
    return f"bubblewrap can't make namespaces here ({problem}); {_remedy()}"


def _remedy() -> str:
    if _setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "AppArmor forbids them: install its profiles bwrap-userns-restrict and unshare-userns-restrict "
            "(package apparmor-profiles), or set sysctl kernel.apparmor_restrict_unprivileged_userns=0"
        )
    if _setting("/proc/sys/user/max_user_namespaces") == "0":
        return "set sysctl user.max_user_namespaces=10000"
    if _setting("/proc/sys/kernel/unprivileged_userns_clone") == "0":
        return "set sysctl kernel.unprivileged_userns_clone=1"
    return "allow unprivileged user namespaces; in a container, run the referee outside of it"


class Bubblewrap:
    """The sandbox of most records."""

    name = "bubblewrap"
    confines = True

    def open(self, job: Job, stack: contextlib.ExitStack) -> Box:
        """See `Sandbox.open`."""
        work = Path(stack.enter_context(leftovers.folder("box")))
        inside.stage(job, work / "golf", ROOM)
        cap = ladder.cap(job.limits)
        stack.callback(cap.close)
        pipes = Pipes(stack)
        status, status_inside = pipes.pipe()
        files = {f"/etc/{name}": pipes.file(text.encode()) for name, text in inside.etc(UID, UID).items()}
        filter_ = pipes.file(system_calls.program(unseen_memory=cap.hard))
        (work / "mounts").mkdir()
        # Inside, where it counts the box's own processes alone.
        limits = {"processes": job.limits.processes}
        bwrap = [
            *_command(job, work, files),
            *["--seccomp", f"{filter_}", "--json-status-fd", f"{status_inside.fileno()}", "--"],
            *inside.command(sys.executable, ROOM, limits),
        ]
        outer = subprocess.Popen(
            [*cap.prefix, *_launcher(cap.entering + _mounts(job, work), bwrap, job.devices)],
            stdin=pipes.control_inside,
            stdout=pipes.log_inside,
            stderr=pipes.log_inside,
            # bwrap's own environment would show in /proc/1/environ, whatever it clears for the command.
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            pass_fds=[status_inside.fileno(), filter_, *files.values()],
        )
        stack.callback(_reap, outer)
        status_inside.close()
        log = pipes.started(job.limits.log_bytes)
        pid = int(json.loads(read_line(status))["child-pid"])
        init = os.pidfd_open(pid)
        stack.callback(os.close, init)
        stack.callback(first.end, init)
        return first.box(pid, init, cap, log, pipes, outer.wait, stack)

    def sweep(self) -> list[str]:
        """See `Sandbox.sweep`: it leaves nothing but what every referee puts away."""
        return []


def _reap(outer: subprocess.Popen[bytes]) -> None:
    outer.kill()
    outer.wait()


def _launcher(script: str, command: list[str], devices: tuple[str, ...] = ()) -> list[str]:
    """`script` as root of a private mount namespace, then `command` without any rights."""
    user = account.sandbox_account()
    if user is None:
        return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", f'{script}exec "$@"', "mlgolf", *command]
    dropped = shlex.join(account.dropping(user, devices))
    # bwrap sees these mounts at a place that everybody may enter, wherever the referee's own folder lies.
    private = ["unshare", "--mount", "--propagation", "private"]
    return [*private, "sh", "-ec", f'{script}exec {dropped} "$@"', "mlgolf", *command]


def _mounts(job: Job, work: Path) -> str:
    """Lines of a shell that mount the sized folders; as root, also what the dedicated user could not reach by its path."""
    user = account.sandbox_account()
    owner = f"uid={user.uid},gid={user.gid}" if user else "uid=0,gid=0"
    folder = work / "mounts"
    table = []
    for name in FOLDERS:
        size, files = inside.allowance(name, job.limits)
        table.append(("mlgolf", folder / name, "tmpfs", f"size={size},nr_inodes={files},mode=700,nosuid,nodev,{owner}"))
    if user:
        table += [(f"{path}", folder / name, "none", "rbind") for name, path in _bound(work).items()]
        table.append((f"{folder}", MEETING_POINT, "none", "rbind"))
    # One process for all mounts: each would take a thousandth of a second.
    text = "".join(f"{_word(source)} {_word(str(place))} {kind} {options} 0 0\n" for source, place, kind, options in table)
    (work / "fstab").write_text(text)
    names = " ".join([*FOLDERS, *(_bound(work) if user else ())])
    return (
        f"mount -t tmpfs -o mode=755,size=1m,nosuid,nodev mlgolf {shlex.quote(str(folder))}\n"
        f"(cd {shlex.quote(str(folder))} && mkdir {names})\n"
        f"mount --all --fstab {shlex.quote(str(work / 'fstab'))}\n"
    )


def _bound(work: Path) -> dict[str, Path]:
    return {"golf": work / "golf", **_interpreter()}


def _word(text: str) -> str:
    """As it stands in a table of mounts; see fstab(5)."""
    return text.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012")


def _interpreter() -> dict[str, Path]:
    return {f"interpreter-{number}": path for number, path in enumerate(inside.interpreter())}


def _command(job: Job, work: Path, files: Mapping[str, int]) -> list[str]:
    """bwrap and its arguments, up to where the command begins."""
    as_root = account.sandbox_account() is not None
    mounts = MEETING_POINT if as_root else work / "mounts"
    arguments = ["bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--uid", f"{UID}", "--gid", f"{UID}"]
    arguments += ["--hostname", "golf", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"]
    arguments += ["--ro-bind", "/usr", "/usr"]
    for path in inside.SYSTEM:
        if path.is_symlink():
            arguments += ["--symlink", f"usr/{path.name}", f"{path}"]
        elif path.is_dir():
            arguments += ["--ro-bind", f"{path}", f"{path}"]
    for path in inside.LOADER:
        arguments += ["--ro-bind-try", f"{path}", f"{path}"]
    for name, descriptor in files.items():
        arguments += ["--ro-bind-data", f"{descriptor}", name]
    # Some of the kernel's settings belong to whoever owns a namespace, and its owner is the entry.
    arguments += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev"]
    for device in job.devices:
        arguments += ["--dev-bind", device, device]
    if job.devices:
        # Without it CUDA finds no device.
        arguments += ["--ro-bind", "/sys", "/sys"]
        if METERS.is_dir():
            # How much power a machine draws tells what its neighbours do, and the referee may have opened it to its group.
            arguments += ["--tmpfs", f"{METERS}"]
    for name, folder in FOLDERS.items():
        arguments += ["--bind", f"{mounts / name}", f"{folder}"]
    # After /tmp, which would hide any of these that lies below it.
    for name, path in _interpreter().items():
        arguments += ["--ro-bind", f"{mounts / name if as_root else path}", f"{path}"]
    arguments += ["--ro-bind", f"{mounts / 'golf' if as_root else work / 'golf'}", f"{ROOM}"]
    seen = inside.environment(job, ROOM, home=FOLDERS["home"], tmp=FOLDERS["tmp"], out=FOLDERS["out"])
    for variable, value in seen.items():
        arguments += ["--setenv", variable, value]
    return [*arguments, "--chdir", f"{ROOM / 'entry'}", "--remount-ro", "/dev", "--remount-ro", "/"]


def _setting(file: str) -> str | None:
    try:
        return Path(file).read_text().strip()
    except OSError:
        return None
