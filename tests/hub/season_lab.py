"""A double of the machine that trains: it plays a plan at once and runs nobody's code, or it lies."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from actions_place import Finished
from safetensors.numpy import save

from referee.adapters.ci import handed
from referee.files import draws, sent, store
from referee.files.league import League
from referee.ground.draw import Draw
from referee.ground.machine import Machine
from referee.ground.plan import Plan, Seeds
from referee.ground.result import TrainedRound, Training
from referee.ground.verdict import Verdict
from referee.play.match import Match
from referee.play.planned import match_of
from referee.play.training import FILE, artifact_file, log_file
from referee.untrusted.machine.fingerprint import fingerprint

MARGIN = 10.0
"""of the honest entry's model"""


@dataclass
class Lab:
    """What a self-hosted runner does with a plan."""

    margin: float = MARGIN
    """of the models, which is how long their weights are; below 7 they don't fit"""
    verdict: Verdict | None = None
    """instead of a model, of the one round that was played"""
    rounds: int | None = None
    """by default all that are planned"""
    lie: Callable[[Path, Plan], None] = lambda out, plan: None
    """what a machine that was broken into makes of what it hands on"""
    played: int = 0

    def __call__(self, directory: Path, variables: Mapping[str, str]) -> Finished:
        plan = handed.read_plan(directory / "handed/plan", variables["MLGOLF_DIGEST"])
        league, out = League(directory), directory / f"handed/training-{variables['CLASS']}"
        sent.lay(league, plan.ref, plan.files)
        self.train(match_of(league, plan, variables["CLASS"]), plan, out)
        self.lie(out, plan)
        self.played += 1
        return Finished(0, "", "")

    def train(self, match: Match, plan: Plan, out: Path) -> None:
        """Write what `referee ci train` would."""
        seeds = plan.of(str(match.played)).seeds[: 1 if self.verdict else self.rounds]
        training = Training(
            pins=match.pins,
            referee="0.1.0",
            sandbox="bubblewrap",
            practice=False,
            machine=_machine(),
            rounds=tuple(self._round(match, out, number, one) for number, one in enumerate(seeds, start=1)),
        )
        store.write(training, out / FILE)

    def _round(self, match: Match, out: Path, number: int, seeds: Seeds) -> TrainedRound:
        rows, artifact = draws.draw(match.game.rules, match.game.folder, seeds.draw), None
        store.write_bytes(log_file(out, number), b"trained in no time\n")
        if self.verdict is None:
            file = artifact_file(match, out, number)
            store.write_bytes(file, model(rows, self.margin))
            artifact = store.artifact_of(file.read_bytes(), number, file.suffix)
        return TrainedRound(
            number=number,
            draw_seed=seeds.draw,
            train_seed=seeds.train,
            draw_sha256=rows.sha256(),
            seconds=1.0,
            joules_at_most=match.hardware.max_watts,
            verdict=self.verdict,
            reason="on purpose" if self.verdict else None,
            artifact=artifact,
        )


@functools.cache
def _machine() -> Machine:
    return fingerprint()


def model(rows: Draw, margin: float) -> bytes:
    """The line between two classes, as tests/entries/qualified/honest finds it."""
    x, signs = rows.train_x, 2 * rows.train_y - 1
    direction = (signs @ x).astype(float)
    for _ in range(200):
        direction += 0.5 * (signs / (1 + np.exp(np.clip(signs * (x @ direction), -50, 50)))) @ x
    direction *= margin / np.min(signs * (x @ direction))
    half = (direction / 2).astype(np.float32)
    return save({"weight": np.stack([-half, half]), "bias": np.zeros(2, np.float32)})
