"""A competition: the rules of one game, as its competition.yaml states them."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from referee.ground.classes import CompetitionClass, parse_class
from referee.ground.errors import InputError, nearest
from referee.ground.fits import FITS, Fit
from referee.ground.hardware import Limits
from referee.ground.scores import SCORES
from referee.ground.soundness import NORMS, RULES, Objection, objection
from referee.ground.submission import SLUG

AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "median": statistics.median,
    "mean": statistics.fmean,
    "worst": max,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Where the rows come from."""

    draw: Literal["fresh", "fixed"] = "fresh"
    """`fresh`: every round has a seed of its own; `fixed`: every round sees the same rows, and the board says so"""
    module: str = "data.py"
    files: tuple[str, ...] = ()
    """what the module reads beside it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRule:
    """A row of the table of fit rules, with this competition's threshold."""

    loss: str
    at_most: float | None = None
    at_least: float | None = None
    rows: Literal["training", "heldout"] = "training"
    """which have to fit: those that the entry is shown, or others of the same draw, where a rule and no table is asked for"""
    steps: int | None = None
    """rows of a sequence, where the loss is one of sequences"""

    @property
    def fit(self) -> Fit:
        """The row of the table."""
        return FITS[self.loss]

    @property
    def threshold(self) -> float:
        """On the row's side of which a model qualifies."""
        stated = self.at_most if self.fit.bound == "at_most" else self.at_least
        threshold = self.fit.default if stated is None else stated
        if threshold is None:
            raise ValueError(f"{self.loss} has no default threshold")
        return threshold

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if self.loss not in FITS:
            yield "loss", f'unknown fit rule "{self.loss}"{nearest(self.loss, FITS)}'
            return
        if self.fit.bound == "at_most" and self.at_least is not None:
            yield "at_least", f"{self.loss} qualifies at or under its threshold; write at_most"
        if self.fit.bound == "at_least" and self.at_most is not None:
            yield "at_most", f"{self.loss} qualifies at or over its threshold; write at_least"
        if self.fit.default is None and self.at_most is None and self.at_least is None:
            yield self.fit.bound, f"{self.loss} needs a threshold"
        elif self.at_least is not None and self.at_least <= 0:
            yield "at_least", "expected more than 0: a margin of 0 is had by weights that are scaled to nothing"
        if self.fit.of_sequences and (self.steps is None or self.steps < 1):
            yield "steps", f"{self.loss} needs the number of rows, 1 or more, that make a sequence"
        elif not self.fit.of_sequences and self.steps is not None:
            yield "steps", f"{self.loss} knows no sequences; remove it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """What graphs may be handed in."""

    rule: str
    reference: str | None = None
    """the host's graph, where the rule is `fixed`"""

    @property
    def artifact_name(self) -> str:
        """The file that an entry writes into `$MLGOLF_OUT`."""
        return "model.safetensors" if self.rule == "fixed" else "model.onnx"

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if self.rule not in RULES:
            yield "rule", f'unknown architecture rule "{self.rule}"{nearest(self.rule, RULES)}'
        elif self.rule == "fixed" and self.reference is None:
            yield "reference", "a fixed architecture needs the host's graph, for example reference.onnx"
        elif self.rule != "fixed" and self.reference is not None:
            yield "reference", f"has no use under the rule {self.rule}; remove it"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitionLimits:
    """Caps on what is handed in, and what a round may use where that is less than its hardware allows."""

    entry_bytes: int = 65536
    """all files of an entry together, so that weights can't travel in its source"""
    artifact_bytes: int = 1048576
    example_operations: int = 100_000_000
    """arithmetic operations that a model may take for one example, so that judging ends"""
    memory_gib: float | None = None
    processes: int | None = None
    output_bytes: int | None = None
    output_files: int | None = None
    scratch_bytes: int | None = None
    log_bytes: int | None = None

    def within(self, hardware: Limits) -> Limits:
        """The limits of a round: limit by limit, the smaller of this and the hardware's."""
        less = {}
        for limit in fields(hardware):
            asked, given = getattr(self, limit.name), getattr(hardware, limit.name)
            if asked is not None and (given is None or asked < given):
                less[limit.name] = asked
        return replace(hardware, **less)

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value is not None and not value > 0:
                yield limit.name, f"expected more than 0, got {value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretrained:
    """The one model that entries of the `+` classes may start from."""

    name: str
    file: str
    sha256: str

    @property
    def label(self) -> str:
        """As it stands in the name of a class."""
        return f"{self.name}-{self.sha256[:8]}"

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", self.name):
            yield "name", "expected lower-case letters, digits and hyphens; it becomes a part of the classes' names"
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            yield "sha256", "expected 64 hexadecimal digits in lower case, as sha256sum prints them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Par:
    """A score with a proof or a strong reference; a line on the board."""

    score: float
    kind: Literal["proof", "reference"]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScore:
    """A score that this competition brings along: `score(model)` of a module in its folder. The host's code, so trusted."""

    sentence: str
    module: str = "score.py"
    formula: str = ""
    whole: bool = False
    """counts something: shown without decimals"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Competition:
    """The rules of one game. A changed rule is a new version."""

    title: str
    version: int
    summary: str
    data: Data = field(default_factory=Data)
    fit: FitRule
    score: str
    architecture: Architecture
    classes: tuple[str, ...]
    rounds: int | None = None
    """where null, as many as the time class says"""
    aggregate: str = "median"
    limits: CompetitionLimits = field(default_factory=CompetitionLimits)
    pretrained: Pretrained | None = None
    par: Par | None = None
    own_score: OwnScore | None = None
    """where `score` is no row of the table, but a name for the host's own"""
    sound_because: str | None = None
    """why the host plays a score that the table of sound pairs refuses or does not know; stands on the board"""

    @property
    def score_sentence(self) -> str:
        """What ranks, in words."""
        return self.own_score.sentence.rstrip(".") if self.own_score else SCORES[self.score].sentence

    @property
    def score_formula(self) -> str:
        """What ranks, as a formula; empty where the host states none."""
        return self.own_score.formula if self.own_score else SCORES[self.score].formula

    @property
    def objection(self) -> Objection | None:
        """Why the score can be gamed here, as far as the table knows."""
        scale_free = self.fit.loss in FITS and self.fit.fit.scale_free
        return objection(self.score, self.architecture.rule, scale_free=scale_free)

    def rounds_in(self, played: CompetitionClass) -> int:
        """How many rounds an entry plays in a class, before any confirmation."""
        return self.rounds if self.rounds is not None else played.time.rounds

    def aggregated(self, scores: Sequence[float]) -> float:
        """One score from those of the rounds."""
        return AGGREGATES[self.aggregate](scores)

    def faults(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) of what can't be."""
        if self.version < 1:
            yield "version", f"expected 1 or more, got {self.version}"
        if self.rounds is not None and not 1 <= self.rounds <= 20:
            yield "rounds", f"expected 1 to 20, got {self.rounds}"
        if self.aggregate not in AGGREGATES:
            yield "aggregate", f'unknown aggregate "{self.aggregate}"{nearest(self.aggregate, AGGREGATES)}'
        yield from self._score_faults()
        yield from self._class_faults()

    def _score_faults(self) -> Iterator[tuple[str, str]]:
        if self.own_score is None and self.score not in SCORES:
            yield "score", f'unknown score "{self.score}"{nearest(self.score, SCORES)}'
            return
        if self.own_score is not None and (self.score in SCORES or not SLUG.fullmatch(self.score)):
            yield (
                "score",
                "with own_score, a name of its own: lower-case letters, digits, dots and hyphens, none of the table's",
            )
            return
        if self.sound_because is not None:
            # Under a fixed rule the reason may answer for a normalisation in the host's graph.
            norm_of_host = self.architecture.rule == "fixed" and self.score in NORMS
            if self.own_score is None and self.objection is None and not norm_of_host:
                yield "sound_because", f"has no use: {self.score} is sound where the architecture is {self.architecture.rule}"
            elif not 20 <= len(self.sound_because.strip()) <= 500:
                yield "sound_because", "expected a reason of 20 to 500 characters; it stands on the board"
        elif self.own_score is not None:
            yield "sound_because", "say why the host's own score can't be gamed; it stands on the board"
        elif self.objection is not None:
            yield (
                "score",
                (
                    f"{self.score} is unsound where the architecture is {self.architecture.rule}: {self.objection}; "
                    "take a score that is sound there, or give the board your reason in sound_because"
                ),
            )

    def _class_faults(self) -> Iterator[tuple[str, str]]:
        if not self.classes:
            yield "classes", "expected at least one, for example [laptop-ss]"
        for number, name in enumerate(self.classes):
            where = f"classes[{number}]"
            if name in self.classes[:number]:
                yield where, f'"{name}" stands there twice'
            try:
                model = parse_class(name).pretrained
            except InputError as error:
                yield where, str(error)
                continue
            if model is not None and (self.pretrained is None or model != self.pretrained.label):
                known = self.pretrained.label if self.pretrained else "none"
                yield where, f'"{name}" names a model that `pretrained` does not ({known})'
