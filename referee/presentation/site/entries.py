"""The page of an entry: what it says about itself, where it stands, what came out of each round, what the model looks like."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from referee.files import tree
from referee.files.league import Entry, Game
from referee.ground.errors import InvalidModel
from referee.ground.result import JudgedRound, Result
from referee.presentation.charts import loss_curves
from referee.presentation.site.addresses import entry_page
from referee.presentation.site.boards import Board, Standing
from referee.presentation.site.lines import Line
from referee.presentation.site.model.drawing import draw
from referee.presentation.site.model.picture import drawn_host_graph, picture, read_model, tensors
from referee.presentation.site.story import story
from referee.presentation.words import plain, score

LONGEST_CHANGE = 400
"""lines of a difference that are shown"""
LARGEST_SOURCE = 2**17
"""bytes of a file whose difference is shown"""
MOST_LINES = 4000
"""of such a file: a hostile pair of files takes a time that grows with the square of them, a second or two at that many"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """An entry on one board."""

    board: Board
    line: Line
    rival: Line | None
    """whom it beat: the record before its own, or else the next one below it"""

    @property
    def current(self) -> bool:
        """Under the rules that stand now."""
        return self.board.current

    @property
    def pictured(self) -> bool:
        """Whether its losses and its model are drawn: not for each board of an entry that has its page for another."""
        return self.line.entry in self.board.pictured


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """All that the page of an entry is made of, before anything is drawn."""

    standing: Standing
    entry: Entry
    appearances: tuple[Appearance, ...]

    @property
    def path(self) -> str:
        """Where it stands."""
        return entry_page(self.entry.competition, self.entry.name)

    @property
    def key(self) -> str:
        """Digest of all that the page depends on: results, ranks, the files of the entry and of whom it beat."""
        known = [self.standing.game.rules_sha256, self.standing.game.rules.title, self.entry.submission, self.entry.tree]
        for one in self.appearances:
            rival = one.rival and (one.rival, self.standing.entries[one.rival.result.pins.entry].entry.tree)
            known += [one.current, one.pictured, one.line, rival, len(one.board.ranked)]
        return hashlib.sha256(repr(known).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def description(self) -> str:
        """`Half-way brain damage, by ada: 122 nonzero, rank 1 of 3 in laptop-ss`"""
        one = self.appearances[0]
        said = f"{one.line.score} {one.board.score}, rank {one.line.rank} of {len(one.board.ranked)} in {one.board.class_}"
        told = said if one.line.rank else f"{one.line.verdict} in {one.board.class_}"
        return f"{one.line.title}, by {', '.join(one.line.authors)}: {told}"

    @property
    def story(self) -> Markup:
        """The contestant's notes."""
        return story(self.entry.submission.notes)


def entry_pages(standing: Standing) -> Iterator[EntryPage]:
    """Those of a competition's entries that have one, the best ranks first."""
    found: dict[str, list[Appearance]] = {}
    for board in standing.every:
        records = board.records
        for place, line in enumerate(board.lines):
            if line.page is not None:
                rival = _rival(board, records, place, line)
                found.setdefault(line.entry, []).append(Appearance(board=board, line=line, rival=rival))
    for name in sorted(found, key=lambda name: (min(one.line.rank or 10**9 for one in found[name]), name)):
        yield EntryPage(standing=standing, entry=standing.entries[name].entry, appearances=tuple(found[name]))


def _rival(board: Board, records: Sequence[Line], place: int, line: Line) -> Line | None:
    if line.rank is None:
        return None
    earlier = [one for one in records if one.result.score == line.beat]
    worse = (one for one in board.ranked[place + 1 : place + 100] if one.rank != line.rank)
    return earlier[0] if earlier else next(worse, None)


def all_scores(result: Result) -> Iterator[tuple[str, str, list[str]]]:
    """Every score that was taken: its name, the aggregate, and that of each round in words."""
    for name, value in (result.scores or {}).items():
        of_rounds = [judged.scores.get(name) if judged.scores else None for judged in result.rounds]
        yield name, score(name, value), [score(name, one) for one in of_rounds]


