"""What the referee says on GitHub: pure functions from values to Markdown.

Commits are 40 hexadecimal digits, as GitHub's API tells them; `ref` is competition/entry; addresses are GitHub's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from referee.files.league import Game
from referee.ground.errors import Fault
from referee.ground.verdict import Verdict
from referee.presentation import words
from referee.presentation.markdown import block, code, folded, table
from referee.presentation.outcome import Outcome as Outcome
from referee.presentation.outcome import details, facts, headline, in_short, named

MARKER = "<!-- ml-golf:referee -->"
"""first line of the one comment that is kept up to date"""
ANSWER = "<!-- ml-golf:answer -->"
"""first line of an answer to a command"""
LARGEST = 60_000
"""bytes of a comment; GitHub refuses more than 65536 characters"""
LONGEST_STATUS = 140
"""characters that GitHub takes as the description of a commit's status"""
MOST_FAULTS = 50
"""that are listed"""
_LINE = re.compile(r"line ([1-9][0-9]{0,8})")
_SIGNER = ".github/workflows/referee.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A class that an entry could be played in."""

    class_: str
    labels: tuple[str, ...]
    """of the runner"""
    seconds: float
    """that a round may take"""
    rounds: int
    most_rounds: int
    """with a confirmation"""


class Detail(IntEnum):
    """How much a comment says of each class; with many classes and rounds it has room for less."""

    VERDICT = 0
    FACTS = 1
    ALL = 2


def needs_fix(*, commit: str, faults: Sequence[Fault]) -> str:
    """What is wrong with an entry."""
    return _said(
        f"### {_count(faults)} to mend before this can be played",
        f"At {_short(commit)}:",
        _listed(faults),
        "Check at home before you push:",
        block("referee check"),
    )


def ready(*, commit: str, ref: str, game: Game, offers: Sequence[Offer], by_hand: Sequence[str] = (), before: int) -> str:
    """An entry without faults.

    Args:
        by_hand: its classes that are too long for a workflow's job
        before: runs that wait or play already
    """
    plays = f"{code(ref)} at {_short(commit)} plays {code(game.rules.title)} for {code(game.rules.score)}, lower is better."
    long = f"Longer than a workflow's job may take, and so played by a host by hand: {', '.join(map(code, by_hand))}."
    if not offers:
        return _said("### Without a fault, and longer than a workflow's job may take", plays, long)
    queue = f"{before} run{'s wait or play' if before > 1 else ' waits or plays'} before it" if before else "nothing waits"
    rows = [(code(offer.class_), " ".join(map(code, offer.labels)), _expected(offer)) for offer in offers]
    return _said(
        "### Ready: a maintainer can approve with",
        block(f"/referee run {commit}"),
        f"{plays} In the queue: {queue}.",
        table(("class", "runs on", "takes at most"), rows),
        *([long] if by_hand else []),
        "To approve is to let this commit's code run, in a sandbox, on the league's machines: read it first. "
        "A push takes the approval back.",
    )


def in_play(*, commit: str, ref: str, classes: Sequence[str], by: str, run_url: str) -> str:
    """An entry that was approved."""
    where = f" in {', '.join(map(code, classes))}" if classes else ""
    return _said(
        "### In play",
        f"{code(ref)}{where}, approved by {code(by)}: [follow the run]({run_url}). The verdict will stand here.",
        f"What is played is {_short(commit)}, whatever is pushed meanwhile. `/referee cancel` stops it.",
    )


def judged(
    *, commit: str, ref: str, game: Game, outcomes: Sequence[Outcome], run_url: str, repository: str, recorded: bool
) -> str:
    """What came out, class by class.

    Args:
        repository: owner/name of the league
        recorded: the results stand on the boards; before that, ranks are what they would be
    """
    below = [f"{code(ref)} at {_short(commit)}: [the run, its logs and models]({run_url})."]
    if any(outcome.verdict is Verdict.REFEREE_ERROR for outcome in outcomes):
        below += _free_retry(commit)
    if any(outcome.result is not None for outcome in outcomes):
        below.append(_repeat(ref, outcomes, run_url, repository))
    text = ""
    for detail in sorted(Detail, reverse=True):
        text = _said(*_outcomes(game, outcomes, recorded, detail), *below)
        if len(text.encode()) <= LARGEST:
            break
    return text


def stopped(*, commit: str, ref: str | None, reason: str, run_url: str | None) -> str:
    """An entry that was cancelled, lost, or refused before it ran; perhaps before it was known which one it is."""
    run = f" [The run]({run_url})." if run_url else ""
    return _said(
        "### Stopped without a verdict",
        f"{code(ref) if ref else 'The entry'} at {_short(commit)}: {code(words.on_one_line(reason), 400)}.{run}",
        *_free_retry(commit),
    )


def unjudged(*, ref: str) -> str:
    """An entry that was merged without a result."""
    return _said(
        "### Merged without a verdict",
        f"{code(ref)} stands on no board: nothing that was judged is what was merged.",
        f"A maintainer gets it judged under *Actions*, *rejudge*, *Run workflow*, with the entry {code(ref)}.",
    )


def answer(text: str) -> str:
    """The answer to a command. The text is ours; a stranger's words in it went through `code`."""
    return f"{ANSWER}\n{text}\n"


