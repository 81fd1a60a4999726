"""A league: the folder that holds `competitions/` and `submissions/`. Everything is read when it is asked for, strictly."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from referee.files import store, strict_yaml, tree
from referee.files.decode import decode, stated
from referee.ground.classes import CompetitionClass, parse_class
from referee.ground.competition import Competition
from referee.ground.errors import Fault, InputError, nearest
from referee.ground.hardware import Hardware
from referee.ground.ranking import Row, rank
from referee.ground.result import Result
from referee.ground.submission import Submission

T = TypeVar("T")
HARDWARE = "competitions/hardware.yaml"
_NUMBERED = re.compile(r"([^0-9]*)([0-9]*)")
_SHOWN = ("title", "summary", "classes", "par", "sound_because")
"""rules that no result depends on"""
STARTER = "starter"
"""folder of a competition with the entry that newcomers start from"""


@dataclass(frozen=True)
class Game:
    """A competition and its folder."""

    name: str
    folder: Path
    rules: Competition

    @cached_property
    def rules_sha256(self) -> str:
        """Digest of all that a result depends on: every judging rule that is stated, the bytes of the files it names.

        A rule at its default is left out, so that a referee with a new optional rule disowns no result.
        """
        judged = {key: value for key, value in stated(self.rules).items() if key not in _SHOWN}
        if self.rules.own_score is not None:
            judged["own_score"] = self.rules.own_score.module
        judged["files"] = {
            field: hashlib.sha256((self.folder / name).read_bytes()).hexdigest() for field, name in self.files.items()
        }
        return hashlib.sha256(json.dumps(judged, sort_keys=True).encode()).hexdigest()

    @property
    def files(self) -> dict[str, str]:
        """Field -> name of the files that the rules rest on."""
        names = {
            "data.module": self.rules.data.module,
            **{f"data.files[{number}]": name for number, name in enumerate(self.rules.data.files)},
            "architecture.reference": self.rules.architecture.reference,
            "pretrained.file": self.rules.pretrained.file if self.rules.pretrained else None,
            "own_score.module": self.rules.own_score.module if self.rules.own_score else None,
        }
        return {field: name for field, name in names.items() if name is not None}

    @property
    def reference(self) -> Path | None:
        """The host's graph, where the architecture is fixed."""
        name = self.rules.architecture.reference
        return self.folder / name if name is not None else None

    def played(self, name: str) -> CompetitionClass:
        """One of the competition's classes.

        Raises:
            InputError: it has no such class.
        """
        if name not in self.rules.classes:
            raise InputError(f'{self.name} has no class "{name}"{nearest(name, self.rules.classes)}')
        return parse_class(name)


@dataclass(frozen=True)
class Entry:
    """A submission and its folder."""

    competition: str
    name: str
    folder: Path
    submission: Submission

    @property
    def ref(self) -> str:
        """`competition/entry`, as commands take it."""
        return f"{self.competition}/{self.name}"

    @cached_property
    def tree(self) -> str:
        """Git's id of the folder without its results."""
        return tree.tree_id(self.folder)


@dataclass(frozen=True)
class Played:
    """An entry and all of its results, of any version."""

    entry: Entry
    results: tuple[Result, ...]

    @cached_property
    def unjudged(self) -> list[str]:
        """Classes that the entry names, and in which the files that it has now were never judged."""
        judged = {result.pins.class_: result.pins.tree for result in self.results}
        return [class_ for class_ in self.entry.submission.classes if judged.get(class_) != self.entry.tree]


