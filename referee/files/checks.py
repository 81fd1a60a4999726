"""Static checks of a league: everything wrong at once. Nothing is executed, and no model is opened."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from referee.files import store, tree
from referee.files.league import STARTER, Entry, Game, League
from referee.ground.classes import parse_class
from referee.ground.errors import Fault, InputError, nearest
from referee.ground.result import JudgedRound, Result
from referee.ground.submission import SLUG

MOST_FILES = 50
DEEPEST = 4
FILE_NAMES = f"names are ASCII letters, digits, . _ - and at most {DEEPEST} deep; none starts with a dot"
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def league_faults(league: League) -> Iterator[Fault]:
    """Faults of the hardware, of every competition, of every entry."""
    yield from _caught(lambda: league.hardware)
    for name in league.competitions():
        yield from competition_faults(league, name)
        for entry in league.entries(name):
            yield from entry_faults(league, f"{name}/{entry}")
    for stray in sorted((league.root / "submissions").glob("*")):
        if stray.is_dir() and stray.name not in league.competitions():
            hint = nearest(stray.name, league.competitions())
            yield Fault(league.shown(stray), "", f"there is no competition of this name{hint}")


def competition_faults(league: League, name: str) -> Iterator[Fault]:
    """Faults of one competition's files."""
    where = f"competitions/{name}"
    if not SLUG.fullmatch(name):
        yield Fault(where, "", "a name is lower-case letters, digits, dots and hyphens")
    faults = list(_caught(lambda: league.game(name)))
    yield from faults
    folder = league.root / where
    if not (folder / "README.md").is_file():
        yield Fault(f"{where}/README.md", "", "is missing; say what the blackbox is and why this score")
    if not (folder / STARTER / "train.py").is_file():
        yield Fault(f"{where}/{STARTER}/train.py", "", "is missing; `referee new submission` copies it for newcomers")
    if faults:
        return
    game = league.game(name)
    if not list(_caught(lambda: league.hardware)):
        for number, written in enumerate(game.rules.classes):
            if (hardware := parse_class(written).hardware) not in league.hardware:
                hint = nearest(hardware, league.hardware)
                yield Fault(f"{where}/competition.yaml", f"classes[{number}]", f'unknown hardware "{hardware}"{hint}')


def competition_doubts(league: League, name: str) -> Iterator[Fault]:
    """What keeps a competition from nothing, but stands on its boards: a score that its host alone answers for."""
    if list(_caught(lambda: league.game(name))) or league.game(name).rules.sound_because is None:
        return
    rules, where = league.game(name).rules, f"competitions/{name}/competition.yaml"
    told = f"{rules.score} where the architecture is {rules.architecture.rule}"
    why = rules.objection or ("the host's own" if rules.own_score else "the host's graph normalises")
    yield Fault(where, "score", f"{told}: {why}; played because: {rules.sound_because}")


def entry_faults(league: League, ref: str, *, results: bool = True) -> Iterator[Fault]:
    """Faults of one entry's files and, unless they are not asked for, of its results."""
    folder = league.root / "submissions" / ref
    if folder.is_symlink():
        yield Fault(f"submissions/{ref}", "", "is a link; an entry is a folder of its own")
        return
    unread = list(_caught(lambda: league.entry(ref)))
    yield from unread
    if unread:
        if folder.is_dir():
            yield from _folder_faults(league, folder)
        return
    entry = league.entry(ref)
    where = league.shown(entry.folder)
    if not SLUG.fullmatch(entry.name):
        yield Fault(where, "", "a name is lower-case letters, digits, dots and hyphens")
    yield from _folder_faults(league, entry.folder)
    if list(_caught(lambda: league.game(entry.competition))):
        return
    game = league.game(entry.competition)
    for number, name in enumerate(entry.submission.classes):
        if name not in game.rules.classes:
            hint = nearest(name, game.rules.classes)
            yield Fault(f"{where}/submission.yaml", f"classes[{number}]", f'{game.name} has no class "{name}"{hint}')
    size = sum(path.lstat().st_size for path in tree.files(entry.folder))
    if size > game.rules.limits.entry_bytes:
        yield Fault(where, "", f"{size} bytes of files, at most {game.rules.limits.entry_bytes} here; weights don't travel")
    for file in league.result_files(entry) if results else ():
        yield from _result_faults(league, game, entry, file)


def _folder_faults(league: League, folder: Path) -> Iterator[Fault]:
    where = league.shown(folder)
    if not (folder / "train.py").is_file():
        yield Fault(f"{where}/train.py", "", "is missing; it is what the referee runs")
    paths = list(tree.files(folder))
    if len(paths) > MOST_FILES:
        yield Fault(where, "", f"{len(paths)} files, at most {MOST_FILES}")
    folded: dict[str, Path] = {}
    for path in paths:
        parts = path.relative_to(folder).parts
        shown = league.shown(path)
        if not stat.S_ISREG(path.lstat().st_mode):
            yield Fault(shown, "", "is no regular file; links and devices don't travel")
        elif not _is_text(path.read_bytes()):
            yield Fault(shown, "", "is not text; an entry is source code alone")
        if not is_file_name(parts):
            yield Fault(shown, "", FILE_NAMES)
        twin = folded.setdefault(shown.casefold(), path)
        if twin is not path:
            yield Fault(shown, "", f"differs from {twin.name} in case alone; some file systems can't hold both")


def is_file_name(parts: Sequence[str]) -> bool:
    """Whether the parts of a path inside an entry are what every file system and every log takes as it is."""
    return len(parts) <= DEEPEST and all(map(_FILE_NAME.fullmatch, parts))


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def _result_faults(league: League, game: Game, entry: Entry, file: Path) -> Iterator[Fault]:
    shown = league.shown(file)
    try:
        result = store.read(Result, file, shown)
    except InputError as error:
        yield from error.faults
        return
    pins = result.pins
    stated = (pins.competition, pins.entry, f"{pins.class_}.yaml")
    if stated != (entry.competition, entry.name, file.name):
        yield Fault(shown, "pins", f"it is a result of {pins.competition}/{pins.entry} in {pins.class_}; it was moved")
    if pins.version == game.rules.version and pins.rules_sha256 != game.rules_sha256:
        yield Fault(shown, "pins.rules_sha256", f"the rules of {game.name} changed without a new version; raise `version`")
    kept = file.with_suffix("")
    for number, judged in enumerate(result.rounds):
        yield from _artifact_faults(shown, number, judged, kept)


def _artifact_faults(shown: str, number: int, judged: JudgedRound, kept: Path) -> Iterator[Fault]:
    artifact = judged.trained.artifact
    if artifact is None or artifact.file is None:
        return
    field = f"rounds[{number}].trained.artifact.file"
    if not store.ARTIFACT_FILE.fullmatch(artifact.file):
        yield Fault(shown, field, f'"{artifact.file}" is no name of an artifact')
    elif not (kept / artifact.file).is_file():
        yield Fault(shown, field, f'"{kept.name}/{artifact.file}" is missing; restore it from Git')


def _caught(read: Callable[[], object]) -> Iterator[Fault]:
    try:
        read()
    except InputError as error:
        yield from error.faults
