"""Numbers and strangers' strings as people read them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Literal

from referee.ground.competition import Competition, OwnScore
from referee.ground.fits import Measure
from referee.ground.result import Result
from referee.ground.scores import SCORES
from referee.ground.soundness import Objection

REASON = 800
"""characters of a host's reason that are shown: it may have 500, and control characters are spelled out"""


def plain(text: str, most: int = 200) -> str:
    """A stranger's text on one line: control and direction characters shown as \\uXXXX, never obeyed.

    So is `##[`, which the log of a workflow takes for a command wherever it stands.
    """
    shown = text[: most + 1]
    if not shown.isprintable():
        shown = "".join(map(_visible, shown))
    shown = shown.replace("##[", "##\\u005b")
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def plain_lines(text: str, last: int) -> list[str]:
    """The last lines of a stranger's output, each as `plain`."""
    return [plain(line, 500) for line in text.replace("\r\n", "\n").split("\n") if line.strip()][-last:]


def on_one_line(text: str) -> str:
    """Several lines as one, with semicolons."""
    return "; ".join(filter(None, map(str.strip, text.splitlines())))


def score(name: str, value: float | None, own: OwnScore | None = None) -> str:
    """A score: counts without decimals, norms with five digits.

    Args:
        own: the competition's own score, where `name` may be that. Without it, whole numbers of a name that the table does
            not know are taken for counts.
    """
    if value is None:
        return "-"
    whole = value % 1 == 0
    counts = SCORES[name].whole if name in SCORES else whole or (own is not None and own.whole)
    if counts and abs(value) < 1e15:
        return f"{value:.0f}" if whole else f"{value:.1f}"
    # Up to seven digits are read more easily than an exponent.
    return f"{value:.0f}" if 1e5 <= abs(value) < 1e7 else f"{value:.5g}"


def spread(result: Result, name: str, own: OwnScore | None = None) -> str:
    """The scores of the rounds, lowest first; empty for one round."""
    values = round_scores(result, name)
    return " ".join(score(name, value, own) for value in values) if len(values) > 1 else ""


def extent(result: Result, name: str, own: OwnScore | None = None) -> str:
    """Lowest to highest score of the rounds; empty for one round or equal ones."""
    values = round_scores(result, name)
    ends = [score(name, end, own) for end in (values[:1] + values[-1:])]
    return "–".join(ends) if len(set(ends)) > 1 else ""


def round_scores(result: Result, name: str) -> list[float]:
    """The score of each round that has it, lowest first. A model may lack one, and older results lack the newer ones."""
    return sorted(judged.scores[name] for judged in result.rounds if judged.scores is not None and name in judged.scores)


def labels_alone(rules: Competition, results: Iterable[Result]) -> str:
    """Beside a board of bytes, what a list of the labels would take; empty elsewhere, and where no result says."""
    stated = {judged.label_bytes for result in results for judged in result.rounds if judged.label_bytes is not None}
    if rules.score != "bytes" or not stated:
        return ""
    return f"a list of the labels alone takes {max(stated):.0f} bytes; an entry below that has found something out"


def soundness(found: Objection | None) -> Literal["sound", "refused"]:
    """What an objection makes of a pair of score and architecture rule, in a word."""
    return "sound" if found is None else "refused"


def reservations(rules: Competition) -> list[tuple[str, str]]:
    """What a board has to say about its score, as (whose word it is, what they say); empty where the score is sound."""
    name, rule = rules.score, rules.architecture.rule
    said = []
    if rules.own_score is not None:
        said.append(("The host's own score", "the referee's table of sound scores does not know it"))
    elif rules.objection is not None:
        said.append((f"The referee's table refuses {name} under {rule}", str(rules.objection)))
    if rules.sound_because is not None:
        # Without an objection it answers for what the host's graph does to a norm.
        verb = "plays it all the same" if said and rules.own_score is None else f"holds {name} sound here"
        said.append((f"The host {verb}", plain(rules.sound_because.strip(), REASON)))
    return said


def loss(value: float) -> str:
    """A loss: 9.87e-04 where it is small."""
    return f"{value:.2e}" if 0 < abs(value) < 0.01 else f"{value:.4g}"


def percent(value: float) -> str:
    """A share: 100 % only where it is exactly 1."""
    rounded = f"{100 * value:.2f}"
    return "100 %" if value == 1 else f"{'99.99' if rounded == '100.00' else rounded} %"


def measured(measure: Measure | None, fit: str) -> str:
    """`cross entropy 9.87e-04, accuracy 100 %`."""
    if measure is None:
        return "-"
    accuracy = "" if measure.accuracy is None else f", accuracy {percent(measure.accuracy)}"
    return f"{fit.replace('_', ' ')} {loss(measure.loss)}{accuracy}"


def seconds(value: float) -> str:
    """A duration: 4.31 s, 42 s, 2 min 5 s, 3 h 7 min, 2 d 4 h."""
    if value < 10:
        return f"{value:.2f}".rstrip("0").rstrip(".") + " s"
    whole = round(value)
    for size, name, below, below_size in ((86400, "d", "h", 3600), (3600, "h", "min", 60), (60, "min", "s", 1)):
        if whole >= size:
            rest = whole % size // below_size
            return f"{whole // size} {name} {rest} {below}" if rest else f"{whole // size} {name}"
    return f"{whole} s"


def joules(value: float) -> str:
    """An energy: 8.1 J, 812 J, 4.5 kJ, 12 MJ."""
    for size, name in ((1e6, "MJ"), (1e3, "kJ")):
        if value >= size:
            return f"{value / size:.3g} {name}"
    return f"{value:.3g} J"


def energy(joules_: float | None, at_most: float) -> str:
    """What was measured, or the bound: `812 J`, `≤ 261 J`."""
    return joules(joules_) if joules_ is not None else f"≤ {joules(at_most)}"


def training_fit(measure: Measure | None) -> str:
    """The fit of a board's row: the loss, and the accuracy where it is not 1."""
    if measure is None:
        return "-"
    accuracy = "" if measure.accuracy in (None, 1) else f", {percent(measure.accuracy)}"
    return loss(measure.loss) + accuracy


def heldout(measure: Measure | None) -> str:
    """What a board's row says of the held-out rows: the accuracy, or the loss of a regression."""
    if measure is None:
        return "-"
    return loss(measure.loss) if measure.accuracy is None else percent(measure.accuracy)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    # C: control, format (direction marks among them), surrogate, private, unassigned. Zl, Zp: line separators.
    if category.startswith("C") or category in ("Zl", "Zp"):
        return f"\\u{ord(character):04x}" if ord(character) > 255 else f"\\x{ord(character):02x}"
    return character
