"""What the suite found about each attack in each sandbox, and the page that shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from referee.untrusted.backends import CONFINING
from referee.untrusted.selfcheck import probes
from referee.untrusted.selfcheck.running import PROGRAMS

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "site/pages/attacks.md"
COLUMNS = (*CONFINING, "unconfined")
NO_WALL = "no wall"
"""of what nothing stops where there is no sandbox"""
UNKNOWN = "not tried"
INTRODUCTION = """\
---
hide: [navigation]
---

# Attacks

Each program below is run by the tests of the referee, in every sandbox, and must first prove that it ran. *Held* means that
nothing came of it. The others are entries or model files, and get the verdict that is named. `unconfined` is for practice on
one's own code: it leads to no record. The rest is kept out by what never runs: judging reads files, no contestant's code.

`referee doctor --selfcheck` runs the first kind on your machine, in its best sandbox. This runs all of them and writes the
page anew:

```sh
UPDATE_GOLDEN=1 .venv/bin/pytest tests/play tests/untrusted
```
"""
ROWS: Mapping[int, tuple[str, ...]] = {
    1: ("sleeps",),
    2: ("hangs_after_saving",),
    3: ("leaves_a_daemon_that_rewrites_the_model",),
    5: ("ignores_every_signal",),
    6: ("forks_forever", "forks_forever_and_fails"),
    7: ("patches_the_clock",),
    9: ("hands_its_work_to_an_exit_handler",),
    10: ("leaves_a_model_for_the_next_run",),
    12: ("bombs_the_heap", "bombs_by_many_children", "bombs_by_files_in_memory"),
    13: ("prints_rubbish",),
    14: ("fills_the_output", "writes_many_files"),
    15: ("reads_secret_env",),
    17: ("overwrites_its_own_source",),
    18: ("kills_its_guard",),
    20: ("writes_the_runners_files",),
    21: ("prints_workflow_commands",),
    23: ("hands_in_a_link", "hands_in_a_link_to_the_data", "hands_in_a_hard_link"),
    24: ("hands_in_a_pipe", "hands_in_a_socket", "hands_in_a_device", "hands_in_a_link_to_a_device", "hands_in_a_folder"),
    25: ("writes_a_large_model", "rewrites_the_model_while_it_is_read"),
    26: ("forges_a_result",),
    27: ("writes_a_pickle",),
    31: ("writes_nan",),
}
"""row of the list of attacks -> names in tests/entries; the other entries there are honest, or fail by themselves"""
PREFLIGHT = "Load that an earlier run left on the machine, which would slow the next one down."


@dataclass(frozen=True)
class Attack:
    """A line of the page."""

    row: int
    name: str
    sentence: str
    everywhere: str | None = None
    """what it comes to where no sandbox has a part in it"""
    without: str | None = None
    """what it comes to without a sandbox, where the suite does not try it"""


class Attacks:
    """Filled by the tests that attack, compared with the page by a test that comes after them."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], str] = {}

    def found(self, backend: str, attack: str, what: str) -> None:
        """What an attack came to in a back end."""
        self.cells[attack, backend] = str(what)

    def page(self) -> str:
        """With what the committed page says where this session found nothing."""
        known = {**committed(), **self.cells}
        lines = [f"| | attack | {' | '.join(COLUMNS)} |", f"|---|---|{'---|' * len(COLUMNS)}"]
        for one in sorted(attacks(), key=lambda attack: (attack.row, attack.name)):
            cells = [_cell(one, column, known) for column in COLUMNS]
            lines.append(f"| {one.row} | `{one.name}`: {one.sentence} | {' | '.join(cells)} |")
        return "\n".join([INTRODUCTION, *lines, ""])


def _cell(one: Attack, column: str, known: Mapping[tuple[str, str], str]) -> str:
    if one.everywhere is not None:
        return one.everywhere
    if column == "unconfined" and one.without is not None:
        return one.without
    return known.get((one.name, column), UNKNOWN)


def committed() -> dict[tuple[str, str], str]:
    """(attack, back end) -> cell of the page as it stands."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else ():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if (name := re.match(r"`(\w+)`", cells[1] if len(cells) == 2 + len(COLUMNS) else "")) is not None:
            found |= {(name[1], column): cell for column, cell in zip(COLUMNS, cells[2:], strict=True)}
    return found


def attacks() -> Iterator[Attack]:
    """Every line of the page, in no order."""
    for probe in probes():
        without = None if probe.anywhere else NO_WALL
        for row in probe.rows[:1]:
            yield Attack(row, probe.name, docstring(PROGRAMS / f"{probe.name}.py"), without=without)
    for row, names in ROWS.items():
        for name in names:
            (file,) = (TESTS / "entries").glob(f"*/{name}/train.py")
            own = f"{name}_as_an_entry" if name in PROBED else name
            everywhere = file.parent.parent.name if name in JUDGED else None
            yield Attack(row, own, docstring(file), everywhere=everywhere, without=WITHOUT.get(name))
    for file in (TESTS / "artifacts").glob("*/*.py"):
        attack = re.search(r"^ATTACK = (\d+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        if attack is not None and file.parent.name != "qualified":
            yield Attack(int(attack[1]), file.stem, docstring(file), everywhere=file.parent.name)
    for file in (TESTS / "artifacts/input-error").glob("*.yaml"):
        yield Attack(32, file.stem, "A file of rules, read by what is written alone.", everywhere="input-error")
    yield Attack(11, "leaves_load_behind", PREFLIGHT, everywhere="referee-error")


def docstring(file: Path) -> str:
    """The first line of a program's, as a cell."""
    told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return told.splitlines()[0].replace("|", "\\|")


JUDGED = {"saves_zeros", "classifies_with_tiny_weights", "writes_a_pickle", "writes_nan", "writes_wrong_shapes"}
"""entries that only the judge has to do with: one sandbox is enough"""
PROBED = {probe.name for probe in probes()}
WITHOUT = dict.fromkeys(
    (
        *("forks_forever", "forks_forever_and_fails", "kills_its_guard", "reads_secret_env", "overwrites_its_own_source"),
        *("leaves_a_model_for_the_next_run", "bombs_by_files_in_memory", "hands_in_a_link_to_a_device"),
    ),
    NO_WALL,
)
"""entries that the suite runs in sandboxes alone"""
