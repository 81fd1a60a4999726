"""A league that nobody played, the same for the same numbers: `python -m benchmarks.synthetic DIR 10000`.

Competitions, entries and models are real files that the referee reads; results are text in the referee's own form, since
dumping ten thousand of them as YAML takes minutes.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from benchmarks.synthetic_results import CLASSES, Models, Played, result_text
from benchmarks.synthetic_words import Words
from referee.files.league import League
from referee.files.tree import tree_id

ROOT = Path(__file__).resolve().parent.parent
SCORES = ("nonzero", "l2", "bytes", "l1", "nuclear", "bits", "spectral", "path_norm", "active_nonzero", "nonzero")
"""what each competition ranks by"""
NAMES = ("digits", "letters", "phonemes", "glyphs", "clouds", "parity", "knots", "tides", "orbits", "crystals")
PLAYED_IN = (1, 1, 1, 1, 1, 2, 2, 3)
"""how many classes an entry plays in, one drawn for each"""
POPULAR = (6, 3, 1, 4, 2, 1)
"""how often each class is played, relative to the others"""
NOW = 30
"""a competition with earlier rules plays by those that stand now since so many hundredths of its history"""
FROZEN_RULES = "5d" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A competition that entries are written for."""

    name: str
    score: str
    rules_sha256: str
    version: int


def write(folder: Path, results: int, boards: Sequence[str] = CLASSES, games: int = len(NAMES)) -> None:
    """Write a league.

    Args:
        folder: that will hold `competitions/` and `submissions/`
        results: how many, spread unevenly over all boards
        boards: the classes of each competition
        games: how many competitions, up to ten
    """
    played = [_competition(folder, place, boards) for place in range(games)]
    models, words, dice = Models.made(folder / ".models"), Words(random.Random(1)), random.Random(2)
    # The first competition has ten times the results of the last.
    crowds = list(accumulate(1 / (1 + place) for place in range(games)))
    entries = _sizes(dice, results, len(boards))
    for number, (classes, age) in enumerate(entries):
        game = dice.choices(played, cum_weights=crowds)[0]
        _entry(folder, game, f"{words.slug(number)}-{number}", _drawn(dice, boards, classes), age, models, words)


def add_a_record(folder: Path) -> None:
    """Write one more entry, which leads the largest board."""
    league = League(folder)
    found = league.game(NAMES[0])
    game = Game(name=NAMES[0], score=found.rules.score, rules_sha256=found.rules_sha256, version=found.rules.version)
    _entry(
        folder, game, "one-more", [found.rules.classes[0]], 1.0, Models.made(folder / ".models").best, Words(random.Random(3))
    )


def _competition(folder: Path, place: int, boards: Sequence[str]) -> Game:
    """The digits, under another name and by another score; every second one has had other rules."""
    source, game = ROOT / "competitions/digits", folder / "competitions" / NAMES[place]
    game.mkdir(parents=True)
    shutil.copy(ROOT / "competitions/hardware.yaml", folder / "competitions/hardware.yaml")
    for name in ("data.py", "digits.csv.gz", "reference.onnx", "README.md"):
        shutil.copy(source / name, game / name)
    shutil.copytree(source / "starter", game / "starter")
    version = 1 + place % 2
    (game / "competition.yaml").write_text(
        f"title: {NAMES[place].capitalize()} by {SCORES[place].replace('_', ' ')}\nversion: {version}\n"
        f"summary: Classify 1437 {NAMES[place]} without a mistake, with the least {SCORES[place]}.\n"
        "data: {draw: fresh, module: data.py, files: [digits.csv.gz]}\nfit: {loss: cross_entropy, at_most: 1.0e-3}\n"
        f"score: {SCORES[place]}\narchitecture: {{rule: fixed, reference: reference.onnx}}\n"
        f"classes: [{', '.join(boards)}]\nrounds: 3\n",
        encoding="utf-8",
    )
    rules = League(folder).game(NAMES[place])
    return Game(name=NAMES[place], score=SCORES[place], rules_sha256=rules.rules_sha256, version=version)


def _sizes(dice: random.Random, results: int, boards: int) -> Iterator[tuple[int, float]]:
    """For each entry, in order of time: in how many classes it plays, and when, from 0 to 1."""
    left = results
    while left:
        classes = min(dice.choice(PLAYED_IN), left, boards)
        yield classes, 1 - left / results
        left -= classes


def _drawn(dice: random.Random, boards: Sequence[str], count: int) -> list[str]:
    """Some of the classes, the popular ones more often."""
    chosen: set[str] = set()
    while len(chosen) < count:
        chosen.add(dice.choices(boards, POPULAR[: len(boards)])[0])
    return [class_ for class_ in boards if class_ in chosen]


def _entry(folder: Path, game: Game, name: str, classes: Sequence[str], age: float, models: Models, words: Words) -> None:
    entry = folder / "submissions" / game.name / name
    (entry / "results").mkdir(parents=True)
    (entry / "submission.yaml").write_text(words.submission(name, classes), encoding="utf-8")
    (entry / "train.py").write_text(words.program(), encoding="utf-8")
    old = game.version > 1 and 100 * age < NOW
    for class_ in classes:
        played = Played(
            competition=game.name,
            version=1 if old else game.version,
            rules_sha256=FROZEN_RULES if old else game.rules_sha256,
            entry=name,
            class_=class_,
            # Some entries were changed after they had been judged.
            tree=tree_id(entry) if words.dice.random() > 0.02 else "ab" * 20,
            score=game.score,
            age=age,
        )
        text, used = result_text(words.dice, played, models)
        (entry / f"results/{class_}.yaml").write_text(text, encoding="utf-8")
        for file, model in used.items():
            (entry / "results" / class_).mkdir(exist_ok=True)
            (entry / "results" / class_ / file).hardlink_to(model)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
