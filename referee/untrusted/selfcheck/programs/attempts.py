"""What the hostile programs have in common: an attempt says what came of it, and system calls are made by their numbers.

They run on machines that people work on. Each is written so that it spoils nothing where it does get through: it is bounded,
it asks with arguments that change nothing, and it takes away what it made.
"""

import ctypes
import errno
import json
import os
import platform

PLANTED = json.loads(os.environ["PROBE_PLANTED"])
"""where the referee put what must not be reached"""
LIBC = ctypes.CDLL(None, use_errno=True)
NUMBERS = {
    # x86_64, aarch64
    "acct": (163, 89),
    "add_key": (248, 217),
    "adjtimex": (159, 171),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_adjtime": (305, 266),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "getpid": (39, 172),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "kcmp": (312, 272),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pivot_root": (155, 41),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setdomainname": (171, 162),
    "sethostname": (170, 161),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "socket": (41, 198),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
COLUMN = {"x86_64": 0, "aarch64": 1}[platform.machine()]
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)


def say(words):
    """At once, so that a kill loses nothing."""
    print(words, flush=True)


def through(words):
    """What the referee looks for."""
    say(f"got through: {words}")


def attempt(what, act):
    """What fails was refused; gives whether it was."""
    try:
        got = act()
    except (OSError, EOFError) as error:
        say(f"refused: {what} ({error.strerror if isinstance(error, OSError) else error})")
        return True
    through(f"{what}: {str(got)[:80]!r}")
    return False


def call(name, *arguments):
    """A system call by its number; raises OSError as the functions of `os` do."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    ctypes.set_errno(0)
    result = LIBC.syscall(ctypes.c_long(NUMBERS[name][COLUMN]), *words)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{os.strerror(number)}, errno {number}")
    return result


def forbidden(name, *arguments):
    """A system call that must be refused whatever it is asked: an answer about its arguments means that it was reached."""
    assert call("getpid") == os.getpid(), "the numbers of system calls are another architecture's"
    try:
        got = call(name, *arguments)
    except OSError as error:
        if error.errno in REFUSALS:
            say(f"refused: {name} ({error.strerror})")
        else:
            through(f"{name} was reached: {error.strerror}")
    else:
        through(f"{name} gave {got}")


def in_a_child(act):
    """Act in a process of its own, whatever becomes of it."""
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def done():
    """The last line of a program that ends by itself: every attempt was made."""
    say("tried everything")
