"""New competitions and submissions, from patterns that already work."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from string import Template

import yaml

from referee.files import strict_yaml
from referee.files.decode import decode
from referee.files.league import STARTER, Game, League
from referee.ground.competition import Competition
from referee.ground.errors import Fault, InputError
from referee.ground.submission import HANDLE, SLUG

PATTERNS = Path(__file__).with_name("patterns")
BUILT_IN = "built-in"
"""the pattern that comes with the package; a league's own competition of this name can be played, but not copied"""
_RULES = "competition.yaml"


def competition_patterns(league: League | None) -> dict[str, Competition]:
    """Name -> rules of what a new competition can be like: the built-in game, and all that the league plays.

    Raises:
        InputError: a competition.yaml of the league has faults.
    """
    own = {name: league.game(name).rules for name in league.competitions()} if league is not None else {}
    file = PATTERNS / "competition" / _RULES
    text = Template(file.read_text(encoding="utf-8")).substitute(title=json.dumps("A small game"))
    built_in = decode(Competition, strict_yaml.parse(text.encode(), str(file)), str(file))
    return {BUILT_IN: built_in} | {name: rules for name, rules in own.items() if name != BUILT_IN}


def new_competition(league: League, name: str, like: str = BUILT_IN) -> list[Path]:
    """Write `competitions/NAME`, a game that can be played as it stands.

    Args:
        like: the pattern; a competition of the league is copied with its data, its par and all else but title and version

    Raises:
        InputError: the name can't be one, or is taken; there is no such pattern, or it has faults.
    """
    folder = league.root / "competitions" / _fresh(name, league.competitions(), "a competition")
    if like == BUILT_IN:
        return _copy(PATTERNS / "competition", folder, {"title": json.dumps(_title(name))})
    if like not in league.competitions():
        raise InputError(f'there is no pattern "{like}"; there are {", ".join([BUILT_IN, *league.competitions()])}')
    game = league.game(like)
    rules, readme = _first_version(league, game, _title(name)), _retitled(game, _title(name))
    written = _copy(game.folder, folder)
    (folder / _RULES).write_bytes(rules)
    if readme is not None:
        (folder / "README.md").write_bytes(readme)
    return written


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
    return [*_copy(PATTERNS / "submission", folder, words), *_copy(game.folder / STARTER, folder)]


def _fresh(name: str, taken: list[str], kind: str) -> str:
    if not SLUG.fullmatch(name):
        raise InputError(f'"{name}" is no name; use lower-case letters, digits, dots and hyphens')
    if name in taken:
        raise InputError(f'there is {kind} "{name}" already; choose another name')
    return name


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _first_version(league: League, game: Game, title: str) -> bytes:
    """The rules of a game under another title and as version 1, all else to the letter, comments and lines included."""
    content, shown = (game.folder / _RULES).read_bytes(), league.shown(game.folder / _RULES)
    text, wanted = content.decode("utf-8-sig"), {"title": title, "version": 1}
    whole = yaml.compose(text, Loader=yaml.SafeLoader)
    values = {key.value: value for key, value in whole.value} if isinstance(whole, yaml.MappingNode) else {}
    # From the end, so that the places of those before stay what they are.
    for key in sorted(wanted, key=lambda key: -values[key].start_mark.index):
        start, end = values[key].start_mark.index, values[key].end_mark.index
        # The mark at the end of a block of text is that of the next key.
        end = start + len(text[start:end].rstrip())
        text = text[:start] + json.dumps(wanted[key]) + text[end:]
    if strict_yaml.parse(text.encode(), shown) != strict_yaml.parse(content, shown) | wanted:
        raise InputError([Fault(shown, "", "can't be copied: write title and version as plain lines, `title: …`")])
    return text.encode()


def _retitled(game: Game, title: str) -> bytes | None:
    """The readme of a game, where its heading is the game's title."""
    file = game.folder / "README.md"
    heading, line_end, rest = file.read_bytes().partition(b"\n") if file.is_file() else (b"", b"", b"")
    same = heading.strip() == f"# {game.rules.title}".encode()
    return f"# {title}".encode() + line_end + rest if same else None


def _copy(source: Path, target: Path, words: dict[str, str] | None = None) -> list[Path]:
    """Copy a folder. With words, `$word` is filled in in YAML files."""
    written = []
    for file in sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if words is not None and file.suffix == ".yaml":
            copy.write_text(Template(file.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
        else:
            shutil.copyfile(file, copy)
        written.append(copy)
    return written
