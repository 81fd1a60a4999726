"""Connects to what listens on the host: TCP, UDP, sockets with a path and without, and the names of the internet."""

import os
import socket

from attempts import PLANTED, attempt, done


def reach(family, kind, address):
    with socket.socket(family, kind) as s:
        s.settimeout(0.3)
        s.connect(address)
        s.send(PLANTED["mark"].encode())
        # UDP is always sent; what a refusal leaves behind is told at the next call.
        return s.recv(1) if kind == socket.SOCK_DGRAM else "connected"


with socket.socket() as own:
    own.bind(("127.0.0.1", 0))
    own.listen()
    assert reach(socket.AF_INET, socket.SOCK_STREAM, own.getsockname()) == "connected", "not even to its own"
for host in PLANTED["hosts"]:
    attempt(f"TCP to {host}", lambda host=host: reach(socket.AF_INET, socket.SOCK_STREAM, (host, PLANTED["tcp"])))
    attempt(f"UDP to {host}", lambda host=host: reach(socket.AF_INET, socket.SOCK_DGRAM, (host, PLANTED["udp"])))
attempt("TCP to ::1", lambda: reach(socket.AF_INET6, socket.SOCK_STREAM, ("::1", PLANTED["tcp"])))
attempt("TCP to the internet", lambda: reach(socket.AF_INET, socket.SOCK_STREAM, ("1.1.1.1", 53)))
attempt("the cloud's metadata", lambda: reach(socket.AF_INET, socket.SOCK_STREAM, ("169.254.169.254", 80)))
attempt("a name", lambda: socket.getaddrinfo("example.org", 80))
attempt("a socket without a path", lambda: reach(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + PLANTED["abstract"]))
for root in ("", "/proc/1/root", "/proc/1/cwd/../../../.."):
    attempt(f"a socket at {root}/", lambda root=root: reach(socket.AF_UNIX, socket.SOCK_STREAM, root + PLANTED["socket"]))
for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private", "/dev/log"):
    attempt(path, lambda path=path: reach(socket.AF_UNIX, socket.SOCK_STREAM, path))
assert os.path.isdir("/proc/self/ns")
done()
