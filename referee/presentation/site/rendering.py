"""Templates, and what they may say: the one place where text becomes Markdown and HTML.

What strangers wrote stands only inside blocks of raw HTML, escaped by Jinja, and never at the start of a line: Markdown
leaves such blocks alone, but looks for fenced code before it looks for HTML. It never stands in front matter, which the theme
prints as HTML. This holds as long as no Markdown extension reads attributes, macros or files into text (mkdocs.yml).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from referee.files.league import League
from referee.ground import rating
from referee.ground.classes import TIME_CLASSES, CompetitionClass
from referee.ground.competition import Competition
from referee.ground.fits import FITS
from referee.ground.scores import SCORES
from referee.ground.soundness import RULES, UNSOUND
from referee.ground.verdict import Verdict
from referee.models.operators import OPERATORS, OPSETS, Scale
from referee.models.walk import first_opset
from referee.presentation import words
from referee.presentation.site import addresses
from referee.presentation.site.board_charts import spark
from referee.presentation.site.boards import class_in_words

SHOWN = 50
"""lines of a list on a page; of boards, the script fetches the others"""

Render = Callable[..., str]
"""template, path of the page, values by name -> the page"""


def renderer(league: League, templates: Path, published: addresses.Published) -> Render:
    """What fills the templates of a league's site.

    Args:
        templates: folder of the Jinja templates
    """
    return partial(_render, _environment(league, templates, published))


def inline(text: str) -> Markup:
    """A host's text inside a line of Markdown, to be read as it stands."""
    return Markup(re.sub(r"([\\`*_{}\[\]()#+.!-])", r"\\\1", html.escape(words.plain(text), quote=False)))


def front_matter(text: str) -> Markup:
    """A host's text as a value of front matter. The theme prints such values as HTML, so they are HTML."""
    return Markup(json.dumps(html.escape(words.plain(text)), ensure_ascii=False))


def on_one_line(text: str) -> Markup:
    """Several lines for a `pre`, without a line of their own in the page."""
    return Markup("&#10;".join(html.escape(line) for line in text.split("\n")))


def _render(environment: Environment, template: str, path: str, **values: object) -> str:
    return environment.get_template(f"{template}.md.jinja").render(link=partial(addresses.link, path), **values)


def _environment(league: League, templates: Path, published: addresses.Published) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= _filters(league)
    environment.globals |= {
        **{name: getattr(addresses, name) for name in addresses.PAGES},
        "published": published,
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
        "rating": rating,
        "shown": SHOWN,
        "spark": spark,
    }
    return environment


def _filters(league: League) -> Mapping[str, Callable[..., object]]:
    return {
        "inline": inline,
        "plain": words.plain,
        "on_one_line": on_one_line,
        "capitalized": lambda text: text[:1].upper() + text[1:],
        "front_matter": front_matter,
        "bytes": _bytes,
        "count": _count,
        "duration": words.seconds,
        "joules": words.joules,
        "fit": words.training_fit,
        "heldout": words.heldout,
        "score": lambda value, rules: words.score(rules.score, value, rules.own_score),
        "formula": _formula,
        "rounds": _rounds,
        "class_in_words": partial(class_in_words, league),
    }


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
