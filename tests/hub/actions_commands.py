"""What a step tells the runner: commands in its output, and the files that it is given to write to.

As the runner reads them: `::name key=value::data` at the beginning of a line, `##[name key=value]data` anywhere in one, both
in what it prints and in what it complains. After `::stop-commands::TOKEN` nothing counts until `::TOKEN::`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from actions_values import WorkflowError

LEVELS = ("error", "warning", "notice", "debug")
SHOWN = 10
"""annotations of each level that GitHub keeps of a step"""
REFUSED = ("set-env", "add-path")
"""commands that runners no longer obey: they fail the step"""
REGISTERED = frozenset(
    {*LEVELS, *REFUSED, "stop-commands", "set-output", "save-state", "add-mask", "add-matcher", "remove-matcher"}
    | {"group", "endgroup", "echo"}
)
FORMS = (
    (re.compile(r"\s*::(?P<info>.*?)::(?P<data>.*)"), ","),
    (re.compile(r".*?##\[(?P<info>[^\]]*)\](?P<data>.*)"), ";"),
)
"""how a command is written, and what stands between its properties"""
LINE_END = re.compile(r"\r\n|\n|\r")
UNESCAPED = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%3B": ";", "%5D": "]", "%25": "%"}


@dataclass(frozen=True)
class Annotation:
    """An error, warning, notice or debug message that a step attached to its run."""

    level: str
    message: str
    properties: dict[str, str] = field(default_factory=dict)
    """file, line, title and their like"""


@dataclass
class Told:
    """What the output of a step told the runner."""

    annotations: list[Annotation] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    """by the old `set-output`"""
    obeyed: list[str] = field(default_factory=list)
    """every line that was a command"""
    refused: list[str] = field(default_factory=list)
    """lines that fail their step"""

    def kept(self) -> list[Annotation]:
        """The annotations that GitHub shows: the first ten of each level."""
        return [one for level in LEVELS for one in [one for one in self.annotations if one.level == level][:SHOWN]]


def listen(*outputs: str) -> Told:
    """The commands in what a step wrote.

    Args:
        outputs: stdout and stderr. Nobody knows how a runner interleaves them, so stopping commands in one stops none in the
            other.
    """
    told = Told()
    for output in outputs:
        token: str | None = None
        for line in LINE_END.split(output):
            token = _line(line, token, told)
    return told


def _line(line: str, token: str | None, told: Told) -> str | None:
    found = _command(line, REGISTERED if token is None else REGISTERED | {token.lower()})
    if found is None:
        return token
    name, properties, data = found
    if token is not None:
        return None if name == token.lower() else token
    told.obeyed.append(line)
    if name == "stop-commands":
        if not data or data.lower() in REGISTERED:
            told.refused.append(line)
            return None
        return data
    if name in REFUSED:
        told.refused.append(line)
    elif name in LEVELS:
        told.annotations.append(Annotation(name, data, properties))
    elif name == "add-mask" and data.strip():
        told.masks.append(data)
    elif name == "set-output":
        told.outputs[properties.get("name", "")] = data
    return None


def _command(line: str, known: frozenset[str]) -> tuple[str, dict[str, str], str] | None:
    """Name, properties and data of a line's command. A line that begins with an unknown `::name::` may hold a `##[name]`."""
    for form, between in FORMS:
        found = form.match(line)
        if found is None:
            continue
        name, _, rest = found["info"].partition(" ")
        if name.lower() in known:
            split = (one.split("=", 1) for one in rest.strip().split(between) if "=" in one)
            return name.lower(), {key: _unescaped(value) for key, value in split if key and value}, _unescaped(found["data"])
    return None


def _unescaped(text: str) -> str:
    for escaped, meant in UNESCAPED.items():
        text = text.replace(escaped, meant)
    return text


def pairs(text: str, where: str) -> dict[str, str]:
    """What was written to GITHUB_OUTPUT or GITHUB_ENV: NAME=VALUE, and NAME<<END with lines up to END.

    Raises:
        WorkflowError: a line that is neither; the step fails.
    """
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, sign, rest = _divided(line)
        if not name or not sign or (sign == "<<" and not rest):
            raise WorkflowError(f"Unable to process file command '{where}' successfully. Invalid format '{line}'")
        found[name] = _until(rest, lines, where) if sign == "<<" else rest
    return found


def _divided(line: str) -> tuple[str, str, str]:
    equals, heredoc = line.find("="), line.find("<<")
    return line.partition("<<" if heredoc >= 0 and (equals < 0 or heredoc < equals) else "=")


def _until(end: str, lines: Iterator[str], where: str) -> str:
    held: list[str] = []
    for line in lines:
        if line == end:
            return "\n".join(held)
        held.append(line)
    raise WorkflowError(f"Unable to process file command '{where}' successfully. Matching delimiter not found '{end}'")