def curves(one: Appearance, threshold: float | None) -> Markup:
    """The loss that the entry reported in each round; empty where it reported none."""
    told = [
        (f"round {judged.trained.number}", [(point.seconds, point.loss) for point in judged.trained.curve.points])
        for judged in one.line.result.rounds
    ]
    told = [(name, points) for name, points in told if points]
    if not told:
        return Markup()
    key = f"curve-{one.board.class_}-{one.board.rules_sha256[:8]}"
    return loss_curves(key=key, caption="Loss, as the entry reported it", curves=told, at_most=threshold)


def model(page: EntryPage, one: Appearance) -> Markup:
    """The model of the round whose score is nearest to the entry's: its graph and its tensors.

    A sentence where nothing can be drawn: the artifact is not kept here, or can't be read.
    """
    judged = one.line.result.typical or next(iter(one.line.result.rounds), None)
    artifact = judged.trained.artifact if judged else None
    if judged is None or artifact is None:
        return Markup("<p>No model was handed in.</p>")
    file = artifact_file(page.entry, one.line.result, judged)
    if file is None or not file.is_file():
        return Markup("<p>The model is too large to be kept here; its SHA-256 stands above.</p>")
    if not one.current:
        return Markup("<p>The model was judged under rules that are gone, and with them what is needed to read it.</p>")
    key = f"model-{one.board.class_}"
    try:
        read = read_model(page.standing.game, file.name, file.read_bytes())
    except InvalidModel as error:
        return Markup("<p>The model can't be drawn: {}.</p>").format(plain(str(error), 400))
    game, drawn = page.standing.game, Markup()
    if game.rules.architecture.rule != "fixed" or game.reference is None:
        drawn = draw(read.graph, key) + Markup("&#10;")
    elif one is next(other for other in page.appearances if other.pictured):
        # The same in every class, so it stands there once.
        drawn = drawn_host_graph(game.reference, game.rules_sha256) + Markup("&#10;")
    return drawn + picture(tensors(read.weights), key)


def artifact_file(entry: Entry, result: Result, judged: JudgedRound) -> Path | None:
    """Where the model of a round is kept; None where it is not."""
    artifact = judged.trained.artifact
    if artifact is None or artifact.file is None or "/" in artifact.file:
        return None
    return entry.folder / "results" / result.pins.class_ / artifact.file


def artifact_path(game: Game, entry: Entry, result: Result, judged: JudgedRound) -> str:
    """The same, below the root of the repository; empty where it is not kept."""
    file = artifact_file(entry, result, judged)
    return f"submissions/{game.name}/{entry.name}/{file.relative_to(entry.folder).as_posix()}" if file else ""


def change(standing: Standing, rival: str, entry: str) -> list[str]:
    """The unified difference of two entries' files, harmless to show; at most `LONGEST_CHANGE` lines and how many more."""
    old, new = (_sources(standing.entries[name].entry.folder) for name in (rival, entry))
    lines: list[str] = []
    for name in sorted({*old, *new} - {"submission.yaml"}):
        labels = f"{rival}/{name}", f"{entry}/{name}"
        lines += difflib.unified_diff(old.get(name, []), new.get(name, []), *labels, lineterm="", n=2)
    shown = [plain(line, 300).replace("\\x09", "    ") for line in lines[:LONGEST_CHANGE]]
    return shown if len(lines) <= LONGEST_CHANGE else [*shown, f"… {len(lines) - LONGEST_CHANGE} more lines"]


def _sources(folder: Path) -> dict[str, Sequence[str]]:
    """The text files of an entry, name -> lines."""
    found: dict[str, Sequence[str]] = {}
    for path in tree.files(folder):
        if path.is_symlink() or path.stat().st_size > LARGEST_SOURCE:
            continue
        text = path.read_bytes()
        lines = text.decode("utf-8", "replace").splitlines()
        if b"\0" not in text and len(lines) <= MOST_LINES:
            found[path.relative_to(folder).as_posix()] = lines
    return found
