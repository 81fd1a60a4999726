"""The first process of every box. It runs inside, holds the entry back until it is released, and takes the box down with it.

    python -I -S guard.py LIMIT=N,... COMMAND...

It says READY on its stdout, and starts COMMAND once it has read GO from its stdin. When COMMAND ends it ends with the same
status, and since it is the first process of its PID namespace, everything else dies with it. When its stdin ends, the
referee is gone, and it ends at once. `adopt` among the limits is for a box without a namespace: daemons become its children,
and it kills them all before it ends.

It imports nothing of the referee, which in turn imports only the words that they exchange. The contestant may read it, but
not change it, and can't look into its memory. `referee` among the limits is the process id of whose guard it is, for whoever
finds it left over.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import sys

FILE = "guard.py"
READY = b"mlgolf: ready\n"
GO = b"1"
REFUSED = 125
PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36
LIMITS = {
    "processes": resource.RLIMIT_NPROC,
    "descriptors": resource.RLIMIT_NOFILE,
    "core": resource.RLIMIT_CORE,
}


def main() -> int:
    """Hold back, start, wait, take down."""
    limits = dict(part.split("=") for part in sys.argv[1].split(","))
    adopts = limits.pop("adopt", None)
    limits.pop("referee")
    # Nobody of the same user may now open /proc/1/mem and take the guard's place.
    _prctl(PR_SET_DUMPABLE, 0)
    if adopts:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.write(1, READY)
    if os.read(0, 1) != GO:
        return REFUSED
    child = _start(limits, sys.argv[2:])
    try:
        return _wait(child, woken)
    finally:
        if adopts:
            _kill_all(child)


def _start(limits: dict[str, str], command: list[str]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        nothing = os.open("/dev/null", os.O_RDONLY)
        os.dup2(nothing, 0)
        # One stream: what is carried as two does not keep its order.
        os.dup2(1, 2)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        for name, most in limits.items():
            hard = resource.getrlimit(LIMITS[name])[1]
            cap = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
            resource.setrlimit(LIMITS[name], (cap, cap))
        # Where the machine itself runs out of memory, let it take the entry and not the host's own work.
        try:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("500")
        except OSError:
            pass
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)
    except BaseException as error:
        os.write(2, f"mlgolf: train.py could not be started: {error}\n".encode())
    os._exit(REFUSED)


def _wait(child: int, woken: int) -> int:
    poll = select.poll()
    # Nothing is ever sent after GO: whatever happens to stdin is its end.
    poll.register(0, select.POLLIN)
    poll.register(woken, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == 0:
                return REFUSED
            os.read(woken, 4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return REFUSED
            if pid == 0:
                break
            if pid == child:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code


def _kill_all(child: int) -> None:
    """Kill the command's process group, then whatever was adopted, until there is nobody."""
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    while True:
        for pid in _children():
            os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    found = []
    try:
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children") as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        pass
    return found


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    os._exit(main())
