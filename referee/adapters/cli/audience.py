"""The live clock: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from referee.ground.result import JudgedRound, TrainedRound
from referee.ground.verdict import Verdict
from referee.play.match import Match
from referee.presentation import words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

LINE_SECONDS = 60
"""between two lines about a running round in a log"""
LOG_LINES = 20
"""shown of what an entry printed, where its round failed"""


def audience_of(match: Match, quiet: bool) -> LiveClock:
    """A live clock on stderr, so that stdout holds the answer alone; silent with `--json` unless on a terminal."""
    if not sys.stderr.isatty():
        return LiveClock(Lines(None if quiet else sys.stderr), match.entry.ref)
    from rich.console import Console

    return LiveClock(Console(stderr=True, highlight=False), match.entry.ref)


class Lines:
    """A log in place of a terminal: plain lines, and not the library that draws, which is slow to import.

    Args:
        file: where they go; None for nowhere
    """

    is_terminal = False

    def __init__(self, file: TextIO | None) -> None:
        self.file = file

    def say(self, text: str) -> None:
        """Add a line."""
        if self.file is not None:
            print(text, file=self.file, flush=True)

    def quote(self, lines: list[str]) -> None:
        """Add what a stranger printed, made harmless already."""
        for line in lines:
            self.say(line)


class LiveClock:
    """Implements `referee.play.match.Audience`.

    Args:
        console: where to draw
        ref: the entry, as it was named
    """

    def __init__(self, console: Console | Lines, ref: str) -> None:
        self.console, self.ref = console, ref
        self.progress = _bar(console) if not isinstance(console, Lines) and console.is_terminal else None
        self.allowed, self.next_line = 0.0, 0.0

    def __enter__(self) -> Self:
        if self.progress:
            self.progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.progress:
            self.progress.stop()

    def machine(self, told: str) -> None:
        self.say(words.plain(told, 400), "yellow")

    def round_begins(self, number: int, rounds: int, seconds: float) -> None:
        self.allowed, self.next_line = seconds, LINE_SECONDS
        description = f"round {number} of {rounds}"
        self.draw(description=description, total=seconds, completed=0, visible=True)
        self.clock(0, "")
        if not self.console.is_terminal:
            self.say(f"{self.ref}: {description} begins, {words.seconds(seconds)} allowed")

    def clock(self, seconds: float, curve: str) -> None:
        loss = _loss(curve)
        time = f"{seconds:.1f} s of {words.seconds(self.allowed)}"
        self.draw(completed=seconds, time=time, loss=loss)
        if not self.console.is_terminal and seconds >= self.next_line:
            self.next_line += LINE_SECONDS
            self.say(f"{self.ref}: {time} {loss}")

    def round_trained(self, trained: TrainedRound, log: str) -> None:
        self.draw(visible=False)
        if trained.verdict is None:
            self.say(f"round {trained.number}: trained in {trained.seconds:.3f} s")
            return
        self.say(f"round {trained.number}: {trained.verdict} after {trained.seconds:.3f} s: {trained.reason}", "red")
        quoted = [f"  | {line}" for line in words.plain_lines(log, LOG_LINES)]
        if isinstance(self.console, Lines):
            self.console.quote(quoted)
            return
        for line in quoted:
            self.say(line, "dim")

    def judging(self, number: int, done: int, rows: int) -> None:
        told = f"{done} of {rows} rows"
        self.draw(description=f"judging round {number}", total=rows, completed=done, visible=True, time=told, loss="")
        if not self.console.is_terminal and time.monotonic() >= self.next_line:
            self.next_line = time.monotonic() + LINE_SECONDS
            self.say(f"{self.ref}: judging round {number}, {told}")

    def round_judged(self, judged: JudgedRound) -> None:
        self.draw(visible=False)
        if judged.trained.verdict is None:
            fine = judged.verdict is Verdict.QUALIFIED
            reason = f": {words.plain(judged.reason, 400)}" if judged.reason else ""
            self.say(f"round {judged.trained.number}: {judged.verdict}{reason}", "green" if fine else "red")

    def confirmation(self, rounds: int) -> None:
        self.say(f"this would lead the board: {rounds} more rounds confirm it")

    def draw(self, **changes: Any) -> None:
        """Change the bar, where there is one."""
        if self.progress:
            self.progress.update(self.progress.task_ids[0], **changes)

    def say(self, text: str, style: str = "") -> None:
        if isinstance(self.console, Lines):
            self.console.say(text)
            return
        from rich.text import Text

        # Wrapped, a stranger's words could begin a line, where a workflow takes `::` for a command.
        self.console.print(Text(text, style), soft_wrap=True)


def _bar(console: Console) -> Progress:
    # Slow to import, and of no use in a log.
    from rich.progress import BarColumn, Progress, TextColumn

    columns = [TextColumn(f"{{task.{field}}}", markup=False) for field in ("description", "fields[time]", "fields[loss]")]
    progress = Progress(columns[0], BarColumn(40), *columns[1:], console=console, transient=True)
    progress.add_task("", visible=False, time="", loss="")
    return progress


def _loss(curve: str) -> str:
    """The loss of a line of the curve; nothing where the line is not one."""
    try:
        return f"loss {float(curve.split(',')[2]):.4g}"
    except (ValueError, IndexError):
        return ""
