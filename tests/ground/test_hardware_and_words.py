"""Machines, verdicts, and the sentences that errors own."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest

from referee.ground.competition import CompetitionLimits
from referee.ground.errors import Fault, InputError, InvalidModel, RefereeFault, RuleBroken, nearest
from referee.ground.hardware import Hardware, Limits, Requires
from referee.ground.machine import Calibration, Machine, differences, slowdowns
from referee.ground.verdict import Verdict


def machine(**changes) -> Machine:
    known = {"cpu": "c", "cores": 4, "memory_gib": 16.0, "gpus": (), "os": "o", "python": "3.11", "libraries": {}}
    return Machine(**known | changes)


@pytest.mark.parametrize(
    ("required", "changes", "said"),
    [
        (Requires(), {}, []),
        (Requires(cores=4, memory_gib=16, gpus=0), {}, []),
        (Requires(cores=5), {}, ["4 cores, at least 5 required"]),
        (Requires(memory_gib=16.5), {}, [r"16(\.0+)? GiB of memory, at least 16\.5 required"]),
        (Requires(gpus=1), {}, ["0 GPUs, exactly 1 required"]),
        (Requires(gpus=0), {"gpus": ("NVIDIA H200",)}, ["1 GPUs, exactly 0 required"]),
        (Requires(gpus=1, gpu="H200"), {"gpus": ("NVIDIA H200",)}, []),
        (Requires(gpu="H200"), {"gpus": ("NVIDIA H200", "NVIDIA T4")}, ['GPU "NVIDIA T4", "H200" required']),
        (Requires(cpu="EPYC"), {"cpu": "AMD EPYC 9654"}, []),
        (Requires(cpu="Xeon"), {"cpu": "AMD EPYC 9654"}, ['processor "AMD EPYC 9654", "Xeon" required']),
        (Requires(governor="performance"), {"governor": "performance"}, []),
        (Requires(governor="performance"), {"governor": "powersave"}, ["governor powersave, performance required"]),
        (Requires(governor="performance"), {}, ["governor unknown, performance required"]),
        (
            Requires(cores=8, memory_gib=32, gpus=2),
            {},
            ["4 cores, at least 8 required", r"16(\.0+)? GiB of memory, at least 32 required", "0 GPUs, exactly 2 required"],
        ),
    ],
    ids=str,
)
def test_a_machine_is_told_everything_it_falls_short_of(required, changes, said):
    """A sentence each; more than is asked is fine, but for GPUs."""
    found = differences(required, machine(**changes))
    assert len(found) == len(said) and all(map(re.fullmatch, said, found))


def test_a_machine_without_a_gpu_has_not_the_gpu_that_is_asked_for():
    """Even where their number is not asked."""
    assert differences(Requires(gpu="H200"), machine())


def test_the_memory_that_is_short_does_not_read_as_enough():
    """15.97 of 16 GiB is short, and the sentence must show it."""
    (said,) = differences(Requires(memory_gib=16), machine(memory_gib=15.97))
    assert "15.97" in said


def test_a_competition_narrows_the_limits_of_the_hardware_and_never_widens_them():
    """Limit by limit; what neither names is the machine's."""
    hardware = Limits(memory_gib=8, processes=100, output_bytes=1000)
    asked = CompetitionLimits(memory_gib=4, processes=200, output_files=10, entry_bytes=1)
    assert asked.within(hardware) == replace(hardware, memory_gib=4, output_files=10)
    assert CompetitionLimits().within(hardware) == hardware
    assert CompetitionLimits(memory_gib=2).within(Limits()).memory_gib == 2
    assert CompetitionLimits().within(Limits()).memory_gib is None


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"sandbox": "bubblewarp"}, "sandbox", 'unknown sandbox "bubblewarp"; did you mean "bubblewrap"?'),
        ({"sandbox": "unconfined"}, "sandbox", 'unknown sandbox "unconfined"'),
        ({"image": "debian"}, "image", "has no use without `sandbox: container`"),
        ({"devices": ("/dev/../etc/shadow",)}, "devices[0]", "expected a path under /dev, for example /dev/nvidia*"),
        ({"devices": ("/dev/null", "/etc/shadow")}, "devices[1]", "expected a path under /dev, for example /dev/nvidia*"),
        ({"max_watts": 0}, "max_watts", "expected more than 0, got 0"),
        ({"requires": Requires(idle=1.5)}, "requires.idle", "expected 0 to 1, got 1.5"),
    ],
)
def test_what_no_hardware_can_be_is_a_fault(changes, field, sentence):
    """The field, and what to write there."""
    sound = Hardware(title="t", labels=("l",), max_watts=1, devices=("/dev/nvidia*", "/dev/dri/renderD128"))
    assert list(sound.faults()) == []
    ((where, said),) = replace(sound, **changes).faults()
    assert where == field and said.startswith(sentence)


