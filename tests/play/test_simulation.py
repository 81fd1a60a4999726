"""The simulated line against queueing theory, and against what must be so whatever is drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from referee.ground.classes import DAY, HOUR
from referee.play.simulation import Machines, Stream, arrivals, simulate

MINUTE = 60.0


def erlang_c(machines: int, load: float) -> float:
    """Probability that an arrival has to wait in M/M/c; `load` in machines (A. K. Erlang, 1917)."""
    terms = [load**k / math.factorial(k) for k in range(machines)]
    last = load**machines / math.factorial(machines) * machines / (machines - load)
    return last / (sum(terms) + last)


def random_length(mean):
    return lambda random: random.exponential(mean)


def always(seconds):
    return lambda random: seconds


@pytest.mark.parametrize(("machines", "load"), [(1, 0.5), (1, 0.8), (2, 1.4), (5, 4.0), (12, 9.6)])
def test_the_mean_wait_is_that_of_m_m_c(machines, load):
    """E[W] = C(c, a) s / (c - a), for lengths of mean s with an exponential distribution."""
    mean = 10 * MINUTE
    stream = Stream(a_day=load * DAY / mean, length=random_length(mean))
    queued = simulate([stream], Machines(count=machines), 60_000 / stream.a_day, np.random.default_rng(1))
    expected = erlang_c(machines, load) * mean / (machines - load)
    assert queued.waits.mean() == pytest.approx(expected, rel=0.12)
    assert queued.busy == pytest.approx(load / machines, rel=0.03)


@pytest.mark.parametrize("load", [0.3, 0.6, 0.85])
def test_the_mean_wait_is_that_of_m_d_1(load):
    """E[W] = a s / (2 (1 - a)), for a fixed length s (F. Pollaczek, 1930)."""
    length = 30 * MINUTE
    stream = Stream(a_day=load * DAY / length, length=always(length))
    queued = simulate([stream], Machines(count=1), 60_000 / stream.a_day, np.random.default_rng(2))
    assert queued.waits.mean() == pytest.approx(load * length / (2 * (1 - load)), rel=0.08)


def test_an_entry_alone_does_not_wait():
    """And stays as long as it plays."""
    queued = simulate([Stream(a_day=0.001, length=always(HOUR))], Machines(count=1), 5000, np.random.default_rng(3))
    assert len(queued.waits) > 0
    assert queued.waits.max() == 0 and queued.longest_line == 0
    assert queued.stays == pytest.approx(np.full(len(queued.stays), HOUR))


def test_who_resumes_loses_no_time_but_the_repair():
    """One entry of thirty days on a machine that fails every five: with a checkpoint it ends, without it takes an age."""
    machines = Machines(count=1, seconds_between_failures=5 * DAY, repair_seconds=HOUR)
    stays = {}
    for resumes in (True, False):
        stream = Stream(a_day=0.0001, length=always(12 * DAY), resumes=resumes)
        queued = simulate([stream], machines, 30_000, np.random.default_rng(4))
        assert queued.interrupted > 0
        stays[resumes] = queued.stays.mean() / DAY
        if resumes:
            assert queued.stays.sum() == pytest.approx(len(queued.stays) * 12 * DAY + queued.interrupted * HOUR)
    # The mean of a run without checkpoints is (exp(length / between) - 1) (between + repair): 50 days.
    assert stays[True] < 13 and stays[False] == pytest.approx((math.exp(12 / 5) - 1) * (5 + 1 / 24), rel=0.6)


def test_a_rush_brings_more_at_the_end_and_no_more_in_all():
    """Half as many again on the last tenth of the days, and so on; the mean number stays what it was."""
    random = np.random.default_rng(5)
    entries = arrivals([Stream(a_day=1000, length=always(1))], 100, random, rush=5)
    late = sum(entry.arrived > 90 * DAY for entry in entries)
    assert len(entries) == pytest.approx(100_000, rel=0.02)
    assert late / len(entries) == pytest.approx(5 / 14, rel=0.03)
    assert [entry.arrived for entry in entries] == sorted(entry.arrived for entry in entries)


def test_more_machines_never_wait_longer():
    """On the same entries."""
    waits = []
    for count in (2, 3, 4, 8):
        stream = Stream(a_day=100, length=always(HOUR / 3))
        waits.append(simulate([stream], Machines(count=count), 30, np.random.default_rng(6)).waits.mean())
    assert waits == sorted(waits, reverse=True) and waits[-1] < 1
