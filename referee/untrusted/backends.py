"""The sandboxes that there are, best first. A new one is a file beside this one and a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from referee.ground.errors import RefereeFault
from referee.untrusted import bubblewrap
from referee.untrusted.sandbox import Sandbox
from referee.untrusted.unconfined import Unconfined

CONFINING: Mapping[str, tuple[Callable[[], str | None], Callable[[], Sandbox]]] = {
    "bubblewrap": (bubblewrap.why_not, bubblewrap.Bubblewrap),
}
"""name -> why it can't be used here, with the remedy (None where it can), and what makes it"""


def choose(*, practice: bool) -> Sandbox:
    """The best sandbox of this machine.

    Raises:
        RefereeFault: none that confines, and this is no practice.
    """
    reasons = []
    for why_not, make in CONFINING.values():
        reason = why_not()
        if reason is None:
            return make()
        reasons.append(reason)
    if practice:
        return Unconfined("; ".join(reasons))
    raise RefereeFault(f"no sandbox: {'; '.join(reasons)}; or pass --practice to run unconfined, without a record")
