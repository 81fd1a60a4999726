"""Leagues as the downloads take them: a small one with everything in it, and one whose every string is hostile."""

from __future__ import annotations

from pathlib import Path

from league_folder import Folder

from referee.ground.verdict import Verdict
from referee.presentation.site.boards import Board, Standing, standing
from referee.presentation.site.lines import Line

PAR = {"score": 118, "kind": "proof", "source": "a proof"}
SPEEDS = {"matmul_gflops": 90.5, "copy_gbps": 10.25, "loop_mops": 31.0}


def small(root: Path) -> Standing:
    """Two records, a follower, an entry that crashed, one that was never judged, one under earlier rules; par."""
    folder = Folder(root)
    folder.competition(par=PAR, version=2)
    folder.result("dense", (410, 402, 409), day=1, said={"authors": ["ada"], "techniques": []})
    folder.result("pruned", (120, 118, 125), day=3, said={"authors": ["ada", "grace"], "techniques": ["pruning", "Adam"]})
    folder.result("close", (124, 126, 123), day=4, calibrations=[dict(SPEEDS) for _ in range(4)])
    folder.result("broken", (0,), day=5, verdict=Verdict.CRASHED)
    folder.result("older", (90, 91, 92), day=1, pinned={"version": 1, "rules_sha256": "ab" * 32})
    folder.result("changed", (140, 141, 142), day=5, pinned={"tree": "0" * 40})
    return standing(folder.league, "digits")


def hostile(root: Path, payload: str) -> Standing:
    """An entry that qualified and one that crashed, with `payload` wherever a stranger or a runner writes."""
    folder = Folder(root)
    source = {"repository": payload, "pull_request": 1, "commit": payload, "base": payload, "run": 2}
    machine = {"cpu": payload, "cores": 2, "memory_gib": 8, "gpus": [payload], "os": payload, "python": payload}
    machine |= {"libraries": {payload: payload}, "governor": payload, "container": payload}
    folder.competition(title=payload, summary=payload, par=PAR | {"source": payload})
    said = {"title": (payload.replace("\n", " ").replace("\r", " ") * 80)[:80], "techniques": [_line(payload)]}
    said |= {"hyperparameters": payload, "tuning_compute": payload, "notes": payload}
    changes = {"source": source, "machine": machine, "referee": payload, "sandbox": payload}
    folder.result("pruned", said=said, **changes)
    folder.result("broken", (0,), verdict=Verdict.CRASHED, said=said, reason=payload, **changes)
    return standing(folder.league, "digits")


def first(standing: Standing) -> tuple[Board, Line]:
    """The board that was played, and its record."""
    board = standing.boards[0]
    return board, board.ranked[0]


def _line(payload: str) -> str:
    return payload.replace("\n", " ").replace("\r", " ")[:40] or "x"
