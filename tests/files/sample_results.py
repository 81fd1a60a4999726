"""Results that tests of files write down."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints

from referee.files.league import Entry, Game
from referee.ground.result import Artifact, JudgedRound, Pins, Result, TrainedRound
from referee.ground.verdict import Verdict

_SAMPLES = {"str": "x", "int": 1, "float": 1.0, "bool": False}


def sample(kind: type, **given: object) -> Any:
    """A value whose other required fields hold anything of their types."""
    hints = get_type_hints(kind)
    for field in fields(kind):
        if field.name not in given and field.default is MISSING and field.default_factory is MISSING:
            hint = hints[field.name]
            given[field.name] = sample(hint) if is_dataclass(hint) else _SAMPLES.get(getattr(hint, "__name__", ""), ())
    return kind(**given)


def qualified(game: Game, entry: Entry, *artifacts: Artifact | None, **changes: object) -> Result:
    """A result of `entry` in laptop-ss, with a round for each artifact."""
    pins = Pins(
        competition=game.name,
        version=game.rules.version,
        rules_sha256=game.rules_sha256,
        entry=entry.name,
        class_="laptop-ss",
        tree=entry.tree,
    )
    scores = {game.rules.score: 5.0}
    rounds = tuple(
        sample(
            JudgedRound,
            trained=sample(TrainedRound, number=number, artifact=artifact),
            verdict=Verdict.QUALIFIED,
            scores=scores,
        )
        for number, artifact in enumerate(artifacts or (None,), start=1)
    )
    known = {"pins": pins, "verdict": Verdict.QUALIFIED, "score": 5.0, "scores": scores, "rounds": rounds}
    if "ranked_by" in {field.name for field in fields(Result)}:
        known["ranked_by"] = game.rules.score
    return sample(Result, **known | {"machine": sample(get_type_hints(Result)["machine"], libraries={})} | changes)
