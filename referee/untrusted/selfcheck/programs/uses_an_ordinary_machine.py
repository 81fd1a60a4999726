"""What programs take for granted: names, temporary files, sockets of their own, mapped memory, the data."""

import getpass
import mmap
import os
import pathlib
import platform
import socket
import sys
import tempfile
import threading
import time

from attempts import PLANTED, call, done

assert call("getpid") == os.getpid() and platform.machine()
assert (
    getpass.getuser()
    and socket.gethostname()
    and pathlib.Path.home().is_dir()
    and os.path.expanduser("~") == os.environ["HOME"]
)
assert os.cpu_count() and os.getloadavg() and os.path.exists("/proc/self/stat") and os.urandom(4)
with open(os.environ["MLGOLF_DATA"]) as data:
    assert data.read() == "rows"
assert sys.executable == PLANTED["python"], "another interpreter than the referee's"
with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "array"), "wb+") as file:
    file.truncate(1 << 16)
    with mmap.mmap(file.fileno(), 1 << 16) as mapped:
        mapped[:4] = b"rows"
    assert os.pread(file.fileno(), 4, 0) == b"rows"
    os.mkfifo(os.path.join(folder, "pipe"))
with tempfile.NamedTemporaryFile() as named:
    assert os.path.exists(named.name)
left, right = socket.socketpair()
left.send(b"paired")
assert right.recv(6) == b"paired"
for family, address in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, os.path.join(os.environ["HOME"], "socket"))):
    with socket.socket(family) as listening, socket.socket(family) as calling:
        listening.bind(address)
        listening.listen()
        calling.connect(listening.getsockname())
        calling.send(b"looped")
        assert listening.accept()[0].recv(6) == b"looped"
assert socket.getaddrinfo("localhost", 80)
for folder in (os.environ["HOME"], os.environ["MLGOLF_OUT"], os.environ["TMPDIR"], "/dev/shm"):
    file = os.path.join(folder, f"file-{os.getpid()}")
    with open(file, "wb") as written:
        written.write(b"x" * 4096)
    os.unlink(file)
thread = threading.Thread(target=time.sleep, args=(0.01,))
thread.start()
thread.join()
with open("/dev/null", "wb") as nothing, open("/dev/urandom", "rb") as noise, open("/dev/zero", "rb") as zeros:
    assert nothing.write(noise.read(8)) == 8 and zeros.read(1) == b"\0"
assert sys.stdin.read() == ""
done()
