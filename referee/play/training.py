"""Training: draw the rows, run the entry in the sandbox, take what it left. Nothing is judged here.

What a training hands on is a folder: `training.yaml`, and for each round its artifact and the log of what it printed.
"""

from __future__ import annotations

import json
import math
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from referee import __version__
from referee.files import draws, store, tree
from referee.ground.draw import Draw
from referee.ground.errors import InputError, RefereeFault
from referee.ground.hardware import GIB
from referee.ground.machine import Calibration, Machine, differences
from referee.ground.plan import Seeds
from referee.ground.result import Curve, CurvePoint, TrainedRound, Training
from referee.ground.verdict import Verdict
from referee.models.architecture import shapes_to_hand_in
from referee.play.match import Audience, Match
from referee.untrusted import supervision
from referee.untrusted.collect import Refused, TooLarge, last_line
from referee.untrusted.energy.meter import measuring
from referee.untrusted.machine import leftovers, lock, preflight
from referee.untrusted.machine.calibration import calibrate
from referee.untrusted.machine.fingerprint import fingerprint, found_devices
from referee.untrusted.sandbox import Job, Outcome, Sandbox, Stop

FILE = "training.yaml"
CURVE = "curve.csv"
CURVE_BYTES = 2**20
CURVE_POINTS = 60
"""kept of a loss curve, evenly spread"""


def train(
    match: Match,
    out: Path,
    sandbox: Sandbox,
    audience: Audience,
    *,
    rounds: int | None = None,
    seconds: float | None = None,
    practice: bool = False,
    more: bool = False,
    seeds: Sequence[Seeds] = (),
) -> Training:
    """Play the training rounds of a match, one after another, up to the first that leaves nothing to judge.

    Args:
        out: folder to hand on; must be empty unless `more`
        rounds: instead of the competition's number; practice alone
        seconds: instead of the class's; practice alone
        more: add as many rounds again to what stands in `out`: a confirmation
        seeds: of all rounds that may be played, where somebody else has drawn them

    Raises:
        InputError: `out` holds something else than it must.
        RefereeFault: this machine may not play the class, or the sandbox or the draw failed.
    """
    earlier = _earlier(match, out) if more else None
    if earlier is None and out.exists() and any(out.iterdir()):
        raise InputError(f"{out} is not empty; name a new folder")
    seconds = seconds or match.played.time.seconds
    with lock.held(match.entry.ref, alone=not practice):
        machine = fingerprint()
        if not practice:
            _require_fit_machine(match, machine, sandbox, audience)
        played = list(earlier.rounds) if earlier else []
        calibrations = [*(earlier.calibrations if earlier else ()), *_speed(practice)]
        planned = len(played) + (rounds or match.game.rules.rounds_in(match.played))
        while len(played) < planned:
            number = len(played) + 1
            audience.round_begins(number, planned, seconds)
            drawn = seeds[number - 1] if seeds else draws.new_seeds(match.game.rules)
            played.append(_round(match, number, out, sandbox, audience, seconds, drawn))
            calibrations += _speed(practice)
            training = Training(
                pins=match.pins,
                referee=__version__,
                sandbox=sandbox.name,
                practice=practice or not sandbox.confines,
                machine=machine,
                calibrations=tuple(calibrations),
                rounds=tuple(played),
            )
            store.write(training, out / FILE)
            if played[-1].verdict is not None:
                break
    return training


def _speed(practice: bool) -> list[Calibration]:
    """How fast this machine is now; nobody compares practice with anything."""
    return [] if practice else [calibrate()]


def artifact_file(match: Match, out: Path, number: int) -> Path:
    """Where the artifact of a round stands in the folder that is handed on."""
    return out / f"round-{number}" / match.game.rules.architecture.artifact_name


def log_file(out: Path, number: int) -> Path:
    """Where what a round printed stands."""
    return out / f"round-{number}" / "log.txt"


def _earlier(match: Match, out: Path) -> Training:
    earlier = store.read(Training, out / FILE, str(out / FILE))
    if earlier.pins != match.pins:
        raise InputError(f"{out / FILE}: is the training of something else than {match.entry.ref} as it stands now")
    return earlier


def _require_fit_machine(match: Match, machine: Machine, sandbox: Sandbox, audience: Audience) -> None:
    """Put away what an earlier referee left, and see that this machine is what its label says, and free.

    Raises:
        RefereeFault: it is not.
    """
    for found in (*leftovers.sweep(), *sandbox.sweep()):
        audience.machine(found)
    if wrong := differences(match.hardware.requires, machine):
        raise RefereeFault(f"this machine is no {match.played.hardware}: {'; '.join(wrong)}; check the runner's labels")
    if busy := list(preflight.obstacles(match.hardware, match.limits, audience.machine)):
        raise RefereeFault(f"this machine can't play now: {'; '.join(busy)}")


