"""Segments of System V that nobody is attached to."""

import ctypes
import os

from attempts import LIBC, say

SIZE = 16 << 20
LIBC.shmat.restype, LIBC.shmat.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
LIBC.shmdt.argtypes = (ctypes.c_void_p,)
made = []
say("filling segments")
for _ in range(64):
    segment = LIBC.shmget(0, SIZE, 0o600 | 0o1000)
    if segment == -1:
        say(f"refused: shmget ({os.strerror(ctypes.get_errno())})")
        os._exit(0)
    at = LIBC.shmat(segment, None, 0)
    ctypes.memset(at, 1, SIZE)
    LIBC.shmdt(at)
    made.append(segment)
for segment in made:
    LIBC.shmctl(segment, 0, None)
