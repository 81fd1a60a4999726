"""Skips are counted: with MLGOLF_NO_SKIPS a test that was skipped though this kind of machine could run it is a failure."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attacks import Attacks

from referee.files.league import League
from referee.ground.hardware import Hardware
from referee.ground.result import JudgedRound, TrainedRound
from referee.untrusted.backends import CONFINING
from referee.untrusted.machine import lock
from referee.untrusted.sandbox import Sandbox
from referee.untrusted.sandboxes import bubblewrap, container, inside
from referee.untrusted.sandboxes.unconfined import Unconfined

REPOSITORY = Path(__file__).resolve().parent.parent
IMPOSSIBLE = "impossible here: "
"""begins the reason of a skip that no installation could prevent, such as a missing GPU"""


def no_container() -> str | None:
    """Why no container runs here; an engine that is there and still runs none is nothing that an installation could mend."""
    reason = container.why_not()
    installed = any(map(shutil.which, ("podman", "docker")))
    return f"{IMPOSSIBLE}{reason}" if reason is not None and installed else reason


WHY_NOT = {"bubblewrap": functools.cache(bubblewrap.why_not), "container": functools.cache(no_container)}
"""of each sandbox that confines, for a skip"""
needs_bubblewrap = pytest.mark.skipif(WHY_NOT["bubblewrap"]() is not None, reason=f"{WHY_NOT['bubblewrap']()}")
needs_container = pytest.mark.skipif(WHY_NOT["container"]() is not None, reason=f"{WHY_NOT['container']()}")


def sandbox(name: str) -> Sandbox:
    """The back end, or a skip."""
    if name == "unconfined":
        return Unconfined("as the test asks")
    reason = WHY_NOT[name]()
    if reason is not None:
        pytest.skip(reason)
    return CONFINING[name].make(Hardware(title="Whatever runs the tests", labels=(), max_watts=1))


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Scores that tests remember stay out of the user's cache, and tests don't wait for who else plays on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv(lock.VARIABLE, str(tmp_path_factory.mktemp("lock") / "lock"))
        yield


@pytest.fixture(scope="session")
def attacks() -> Attacks:
    """What this session finds about attacks, for the page about them."""
    return Attacks()


def way_to_the_interpreter() -> list[str]:
    """What stands in a box's /tmp for no other reason than that the suite's own interpreter lies below it."""
    return sorted({path.parts[2] for path in inside.interpreter() if path.is_relative_to("/tmp")})


@pytest.fixture
def repository() -> Path:
    """The root of this repository, which is a league."""
    return REPOSITORY


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Name every skip, with its reason."""
    yield
    for report in terminalreporter.stats.get("skipped", []):
        terminalreporter.write_line(f"skipped {report.nodeid}: {_reason(report)}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run for skips that could have been avoided, where that is asked for."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("MLGOLF_NO_SKIPS"):
        return
    avoidable = [one for one in reporter.stats.get("skipped", []) if IMPOSSIBLE not in _reason(one)]
    if avoidable and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.fixture
def league(tmp_path: Path) -> League:
    """A league of its own, with the competition `line` and no entries."""
    shutil.copytree(REPOSITORY / "tests/league", tmp_path / "league")
    (tmp_path / "league/submissions/line").mkdir(parents=True)
    return League(tmp_path / "league")


@pytest.fixture
def enter(league: League) -> Callable[..., str]:
    """Adds one of tests/entries, or a train.py given as text, to the league; gives its ref."""

    def add(which: str = "qualified/honest", name: str | None = None, text: str | None = None) -> str:
        name = name or Path(which).name.replace("_", "-")
        folder = league.root / "submissions/line" / name
        folder.mkdir(parents=True)
        source = REPOSITORY / "tests/entries" / which / "train.py"
        (folder / "train.py").write_text(text if text is not None else source.read_text())
        shutil.copy(REPOSITORY / "tests/entries/qualified/honest/train.py", folder / "honest.py")
        (folder / "submission.yaml").write_text(
            f"title: {name}\nauthors: [golfer]\nclasses: [laptop-ss, laptop-a, moon-base-ss]\n"
        )
        return f"line/{name}"

    return add


class Silent:
    """An audience that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.logs: list[str] = []
        self.ticks: list[float] = []

    def machine(self, told: str) -> None:
        self.told.append(told)

    def round_begins(self, number: int, rounds: int, seconds: float) -> None:
        self.told.append(f"begins {number} of {rounds}")

    def clock(self, seconds: float, curve: str) -> None:
        self.ticks.append(seconds)

    def round_trained(self, trained: TrainedRound, log: str) -> None:
        self.told.append(f"trained {trained.number}")
        self.logs.append(log)

    def judging(self, number: int, done: int, rows: int) -> None:
        self.ticks.append(done / rows)

    def round_judged(self, judged: JudgedRound) -> None:
        self.told.append(f"judged {judged.trained.number} {judged.verdict}")

    def confirmation(self, rounds: int) -> None:
        self.told.append(f"confirmation {rounds}")


@pytest.fixture
def audience() -> Silent:
    """An audience that remembers what it was told."""
    return Silent()
