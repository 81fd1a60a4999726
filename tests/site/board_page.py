"""A page with one board, as the site has it, with results that nobody ever sent."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import material

ASSETS = Path(__file__).resolve().parents[2] / "site/pages/assets"
THEME = Path(material.__file__).parent / "templates/assets/stylesheets"
PAGE = "/boards/digits/laptop-ss/"
DATA = "boards/digits/laptop-ss.json"
COMMAND = "referee verify digits/pruned &#10;referee verify"
SHEETS = ("main", "palette", "league", "board", "charts")
SHOWN = 50
"""rows that come with the page"""
HEADS = {
    "rank": "#",
    "title": "entry",
    "score": "nonzero",
    "gap": "gap",
    "fit": "fit",
    "heldout": "held-out",
    "seconds": "time",
    "joules": "energy",
    "attempt": "attempts",
    "verdict": "verdict",
    "recorded_at": "date",
}
CLASSES = {"rank": "golf-rank", "title": "golf-entry", "verdict": "", "recorded_at": ""}
"""of the heads; the others are numbers"""
TECHNIQUES = ("Adam", "pruning", "quantisation", "distillation", "lottery ticket", "sign descent")
AUTHORS = ("ada", "grace", "Karl-Friedrich", "emmy", "index")
FAILED = ("did-not-fit", "over-time", "crashed")
SENTENCES = {"qualified": "fits the data perfectly, within the time"} | dict.fromkeys(FAILED, "it did not qualify")

Plain = dict[str, Any]


def results(count: int, failed: int = 0) -> Plain:
    """A board of `count` ranked rows, and after them `failed` that did not qualify; the same for the same numbers."""
    dice = random.Random(count)
    scores = sorted(dice.randrange(100, 100 + 3 * count) for _ in range(count))
    rows = [_row(dice, place, float(score), scores[0]) for place, score in enumerate(scores, start=1)]
    rows += [_row(dice, count + place, None, scores[0]) for place in range(1, failed + 1)]
    return {
        "schema": 1,
        "competition": "digits",
        "title": "Digits, fewest weights",
        "class": "laptop-ss",
        "version": 1,
        "rules_sha256": "ab" * 32,
        "frozen": False,
        "score": {"name": "nonzero", "sentence": "number of weights that are not zero"},
        "par": {
            "score": scores[len(scores) // 5],
            "kind": "proof",
            "source": "a proof",
            "shown": str(scores[len(scores) // 5]),
        },
        "rows": rows,
    }


def site(folder: Path, board: Plain, older: Mapping[str, Plain] = {}) -> Path:
    """Write the page, its data and what it loads.

    Args:
        older: boards of earlier rules, which stand below, by the names of their files
    """
    page = folder / PAGE.strip("/") / "index.html"
    page.parent.mkdir(parents=True)
    boards = {"laptop-ss": board, **older}
    page.write_text(html(boards), encoding="utf-8")
    for name, one in boards.items():
        (folder / f"boards/digits/{name}.json").write_text(json.dumps(one), encoding="utf-8")
    shutil.copytree(ASSETS, folder / "assets")
    for sheet in THEME.glob("*.min.css"):
        shutil.copy(sheet, folder / "assets" / f"{sheet.name.split('.')[0]}.css")
    return folder


def html(boards: Mapping[str, Plain]) -> str:
    """The page as it comes, in the theme's colours."""
    sheets = [f'<link rel="stylesheet" href="../../../assets/{name}.css">' for name in SHEETS]
    legend = [f'<span class="golf-verdict golf-verdict--{key}" title="{text}">{key}</span>' for key, text in SENTENCES.items()]
    return f"""<!doctype html>
<html lang="en" class="no-js"><head><meta charset="utf-8"><title>Digits</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">
{"".join(sheets)}
<script src="../../../assets/board.js" defer></script></head>
<body dir="ltr" data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom">
<main class="md-main"><div class="md-main__inner md-grid"><div class="md-content"><article class="md-content__inner md-typeset">
<h1>Digits, fewest weights: laptop-ss</h1>
{"".join(_live(name, board) for name, board in boards.items())}
<p>{" ".join(legend)}</p>
<div class="golf-copied"><pre tabindex="0" aria-label="A command"><code>{COMMAND}</code></pre></div>
</article></div></div></main></body></html>"""


def _live(name: str, board: Plain) -> str:
    ranked = [row for row in board["rows"] if row["rank"] is not None]
    heads = [
        f'<th scope="col" class="{CLASSES.get(key, "golf-number")}" data-sort="{key}">{text}</th>'
        for key, text in HEADS.items()
    ]
    lines = [_line(row) for row in ranked[:SHOWN]]
    above = sum(row["score"] < board["par"]["score"] for row in ranked) if board["par"] else SHOWN
    if above < SHOWN:
        lines.insert(above, _par_line(board["par"]))
    more = f'<p class="golf-more" data-shown="{SHOWN}" data-all="{len(ranked)}">The first {SHOWN} of {len(ranked)}.</p>'
    return f"""<div class="golf-live" data-board="../{name}.json" data-root="../../../">
<div class="golf-scroll" role="region" tabindex="0" aria-label="Ranked results">
<table class="golf-board"><thead><tr>{"".join(heads)}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>
{more if len(ranked) > SHOWN else ""}</div>"""


