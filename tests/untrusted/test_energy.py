"""Joules of a round: summed over counters that come round, unknown where a meter fails, and none where there is no meter."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import math
import os
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import pytest

from referee.ground.errors import RefereeFault
from referee.untrusted import clock
from referee.untrusted.energy import meter, nvml, rapl, zeus
from referee.untrusted.energy.meter import Meter, Reading, measuring

RANGE = 65_532_610_987
"""µJ: the shortest that is known, of AMD's; 65 kJ"""
NOBODY = 65534


class Counter:
    """A meter that shows what it is told to, and its last answer again and again; an exception is raised."""

    def __init__(self, name: str, *answers: float | Exception) -> None:
        self.name, self.answers = name, list(answers)
        self.read_by: list[str] = []

    def read(self) -> float:
        self.read_by.append(threading.current_thread().name)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def measured(*meters: Meter) -> Reading:
    """Of a round in which each is read twice."""
    with measuring(meters, period=60) as reading:
        assert reading == Reading()
    return reading


def test_the_sum_of_all_meters_is_told_with_their_names():
    assert measured(Counter("a", 10, 12.5), Counter("b", 0, 100)) == Reading(joules=102.5, meters=("a", "b"))


def test_without_a_meter_energy_is_unknown_and_nothing_is_started():
    before = threading.active_count()
    with measuring(()) as reading:
        assert threading.active_count() == before
    assert reading == Reading(joules=None, meters=(), fault=None)


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ([RefereeFault("lost")], "b: lost"),
        ([0, RefereeFault("lost")], "b: lost"),
        ([0, TimeoutError()], "b: TimeoutError"),
        ([5, 4], "b: went backwards"),
        ([math.nan], "b: went backwards"),
        ([0, math.nan], "b: went backwards"),
        ([0, math.inf], "b: counted inf J"),
        ([7, 7], "b: counted 0 J"),
    ],
)
def test_a_meter_that_fails_makes_the_sum_unknown_and_not_smaller(answers, fault):
    """A machine that is on takes energy, so a counter that stands still has failed as well."""
    assert measured(Counter("a", 0, 1), Counter("b", *answers)) == Reading(joules=None, meters=(), fault=fault)


def test_a_meter_that_fails_between_and_comes_back_is_not_believed():
    failing = Counter("a", 0, OSError("gone"), 5)
    with measuring([failing], period=0.005) as reading:
        time.sleep(0.1)
    assert reading == Reading(fault="a: gone")


def test_meters_are_read_now_and_then_by_a_thread_that_ends():
    counter = Counter("a", *range(1000))
    with measuring([counter], period=0.005) as reading:
        (thread,) = [one for one in threading.enumerate() if one.name == "energy"]
        assert thread.daemon
        time.sleep(0.2)
    assert not thread.is_alive()
    assert counter.read_by[0] != "energy" and set(counter.read_by[1:]) == {"energy"}
    assert reading.joules == len(counter.read_by) - 1 > 3


def test_a_driver_that_hangs_holds_up_nobody():
    hanging, released = Counter("a", 0, 1), threading.Event()
    with measuring([hanging], period=60, patience=0.05) as reading:
        hanging.read = released.wait
    assert reading == Reading(fault="the meters did not answer within 0.05 s")
    released.set()


def test_a_round_that_fails_is_measured_to_its_end_and_fails():
    with pytest.raises(KeyboardInterrupt), measuring([Counter("a", 0, 1)]) as reading:
        raise KeyboardInterrupt
    assert reading.joules == 1 and "energy" not in {thread.name for thread in threading.enumerate()}


def test_looking_for_meters_takes_next_to_nothing_where_there_are_none(monkeypatch):
    if meter.meters():
        monkeypatch.setattr(meter, "meters", tuple)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        with measuring():
            pass
        took.append(time.perf_counter() - began)
    assert min(took) < 0.01


def zone(root: Path, key: str, name: str, energy: int = 0, most: int = RANGE) -> Path:
    """A counter as /sys/class/powercap shows it: all zones side by side."""
    folder = root / key
    folder.mkdir(parents=True)
    for file, content in (("name", name), ("energy_uj", energy), ("max_energy_range_uj", most)):
        (folder / file).write_text(f"{content}\n")
    return folder / "energy_uj"


