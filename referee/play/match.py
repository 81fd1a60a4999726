"""A match: one entry in one class of its competition, checked and ready to play."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from referee.files import checks
from referee.files.league import Entry, Game, League
from referee.ground.classes import CompetitionClass
from referee.ground.errors import InputError, nearest
from referee.ground.graph import Graph
from referee.ground.hardware import Hardware, Limits
from referee.ground.result import JudgedRound, Pins, TrainedRound
from referee.models import architecture


class Audience(Protocol):
    """Who is told how a match goes on. Implementations must not raise."""

    def machine(self, told: str) -> None:
        """Something about this machine: what an earlier run had left, what is waited for, what went wrong with a meter."""

    def round_begins(self, number: int, rounds: int, seconds: float) -> None:
        """Round `number` of `rounds` starts; it may take `seconds`."""

    def clock(self, seconds: float, curve: str) -> None:
        """About four times a second: seconds used, and the last line of the loss curve, as the entry wrote it."""

    def round_trained(self, trained: TrainedRound, log: str) -> None:
        """A training is over."""

    def judging(self, number: int, done: int, rows: int) -> None:
        """Now and then while the model of round `number` runs: rows done, rows in all."""

    def round_judged(self, judged: JudgedRound) -> None:
        """A verdict is known."""

    def confirmation(self, rounds: int) -> None:
        """The result would lead its board: as many rounds again."""


@dataclass(frozen=True)
class Match:
    """What the steps of a game need to know."""

    league: League
    game: Game
    entry: Entry
    played: CompetitionClass
    hardware: Hardware
    reference: Graph | None
    """the host's graph, where the architecture is fixed"""

    @property
    def pretrained(self) -> Path | None:
        """The model that entries of this class may start from; None in a class from scratch."""
        named = self.game.rules.pretrained if self.played.pretrained is not None else None
        return self.game.folder / named.file if named is not None else None

    @classmethod
    def of(cls, league: League, ref: str, class_: str | None) -> Match:
        """Enter `ref` in `class_`, by default the first that its submission names.

        Raises:
            InputError: unknown names, or any fault of the entry, its competition or the hardware.
        """
        entry = league.entry(ref)
        faults = [*checks.competition_faults(league, entry.competition), *checks.entry_faults(league, entry.ref, results=False)]
        if faults:
            raise InputError(faults)
        class_ = class_ or entry.submission.classes[0]
        game = league.game(entry.competition)
        played = game.played(class_)
        if class_ not in entry.submission.classes:
            hint = nearest(class_, entry.submission.classes)
            raise InputError(f"{entry.ref} does not enter {class_}{hint}; add it to `classes` in its submission.yaml")
        return cls(league, game, entry, played, league.hardware[played.hardware], _reference(league, game))

    @property
    def most_rounds(self) -> int:
        """With those of a confirmation, where the class has one."""
        return self.game.rules.rounds_in(self.played) * (2 if self.played.time.confirmed else 1)

    @property
    def limits(self) -> Limits:
        """What a round may use: the hardware's, where the competition does not ask for less."""
        return self.game.rules.limits.within(self.hardware.limits)

    @property
    def pins(self) -> Pins:
        """What a result of this match is a result of."""
        return Pins(
            competition=self.game.name,
            version=self.game.rules.version,
            rules_sha256=self.game.rules_sha256,
            entry=self.entry.name,
            class_=str(self.played),
            tree=self.entry.tree,
        )


def _reference(league: League, game: Game) -> Graph | None:
    """The host's graph.

    Raises:
        InputError: it can't be read, or the competition's score means nothing on it.
    """
    if game.reference is None:
        return None
    shown = league.shown(game.reference)
    graph = architecture.read_reference(game.reference, shown)
    if faults := list(architecture.reference_faults(graph, game.rules, shown)):
        raise InputError(faults)
    return graph
