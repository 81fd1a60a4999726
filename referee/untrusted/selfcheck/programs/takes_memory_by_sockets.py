"""Messages that nobody reads, which lie in no process's pages: a gigabyte in the buffers of sockets."""

import os
import socket
import time

from attempts import say

MOST = 1 << 30


def available():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))


def stuff():
    """Until there are no more descriptors."""
    pairs, sent = [], 0
    while sent < MOST // 4:
        try:
            pairs.append(socket.socketpair())
        except OSError:
            break
        for end in pairs[-1]:
            end.setblocking(False)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
            try:
                while True:
                    sent += end.send(b"x" * 65536)
            except OSError:
                continue
    say(f"sent {sent}")
    time.sleep(3600)


say("sending")
before = available()
for _ in range(4):
    if os.fork() == 0:
        stuff()
for _ in range(25):
    time.sleep(0.05)
    say(f"took {before - available()}")