@pytest.fixture
def server(tmp_path) -> dict[str, Path]:
    """Two packages with memory beside them, and all that must not be counted; each file by its key."""
    (tmp_path / "intel-rapl").mkdir()
    (tmp_path / "dtpm").mkdir()
    zones = {
        "intel-rapl:0": "package-0",
        "intel-rapl:0:0": "core",
        "intel-rapl:0:1": "dram",
        "intel-rapl:1": "package-1",
        "intel-rapl:1:0": "uncore",
        "intel-rapl:1:1": "dram",
        "intel-rapl:2": "psys",
        "intel-rapl-mmio:0": "package-0",
        "intel-rapl-mmio:0:0": "dram",
    }
    return {key: zone(tmp_path, key, name, 1_000_000) for key, name in zones.items()}


def test_packages_are_counted_with_the_memory_beside_them_and_without_their_parts(server, tmp_path):
    """Cores and uncore are parts of the package; psys holds it; mmio is the same counter once more."""
    found = rapl.meters(tmp_path)
    assert [one.name for one in found] == ["RAPL package-0", "RAPL package-0 dram", "RAPL package-1", "RAPL package-1 dram"]
    assert rapl.why_not(tmp_path) is None
    with measuring(found, period=60) as reading:
        for bit, file in enumerate(server.values()):
            file.write_text(f"{1_000_000 + 1_000_000 * 2**bit}\n")
    assert reading.joules == 1 + 4 + 8 + 32
    assert reading.meters == tuple(one.name for one in found)


