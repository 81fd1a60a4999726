"""The sandboxes that there are. A new one is a file in `sandboxes` and a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from referee.ground.errors import RefereeFault
from referee.ground.hardware import Hardware
from referee.untrusted.sandbox import Sandbox
from referee.untrusted.sandboxes import bubblewrap
from referee.untrusted.sandboxes.unconfined import Unconfined


@dataclass(frozen=True, slots=True)
class Backend:
    """A row of the table."""

    why_not: Callable[[], str | None]
    """why it can't be used here, with the remedy; None where it can"""
    make: Callable[[Hardware], Sandbox]


# Its imports take a hundredth of a second, and most machines never come to it.


def _container_why_not() -> str | None:
    from referee.untrusted.sandboxes import container

    return container.why_not()


def _container(hardware: Hardware) -> Sandbox:
    from referee.untrusted.sandboxes import container

    return container.Container(hardware.image)


CONFINING: Mapping[str, Backend] = {
    "bubblewrap": Backend(bubblewrap.why_not, lambda hardware: bubblewrap.Bubblewrap()),
    "container": Backend(_container_why_not, _container),
}
"""best first"""


def choose(hardware: Hardware, *, practice: bool) -> Sandbox:
    """The sandbox that the hardware asks for, else the best of this machine.

    Raises:
        RefereeFault: none that confines, and this is no practice.
    """
    reasons = []
    for name in [hardware.sandbox] if hardware.sandbox else CONFINING:
        backend = CONFINING[name]
        reason = backend.why_not()
        if reason is None:
            return backend.make(hardware)
        reasons.append(reason)
    if practice:
        return Unconfined("; ".join(reasons))
    raise RefereeFault(f"no sandbox: {'; '.join(reasons)}; or pass --practice to run unconfined, without a record")
