"""What is put on the host for a probe to find: a secret of the referee's user, files that must not change, open ears."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from referee.untrusted.machine import leftovers

DATA = b"rows"
CLOCK_SECONDS = 2
"""that the machine's clock may differ from the steady one's course during a probe"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """All that stands while a probe runs."""

    mark: str
    """in the environment of whatever the probe starts"""
    secret: str
    data: Path
    told: Mapping[str, Any]
    """what the program is told of it, so that it need not search"""
    commands: Path
    ears: tuple[socket.socket, ...]
    offset: float
    """of the machine's clock against the steady one, seconds"""

    def got_through(self, log: str) -> str | None:
        """What of it was reached, as far as the host can see."""
        if self.secret in log:
            return "a secret of the referee's user was read"
        if select.select(self.ears, (), (), 0)[0]:
            return "something that listens on the host was reached"
        if self.data.read_bytes() != DATA or self.commands.read_bytes():
            return "a file of the host was changed"
        if abs(_offset() - self.offset) > CLOCK_SECONDS:
            return "the clock of the machine was set"
        return None

    def alive(self) -> list[int]:
        """Processes of this machine that carry the mark: nothing of a probe may outlive its run."""
        return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if self._marked(folder)]

    def _marked(self, folder: Path) -> bool:
        try:
            return self.mark.encode() in (folder / "environ").read_bytes()
        except OSError:
            return False


@contextlib.contextmanager
def planted() -> Iterator[Planted]:
    """Plant, and take away again."""
    name = f"mlgolf-selfcheck-{secrets.token_hex(6)}"
    secret, mark = f"secret-{secrets.token_hex(16)}", f"mark-{secrets.token_hex(16)}"
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(leftovers.folder("selfcheck")))
        # A folder that everybody may enter, so that the rights of its files are not what holds.
        folder.chmod(0o755)
        data, commands = folder / "data.npz", folder / "commands"
        data.write_bytes(DATA)
        commands.touch()
        commands.chmod(0o666)
        files = [_secret_file(place / name, secret, stack) for place in (folder, Path.home()) if os.access(place, os.W_OK)]
        variables = {"MLGOLF_PLANTED_SECRET": secret, "GITHUB_TOKEN": secret, "GITHUB_ENV": f"{commands}"}
        _set(variables, stack)
        holder = stack.enter_context(_holder(variables))
        ears = _ears(folder, name, stack)
        yield Planted(
            mark=mark,
            secret=secret,
            data=data,
            commands=commands,
            ears=ears,
            offset=_offset(),
            told={
                "mark": mark,
                "name": name,
                "secrets": files,
                "home": f"{Path.home()}",
                "pid": holder.pid,
                "commands": f"{commands}",
                "hosts": _addresses(),
                "tcp": ears[0].getsockname()[1],
                "udp": ears[1].getsockname()[1],
                "abstract": name,
                "socket": ears[3].getsockname(),
            },
        )


def _secret_file(file: Path, secret: str, stack: contextlib.ExitStack) -> str:
    stack.callback(file.unlink, missing_ok=True)
    file.write_text(secret)
    return str(file)


def _set(variables: Mapping[str, str], stack: contextlib.ExitStack) -> None:
    for name, value in variables.items():
        before = os.environ.get(name)
        os.environ[name] = value
        stack.callback(os.environ.__setitem__, name, before) if before is not None else stack.callback(os.environ.pop, name)


@contextlib.contextmanager
def _holder(variables: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A neighbour of the referee's user whose variables hold the secret from its first moment on."""
    holder = subprocess.Popen(["sleep", "600"], env={**os.environ, **variables}, stdin=subprocess.DEVNULL)
    try:
        yield holder
    finally:
        holder.kill()
        holder.wait()


def _ears(folder: Path, name: str, stack: contextlib.ExitStack) -> tuple[socket.socket, ...]:
    """TCP, UDP, and sockets of this machine without and with a path."""
    kinds: list[tuple[int, int, Any]] = [
        (socket.AF_INET, socket.SOCK_STREAM, ("", 0)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("", 0)),
        (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{name}"),
        (socket.AF_UNIX, socket.SOCK_STREAM, f"{folder / 'socket'}"),
    ]
    ears = []
    for family, kind, address in kinds:
        ear = stack.enter_context(socket.socket(family, kind))
        ear.bind(address)
        if kind == socket.SOCK_STREAM:
            ear.listen()
        ears.append(ear)
    (folder / "socket").chmod(0o777)
    return tuple(ears)


def _addresses() -> list[str]:
    """Of this machine: its loopback's, and the one that it would reach the world by."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, contextlib.suppress(OSError):
        s.connect(("192.0.2.1", 9))  # sends nothing
        return ["127.0.0.1", s.getsockname()[0]]
    return ["127.0.0.1"]


def _offset() -> float:
    return time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
