"""The system calls that no training needs, by their numbers and with arguments that change nothing."""

import ctypes
import errno
import mmap
import os

from attempts import attempt, done, forbidden, say, through

NOWHERE = b"/nowhere/at/all"
nothing = ctypes.create_string_buffer(256)
IO_RING, PARAMETERS = 8, ctypes.create_string_buffer(120)
forbidden("keyctl", 0, -3, 1)  # the id of the session's keyring
forbidden("add_key", None, None, None, 1, -3)
forbidden("request_key", None, None, None, 0)
forbidden("io_uring_setup", IO_RING, PARAMETERS)
forbidden("io_uring_enter", -1, 0, 0, 0, None, 0)
forbidden("io_uring_register", -1, 0, None, 0)
forbidden("bpf", 0, nothing, 72)
forbidden("userfaultfd", 0)
forbidden("userfaultfd", 1)  # user mode alone, which needs no privilege
forbidden("perf_event_open", nothing, 0, -1, -1, 0)
forbidden("mount", b"none", NOWHERE, b"tmpfs", 0, None)
forbidden("mount", b"/usr", NOWHERE, None, 4096, None)
forbidden("umount2", NOWHERE, 2)
forbidden("pivot_root", NOWHERE, NOWHERE)
forbidden("chroot", NOWHERE)
forbidden("fsopen", b"tmpfs", 0)
forbidden("fsmount", -1, 0, 0)
forbidden("open_tree", -100, b"/", 1)
forbidden("move_mount", -1, b"", -1, b"", 0)
forbidden("mount_setattr", -1, b"", 0, None, 0)
forbidden("name_to_handle_at", -100, b"/", nothing, nothing, 0)
forbidden("open_by_handle_at", -1, nothing, 0)
forbidden("quotactl", 0, None, 0, None)
forbidden("reboot", 0, 0, 0, None)
forbidden("kexec_load", 0, 99999, None, 0)
forbidden("init_module", None, 0, None)
forbidden("finit_module", -1, None, 0)
forbidden("delete_module", b"mlgolf-none", 2048)
forbidden("swapon", NOWHERE, 0)
forbidden("acct", NOWHERE)
forbidden("syslog", 10, None, 0)
forbidden("sethostname", None, -1)
forbidden("setdomainname", None, -1)
forbidden("fanotify_init", 0, 0)
forbidden("memfd_secret", 0)
forbidden("kcmp", os.getpid(), os.getpid(), 0, 0, 0)
forbidden("process_madvise", -1, None, 0, 0, 0)


def other_tables():
    """Calls by the table of another architecture, of which a filter that compares numbers knows nothing."""
    number = errno.ENOSYS
    try:
        # keyctl of x32, then that of i386 by its gate: mov eax, 288; xor ebx, ebx; int 0x80; ret
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.syscall(ctypes.c_long(0x40000000 | 250), 0, -3, 1) != -1:
            through("keyctl of x32")
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        # No register of the caller's is touched: rbx is saved.
        page.write(b"\x53\xb8\x20\x01\x00\x00\x31\xdb\xb9\xfd\xff\xff\xff\xba\x01\x00\x00\x00\xcd\x80\x5b\xc3")
        gate = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
        number = -gate()
    finally:
        os._exit(0 if number in (errno.EPERM, errno.ENOSYS) else 77)


if os.uname().machine == "x86_64":
    child = os.fork()
    if child == 0:
        other_tables()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    (through if status == 77 else say)(f"keyctl by another architecture's table: the child ended with {status}")
attempt("a terminal of the host", lambda: os.open("/dev/tty", os.O_RDWR))
done()