def help_text() -> str:
    """The answer to `/referee help`."""
    return answer(
        "A command is the first line of a comment:\n\n"
        "- `/referee run SHA` plays that commit, if its 40 digits are those of this pull request's head. Maintainers.\n"
        "- `/referee cancel` stops what plays or waits here. Maintainers, the author.\n"
        "- `/referee rejudge` judges again what was trained on the head, and trains nothing. Maintainers.\n"
        "- `/referee help` says this. Everybody.\n\n"
        "Maintainers are those who may write to this repository."
    )


def status(game: Game, outcomes: Sequence[Outcome]) -> tuple[Literal["success", "failure", "error"], str]:
    """State and description of the commit's status.

    An error is the referee's own, in any class; a success is an entry that qualified in every class.
    """
    verdicts = {outcome.verdict for outcome in outcomes}
    told = words.plain("; ".join(in_short(game, outcome) for outcome in outcomes), LONGEST_STATUS)
    if not verdicts or Verdict.REFEREE_ERROR in verdicts:
        return "error", told or "nothing was judged"
    return ("success" if verdicts == {Verdict.QUALIFIED} else "failure"), told


def annotation(fault: Fault) -> str:
    """The workflow command that shows a fault at its file, and at its line where it names one."""
    line = _LINE.fullmatch(fault.field)
    properties = {"file": fault.path, "line": line[1] if line else "", "title": "" if line else fault.field}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::error{' ' if told else ''}{told}::{_data(fault.message)}"


def check_summary(faults: Sequence[Fault], checked: Sequence[str]) -> str:
    """Markdown for the summary of the check's job."""
    shown = ", ".join(map(code, checked[:20])) or "nothing that the league plays"
    more = f" and {len(checked) - 20} more" if len(checked) > 20 else ""
    found = f"{_count(faults)} to mend:\n\n{_listed(faults)}" if faults else "Nothing is wrong."
    return f"### referee check\n\nChecked: {shown}{more}.\n\n{found}\n"


def _said(first: str, *parts: str) -> str:
    return "\n\n".join((f"{MARKER}\n{first}", *parts)) + "\n"


def _short(commit: str) -> str:
    return code(commit[:10])


def _count(faults: Sequence[Fault]) -> str:
    return f"{len(faults)} thing{'s' * (len(faults) != 1)}"


def _listed(faults: Sequence[Fault]) -> str:
    """A line for each; what has no room is counted."""
    lines: list[str] = []
    for fault in faults[:MOST_FAULTS]:
        where = " ".join(code(part) for part in (fault.path, fault.field) if part)
        line = f"- {where}{': ' if where else ''}{code(fault.message, 400)}"
        if len("\n".join((*lines, line)).encode()) > LARGEST * 0.9:
            break
        lines.append(line)
    more = [f"- and {len(faults) - len(lines)} more"] if len(faults) > len(lines) else []
    return "\n".join(lines + more)


def _expected(offer: Offer) -> str:
    rounds = f" ({offer.rounds} × {words.seconds(offer.seconds)})" if offer.rounds > 1 else ""
    leading = f"; {words.seconds(offer.most_rounds * offer.seconds)} if it would lead" * (offer.most_rounds > offer.rounds)
    return f"{words.seconds(offer.rounds * offer.seconds)}{rounds}{leading}"


def _outcomes(game: Game, outcomes: Sequence[Outcome], recorded: bool, detail: Detail) -> list[str]:
    told = [(code(one.class_), headline(game, one, recorded)) for one in outcomes]
    if len(outcomes) == 1:
        heads = [f"### {told[0][1]}"]
        titles = [f"In {told[0][0]}: {outcomes[0].verdict.sentence}."]
    else:
        counts = Counter(outcome.verdict for outcome in outcomes)
        heads = [f"### Qualified in {counts[Verdict.QUALIFIED]} of {len(outcomes)} classes", table(("class", "verdict"), told)]
        titles = [
            f"#### {class_}\n\n**{named(one.verdict)}**: {one.verdict.sentence}."
            for (class_, _), one in zip(told, outcomes, strict=True)
        ]
    for title, one in zip(titles, outcomes, strict=True):
        if detail is not Detail.VERDICT:
            heads += [title, facts(game, one, recorded)]
        if detail is Detail.ALL and one.result is not None and one.result.rounds:
            heads.append(details(game, one.result))
    return heads


def _free_retry(commit: str) -> tuple[str, str]:
    told = "Nothing is held against the entry. A maintainer can have it played again, free, with"
    return told, block(f"/referee run {commit}")


def _repeat(ref: str, outcomes: Sequence[Outcome], run_url: str, repository: str) -> str:
    """How anybody gets the same numbers from the run's artifacts."""
    lines = [f"gh run download {run_url.rsplit('/', 1)[-1]} --repo {repository}"]
    for outcome in outcomes:
        if outcome.result is not None:
            result = f"judged-{outcome.result.pins.tree}/{outcome.class_}/result.yaml"
            lines += [
                f"gh attestation verify {result} --repo {repository} --signer-workflow {repository}/{_SIGNER}",
                f"referee judge {ref} --class {outcome.class_} --artifact training-{outcome.class_}",
            ]
    return folded("repeat it", f"In a checkout of this commit, on any machine:\n\n{block(*lines, most=500)}")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _data(text: str) -> str:
    # The runner decodes %0A, and no line breaks are left in what is plain.
    return words.plain(text, 1000).replace("%", "%25")
