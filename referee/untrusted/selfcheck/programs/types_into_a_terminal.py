"""Puts words into a terminal's mouth: into one that it makes, where only the call itself can be what is refused."""

import ctypes
import fcntl
import os
import pty
import termios

from attempts import LIBC, attempt, done, say, through

TIOCLINUX = 0x541C


def typed(descriptor, request):
    sign = ctypes.create_string_buffer(b"x")
    # The kernel reads the lower half of the request; Python's own fcntl would cut the upper one off.
    if LIBC.ioctl(ctypes.c_int(descriptor), ctypes.c_ulong(request), sign) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


_, slave = pty.openpty()
assert fcntl.ioctl(slave, termios.TIOCGWINSZ, bytes(8)) == bytes(8), "it has no terminal to type into"
for what, request in {
    "TIOCSTI": termios.TIOCSTI,
    "TIOCSTI with a high bit": termios.TIOCSTI | 1 << 32,
    "TIOCLINUX": TIOCLINUX,
}.items():
    attempt(what, lambda request=request: typed(slave, request))
for descriptor in (0, 1, 2):
    (through if os.isatty(descriptor) else say)(f"descriptor {descriptor} is a terminal: {os.isatty(descriptor)}")
attempt("the controlling terminal", lambda: os.open("/dev/tty", os.O_RDWR))
attempt("the console", lambda: os.open("/dev/console", os.O_RDWR | os.O_NOCTTY))
done()