def test_amds_processors_have_the_same_names_and_no_memory(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0")
    zone(tmp_path, "intel-rapl:0:0", "core")
    assert [one.name for one in rapl.meters(tmp_path)] == ["RAPL package-0"]


def test_dies_are_packages_of_their_own(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0-die-0")
    zone(tmp_path, "intel-rapl:1", "package-0-die-1")
    assert len(rapl.meters(tmp_path)) == 2


@pytest.mark.parametrize(
    ("before", "after", "seconds", "joules"),
    [(RANGE - 3_000_000, 0, 0, 3), (RANGE - 3_000_000, 150_000_000, 1, 153), (1_000_000_000, 0, 32.6, RANGE / 1e6 - 1000)],
)
def test_a_counter_that_comes_round_goes_on(tmp_path, monkeypatch, before, after, seconds, joules):
    """Up to almost once around, where that much time has passed."""
    file = zone(tmp_path, "intel-rapl:0", "package-0", before)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    (counter,) = rapl.meters(tmp_path)
    assert counter.read() == 0
    monkeypatch.setattr(clock, "now", lambda: now + seconds)
    file.write_text(f"{after}\n")
    assert counter.read() == pytest.approx(joules)


def test_a_counter_that_comes_round_again_and_again_under_measurement_is_summed(tmp_path):
    """Its writer stands still once the round is over."""
    file = zone(tmp_path, "intel-rapl:0", "package-0", RANGE - 60_000_000)
    steps, total = 60, 0
    with measuring(rapl.meters(tmp_path), period=0.001) as reading:

        def advance() -> None:
            nonlocal total
            for _ in range(steps):
                total += 5_000_000
                other = file.with_name("new")
                other.write_text(f"{(RANGE - 60_000_000 + total) % RANGE}\n")
                other.replace(file)
                time.sleep(0.003)

        writer = threading.Thread(target=advance)
        writer.start()
        writer.join()
    assert reading.joules == pytest.approx(5 * steps) and total > 60_000_000


@pytest.mark.parametrize("late", [0, 33, 10_000])
def test_what_no_processor_takes_is_unknown(tmp_path, monkeypatch, late):
    """A reset looks like a long way round; and after too long a time nobody can tell how often it came round."""
    file = zone(tmp_path, "intel-rapl:0", "package-0", 40_000_000_000)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    (counter,) = rapl.meters(tmp_path)
    monkeypatch.setattr(clock, "now", lambda: now + late)
    file.write_text("1000000\n" if late == 0 else "40001000000\n")
    with pytest.raises(RefereeFault, match="can't be; it was reset, or not read for too long"):
        counter.read()


@pytest.mark.parametrize("content", ["", "many", None])
def test_a_counter_that_breaks_in_a_round_makes_it_unknown(tmp_path, content):
    file = zone(tmp_path, "intel-rapl:0", "package-0")
    with measuring(rapl.meters(tmp_path), period=60) as reading:
        file.unlink()
        if content is not None:
            file.write_text(content)
    assert reading.joules is None and reading.fault is not None and reading.fault.startswith("RAPL package-0: ")


@pytest.mark.parametrize("broken", ["energy_uj", "max_energy_range_uj", "name"])
def test_one_package_that_can_not_be_read_takes_the_others_with_it(server, tmp_path, broken):
    """Half a machine's energy is no machine's energy."""
    (server["intel-rapl:1"].parent / broken).unlink()
    assert rapl.meters(tmp_path) == ()
    assert "; containers mask them, so run the referee outside" in rapl.why_not(tmp_path)


def test_a_range_of_nothing_is_no_counter(tmp_path):
    zone(tmp_path, "intel-rapl:0", "package-0", most=0)
    assert rapl.meters(tmp_path) == () and "max_energy_range_uj is 0" in rapl.why_not(tmp_path)


def test_a_machine_that_shows_no_counters_says_so(tmp_path):
    for root in (tmp_path, tmp_path / "missing"):
        assert rapl.meters(root) == ()
        assert rapl.why_not(root).startswith(f"the processor shows no counters in {root}, as in most virtual machines; ")


def test_without_permission_there_is_no_meter_but_a_remedy(server, tmp_path):
    """Root ignores modes, so where the tests run as root, somebody else looks."""
    for file in server.values():
        file.chmod(0)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_mode & 0o011 != 0o011:
            # The group stays root's own.
            parent.chmod(parent.stat().st_mode | 0o011)
    us = os.geteuid()
    try:
        if us == 0:
            os.seteuid(NOBODY)
        found, reason = rapl.meters(tmp_path), rapl.why_not(tmp_path)
    finally:
        os.seteuid(us)
    assert found == ()
    assert reason.startswith(f"{server['intel-rapl:0']} may not be read by this user; run the referee as root, or open")
    assert "\n" not in reason and 'SUBSYSTEM=="powercap"' in reason and "chmod 0440" in reason


class OneGpu:
    """As much of `machine.nvml.Gpu` as its meter asks."""

    index, name = 3, "NVIDIA H200"

    def __init__(self, *joules: float | None) -> None:
        self.told = list(joules)

    def joules(self) -> float | None:
        return self.told.pop(0) if len(self.told) > 1 else self.told[0]


def test_gpus_that_count_are_meters_and_the_others_are_named(monkeypatch):
    monkeypatch.setattr(nvml.nvml, "gpus", lambda: (OneGpu(5.0, 5.5, 7.0), OneGpu(None)))
    monkeypatch.setattr(nvml.nvml, "driver_here", lambda: True)
    monkeypatch.setattr(nvml.nvml, "why_not", lambda: None)
    assert measured(*nvml.meters()) == Reading(joules=1.5, meters=("NVML GPU 3",))
    assert nvml.why_not() == "these GPUs count no energy, as none before Volta does: 3 (NVIDIA H200)"


def test_a_gpu_that_falls_silent_makes_the_round_unknown(monkeypatch):
    monkeypatch.setattr(nvml.nvml, "gpus", lambda: (OneGpu(5.0, 5.5, None),))
    assert measured(*nvml.meters()) == Reading(fault="NVML GPU 3: the driver tells no energy any more")


def test_a_machine_without_a_driver_misses_no_meter_for_it(monkeypatch):
    monkeypatch.setattr(nvml.nvml, "driver_here", lambda: False)
    assert nvml.why_not() is None


class Measurement(types.SimpleNamespace):
    """Of a chip, in mJ; every field of it is there, most are None."""


class AppleSilicon:
    """Stands in for zeus.device.soc.apple.AppleSilicon."""

    def __init__(self, *told: Measurement | Exception) -> None:
        self.told = list(told)

    def get_total_energy_consumption(self) -> Measurement:
        told = self.told.pop(0)
        if isinstance(told, Exception):
            raise told
        return told


def get_soc() -> AppleSilicon:
    """Stands in for zeus.device.soc.get_soc."""
    first = {"cpu_total_mj": 1000, "gpu_mj": 0, "dram_mj": None, "ane_mj": 0, "gpu_sram_mj": 70, "performance_cores_mj": [9, 9]}
    second = first | {"cpu_total_mj": 2500, "gpu_mj": 20, "ane_mj": 3, "gpu_sram_mj": 9000, "performance_cores_mj": [99, 99]}
    return AppleSilicon(Measurement(**first), Measurement(**first), Measurement(**second))


class AMDGPUs:
    """Stands in for zeus.device.gpu.amd.AMDGPUs: two boards, one that is not believed, and one that is part of a processor."""

    names = ("AMD Instinct MI300X OAM", "AMD Radeon RX 7900 XTX", "AMD Instinct MI250X", "AMD Radeon 780M Graphics")

    def __init__(self, ensure_homogeneous: bool = False) -> None:
        self.millijoules = 1000

    def __len__(self) -> int:
        return len(self.names)

    def get_name(self, gpu_index: int) -> str:
        return self.names[gpu_index]

    def supports_get_total_energy_consumption(self, gpu_index: int) -> bool:
        return gpu_index != 2

    def get_total_energy_consumption(self, gpu_index: int) -> int:
        self.millijoules += 500
        return self.millijoules


def amdsmi_is_available() -> bool:
    """Stands in for zeus.device.gpu.amd.amdsmi_is_available."""
    return True


STANDINS = {"zeus.device.soc": (get_soc,), "zeus.device.gpu.amd": (AMDGPUs, amdsmi_is_available)}


@pytest.fixture
def with_zeus(monkeypatch):
    """zeus is installed, on a machine that has no use for it."""
    for module, things in STANDINS.items():
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            monkeypatch.setitem(sys.modules, name, sys.modules.get(name) or types.ModuleType(name))
        for thing in things:
            monkeypatch.setattr(sys.modules[module], thing.__name__, thing, raising=False)
    monkeypatch.setattr(zeus, "ROCM", Path("/nowhere"))
    monkeypatch.setattr(zeus, "_is_one_chip", lambda: False)
    clear()
    yield
    clear()


def clear() -> None:
    """Forget what was found."""
    zeus.gpus.cache_clear()
    zeus.chips.cache_clear()


def test_zeus_is_not_even_imported_where_it_has_nothing_to_read():
    look = (
        "import sys; from referee.untrusted.energy import meter as m; m.meters(), [*m.why_not()]; print('zeus' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_chip_is_the_sum_of_what_does_not_overlap(with_zeus, monkeypatch):
    """Cores are parts of the processor, and what the GPU's memory is part of is not told."""
    monkeypatch.setattr(zeus, "_is_one_chip", lambda: True)
    reading = measured(*zeus.chips())
    assert reading == Reading(joules=pytest.approx(1.523), meters=("zeus AppleSilicon cpu_total + gpu + ane",))
    assert zeus.why_not() is None


@pytest.mark.parametrize(
    ("told", "parts", "joules"),
    [
        ({"cpu_energy_mj": 1.0, "gpu_energy_mj": 2.0, "total_energy_mj": 7000.0}, "total_energy", 7),
        ({"cpu_energy_mj": 1000.0, "gpu_energy_mj": 2000.0, "total_energy_mj": None}, "cpu_energy + gpu_energy", 3),
        ({"cpu_energy_mj": None, "gpu_energy_mj": 2000.0, "total_energy_mj": None}, "gpu_energy", 2),
    ],
)
def test_of_a_jetson_the_whole_is_taken_where_it_is_told(told, parts, joules):
    chip = zeus.Chip(AppleSilicon(Measurement(**told), Measurement(**told)))
    assert (chip.name, chip.read()) == (f"zeus AppleSilicon {parts}", joules)


def test_a_chip_that_answered_too_late_is_not_asked_again():
    """The late answer stands in Jetson's queue, in front of the next."""
    told = Measurement(total_energy_mj=1.0)
    chip = zeus.Chip(AppleSilicon(told, TimeoutError(), told, told))
    with pytest.raises(TimeoutError):
        chip.read()
    with pytest.raises(RefereeFault, match="failed before"):
        chip.read()


def test_a_chip_that_tells_nothing_is_no_meter(with_zeus, monkeypatch):
    monkeypatch.setattr(zeus, "_is_one_chip", lambda: True)
    monkeypatch.setattr(sys.modules["zeus.device.soc"], "get_soc", lambda: AppleSilicon(Measurement(gpu_sram_mj=1)))
    assert zeus.chips() == () and zeus.why_not().startswith(
        "this chip has no meter that can be read; pip install 'ml-golf[zeus]'"
    )


def test_of_amds_gpus_those_are_meters_that_zeus_believes_and_no_package_holds(with_zeus, monkeypatch):
    monkeypatch.setattr(zeus, "ROCM", Path("/"))
    found = zeus.gpus()
    assert [one.name for one in found] == ["zeus AMD GPU 0", "zeus AMD GPU 1"]
    assert found[0].read() == 1.5 and zeus.why_not() is None


@pytest.mark.parametrize(
    ("name", "discrete"),
    [
        ("AMD Instinct MI300X", True),
        ("AMD Instinct MI300A", False),
        ("AMD Radeon PRO W7900", True),
        ("AMD Radeon AI PRO R9700", True),
        ("AMD Radeon Graphics", False),
        ("AMD Radeon RX Vega 10 Graphics", False),
        ("Radeon 8060S Graphics", False),
    ],
)
def test_a_gpu_within_a_processor_is_known_by_its_name(name, discrete):
    assert bool(zeus.DISCRETE.match(name)) is discrete


@pytest.mark.parametrize("failure", [ImportError("no zeus"), OSError("no ROCm"), KeyError("hip_id")])
def test_whatever_zeus_raises_there_is_no_meter_and_a_remedy(with_zeus, monkeypatch, failure):
    def raising(ensure_homogeneous: bool = False) -> AMDGPUs:
        raise failure

    monkeypatch.setattr(zeus, "ROCM", Path("/"))
    monkeypatch.setattr(sys.modules["zeus.device.gpu.amd"], "AMDGPUs", raising)
    assert zeus.gpus() == () and "pip install 'ml-golf[zeus]'" in zeus.why_not()


def test_a_chip_is_not_counted_beside_what_it_holds(with_zeus, monkeypatch):
    monkeypatch.setattr(zeus, "_is_one_chip", lambda: True)
    for kind in (rapl, nvml):
        monkeypatch.setattr(kind, "meters", tuple)
    assert [one.name for one in meter.meters()] == ["zeus AppleSilicon cpu_total + gpu + ane"]
    other = Counter("RAPL package-0", 0)
    monkeypatch.setattr(rapl, "meters", lambda: (other,))
    assert meter.meters() == (other,)


SIGNATURES = {
    "device/soc/__init__.py get_soc": "",
    "device/soc/common.py SoC.get_total_energy_consumption": "self",
    "device/soc/apple.py AppleSilicon.get_total_energy_consumption": "self",
    "device/gpu/amd.py amdsmi_is_available": "",
    "device/gpu/amd.py AMDGPUs.__init__": "self, ensure_homogeneous: bool=False",
    "device/gpu/common.py GPUs.__len__": "self",
    "device/gpu/common.py GPUs.get_name": "self, gpu_index: int",
    "device/gpu/common.py GPUs.supports_get_total_energy_consumption": "self, gpu_index: int",
    "device/gpu/common.py GPUs.get_total_energy_consumption": "self, gpu_index: int",
}
"""as they stand in the wheel of zeus 0.16.0"""
FIELDS = {
    "device/soc/apple.py AppleSiliconMeasurement": {"cpu_total_mj", "gpu_mj", "ane_mj", "dram_mj", "gpu_sram_mj"},
    "device/soc/jetson.py JetsonMeasurement": {"total_energy_mj", "cpu_energy_mj", "gpu_energy_mj"},
}


def test_the_stand_ins_are_called_as_zeus_is():
    """The other half, that zeus is as written here, needs zeus."""
    for place, signature in SIGNATURES.items():
        names = place.split()[1].split(".")
        here = {"SoC": AppleSilicon, "AppleSilicon": AppleSilicon, "GPUs": AMDGPUs, "AMDGPUs": AMDGPUs}.get(names[0])
        thing = getattr(here, names[1]) if here else globals()[names[0]]
        assert [*inspect.signature(thing).parameters] == [part.split(":")[0] for part in signature.split(", ") if part], place
    assert {part for parts in zeus.PARTS for part in parts} <= set.union(*FIELDS.values())


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("zeus") is None, reason="impossible here: zeus is an extra of 400 MB")
def test_zeus_is_as_it_is_written_here():
    """Read, not imported: most of it has no place on most machines."""
    root = Path(importlib.util.find_spec("zeus").origin).parent
    for place, signature in SIGNATURES.items():
        found = definition(root, place)
        assert isinstance(found, ast.FunctionDef) and ast.unparse(found.args) == signature, place
    for place, fields in FIELDS.items():
        assert fields <= {node.target.id for node in definition(root, place).body if isinstance(node, ast.AnnAssign)}, place
    # `AMDGPUs` takes them over from `GPUs`.
    own = {node.name for node in definition(root, "device/gpu/amd.py AMDGPUs").body if isinstance(node, ast.FunctionDef)}
    assert not own & {"__len__", "get_name", "get_total_energy_consumption", "supports_get_total_energy_consumption"}


def definition(root: Path, place: str) -> ast.stmt:
    """The class or function that `file name.name` names."""
    file, names = place.split()
    found: ast.AST = ast.parse((root / file).read_text(encoding="utf-8"))
    for name in names.split("."):
        found = next(node for node in found.body if getattr(node, "name", None) == name)
    return found