def _round(
    match: Match, number: int, out: Path, sandbox: Sandbox, audience: Audience, seconds: float, seeds: Seeds
) -> TrainedRound:
    rules = match.game.rules
    rows = draws.draw(rules, match.game.folder, seeds.draw)
    with leftovers.folder("round") as staged:
        job = _job(match, Path(staged), rows, seeds.train, seconds)
        with measuring() as energy:
            outcome = supervision.run(sandbox, job, lambda used, folder: audience.clock(used, last_line(folder, CURVE)))
    if energy.fault:
        audience.machine(f"energy unknown: {energy.fault}")
    verdict, reason = _verdict(outcome, rules.architecture.artifact_name)
    content = outcome.files.get(rules.architecture.artifact_name)
    artifact = None
    if verdict is None and isinstance(content, bytes):
        file = artifact_file(match, out, number)
        store.write_bytes(file, content)
        artifact = store.artifact_of(content, number, file.suffix)
    store.write_bytes(log_file(out, number), outcome.log.encode("utf-8", "replace"))
    trained = TrainedRound(
        number=number,
        draw_seed=seeds.draw,
        train_seed=seeds.train,
        draw_sha256=rows.sha256(),
        seconds=round(outcome.seconds, 3),
        joules_at_most=math.ceil(10 * match.hardware.max_watts * outcome.seconds) / 10,
        joules=round(energy.joules, 1) if energy.joules is not None else None,
        meters=energy.meters,
        memory_gib=round(outcome.memory / GIB, 3) if outcome.memory is not None else None,
        verdict=verdict,
        reason=reason,
        artifact=artifact,
        curve=_curve(outcome.files.get(CURVE)),
    )
    audience.round_trained(trained, outcome.log)
    return trained


def _job(match: Match, staged: Path, rows: Draw, train_seed: int, seconds: float) -> Job:
    """Lay out what the entry may see. Its results stay outside: they hold models of earlier draws."""
    np.savez(staged / "data.npz", x=rows.train_x, y=rows.train_y)
    given = {"MLGOLF_DATA": staged / "data.npz"}
    if match.reference is not None and match.game.reference is not None:
        (staged / "shapes.json").write_text(json.dumps(shapes_to_hand_in(match.reference)), encoding="utf-8")
        given["MLGOLF_SHAPES"] = staged / "shapes.json"
        given["MLGOLF_REFERENCE"] = match.game.reference
    if match.pretrained is not None:
        given["MLGOLF_PRETRAINED"] = match.pretrained
    folder = match.entry.folder
    return Job(
        entry={f"{path.relative_to(folder)}": path for path in tree.files(folder)},
        inputs=given,
        environment={"MLGOLF_SEED": f"{train_seed}", "MLGOLF_SECONDS": f"{seconds:g}"},
        seconds=seconds,
        limits=match.limits,
        devices=found_devices(match.hardware.devices),
        wanted={
            match.game.rules.architecture.artifact_name: match.game.rules.limits.artifact_bytes,
            CURVE: CURVE_BYTES,
        },
    )


def _verdict(outcome: Outcome, name: str) -> tuple[Verdict | None, str | None]:
    """How the run came out; (None, None) where an artifact stands to be judged."""
    content = outcome.files.get(name)
    if outcome.stopped is Stop.MEMORY:
        held = max(outcome.memory or 0, outcome.memory_limit) / GIB
        return Verdict.OVER_MEMORY, f"{held:.1f} GiB of {outcome.memory_limit / GIB:.3g} GiB at {outcome.seconds:.0f} s"
    if isinstance(content, TooLarge):
        return Verdict.OVER_OUTPUT, str(content)
    if isinstance(content, Refused):
        return Verdict.INVALID_MODEL, str(content)
    if outcome.stopped is Stop.OUTPUT:
        return Verdict.OVER_OUTPUT, f"the output folder held more than it may at {outcome.seconds:.0f} s"
    if outcome.status and outcome.output_full:
        return Verdict.OVER_OUTPUT, f"the output folder is full; train.py {_ended(outcome.status)}"
    if outcome.status:
        return Verdict.CRASHED, f"train.py {_ended(outcome.status)}"
    if content is None and outcome.stopped is Stop.TIME:
        return Verdict.OVER_TIME, f"the time was over and {name} had not been written; write it early, then again"
    if content is None:
        return Verdict.INVALID_MODEL, f"train.py ended without writing {name} into $MLGOLF_OUT"
    return None, None


def _ended(status: int) -> str:
    if status > 128 and status - 128 in set(signal.Signals):
        return f"was ended by {signal.Signals(status - 128).name}"
    return f"ended with exit status {status}"


def _curve(content: bytes | Refused | None) -> Curve:
    """At most CURVE_POINTS of the points that the entry reported; what is malformed is passed over."""
    points = []
    for line in content.decode("ascii", "replace").splitlines() if isinstance(content, bytes) else ():
        try:
            step, seconds, loss = line.split(",")
            point = CurvePoint(step=int(step), seconds=float(seconds), loss=float(loss))
        except ValueError:
            continue
        if math.isfinite(point.seconds) and math.isfinite(point.loss) and abs(point.step) < 2**53:
            points.append(point)
    if len(points) <= CURVE_POINTS:
        return Curve.of(points)
    chosen = np.unique(np.linspace(0, len(points) - 1, CURVE_POINTS).round().astype(int))
    return Curve.of(points[index] for index in chosen)
