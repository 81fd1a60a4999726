"""Weights worked out beforehand don't qualify: each competition's rows are drawn afresh when the entry is run.

For each board, its leader's model is carried into a round by an entry that learns nothing. On the draw that it was trained
on it must qualify, or the test would show nothing; on a fresh draw it must not fit.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY, needs_bubblewrap, sandbox

from referee.files.league import League
from referee.ground.plan import Seeds
from referee.ground.result import Result
from referee.ground.verdict import Verdict
from referee.play.match import Match
from referee.play.running import play

CARRIER = '''\
"""Hands in what it brought along."""

import base64
import os
from pathlib import Path

weights = Path(__file__).with_name("weights.txt").read_text()
Path(os.environ["MLGOLF_OUT"], "{name}").write_bytes(base64.b85decode(weights))
'''


def boards() -> list[tuple[str, str]]:
    """(competition, class) of every board of this league that somebody leads."""
    league = League(REPOSITORY)
    games = map(league.game, league.competitions())
    return [(game.name, name) for game in games for name in game.rules.classes if _leader(league, game.name, name)]


def _leader(league: League, competition: str, class_: str) -> Result | None:
    rows = league.board(league.game(competition), class_)
    return rows[0].result if rows and rows[0].rank else None


@needs_bubblewrap
@pytest.mark.parametrize(("competition", "class_"), boards())
def test_weights_worked_out_beforehand_fit_their_own_draw_and_no_other(
    tmp_path: Path, audience: Any, competition: str, class_: str
) -> None:
    """Same model, same code: the draw makes the difference."""
    leader = _leader(League(REPOSITORY), competition, class_)
    assert leader is not None
    trained = leader.rounds[0].trained
    assert trained.artifact is not None and trained.artifact.file is not None
    results = REPOSITORY / "submissions" / competition / leader.pins.entry / "results" / class_
    model = (results / trained.artifact.file).read_bytes()

    folder = tmp_path / "submissions" / competition / "carrier"
    folder.mkdir(parents=True)
    (folder / "weights.txt").write_bytes(base64.b85encode(model))
    (folder / "train.py").write_text(CARRIER.format(name="model" + Path(trained.artifact.file).suffix))
    (folder / "submission.yaml").write_text(f"title: Carrier\nauthors: [golfer]\nclasses: [{class_}]\n")
    shutil.copytree(REPOSITORY / "competitions" / competition, tmp_path / "competitions" / competition)
    shutil.copy(REPOSITORY / "competitions/hardware.yaml", tmp_path / "competitions")
    # More than any competition here allows: the draw has to hold without the cap on what an entry brings along.
    rules = tmp_path / "competitions" / competition / "competition.yaml"
    text, changed = re.subn(r"entry_bytes: \d+", "entry_bytes: 1048576", rules.read_text())
    assert changed == 1
    rules.write_text(text)

    match = Match.of(League(tmp_path), f"{competition}/carrier", class_)
    first, fresh = Seeds(draw=trained.draw_seed, train=trained.train_seed), Seeds(draw=1, train=1)
    for seeds, verdict in ((first, Verdict.QUALIFIED), (fresh, Verdict.DID_NOT_FIT)):
        out = tmp_path / verdict.value
        _, result, _ = play(match, out, sandbox("bubblewrap"), audience, rounds=1, practice=True, seeds=[seeds])
        [judged] = result.rounds
        assert judged.trained.artifact is not None
        assert judged.trained.artifact.sha256 == hashlib.sha256(model).hexdigest()
        assert judged.verdict is verdict, (judged.reason, judged.fit)
