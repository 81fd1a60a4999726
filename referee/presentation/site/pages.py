"""`build`: a league -> everything on its site that is generated, path -> content. Pure, but for reading the league.

A new kind of page is a row of `KINDS`. Pages are Markdown; what is not `*.md` stands on the site as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from markupsafe import Markup

from referee.files.league import Game, League
from referee.presentation.site.addresses import HOME, Published, board_page, competition_page, player_page
from referee.presentation.site.board_charts import board_charts
from referee.presentation.site.boards import FIRST, LATEST, Standing, standing
from referee.presentation.site.citation import bibtex
from referee.presentation.site.downloads.files import files
from referee.presentation.site.entries import EntryPage, all_scores, artifact_path, change, curves, entry_pages, model
from referee.presentation.site.history import LONGEST, Record, by_month, events, records
from referee.presentation.site.machines import fleets
from referee.presentation.site.players import Player, players
from referee.presentation.site.rendering import Render, renderer

NEWEST = 8
"""records on the home page"""
BRIEF = 10
"""ranked lines of a board on its competition's page"""

Content = str | bytes
Remember = Callable[[str, Callable[[], str]], str]
"""digest of all that a text depends on, what makes the text -> the text, made now or kept"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that pages are made of, read once."""

    league: League
    published: Published
    standings: tuple[Standing, ...]
    players: tuple[Player, ...]
    records: Sequence[Record]
    """of all boards, the newest first"""
    remember: Remember


def build(
    league: League,
    templates: Path,
    published: Published | None = None,
    remember: Remember = lambda key, make: make(),
) -> dict[str, Content]:
    """Everything generated, its path below the pages' folder -> Markdown, or a file's content.

    Args:
        templates: folder of the Jinja templates
        published: what only the published site knows
        remember: keeps the pages of entries between builds

    Raises:
        InputError: a file of the league has faults.
    """
    published = published or Published()
    standings = tuple(standing(league, name) for name in league.competitions())
    site = Site(
        league=league,
        published=published,
        standings=standings,
        players=players(standings),
        records=records(standings),
        remember=remember,
    )
    render = renderer(league, templates, published)
    return {path: content for kind in KINDS for path, content in kind(site, render)}


def makers(templates: Path) -> str:
    """Digest of whatever makes a kept page: the templates and this package's code."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[2]
    for file in sorted((*templates.rglob("*.jinja"), *package.rglob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


def _home(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    yield HOME, render("home", HOME, standings=site.standings, newest=site.records[:NEWEST], players=site.players)


def _reference(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    """What the referee's own tables say."""
    for name in ("scores", "operators"):
        yield f"{name}.md", render(name, f"{name}.md")


def _lists(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    """What goes across competitions."""
    happened = events(site.standings)
    known = fleets(site.league.hardware.items(), site.standings)
    yield "records.md", render("records", "records.md", records=site.records[:LONGEST])
    yield "changes.md", render("changes", "changes.md", months=by_month(happened[:LONGEST]), left=len(happened) - LONGEST)
    yield "ranking.md", render("ranking", "ranking.md", players=site.players)
    yield "hardware.md", render("hardware", "hardware.md", fleets=known)
    yield "data.md", render("data", "data.md", standings=site.standings)


def _competitions(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    for one in site.standings:
        path = competition_page(one.game.name)
        yield path, render("competition", path, standing=one, rules=one.game.rules, readme=_readme(one.game), brief=BRIEF)


def _boards(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    until = max((line.recorded_at for one in site.standings for board in one.boards for line in board.lines), default="")
    for one in site.standings:
        for board in one.boards:
            frozen = one.frozen_in(board.class_)
            if board.played or frozen:
                path = board_page(one.game.name, board.class_)
                yield (
                    path,
                    render(
                        "board",
                        path,
                        standing=one,
                        rules=one.game.rules,
                        board=board,
                        frozen=frozen,
                        charts=board_charts(one, board, path, until),
                    ),
                )


def _entries(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    for one in site.standings:
        for page in entry_pages(one):
            key = hashlib.sha256(f"{page.key} {site.published}".encode()).hexdigest()
            yield page.path, site.remember(key, partial(_entry, page, site.published, render))


def _entry(page: EntryPage, published: Published, render: Render) -> str:
    first = page.appearances[0]
    return render(
        "entry",
        page.path,
        page=page,
        standing=page.standing,
        rules=page.standing.game.rules,
        about=page.entry.submission,
        all_scores=all_scores,
        change=change,
        curves=curves,
        model=model,
        artifact_path=artifact_path,
        first=FIRST,
        latest=LATEST,
        citation=bibtex(page.standing, first.board, first.line, published),
    )


def _players(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    for player in site.players:
        path = player_page(player.handle)
        yield path, render("player", path, player=player, players=len(site.players))


def _downloads(site: Site, render: Render) -> Iterator[tuple[str, Content]]:
    return files(site.standings, site.players, site.records, site.published)


KINDS: Sequence[Callable[[Site, Render], Iterable[tuple[str, Content]]]] = (
    _home,
    _reference,
    _lists,
    _competitions,
    _boards,
    _entries,
    _players,
    _downloads,
)


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
