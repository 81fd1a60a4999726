"""Leaves a file, a queue and a segment of memory wherever it may, and looks for those of an earlier run."""

import ctypes
import os
import tempfile

from attempts import LIBC, done, say, through

KEY, MODE = 0x6D676F6C, 0o600 | 0o1000  # IPC_CREAT
folders = {os.environ["HOME"], "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", tempfile.gettempdir(), os.environ["MLGOLF_OUT"]}
for folder in sorted(folder for folder in folders if os.path.isdir(folder)):
    file = os.path.join(folder, "mlgolf-left-behind")
    if os.path.exists(file):
        through(f"{folder} still holds what an earlier run left")
        os.unlink(file)
    try:
        with open(file, "w") as left:
            left.write("a trained model")
    except OSError:
        continue
    say(f"left something in {folder}")
shmat = LIBC.shmat
shmat.restype = ctypes.c_void_p
if LIBC.shmget(KEY, 0, 0o600) != -1:
    through("a segment of memory of an earlier run is there")
say(f"segment {LIBC.shmget(KEY, 4096, MODE)}, queue {LIBC.msgget(KEY, MODE)}")
done()
