"""New competitions and submissions, from patterns that already work."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from string import Template

from referee.files.league import STARTER, League
from referee.ground.errors import InputError
from referee.ground.submission import HANDLE, SLUG

PATTERNS = Path(__file__).with_name("patterns")


def new_competition(league: League, name: str) -> list[Path]:
    """Write `competitions/NAME`, a small game that can be played as it stands.

    Raises:
        InputError: the name can't be one, or is taken.
    """
    folder = league.root / "competitions" / _fresh(name, league.competitions(), "a competition")
    return _copy(PATTERNS / "competition", folder, {"title": json.dumps(_title(name))})


def new_submission(league: League, ref: str, author: str) -> list[Path]:
    """Write `submissions/COMPETITION/NAME` from the competition's starter.

    Raises:
        InputError: the names can't be used, or there is no such competition.
    """
    competition, slash, name = ref.removeprefix("submissions/").rstrip("/").partition("/")
    if not slash:
        raise InputError(f'"{ref}" is no name for an entry; write competition/name')
    game = league.game(competition)
    folder = league.root / "submissions" / competition / _fresh(name, league.entries(competition), "an entry")
    if not (game.folder / STARTER / "train.py").is_file():
        raise InputError(f"{competition} has no {STARTER}/train.py to start from; its host must add one")
    if not HANDLE.fullmatch(author):
        raise InputError(f'"{author}" is no GitHub handle; write it without @')
    words = {"title": json.dumps(_title(name)), "author": json.dumps(author), "class_": game.rules.classes[0]}
    return [*_copy(PATTERNS / "submission", folder, words), *_copy(game.folder / STARTER, folder, {})]


def _fresh(name: str, taken: list[str], kind: str) -> str:
    if not SLUG.fullmatch(name):
        raise InputError(f'"{name}" is no name; use lower-case letters, digits, dots and hyphens')
    if name in taken:
        raise InputError(f'there is {kind} "{name}" already; choose another name')
    return name


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _copy(source: Path, target: Path, words: dict[str, str]) -> list[Path]:
    """Copy a folder; `$word` is filled in in YAML files alone."""
    written = []
    for file in sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".yaml":
            copy.write_text(Template(file.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
        else:
            shutil.copyfile(file, copy)
        written.append(copy)
    return written