@dataclass(frozen=True)
class League:
    """Reads one league. Hardware and competitions stay as they were when first read; entries and results are read anew."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> League:
        """The league that contains `folder`.

        Raises:
            InputError: there is none.
        """
        for candidate in (folder.resolve(), *folder.resolve().parents):
            if (candidate / HARDWARE).is_file():
                return cls(candidate)
        raise InputError(f"no league at {folder} or above it: {HARDWARE} is missing; go to one or pass --league DIR")

    def shown(self, file: Path) -> str:
        """A path as errors name it."""
        try:
            return file.relative_to(self.root).as_posix()
        except ValueError:
            return str(file)

    @cached_property
    def hardware(self) -> Mapping[str, Hardware]:
        """The hardware of this league by name.

        Raises:
            InputError: hardware.yaml has faults.
        """
        return self._read(_HardwareFile, self.root / HARDWARE).hardware

    def competitions(self) -> list[str]:
        """Names of all competitions, in order; those that differ in a number by that number."""
        return sorted(_folders(self.root / "competitions"), key=_by_number)

    def entries(self, competition: str) -> list[str]:
        """Names of all entries of a competition, in order."""
        return _folders(self.root / "submissions" / competition)

    def game(self, name: str) -> Game:
        """A competition.

        Raises:
            InputError: there is none of that name, or its competition.yaml has faults.
        """
        if name in self._games:
            return self._games[name]
        folder = self.root / "competitions" / name
        if name not in self.competitions():
            raise InputError(f'there is no competition "{name}"{nearest(name, self.competitions())}')
        rules = self._read(Competition, folder / "competition.yaml")
        game = Game(name, folder, rules)
        if faults := list(self._file_faults(game)):
            raise InputError(faults)
        self._games[name] = game
        return game

    @cached_property
    def _games(self) -> dict[str, Game]:
        """Competitions that were read and sound: every entry's check asks for its own again."""
        return {}

    def entry(self, ref: str) -> Entry:
        """An entry by `competition/entry` or by the path of its folder.

        Raises:
            InputError: there is none, or its submission.yaml has faults.
        """
        competition, name = self._split(ref)
        if competition not in self.competitions():
            raise InputError(f'there is no competition "{competition}"{nearest(competition, self.competitions())}')
        folder = self.root / "submissions" / competition / name
        # Not by the list of all entries: whoever reads them all would list them for each.
        if not _is_shown(folder):
            raise InputError(f'{competition} has no entry "{name}"{nearest(name, self.entries(competition))}')
        return self._entry(competition, name)

    def result_files(self, entry: Entry) -> list[Path]:
        """Where an entry's results stand, in order."""
        folder = entry.folder / "results"
        if not folder.is_dir():
            return []
        # Not by glob, which takes longer than to read one of them.
        with os.scandir(folder) as found:
            return [folder / name for name in sorted(one.name for one in found) if name.endswith(".yaml")]

    def played(self, entry: Entry) -> Played:
        """An entry with its results.

        Raises:
            InputError: a result file has faults.
        """
        return Played(entry, tuple(store.read(Result, file, self.shown(file)) for file in self.result_files(entry)))

    def all_played(self, competition: str) -> Iterator[Played]:
        """Every entry of a competition with its results, in order of their names.

        Raises:
            InputError: a submission.yaml or a result file has faults.
        """
        for name in self.entries(competition):
            yield self.played(self._entry(competition, name))

    def results(self, competition: str) -> Iterator[Result]:
        """Every recorded result of a competition, of any version and class.

        Raises:
            InputError: a result file has faults.
        """
        for file in sorted((self.root / "submissions" / competition).glob("*/results/*.yaml")):
            yield store.read(Result, file, self.shown(file))

    def board(self, game: Game, class_: str) -> tuple[Row, ...]:
        """The ranked results of a class under the rules that stand now."""
        pinned = (
            result
            for result in self.results(game.name)
            if result.pins.class_ == class_ and result.pins.rules_sha256 == game.rules_sha256
        )
        return rank(pinned, game.rules.score)

    def _entry(self, competition: str, name: str) -> Entry:
        folder = self.root / "submissions" / competition / name
        return Entry(competition, name, folder, self._read(Submission, folder / "submission.yaml"))

    def _split(self, ref: str) -> tuple[str, str]:
        folder, submissions = (Path.cwd() / ref).resolve(), self.root / "submissions"
        there = folder.is_dir() and folder.is_relative_to(submissions)
        parts = folder.relative_to(submissions).parts if there else Path(ref).parts
        if len(parts) != 2:
            raise InputError(f'"{ref}" names no entry; write competition/entry, or the path of its folder')
        return parts[0], parts[1]

    def _read(self, kind: type[T], file: Path) -> T:
        shown = self.shown(file)
        try:
            if kind is Submission and not stat.S_ISREG(file.lstat().st_mode) and not file.is_dir():
                raise InputError([Fault(shown, "", "is no regular file; links and devices don't travel")])
            plain: Any = strict_yaml.parse(file.read_bytes(), shown)
        except OSError as error:
            raise InputError([Fault(shown, "", f"can't be read: {error.strerror}")]) from None
        return decode(kind, plain, shown)

    def _file_faults(self, game: Game) -> Iterator[Fault]:
        shown = self.shown(game.folder / "competition.yaml")
        for field, name in game.files.items():
            file = game.folder / name
            if not name or not name.isprintable():
                yield Fault(shown, field, f'"{name}" is no name of a file; name one beside this one')
            elif not file.resolve().is_relative_to(game.folder.resolve()):
                yield Fault(shown, field, f'"{name}" leads out of the competition\'s folder; name a file beside this one')
            elif not file.is_file():
                how = "build it with `python reference.py`" if field == "architecture.reference" else "add the file"
                yield Fault(shown, field, f'"{name}" is missing; {how}')


@dataclass(frozen=True, slots=True)
class _HardwareFile:
    hardware: Mapping[str, Hardware]


def _folders(parent: Path) -> list[str]:
    if not parent.is_dir():
        return []
    with os.scandir(parent) as found:
        return sorted(one.name for one in found if _is_shown(one))


def _by_number(name: str) -> list[tuple[str, int]]:
    return [(word, int(number or 0)) for word, number in _NUMBERED.findall(name)]


def _is_shown(folder: Path | os.DirEntry[str]) -> bool:
    return not folder.name.startswith((".", "_")) and folder.is_dir()
