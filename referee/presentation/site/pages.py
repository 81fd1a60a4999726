"""`build`: a league -> the generated pages of the site, path -> Markdown.

What strangers wrote stands only inside blocks of raw HTML, escaped by Jinja, and never at the start of a line: Markdown
leaves such blocks alone, but looks for fenced code before it looks for HTML. It never stands in front matter, which the theme
prints as HTML. This holds as long as no Markdown extension reads attributes, macros or files into text (mkdocs.yml).
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from referee.files.league import Game, League
from referee.ground.classes import TIME_CLASSES, CompetitionClass
from referee.ground.competition import Competition
from referee.ground.fits import FITS
from referee.ground.scores import SCORES
from referee.ground.soundness import RULES, UNSOUND
from referee.ground.verdict import Verdict
from referee.models.operators import OPERATORS, OPSETS, Scale
from referee.models.walk import first_opset
from referee.presentation import words
from referee.presentation.site.boards import Board, Line, Standing, class_in_words, standing

NEWEST = 8
"""records on the home page"""
BRIEF = 20
"""ranked lines of a board on its competition's page"""

Render = Callable[..., str]


def build(league: League, templates: Path) -> dict[str, str]:
    """Every generated page, its path below the pages' folder -> Markdown.

    Args:
        templates: folder of the Jinja templates

    Raises:
        InputError: a file of the league has faults.
    """
    render = partial(_render, _environment(league, templates))
    standings = [standing(league, name) for name in league.competitions()]
    pages = {
        "index.md": render("home", "index.md", standings=standings, newest=_newest(standings)),
        "scores.md": render("scores", "scores.md"),
        "operators.md": render("operators", "operators.md"),
    }
    for one in standings:
        pages |= _competition(one, render)
    return pages


def competition_page(name: str) -> str:
    """Where the page of a competition stands."""
    return f"competitions/{name}.md"


def board_page(name: str, class_: str) -> str:
    """Where the page of a board stands."""
    return f"boards/{name}/{class_}.md"


def link(page: str, to: str) -> str:
    """The address of `to` as seen from `page`, for raw HTML, whose links no generator mends.

    Pages are taken to be folders: `boards/digits/laptop-ss.md` is served as `boards/digits/laptop-ss/`.
    """
    return posixpath.relpath(_address(to) or ".", _address(page) or ".") + ("/" if to.endswith(".md") else "")


def inline(text: str) -> Markup:
    """A host's text inside a line of Markdown, to be read as it stands."""
    return Markup(re.sub(r"([\\`*_{}\[\]()#+.!-])", r"\\\1", html.escape(words.plain(text), quote=False)))


def front_matter(text: str) -> Markup:
    """A host's text as a value of front matter. The theme prints such values as HTML, so they are HTML."""
    return Markup(json.dumps(html.escape(words.plain(text))))


def _competition(one: Standing, render: Render) -> dict[str, str]:
    game, path = one.game, competition_page(one.game.name)
    pages = {path: render("competition", path, standing=one, rules=game.rules, readme=_readme(game), brief=BRIEF)}
    for board in one.boards:
        frozen = one.frozen_in(board.class_)
        if board.played or frozen:
            path = board_page(game.name, board.class_)
            pages[path] = render("board", path, standing=one, rules=game.rules, board=board, frozen=frozen)
    return pages


def _newest(standings: Iterable[Standing]) -> list[tuple[Standing, Board, Line]]:
    records = [(one, board, line) for one in standings for board in one.boards for line in board.ranked if line.led]
    return sorted(records, key=lambda record: (record[2].recorded_at, record[2].entry), reverse=True)[:NEWEST]


def _readme(game: Game) -> Markup:
    """The host's README as a part of a page: without its title, headings one level down."""
    file = game.folder / "README.md"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return Markup("\n".join(_demoted(text.splitlines())))


def _demoted(lines: Iterable[str]) -> Iterator[str]:
    fenced = False
    for line in lines:
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if fenced or not line.startswith("#"):
            yield line
        elif not line.startswith("# "):
            yield f"#{line}"


def _environment(league: League, templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "inline": inline,
        "plain": words.plain,
        "capitalized": lambda text: text[:1].upper() + text[1:],
        "front_matter": front_matter,
        "bytes": _bytes,
        "count": _count,
        "duration": words.seconds,
        "score": lambda value, rules: words.score(rules.score, value, rules.own_score),
        "formula": _formula,
        "rounds": _rounds,
        "class_in_words": partial(class_in_words, league),
    }
    environment.globals |= {
        "competition_page": competition_page,
        "board_page": board_page,
        "scores": SCORES,
        "fits": FITS,
        "architectures": RULES,
        "objections": {score: {rule: UNSOUND.get((score, rule)) for rule in RULES} for score in SCORES},
        "soundness": words.soundness,
        "reservations": words.reservations,
        "operators": _operators_by_scale(),
        "opsets": OPSETS,
        "verdicts": list(Verdict),
        "times": TIME_CLASSES,
        "hardware": league.hardware,
    }
    return environment


def _render(environment: Environment, template: str, path: str, **values: object) -> str:
    return environment.get_template(f"{template}.md.jinja").render(link=partial(link, path), **values)


def _address(path: str) -> str:
    return re.sub(r"(?:^|(?<=/))index\.md$|\.md$", "", path)


def _formula(text: str) -> Markup:
    """A formula of a table: `Σ_W` with its W below the line."""
    return Markup(re.sub(r"_(\w+|\|\w+\|)", r"<sub>\1</sub>", html.escape(text)))


def _operators_by_scale() -> dict[Scale, dict[str, int]]:
    """What a positive scale becomes -> operators, each with the opset it came with, of those that are read."""
    since = {name: first_opset(name) for name in sorted(OPERATORS)}
    return {scale: {name: since[name] for name in since if OPERATORS[name].scale is scale} for scale in Scale}


def _rounds(played: CompetitionClass, rules: Competition) -> str:
    """`3 rounds, 6 for whoever would lead`."""
    count = rules.rounds_in(played)
    more = f", {2 * count} for whoever would lead" if played.time.confirmed else ""
    return f"{count} round{'s' * (count > 1)}{more}"


def _count(number: int) -> str:
    """A large number: 100000000 -> 100 million."""
    return f"{number // 10**6} million" if number and number % 10**6 == 0 else str(number)


def _bytes(count: int) -> str:
    """A size: 65536 -> 64 KiB, where it comes out even."""
    for size, name in ((2**20, "MiB"), (2**10, "KiB")):
        if count and count % size == 0:
            return f"{count // size} {name}"
    return f"{count} bytes"
