"""Asks for namespaces of its own, in which it would be root, in every way that there is."""

import ctypes
import glob
import os
import signal
import subprocess

from attempts import attempt, call, done, forbidden, in_a_child, say, through

KINDS = {
    "time": 0x00000080, "mount": 0x00020000, "cgroup": 0x02000000, "uts": 0x04000000,
    "ipc": 0x08000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000,
}  # fmt: skip


def by_clone(flags):
    child = call("clone", flags | signal.SIGCHLD, None, None, None, None)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


def by_clone3(flags):
    arguments = (ctypes.c_uint64 * 11)(flags, 0, 0, 0, signal.SIGCHLD)
    child = call("clone3", arguments, ctypes.sizeof(arguments))
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


assert by_clone(0) > 0, "it could not even clone without one"
for kind, flag in KINDS.items():
    in_a_child(lambda flag=flag: forbidden("unshare", flag))
    in_a_child(lambda flag=flag: forbidden("unshare", flag | KINDS["user"]))
    if kind != "time":
        # clone takes this bit for a part of the signal.
        attempt(f"clone with {kind}", lambda flag=flag: by_clone(flag))
        attempt(f"clone with {kind} and user", lambda flag=flag: by_clone(flag | KINDS["user"]))
    attempt(f"clone3 with {kind}", lambda flag=flag: by_clone3(flag))
    attempt(f"clone3 with {kind} and user", lambda flag=flag: by_clone3(flag | KINDS["user"]))
for place in sorted(glob.glob("/proc/self/ns/*")):
    descriptor = os.open(place, os.O_RDONLY)
    in_a_child(lambda descriptor=descriptor: forbidden("setns", descriptor, 0))
in_a_child(lambda: forbidden("setns", call("pidfd_open", os.getppid(), 0), KINDS["user"]))
for command in (["unshare", "--user", "--map-root-user", "true"], ["bwrap", "--ro-bind", "/", "/", "true"]):
    try:
        status = subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        continue
    (say if status else through)(f"{command[0]} ended with {status}")
done()
