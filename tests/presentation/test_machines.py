"""The machines of a league: one for each fingerprint, as fast as they were measured, with what waits for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path

import pytest
from built_site import Page
from league_folder import HOSTILE, LAPTOP, Folder

from referee.ground.verdict import Verdict
from referee.presentation.site.boards import standing
from referee.presentation.site.machines import SPEEDS, Fleet, fleets

SPEED = {"matmul_gflops": 90.5, "copy_gbps": 10.25, "loop_mops": 31.0}
CPU = {"cpu": "A CPU", "cores": 2, "memory_gib": 8, "gpus": [], "os": "Linux", "python": "3.11", "libraries": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A league with the competition `digits`, no entries, and hardware that nobody plays."""
    folder = Folder(tmp_path / "league")
    folder._write("competitions/hardware.yaml", {"hardware": {"tpu-pod": deepcopy(LAPTOP), "laptop": LAPTOP}})
    folder.competition()
    return folder


def known(folder: Folder) -> dict[str, Fleet]:
    names = folder.league.competitions()
    found = fleets(folder.league.hardware.items(), [standing(folder.league, name) for name in names])
    return {fleet.name: fleet for fleet in found}


def machine(**changes: object) -> Mapping[str, object]:
    return CPU | changes


def test_every_kind_of_hardware_is_told_in_the_leagues_order(folder):
    assert list(known(folder)) == ["tpu-pod", "laptop"]
    unused = known(folder)["tpu-pod"]
    assert (unused.classes, unused.runners, unused.results, unused.waiting, unused.calibrations) == ((), (), (), (), [])


def test_classes_stand_in_the_order_of_their_time(folder):
    folder.competition(classes=["laptop-a", "laptop-ss", "laptop-s"])
    folder.competition("parity", classes=["laptop-ss", "laptop-c"])
    assert known(folder)["laptop"].classes == ("laptop-ss", "laptop-s", "laptop-a", "laptop-c")


@pytest.mark.parametrize(
    ("change", "runners"),
    [
        ({}, 1),
        ({"os": "another", "python": "3.12", "libraries": {"numpy": "3"}, "governor": "powersave"}, 1),
        ({"memory_gib": 8.2}, 1),
        ({"memory_gib": 16}, 2),
        ({"cpu": "Another CPU"}, 2),
        ({"cores": 4}, 2),
        ({"gpus": ["A GPU"]}, 2),
    ],
)
def test_machines_that_can_not_be_told_apart_are_one(folder, change, runners):
    folder.result("one", day=1, machine=machine())
    folder.result("two", day=2, machine=machine(**change))
    assert len(known(folder)["laptop"].runners) == runners


def test_a_runner_has_its_days_and_its_latest_system(folder):
    for day, system in ((4, "new"), (2, "old"), (3, "middle")):
        folder.result(f"e{day}", day=day, machine=machine(os=system))
    (runner,) = known(folder)["laptop"].runners
    assert (runner.results, runner.first, runner.last, runner.machine.os) == (3, "2026-11-02", "2026-11-04", "new")


def test_the_runner_that_played_last_stands_first(folder):
    folder.result("one", day=1, machine=machine(cpu="early"))
    folder.result("two", day=5, machine=machine(cpu="late"))
    assert [runner.machine.cpu for runner in known(folder)["laptop"].runners] == ["late", "early"]


def test_results_of_all_competitions_rules_and_verdicts_tell_of_a_machine(folder):
    folder.competition("parity")
    folder.result("good", day=3, machine=machine())
    folder.result("broken", (0,), day=2, verdict=Verdict.CRASHED, machine=machine())
    folder.result("older", day=1, pinned={"version": 1, "rules_sha256": "ab" * 32}, machine=machine())
    folder.result("other", day=4, game="parity", machine=machine())
    fleet = known(folder)["laptop"]
    assert [result.pins.entry for result in fleet.results] == ["older", "broken", "good", "other"]
    assert fleet.runners[0].results == 4


def test_a_result_on_hardware_that_is_gone_is_no_fault(folder):
    folder.result("older", class_="moon-base-ss", pinned={"version": 1, "rules_sha256": "ab" * 32})
    assert all(not fleet.results for fleet in known(folder).values())


def test_a_chart_for_each_speed_once_one_was_measured(folder):
    folder.result("before", day=1, machine=machine())
    assert known(folder)["laptop"].calibrations == []
    folder.result("after", day=2, machine=machine(), calibrations=[dict(SPEED), dict(SPEED)])
    charts = known(folder)["laptop"].calibrations
    assert len(charts) == len(SPEEDS)
    assert [re.findall(r'<title id="([^"]+)-title"', chart)[0] for chart in charts] == [
        f"laptop-{field}" for field, _, _ in SPEEDS
    ]


def test_of_each_run_the_best_speed_is_drawn(folder):
    """What the machine can do, whatever else it did meanwhile."""
    slow = {field: value / 2 for field, value in SPEED.items()}
    folder.result("one", day=1, machine=machine(), calibrations=[dict(slow), dict(SPEED)])
    folder.result("two", day=2, machine=machine(), calibrations=[dict(slow), slow])
    chart = str(known(folder)["laptop"].calibrations[0])
    assert re.findall(r"<td>([0-9.]+)</td>", chart) == ["90.5", "45.25"]


def test_each_runner_has_its_line(folder):
    folder.result("one", day=1, machine=machine(cpu="early"), calibrations=[dict(SPEED)])
    folder.result("two", day=2, machine=machine(cpu="late"), calibrations=[dict(SPEED)])
    chart = str(known(folder)["laptop"].calibrations[0])
    assert "1: late" in chart and "2: early" in chart


def test_what_has_no_result_for_its_files_waits(folder):
    folder.competition("parity")
    folder.result("judged", said={"classes": ["laptop-ss"]})
    folder.result("changed", pinned={"tree": "0" * 40})
    folder.result("both", said={"classes": ["laptop-ss", "laptop-s"]}, game="parity")
    waiting = known(folder)["laptop"].waiting
    found = [(one.standing.game.name, one.board.class_, one.entry.entry) for one in waiting]
    assert found == [("digits", "laptop-ss", "changed"), ("parity", "laptop-s", "both")]


def told(root: Path, strings: Sequence[str]) -> Page:
    """The page of the hardware, after a runner for each string has played."""
    folder = Folder(root)
    folder.competition()
    for number, text in enumerate(strings):
        said = machine(cpu=text, cores=number, gpus=[text], os=text, python=text, libraries={text: text})
        folder.result(f"e{number}", machine=said, calibrations=[dict(SPEED)])
    return Page(folder.build()["hardware.md"])


def test_what_a_runner_says_of_itself_is_text(tmp_path):
    """Whoever owns the machine names its processor."""
    hostile, harmless = told(tmp_path / "hostile", HOSTILE), told(tmp_path / "harmless", ["harmless"] * len(HOSTILE))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert list(hostile.dangers()) == []
    assert "<script>alert(1)</script>" in hostile.text and "\\u202egnp.exe" in hostile.text
