"""Sockets of every family but the ordinary ones: those of virtual machines leave every namespace."""

import errno
import socket

from attempts import attempt, call, done

UNSPECIFIED, UNIX, INET, INET6, NETLINK, VSOCK, ALG = 0, 1, 2, 10, 16, 40, 38


def virtual(peer):
    with socket.socket(VSOCK, socket.SOCK_STREAM) as s:
        s.settimeout(0.3)
        s.connect((peer, 22))


def netlink(protocol):
    return socket.socket(NETLINK, socket.SOCK_RAW, protocol)


def change_a_link():
    with netlink(0) as s:
        # RTM_SETLINK, NLM_F_REQUEST | ACK, of a device that is not there: who may change one is told that it is not.
        s.send(b"\x20\x00\x00\x00\x13\x00\x05\x00" + bytes(8) + bytes(4) + b"\xff\xff\xff\x7f" + bytes(8))
        number = -int.from_bytes(s.recv(4096)[16:20], "little", signed=True)
        if number == errno.EPERM:
            raise PermissionError(number, "not permitted")
        return f"errno {number}"


for peer in (0, 1, 2, 3):
    attempt(f"a virtual socket to {peer}", lambda peer=peer: virtual(peer))
for family in [*range(64), 1 << 20]:
    if family not in (UNSPECIFIED, UNIX, INET, INET6, NETLINK):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, 5):
            attempt(f"family {family}, kind {kind}", lambda family=family, kind=kind: socket.socket(family, kind))
assert call("socket", UNIX, socket.SOCK_STREAM, 0) > 2, "not even an ordinary one"
for family in (VSOCK, ALG, NETLINK):
    # The kernel takes an int, a filter compares 64 bits.
    attempt(f"family {family} with a high bit", lambda family=family: call("socket", 1 << 32 | family, socket.SOCK_RAW, 3))
for protocol in range(1, 32):
    attempt(f"netlink {protocol}", lambda protocol=protocol: netlink(protocol))
attempt("a change to a network device", change_a_link)
attempt("a raw socket", lambda: socket.socket(INET, socket.SOCK_RAW, 1))
attempt("AF_ALG", lambda: socket.socket(ALG, 5))
done()
