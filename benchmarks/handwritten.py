"""Pages as a host without this tool would write them: one for each result, and the boards that list them; no pictures."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.synthetic_words import HANDLES, NOTES, TECHNIQUES
from referee.ground.scores import SCORES

THOROUGH, MINIMAL = "thorough", "minimal"
BOARDS = 60
"""as many as the synthetic leagues have"""
COLUMNS = ("rank", "entry", "by", "score", "gap", "fit", "held-out", "time", "energy", "attempts", "verdict", "date")
TENSORS = (("w1", "64 x 32"), ("b1", "32"), ("w2", "32 x 10"), ("b2", "10"))
"""as many as the models of the synthetic leagues have"""
FACTS = (
    "rank class score gap authors techniques fit accuracy held-out time energy memory attempts machine commit recorded".split()
)


def write_pages(docs: Path, count: int, style: str) -> None:
    """Write a home page and `count` others.

    Args:
        style: `THOROUGH` pages say what ours say of an entry, but for its code and its pictures, and a row of a board leads
            to each; `MINIMAL` ones have a title and a paragraph, and no boards
    """
    dice = random.Random(4)
    (docs / "entries").mkdir(parents=True)
    (docs / "index.md").write_text("# A league\n\nIts entries are listed on its boards.\n", encoding="utf-8")
    for number in range(count):
        page = docs / "entries" / f"entry-{number}.md"
        page.write_text(_thorough(dice, number) if style == THOROUGH else _minimal(dice, number), encoding="utf-8")
    if style == THOROUGH:
        (docs / "boards").mkdir()
        for number in range(BOARDS):
            (docs / "boards" / f"board-{number}.md").write_text(_board(dice, number, count), encoding="utf-8")


def _board(dice: random.Random, number: int, entries: int) -> str:
    """A board with every sixtieth entry, as a table of Markdown."""
    heads = f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}\n"
    rows = "".join(_row(dice, rank, entry) for rank, entry in enumerate(range(number, entries, BOARDS), start=1))
    return f"# Board {number}\n\n{heads}{rows}"


def _row(dice: random.Random, rank: int, entry: int) -> str:
    handle = dice.choice(HANDLES)
    numbers = f"{_number(dice)} | +{_number(dice)} | {_number(dice)} | {dice.uniform(80, 100):.2f} %"
    links = f"[Entry {entry}](../entries/entry-{entry}.md) | [{handle}](https://github.com/{handle})"
    return f"| {rank} | {links} | {numbers} | {dice.uniform(1, 600):.1f} s | {_number(dice)} J | 1 | qualified | 2026-11-21 |\n"


def _minimal(dice: random.Random, number: int) -> str:
    return f"# Entry {number}, {dice.choice(TECHNIQUES)}\n\n{dice.choice(NOTES[:2])} By {dice.choice(HANDLES)}.\n"


def _thorough(dice: random.Random, number: int) -> str:
    facts = "\n".join(f"| {fact} | {_number(dice)} |" for fact in FACTS)
    rounds = "\n".join(
        f"| {place} | {_number(dice)} | {_number(dice)} | {_number(dice)} | {dice.uniform(1, 600):.1f} s | qualified "
        f"| {dice.getrandbits(62)} | {dice.getrandbits(31)} | `{dice.randbytes(6).hex()}` |"
        for place in (1, 2, 3)
    )
    scores = "\n".join(
        f"| `{score}` | {_number(dice)} | {_number(dice)} | {_number(dice)} | {_number(dice)} |" for score in SCORES
    )
    tensors = "\n".join(
        f"| `{name}` | {shape} | {dice.randrange(10**4)} | -{_number(dice)} to {_number(dice)} | {_number(dice)} "
        f"| {dice.uniform(1, 32):.1f} |"
        for name, shape in TENSORS
    )
    notes = "\n\n".join(dice.sample(NOTES, dice.randint(2, 5)))
    return f"""# Entry {number}, {dice.choice(TECHNIQUES)}

By {dice.choice(HANDLES)}: {_number(dice)} nonzero, rank {number} in `laptop-ss`.

## Facts

| what | value |
| --- | --- |
{facts}

## Rounds

| round | score | fit | held-out | time | verdict | draw | seed | artifact |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rounds}

## Scores

| score | aggregate | round 1 | round 2 | round 3 |
| --- | --- | --- | --- | --- |
{scores}

## The model

| tensor | shape | zeros | least to greatest | mean | effective rank |
| --- | --- | --- | --- | --- | --- |
{tensors}

## Notes

{notes}

## Repeat it

```sh
git clone https://github.com/golf/league
referee verify digits/entry-{number}
```

## Cite

```bibtex
@misc{{entry-{number},
  title = {{Entry {number}: {_number(dice)} nonzero on digits}},
  author = {{{dice.choice(HANDLES)}}},
  year = {{2026}},
  howpublished = {{ML Golf, class laptop-ss}},
  url = {{https://golf.github.io/league/entries/digits/entry-{number}/}}
}}
```
"""


def _number(dice: random.Random) -> str:
    return f"{dice.lognormvariate(3, 3):.5g}"