def _row(dice: random.Random, number: int, score: float | None, best: int) -> Plain:
    seconds, joules = round(dice.uniform(0.5, 600), 2), dice.choice([None, float(dice.randrange(10, 30000))])
    loss, accuracy = dice.uniform(1e-5, 9e-4), dice.randrange(700, 1001) / 1000
    day = f"2026-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
    verdict = "qualified" if score is not None else dice.choice(FAILED)
    gap = None if score is None else score - best
    fits = score is not None or verdict == "did-not-fit"
    return {
        "rank": number if score is not None else None,
        "within_noise": score is not None and number % 7 == 2,
        "record": number == 1,
        "entry": f"entry-{number:05}",
        "title": f"{dice.choice(['Fewer', 'Smaller', 'A tiny', 'sparse'])} net {dice.randrange(1000)}",
        "authors": dice.sample(AUTHORS, dice.choice([1, 1, 2])),
        "techniques": dice.sample(TECHNIQUES, dice.randrange(4)),
        "verdict": verdict,
        "reason": None if score is not None else "train.py ended with exit status 1",
        "score": score,
        "lowest": None if score is None else score - 2,
        "highest": None if score is None else score + 5,
        "rounds": 3,
        "gap": gap,
        "fit": {"loss": loss, "accuracy": 1.0, "rows": 1437} if fits else None,
        "heldout": {"loss": 0.3, "accuracy": accuracy, "rows": 360} if fits else None,
        "seconds": seconds,
        "joules": joules,
        "joules_at_most": seconds * 45,
        "memory_gib": None,
        "recorded_at": f"{day}T10:00:00Z",
        "attempt": dice.randrange(1, 12),
        "page": f"entries/digits/entry-{number:05}/" if score is not None else None,
        "curve": "0,3 20,8 40,12 60,14" if fits else "",
        "shown": {
            "score": "-" if score is None else f"{score:.0f}",
            "spread": [] if score is None else [f"{score - 2:.0f} – {score + 5:.0f}", "in 3 rounds"],
            "gap": f"+{gap:.0f}" if gap else "",
            "fit": f"{loss:.2e}" if fits else "-",
            "heldout": f"{100 * accuracy:.1f} %" if fits else "-",
            "seconds": f"{seconds:.2f} s",
            "joules": f"≤ {seconds * 45:.0f} J" if joules is None else f"{joules:.0f} J",
            "date": day,
        },
    }


def _line(row: Mapping[str, Any]) -> str:
    """A row as the site's templates write it."""
    shown, rank = {key: escape(text) for key, text in row["shown"].items() if key != "spread"}, row["rank"]
    noise = (
        '<span class="golf-noise" title="within the noise of an entry one rank above">≈</span>' if row["within_noise"] else ""
    )
    place = f'<span class="golf-place golf-place--{rank if rank < 4 else "on"}">{rank}</span>{noise}'
    pages = ["index_" if one == "index" else quote(one.lower(), safe="") for one in row["authors"]]
    people = ", ".join(
        f'<a href="../../../players/{page}/"><bdi>{escape(one)}</bdi></a>'
        for page, one in zip(pages, row["authors"], strict=True)
    )
    title = f'<a class="golf-title" href="../../../{escape(row["page"])}"><bdi>{escape(row["title"])}</bdi></a>'
    marks = "".join(f"<bdi>{escape(one)}</bdi>" for one in row["techniques"])
    techniques = f'<span class="golf-techniques">{marks}</span>' if marks else ""
    spread = "".join(f"<span>{part}</span> " for part in row["shown"]["spread"])
    line = f'<polyline points="{row["curve"]}"></polyline>'
    spark = f'<svg class="golf-sparkline" viewBox="0 0 60 16" width="60" height="16" aria-hidden="true">{line}</svg>'
    cells = [f"{shown['score']}<small>{spread}</small>", shown["gap"], shown["fit"], shown["heldout"], shown["seconds"] + spark]
    numbers = "".join(f'<td class="golf-number">{text}</td>' for text in [*cells, shown["joules"], row["attempt"]])
    verdict = f'<span class="golf-verdict golf-verdict--qualified" title="{SENTENCES["qualified"]}">qualified</span>'
    return (
        f'<tr{" class=golf-leader" if rank == 1 else ""}><td class="golf-rank">{place}</td>'
        f'<th scope="row" class="golf-entry"><div>{title}'
        f'<span class="golf-by"><code>{escape(row["entry"])}</code> by {people}</span>{techniques}</div></th>{numbers}'
        f'<td>{verdict}</td><td class="golf-date">{shown["date"]}</td></tr>'
    )


def _par_line(par: Mapping[str, Any]) -> str:
    by = "proof" if par["kind"] == "proof" else "a reference"
    said = f'<b class="golf-number">{escape(par["shown"])}</b> by {by}: {escape(par["source"])}'
    wide = f'<td colspan="{len(HEADS) - 1}"><div>{said}</div></td>'
    return f'<tr class="golf-par"><td class="golf-rank">par</td>{wide}</tr>'
