"""What terminals and comments both say of a result. `name` shows a stranger's string: `words.plain`, or as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from referee.files.league import Game
from referee.ground.competition import Competition
from referee.ground.ranking import Row
from referee.ground.result import Result, TrainedRound
from referee.ground.scores import SCORES
from referee.ground.verdict import Verdict
from referee.presentation import words
from referee.presentation.words import plain

Name = Callable[[str], str]
NAMED = 3
"""entries that share a rank and are still named"""
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def fit(game: Game, result: Result) -> str:
    """`cross entropy 9.87e-04, accuracy 100 % (worst round, at most 0.001)`."""
    rule, least = game.rules.fit, "worst round, " if len(result.rounds) > 1 else ""
    return f"{words.measured(result.fit, rule.loss)} ({least}{rule.fit.bound.replace('_', ' ')} {rule.threshold:g})"


def fit_rule(rules: Competition) -> str:
    """`cross entropy at most 0.001`."""
    return f"{rules.fit.loss} {rules.fit.fit.bound} ".replace("_", " ") + f"{rules.fit.threshold:g}"


def score(game: Game, result: Result, name: Name = plain) -> str:
    """`l2 13.2`, of a result that may lack it."""
    ranked_by = game.rules.score
    return f"{name(ranked_by)} {words.score(ranked_by, (result.scores or {}).get(ranked_by), game.rules.own_score)}"


def spread(game: Game, result: Result) -> str:
    """` (median of 13.1 13.2 13.6)`; empty for one round."""
    told = words.spread(result, game.rules.score, game.rules.own_score)
    return f" ({game.rules.aggregate} of {told})" if told else ""


def other_scores(game: Game, result: Result) -> str:
    """Every score of the table that the result has and that does not rank; empty where there is none."""
    scores = result.scores or {}
    shown = [name for name in SCORES if name in scores and name != game.rules.score]
    return " · ".join(f"{name} {words.score(name, scores[name])}" for name in shown)


def heldout(game: Game, result: Result) -> str:
    """`cross entropy 0.02, accuracy 95.00 % (never ranks)`."""
    return f"{words.measured(result.heldout, game.rules.fit.loss)} (never ranks)"


def place(row: Row, rows: Sequence[Row], recorded: bool) -> str:
    """`2 of 4`, or what it would be."""
    ranked = _ranked(rows)
    if row.rank is None:
        return f"none; {len(ranked)} on the board" if ranked else "none; the board is empty"
    return f"{'' if recorded else 'would be '}{row.rank} of {len(ranked)}"


def distance(game: Game, row: Row, rows: Sequence[Row], name: Name = plain) -> str:
    """What follows a place: `, 0.5 behind first`, `, 2 ahead of second`, `, shared with twin`; empty where nothing does."""
    ranked = _ranked(rows)
    if row.rank is None:
        return ""

    def gap(one: Row) -> str:
        return words.score(game.rules.score, one.gap, game.rules.own_score)

    equals = [one.result.pins.entry for one in ranked if one.rank == row.rank and one is not row]
    shared = f", shared with {_named(equals, name)}" if equals else ""
    if row.rank > 1:
        return f", {gap(row)} behind {name(ranked[0].result.pins.entry)}{shared}"
    next_best = [one for one in ranked if one.rank != 1]
    if next_best and not equals:
        return f", {gap(next_best[0])} ahead of {name(next_best[0].result.pins.entry)}"
    return shared


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    return f"{number}{'th' if number % 100 in (11, 12, 13) else _ENDINGS.get(number % 10, 'th')}"


def you_would_be(row: Row, rows: Sequence[Row], due: int, name: Name = plain) -> str:
    """`you would be 2nd of 4, shared with twin, on 1 of 3 rounds`, of a practice.

    Args:
        row: the practice, among `rows`
        due: rounds that the rules ask for
    """
    verdict = row.result.verdict
    if row.rank is None:
        return f"you would not be ranked: {'the referee failed' if verdict is Verdict.REFEREE_ERROR else verdict}"
    ranked = _ranked(rows)
    equals = [one.result.pins.entry for one in ranked if one.rank == row.rank and one is not row]
    place = "the first" if len(rows) == 1 else f"{ordinal(row.rank)} of {len(ranked)}"
    shared = f", shared with {_named(equals, name)}" if equals else ""
    noise = ", within the noise of an entry one rank above" if row.within_noise else ""
    played = len(row.result.rounds)
    return f"you would be {place}{shared}{noise}{f', on {played} of {due} rounds' if played < due else ''}"


def in_place_of(recorded: Row, game: Game, name: Name = plain) -> str:
    """What a view says that shows a practice where the same entry's record would stand."""
    stood = f"{score(game, recorded.result)}, {ordinal(recorded.rank)}" if recorded.rank else str(recorded.result.verdict)
    return (
        f"recorded of {name(recorded.result.pins.entry)}: {stood}; the practice stands in its place here, nothing was changed"
    )


def energy(rounds: Sequence[TrainedRound], name: Name = plain) -> str:
    """What was measured, and the bound that always exists."""
    bound = f"at most {words.joules(sum(one.joules_at_most for one in rounds))} by the hardware's maximum power"
    measured = [one.joules for one in rounds if one.joules is not None]
    if len(measured) < len(rounds):
        return f"{bound}; not measured"
    meters = ", ".join(name(meter) for meter in dict.fromkeys(meter for one in rounds for meter in one.meters))
    return f"{words.joules(sum(measured))} by {meters}; {bound}"


def memory(rounds: Sequence[TrainedRound]) -> str:
    """The most that a round held; empty where none was measured."""
    held = [one.memory_gib for one in rounds if one.memory_gib is not None]
    return f"{max(held):.2f} GiB{', the most of all rounds' if len(held) > 1 else ''}" if held else ""


def seeds(rounds: Sequence[TrainedRound]) -> str:
    """Of every round: whoever knows them draws and trains the same."""
    return "draw/training " + " ".join(f"{one.draw_seed}/{one.train_seed}" for one in rounds)


def _ranked(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.rank is not None]


def _named(entries: Sequence[str], name: Name) -> str:
    more = [f"{len(entries) - NAMED} more"] if len(entries) > NAMED else []
    return " and ".join([*map(name, entries[:NAMED]), *more])