@pytest.mark.parametrize("field", [limit.name for limit in fields(Limits)])
def test_every_limit_is_above_nothing(field):
    assert list(Limits(**{field: 0}).faults()) == [(field, "expected more than 0, got 0")]
    assert list(CompetitionLimits(**{field: -1}).faults()) == [(field, "expected more than 0, got -1")]
    assert list(Limits(**{field: 1}).faults()) == []


def speed(matmul: float = 100.0, copy: float = 10.0, loop: float = 10.0) -> Calibration:
    return Calibration(matmul_gflops=matmul, copy_gbps=copy, loop_mops=loop)


def test_a_machine_that_slows_down_within_a_run_is_told_so():
    """Against its own best, whenever that was."""
    assert slowdowns([speed(), speed(matmul=81), speed(copy=8.1)]) == []
    assert slowdowns([speed(), speed(matmul=60)]) == ["matrix product fell to 60% of its best"]
    assert slowdowns([speed(loop=5), speed()]) == ["single core fell to 50% of its best"]
    assert slowdowns([]) == []


def test_the_verdicts_are_the_nine_of_the_rules():
    """Each with a sentence for the reader of the board, and no two alike."""
    assert [str(verdict) for verdict in Verdict] == [
        "qualified", "did-not-fit", "over-time", "over-memory", "over-output", "crashed", "invalid-model", "rule-broken",
        "referee-error",
    ]  # fmt: skip
    assert len({verdict.sentence for verdict in Verdict}) == len(Verdict)


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("lapto", ["laptop", "mobile"], '; did you mean "laptop"?'),
        ("zzz", ["laptop", "mobile"], "; known: laptop, mobile"),
        ("zzz", ["mobile", "laptop"], "; known: laptop, mobile"),
        ("zzz", [], ""),
    ],
)
def test_an_unknown_name_gets_the_nearest_or_all(name, known, said):
    """And nothing where there is nothing to name."""
    assert nearest(name, known) == said


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault("a/b.yaml", "fit.at_most", "is wrong"), "a/b.yaml: fit.at_most: is wrong"),
        (Fault("a/b.yaml", "", "is missing"), "a/b.yaml: is missing"),
        (Fault("", "", "nothing to read"), "nothing to read"),
    ],
)
def test_a_fault_says_where_then_what(fault, line):
    """Path, field, sentence; what is unknown is left out."""
    assert str(fault) == line


def test_an_input_error_carries_every_fault():
    """One a line."""
    faults = [Fault("a", "x", "one"), Fault("b", "", "two")]
    assert InputError(faults).faults == tuple(faults)
    assert str(InputError(faults)) == "a: x: one\nb: two"
    assert str(InputError("just this")) == "just this"


def test_whose_failure_it_is_decides_the_exit_code():
    """2 for the user's, 3 for ours; what a contestant hands in is no error of the program at all."""
    assert (InputError("x").exit_code, RefereeFault("x").exit_code) == (2, 3)
    assert not issubclass(InvalidModel, RefereeFault) and not issubclass(RuleBroken, RefereeFault)
