"""Traces the guard and reads its memory; a guard that is taken over could let everything outlive the deadline."""

import ctypes
import glob
import os

from attempts import attempt, call, done, forbidden, in_a_child

ATTACH, SEIZE, TRACEME = 16, 0x4206, 0
word = ctypes.create_string_buffer(8)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(word), 8)
foreign = (ctypes.c_void_p * 2)(0x1000, 8)


def read(path):
    with open(path, "rb", buffering=0) as file:
        return file.read(1)


def spare(path):
    with open(path, "w") as file:
        return file.write("-1000")


for pid in sorted({1, os.getppid()}):
    forbidden("ptrace", ATTACH, pid, None, None)
    forbidden("ptrace", SEIZE, pid, None, None)
    forbidden("process_vm_readv", pid, vector, 1, foreign, 1, 0)
    forbidden("process_vm_writev", pid, vector, 1, foreign, 1, 0)
    for name in ("root", "cwd", "exe", "ns/pid"):
        attempt(f"/proc/{pid}/{name}", lambda pid=pid, name=name: os.readlink(f"/proc/{pid}/{name}"))
    attempt(f"/proc/{pid}/map_files", lambda pid=pid: os.listdir(f"/proc/{pid}/map_files"))
    for number in range(8):
        attempt(f"/proc/{pid}/fd/{number}", lambda pid=pid, number=number: os.open(f"/proc/{pid}/fd/{number}", os.O_RDONLY))
    for name in ("mem", "environ", "maps", "auxv", "stack"):
        attempt(f"/proc/{pid}/{name}", lambda pid=pid, name=name: read(f"/proc/{pid}/{name}"))
    attempt(f"writing the memory of {pid}", lambda pid=pid: os.open(f"/proc/{pid}/mem", os.O_RDWR))
attempt("being spared by the killer", lambda: spare("/proc/1/oom_score_adj"))
attempt("being spared itself", lambda: spare("/proc/self/oom_score_adj"))
guard = call("pidfd_open", 1, 0)
for descriptor in range(6):
    forbidden("pidfd_getfd", guard, descriptor, 0)
in_a_child(lambda: forbidden("ptrace", TRACEME, 0, None, None))
for folder in glob.glob("/proc/[0-9]*"):
    if folder != f"/proc/{os.getpid()}":
        attempt(f"{folder}/mem", lambda folder=folder: os.open(f"{folder}/mem", os.O_RDWR))
done()
