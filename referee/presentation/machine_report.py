"""What `referee doctor` shows: the state of a machine, and what its sandbox held."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from referee.presentation.words import plain
from referee.untrusted.doctor import Line, State
from referee.untrusted.selfcheck import Finding

STYLES = {State.PASS: "green", State.WARN: "yellow", State.FAIL: "bold red"}


def doctor_screen(lines: Sequence[Line]) -> RenderableType:
    """A line for each thing that was looked at, its remedy below, and the sum."""
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for line in lines:
        found = Text(plain(line.found, 400))
        if line.remedy:
            found.append(f"\n-> {plain(line.remedy, 400)}", "yellow")
        table.add_row(Text(line.state, STYLES[line.state]), line.what, found)
    counted = {state: sum(line.state is state for line in lines) for state in State}
    if counted[State.FAIL]:
        end = Text(f"{counted[State.FAIL]} of {len(lines)} fail: this machine can't be a runner yet", "bold red")
    else:
        warned = f", with {counted[State.WARN]} warnings" if counted[State.WARN] else ""
        end = Text(f"this machine can be a runner{warned}; next: referee doctor --selfcheck", "bold green")
    return Group(table, end)


def probe_screen(sandbox: str, findings: Sequence[Finding]) -> RenderableType:
    """What each probe met; those that got through last, where they are seen."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="underline")
    for heading in ("row", "probe", "", "seconds"):
        table.add_column(heading, justify="right" if heading in ("row", "seconds") else "left")
    for finding in sorted(findings, key=lambda one: not one.held):
        state = Text("held", "green") if finding.held else Text(plain(finding.told or "got through", 400), "bold red")
        table.add_row(f"{finding.row}", plain(finding.name), state, f"{finding.seconds:.1f}")
    through = sum(not finding.held for finding in findings)
    seconds = sum(finding.seconds for finding in findings)
    told = f"{sandbox}: {len(findings) - through} of {len(findings)} probes held, {seconds:.0f} s"
    return Group(table, Text(told, "bold red" if through else "bold green"))
