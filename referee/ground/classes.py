"""Competition classes: hardware x time, e.g. `laptop-ss`, and `laptop-ss+resnet18-1a2b3c4d` with a host-named model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from referee.ground.errors import InputError, nearest

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class TimeClass:
    """How long an entry may train, by the wall clock, from the first instruction of its process."""

    name: str
    seconds: int
    rounds: int
    """rounds that an entry plays unless the competition says otherwise"""
    confirmed: bool
    """whether a result that would lead its board is played over as many rounds again"""
    in_job: bool
    """whether its rounds fit into a job of a workflow"""


TIME_CLASSES: Mapping[str, TimeClass] = {
    time.name: time
    for time in (
        TimeClass("ss", 10 * MINUTE, 3, True, True),
        TimeClass("s", HOUR, 3, True, True),
        TimeClass("a", DAY, 1, False, False),
        TimeClass("b", 7 * DAY, 1, False, False),
        TimeClass("c", 30 * DAY, 1, False, False),
    )
}

_CLASS = re.compile(
    r"(?P<hardware>[a-z0-9]+(?:-[a-z0-9]+)*)-(?P<time>[a-z]+)(?:\+(?P<model>[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{8}))?"
)


@dataclass(frozen=True, slots=True)
class CompetitionClass:
    """Ranks never cross classes."""

    hardware: str
    time: TimeClass
    pretrained: str | None = None
    """name and first 8 digits of the SHA-256 of the one model that may be started from"""

    def __str__(self) -> str:
        name = f"{self.hardware}-{self.time.name}"
        return f"{name}+{self.pretrained}" if self.pretrained else name


def parse_class(text: str, times: Mapping[str, TimeClass] = TIME_CLASSES) -> CompetitionClass:
    """`laptop-ss` -> CompetitionClass.

    Raises:
        InputError: not of the form hardware-time, or an unknown time class.
    """
    match = _CLASS.fullmatch(text)
    if match is None:
        raise InputError(f'"{text}" is no class; write hardware-time, for example laptop-ss')
    if match["time"] not in times:
        raise InputError(f'"{text}": unknown time class "{match["time"]}"{nearest(match["time"], times)}')
    return CompetitionClass(match["hardware"], times[match["time"]], match["model"])
