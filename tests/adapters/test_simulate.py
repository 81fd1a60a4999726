"""`referee simulate`: what a host is told about the machines that a league needs."""

from __future__ import annotations

import json

import pytest

from referee.adapters.cli import main


def told(capsys, *words: str) -> dict:
    """What the command says, as JSON."""
    assert main(["simulate", *words, "--days", "20", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_it_ends_with_the_first_number_of_machines_that_is_enough(capsys):
    """And begins with the fewest that could do the work."""
    [tried] = told(capsys, "laptop-s=12", "--wait", "2h").values()
    assert [one["machines"] for one in tried] == list(range(2, 2 + len(tried)))
    assert tried[-1]["late"] <= 7200 and all(one["late"] > 7200 for one in tried[:-1])


def test_classes_of_one_hardware_share_its_machines(capsys):
    """And others have their own."""
    found = told(capsys, "laptop-ss=10", "laptop-s=2", "single-gpu-a=3", "--machines", "4")
    assert list(found) == ["laptop", "single-gpu"]
    alone = told(capsys, "laptop-ss=10", "--machines", "4")
    assert alone["laptop"][0]["busy"] < found["laptop"][0]["busy"]


def test_half_the_time_is_half_the_load(capsys):
    """`--used` is a mean share."""
    full, half = (told(capsys, "laptop-s=24", "--machines", "6", "--used", used)["laptop"][0] for used in ("1", "0.5"))
    assert half["busy"] == pytest.approx(full["busy"] / 2, rel=0.1)


def test_failures_end_runs(capsys):
    """So many as the time in play has means between them."""
    [one] = told(capsys, "laptop-a=1", "--machines", "4", "--between-failures", "2d")["laptop"]
    assert one["interrupted"] == pytest.approx(20 / 2, rel=0.2)


def test_the_table_says_what_was_asked(capsys):
    """For people."""
    assert main(["simulate", "laptop-ss=10", "--wait", "90min"]) == 0
    first, second, third, *_ = capsys.readouterr().out.splitlines()
    assert first.strip() == "laptop: 19 waits in 20 at most 1 h 30 min"
    assert second.split()[:2] == ["machines", "busy"] and third.split()[0] == "1"


@pytest.mark.parametrize(
    "load", ["laptop-ss", "laptop-ss=", "laptop-ss=0", "laptop-ss=-1", "laptop-zz=1", "=3", "laptop-ss=1e9"]
)
def test_a_load_that_means_nothing_is_refused(capsys, load):
    """On one line, with an example or the nearest name."""
    assert main(["simulate", load]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("option", [("--wait", "soon"), ("--used", "2"), ("--days", "0"), ("--machines", "0"), ("--rush", "0")])
def test_options_that_mean_nothing_are_refused(capsys, option):
    """Before anything is simulated."""
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "laptop-ss=1", *option])
    assert ended.value.code == 2
