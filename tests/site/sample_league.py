"""A league that has every kind of page in its rich form: this repository's own, with more results than anybody has sent yet."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from random import Random

from league_folder import FIT, MACHINE, OWN, REFUSED, REPOSITORY, Folder

from referee.files import strict_yaml
from referee.files.decode import encode
from referee.ground.fits import Measure
from referee.ground.machine import Calibration
from referee.ground.result import Artifact, Curve, CurvePoint, JudgedRound, TrainedRound
from referee.ground.scores import SCORES
from referee.ground.verdict import Verdict

AUTHORS = ("ada", "grace", "Karl-Friedrich", "emmy", "sophie", "index")
TECHNIQUES = ("Adam", "pruning", "quantisation", "lottery ticket", "sign descent", "baseline")
TITLES = ("Optimal brain damage", "A smaller net than that", "Sparse from the start", "Weights by lot, most of them none")
FAILED = (Verdict.DID_NOT_FIT, Verdict.OVER_TIME, Verdict.CRASHED, Verdict.RULE_BROKEN, Verdict.REFEREE_ERROR)
MANY = 60
"""results on the longest board: more than a page shows"""
EARLIER: dict[str, object] = {"rules_sha256": "ab" * 32, "version": 1}
"""pins of a result that was judged by rules that are gone"""
PAR: dict[str, object] = {"score": 140, "kind": "reference", "source": "Nanda et al. 2023, trained for a day"}


def sample(root: Path) -> Folder:
    """Write the league.

    It holds a board of more rows than a page shows, one where nobody qualified, one that nobody played, one with frozen
    results, one with a par, one whose score is the host's own and one whose score is doubtful; entries that failed or wait;
    measured energy, curves, calibrations of two machines; and the entries of this repository with their models.
    """
    folder = Folder(root)
    for name in ("competitions", "submissions"):
        shutil.copytree(REPOSITORY / name, root / name, dirs_exist_ok=True)
    _with_par(root / "competitions/modular-addition/competition.yaml")
    folder.competition("meetings", **OWN)
    (root / "competitions/meetings/score.py").write_text("")
    folder.competition("outer-norm", title="Outer norm, under a host's eye", **REFUSED)
    _digits(folder, Random(6))
    _others(folder, Random(7))
    return folder


def _digits(folder: Folder, dice: Random) -> None:
    """The long board, the results of earlier rules, and a class where nobody qualified."""
    for number in range(MANY):
        score = 190 + 11 * number + dice.randrange(9)
        _play(folder, dice, f"net-{number:02}", score, day=1 + number % 19)
    for number, verdict in enumerate(FAILED):
        _fail(folder, dice, f"failed-{number}", verdict, said={"notes": "It should have worked."})
        _fail(folder, dice, f"slow-{number}", verdict, class_="laptop-s")
    _play(folder, dice, "of-old", 123, pinned=EARLIER)
    _fail(folder, dice, "broken-of-old", Verdict.CRASHED, pinned=EARLIER)
    _play(folder, dice, "changed-since", 400, day=27, pinned={"tree": "0" * 40})
    _play(folder, dice, "told", 333, day=28, said={"notes": STORY, "hyperparameters": "By hand.", "tuning_compute": "2 hours"})


def _others(folder: Folder, dice: Random) -> None:
    for number in range(4):
        _play(folder, dice, f"few-{number}", 125_000 + 700 * number, game="meetings", ranked_by="meetings", day=3 + number)
        _play(folder, dice, f"gain-{number}", 17 + number, game="outer-norm", ranked_by="l2", day=6 + number)
    waiting = folder.root / "submissions/outer-norm/waits"
    waiting.mkdir()
    (waiting / "submission.yaml").write_bytes(
        strict_yaml.write({"title": "It waits", "authors": ["emmy"], "classes": ["laptop-ss", "laptop-s"]})
    )


def _play(folder: Folder, dice: Random, entry: str, score: float, *, ranked_by: str = "nonzero", **changes: object) -> None:
    scores = [score + dice.choice((0, 0, 1, 2, 5)) for _ in range(3)]
    said = {
        "authors": dice.sample(AUTHORS, dice.choice((1, 1, 2))),
        "techniques": dice.sample(TECHNIQUES, dice.randrange(1, 4)),
        "title": f"{dice.choice(TITLES)}, {entry}",
    } | changes.pop("said", {})
    rounds = [_round(dice, number, one, ranked_by) for number, one in enumerate(scores, start=1)]
    machine = MACHINE if dice.random() < 0.7 else {**encode(MACHINE), "cpu": "AMD EPYC 9V74", "cores": 4}
    seconds = max(one.trained.seconds for one in rounds)
    source = {"repository": "golf/league", "pull_request": 7, "commit": "c" * 40, "base": "b" * 40, "run": 12}
    folder.result(
        entry,
        scores,
        ranked_by=ranked_by,
        said=said,
        rounds=encode(rounds),
        machine=encode(machine),
        calibrations=encode([_calibration(dice) for _ in range(4)]),
        seconds=seconds,
        source=source,
        heldout=encode(Measure(loss=dice.uniform(0.1, 0.9), accuracy=dice.uniform(0.85, 0.99), rows=360)),
        **changes,
    )


def _fail(folder: Folder, dice: Random, entry: str, verdict: Verdict, **changes: object) -> None:
    said = {"authors": [dice.choice(AUTHORS)], "title": f"Not yet: {entry}"} | changes.pop("said", {})
    folder.result(entry, verdict=verdict, said=said, day=dice.randrange(20, 26), **changes)


def _round(dice: Random, number: int, score: float, ranked_by: str) -> JudgedRound:
    seconds, pace = round(dice.uniform(2, 500), 2), dice.uniform(4, 7)
    points = [
        CurvePoint(step=50 * step, seconds=seconds * step / 40, loss=2.3 * math.exp(-step / pace)) for step in range(1, 40)
    ]
    joules = round(seconds * dice.uniform(9, 30), 1)
    trained = TrainedRound(
        number=number,
        draw_seed=dice.randrange(2**63),
        train_seed=dice.randrange(2**31),
        draw_sha256="0" * 64,
        seconds=seconds,
        joules_at_most=seconds * 45,
        joules=joules,
        meters=("processor package",),
        memory_gib=0.61,
        artifact=Artifact(file=None, sha256=f"{number}" * 64, bytes=9936),
        curve=Curve.of(points),
    )
    scores = dict.fromkeys(SCORES, 2 * float(score)) | {ranked_by: float(score)}
    return JudgedRound(trained=trained, verdict=Verdict.QUALIFIED, fit=FIT, scores=scores)


def _calibration(dice: Random) -> Calibration:
    return Calibration(matmul_gflops=dice.uniform(90, 110), copy_gbps=dice.uniform(9, 12), loop_mops=dice.uniform(20, 26))


def _with_par(file: Path) -> None:
    file.write_bytes(strict_yaml.write({**strict_yaml.parse(file.read_bytes(), file.name), "par": PAR}))


STORY = """\
The first net that **fits** with fewer weights than rows. See [LeCun](https://example.org/obd).

# What went wrong

1. Cutting half of the weights at once.
2. Everything else.

| cut | accuracy |
|---|---|
| 50 % | 1.0 |
| 90 % | 0.93, and it never came back however long it was trained after that, at any learning rate |

```python
for step in range(100): prune(0.02)   # a long line that must scroll in its own box and not push the page to the side
```
"""
