"""The system calls that no entry gets, as a table and in the two forms that sandboxes take it.

Everything else is allowed: a training program uses a wide and growing part of the kernel, and what protects the machine
first are the namespaces, the missing privileges and the missing devices. This table closes what those leave open (sockets
that leave a network namespace, keyrings that have none, tracing of neighbours) and the parts of the kernel that had the
most holes in the past and that no training needs. Compare the default profiles of Docker and of systemd's @system-service.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
"""CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET"""
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
"""put words into a terminal's mouth"""
LOW_HALF = 0xFFFFFFFF
"""the kernel reads an int, a filter compares 64 bits: without a mask a high bit slips by (CVE-2019-10063)"""
FAMILIES = (0, 1, 2, 10)
"""of sockets: unspecified, unix, inet, inet6. Netlink is there for what lists network devices, and nothing else is"""
NETLINK, NETLINK_ROUTE, LAST_FAMILY = 16, 0, 64


@dataclass(frozen=True, slots=True)
class When:
    """A condition on one argument: how it compares with a value, under a mask where `how` is masked."""

    argument: int
    how: Literal["equal", "differs", "above", "masked"]
    value: int
    mask: int = LOW_HALF


DENIED: Mapping[str, str] = {
    "tracing of neighbours": "ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd perf_event_open",
    "keyrings, which know no namespaces": "add_key request_key keyctl",
    "namespaces and mounts": """unshare setns mount umount umount2 pivot_root chroot fsopen fsconfig fsmount fspick move_mount
        open_tree mount_setattr name_to_handle_at open_by_handle_at quotactl quotactl_fd""",
    "programs in the kernel": "bpf userfaultfd",
    "the machine's state": """reboot kexec_load kexec_file_load init_module finit_module delete_module create_module swapon
        swapoff acct syslog sethostname setdomainname iopl ioperm vhangup nfsservctl lookup_dcookie fanotify_init""",
    "the machine's clock": "settimeofday clock_settime clock_settime64 clock_adjtime clock_adjtime64 adjtimex stime",
    "memory that nobody else can see": "memfd_secret",
    "relics": "uselib ustat sysfs _sysctl modify_ldt vm86 vm86old",
}
"""why -> names; refused with EPERM"""
ABSENT: Mapping[str, str] = {
    # Its flags lie behind a pointer, where no filter can look; the C library then falls back to clone.
    "a clone whose flags can't be seen": "clone3",
    "rings": "io_uring_setup io_uring_enter io_uring_register",
}
"""why -> names; refused with ENOSYS, so that libraries take another way"""
UNSEEN = "memfd_create shmget"
"""memory that belongs to no process and no folder: refused where somebody has to look instead of a control group"""
CONDITIONAL: tuple[tuple[str, tuple[When, ...]], ...] = (
    *[("clone", (When(0, "masked", flag, flag),)) for flag in NEW_NAMESPACES],
    *[("ioctl", (When(1, "masked", request),)) for request in (TIOCSTI, TIOCLINUX)],
    *[("socket", (When(0, "equal", family),)) for family in range(LAST_FAMILY) if family not in (*FAMILIES, NETLINK)],
    ("socket", (When(0, "above", LAST_FAMILY - 1),)),
    ("socket", (When(0, "equal", NETLINK), When(2, "differs", NETLINK_ROUTE))),
)
"""a call, and the conditions that must all hold for it to be refused with EPERM"""


def why_not() -> str | None:
    """Why no filter can be made here, with the remedy; None where it can."""
    try:
        program(unseen_memory=True)
    except ModuleNotFoundError:
        return "pyseccomp is missing; pip install --editable '.[runner]'"
    except (OSError, RuntimeError) as error:
        return f"no filter of system calls can be made ({error}); install libseccomp2"
    return None


@cache
def program(*, unseen_memory: bool) -> bytes:
    """The filter as the kernel takes it, a program of classic BPF.

    Args:
        unseen_memory: whether a control group counts all memory, so that anonymous files need no ban
    """
    import pyseccomp

    operators = {"equal": pyseccomp.EQ, "differs": pyseccomp.NE, "above": pyseccomp.GT}
    calls = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for number, name, conditions in _rules(unseen_memory):
        arguments = [
            pyseccomp.Arg(one.argument, pyseccomp.MASKED_EQ, one.mask, one.value)
            if one.how == "masked"
            else pyseccomp.Arg(one.argument, operators[one.how], one.value)
            for one in conditions
        ]
        # A call of another architecture, or younger than the library, has no number here.
        if pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) >= 0:
            calls.add_rule(pyseccomp.ERRNO(number), name, *arguments)
    with os.fdopen(os.memfd_create("mlgolf-seccomp"), "wb+") as file:
        calls.export_bpf(file)
        file.seek(0)
        return file.read()


def profile(*, unseen_memory: bool) -> dict[str, Any]:
    """The filter as docker and podman take it: JSON of the Open Container Initiative."""
    operators = {"equal": "SCMP_CMP_EQ", "differs": "SCMP_CMP_NE", "above": "SCMP_CMP_GT"}
    rules = []
    for number, name, conditions in _rules(unseen_memory):
        arguments = [
            {"index": one.argument, "value": one.mask, "valueTwo": one.value, "op": "SCMP_CMP_MASKED_EQ"}
            if one.how == "masked"
            else {"index": one.argument, "value": one.value, "op": operators[one.how]}
            for one in conditions
        ]
        rules.append({"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": number, "args": arguments})
    return {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}


def _rules(unseen_memory: bool) -> Iterator[tuple[int, str, tuple[When, ...]]]:
    for names in (*DENIED.values(), *(() if unseen_memory else (UNSEEN,))):
        yield from ((errno.EPERM, name, ()) for name in names.split())
    for names in ABSENT.values():
        yield from ((errno.ENOSYS, name, ()) for name in names.split())
    yield from ((errno.EPERM, name, conditions) for name, conditions in CONDITIONAL)
