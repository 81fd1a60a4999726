"""Pages as a host without this tool would write them: one for each result, with the same facts, and no pictures."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.synthetic_words import HANDLES, NOTES, TECHNIQUES
from referee.ground.scores import SCORES

THOROUGH, MINIMAL = "thorough", "minimal"
FACTS = (
    "rank class score gap authors techniques fit accuracy held-out time energy memory attempts machine commit recorded".split()
)


def write_pages(docs: Path, count: int, style: str) -> None:
    """Write a home page and `count` others.

    Args:
        style: `THOROUGH` pages say what ours say of an entry; `MINIMAL` ones have a title and a paragraph
    """
    dice = random.Random(4)
    (docs / "entries").mkdir(parents=True)
    (docs / "index.md").write_text("# A league\n\nIts entries are listed on its boards.\n", encoding="utf-8")
    for number in range(count):
        page = docs / "entries" / f"entry-{number}.md"
        page.write_text(_thorough(dice, number) if style == THOROUGH else _minimal(dice, number), encoding="utf-8")


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

## Notes

{notes}

## Repeat it

```sh
git clone https://github.com/golf/league
referee verify digits/entry-{number}
```
"""


def _number(dice: random.Random) -> str:
    return f"{dice.lognormvariate(3, 3):.5g}"
