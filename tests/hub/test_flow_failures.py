"""Attacks 54 and 55: GitHub fails, hides what it has done, asks to wait, or no longer knows the token."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import season as seasons
from season import Season, entry_files
from season_lab import Lab
from standin import GitHub

from referee.adapters.github import LONGEST_WAIT, Hub
from referee.ground.errors import RefereeFault
from referee.ground.verdict import Verdict

pytestmark = pytest.mark.slow

WRITES = ("/comments$", "/labels$", r"/issues/\d+/labels$", "/statuses/", "/reactions$", "/dispatches$")
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
ALL = dict.fromkeys(("actions", "attestations", "contents", "issues", "pull-requests", "statuses"), "write")


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A league whose claims each have a pull request of their own."""
    with seasons.season(tmp_path_factory.mktemp("failures"), lab=Lab(verdict=Verdict.CRASHED)) as made:
        yield made


@pytest.mark.parametrize(
    ("status", "applied"), [(502, True), (502, False), (0, True)], ids=["carried-out", "lost", "hung-up-carried-out"]
)
def test_a_write_whose_answer_is_lost_is_made_once(season, status, applied):
    """Comment, label, status, reaction and dispatch: whether GitHub had carried it out or not, there is one of each."""
    number, _ = season.bring()
    for path in WRITES:
        season.hub.fault("POST", path, status=status, applied=applied)
    runs = len(season.ran("referee.yml"))
    season.approve(number)
    assert season.ran("command.yml")[-1].conclusion == "success", season.log("command.yml", "command")
    assert len(season.ran("referee.yml")) == runs + 1
    assert len(season.hub.sticky(number)) == 2 and season.reactions(number)[0] == ["rocket"]
    assert season.state(number)[0] == ["judged"] and set(season.scores(season.hub.head(number))) == {"failure", "pending"}


def test_reads_and_changes_that_fail_are_made_again(season):
    """A 502 on what is read, on a change of the comment, on a label that goes."""
    number = season.enter("again")
    for method, path in (
        ("GET", "/comments$"),
        ("GET", r"/pulls/\d+$"),
        ("GET", "/collaborators/"),
        ("PATCH", "/comments/"),
        ("DELETE", "/labels/"),
    ):
        season.hub.fault(method, path, applied=method != "GET")
    season.approve(number)
    assert season.ran("command.yml")[-1].conclusion == "success"
    assert season.state(number) == (["judged"], ["failure", "pending"])


LIMITS = {
    "forbidden_for_a_second": (403, {"Retry-After": "1"}, {"message": "Wait."}),
    "too_many_requests": (429, {"Retry-After": "1"}, {"message": "Too many requests."}),
    "secondary_limit": (403, {"Retry-After": "1"}, SECONDARY),
}


def test_a_limit_of_the_rate_is_waited_for(season):
    """On what is read and what is written, as long as it asks."""
    number, _ = season.bring()
    for (status, headers, body), method, path in zip(
        LIMITS.values(), ("GET", "POST", "POST"), (r"/pulls/\d+$", "/dispatches$", r"/issues/\d+/comments$"), strict=True
    ):
        season.hub.fault(method, path, status=status, headers=headers, body=body)
    begun = time.monotonic()
    season.approve(number)
    assert time.monotonic() - begun > len(LIMITS)
    assert season.state(number) == (["judged"], ["failure", "pending"]) and len(season.hub.sticky(number)) == 2


@pytest.fixture
def hub(tmp_path):
    """A repository with one pull request."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/README.md").write_text("A league.\n")
    with GitHub(tmp_path / "hub", files=tmp_path / "files") as made:
        made.open_pull_request("gauss", "add", entry_files("mine"))
        yield made
        assert made.violations == []


@pytest.fixture
def waits(monkeypatch):
    """Seconds that would have been waited."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    return slept


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("headers", [{}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{soon}"}], ids=["bare", "reset"])
def test_a_limit_that_names_no_wait_is_waited_out(hub, waits, name, headers):
    """By the time of its reset, or else a minute; without a sign of a limit a 403 is a right that lacks."""
    status, _, _ = LIMITS[name]
    told = {key: value.format(soon=int(time.time()) + 40) for key, value in headers.items()}
    mine = Hub(hub.repository, hub.token(ALL), hub.api_url)
    hub.fault("POST", "/comments$", status=status, headers=told, body=SECONDARY)
    mine.say(1, "<!-- mark -->", "<!-- mark -->\nSaid.")
    assert len(hub.sticky(1)) == 1 and 30 <= sum(waits) <= 62
    hub.fault("GET", r"/pulls/\d+$", status=status, headers=told, body=SECONDARY)
    assert mine.pull_request(1).author == "gauss"


def test_a_wait_that_is_too_long_ends_the_job(hub, waits):
    """It says for how long, and nothing is posted."""
    hub.fault("POST", "/comments$", status=429, headers={"Retry-After": f"{LONGEST_WAIT + 1}"}, body=SECONDARY, times=1)
    with pytest.raises(RefereeFault, match=f"asks to wait {LONGEST_WAIT + 1} s; run the job again then"):
        Hub(hub.repository, hub.token(ALL), hub.api_url).say(1, "<!-- mark -->", "<!-- mark -->\nSaid.")
    assert hub.sticky(1) == [] and sum(waits) < LONGEST_WAIT


def test_a_right_that_lacks_is_no_limit(hub, waits):
    """A 403 without a sign of a limit is told at once, with what to look at."""
    with pytest.raises(RefereeFault, match=r"403 Resource not accessible by integration; .* look at the job's `permissions`"):
        Hub(hub.repository, hub.token({"pull-requests": "read"}), hub.api_url).say(1, "<!-- mark -->", "<!-- mark -->\nSaid.")
    assert waits == [] and hub.sticky(1) == []


def test_a_server_that_never_answers_ends_the_job(hub, waits):
    """After some tries, with the advice to run the job again."""
    hub.fault("POST", "/comments$", times=5)
    with pytest.raises(RefereeFault, match="comments of pull request 1: 502 Server Error; run the job again"):
        Hub(hub.repository, hub.token(ALL), hub.api_url).say(1, "<!-- mark -->", "<!-- mark -->\nSaid.")
    assert hub.sticky(1) == [] and sum(waits) > 30


@pytest.mark.parametrize("step", ["command", "plan", "report", "record"])
def test_a_token_that_expires_in_mid_run_is_told_and_mended_by_another_try(season: Season, step: str):
    """The step fails as the referee's own fault; to run the failed jobs again is all that is needed."""
    number, name = season.bring()
    workflow = {"command": "command.yml", "record": "record.yml"}.get(step, "referee.yml")
    _expired(season, step)
    season.approve(number)
    if step == "record":
        season.merge(number)
    ran = season.ran(workflow)[-1]
    failed = next(one for one in ran.jobs[step].steps if one.rc == 3)
    assert "the token was refused; it may have expired: run the job again" in failed.stderr
    assert failed.stderr.startswith("referee: ") and "Traceback" not in failed.stderr
    season.actions.rerun(ran.run_id, failed=True)
    season.actions.run()
    assert season.state(number)[0] == ["judged"] and len(season.hub.sticky(number)) == 2
    assert season.recorded(name) == (["laptop-ss"] if step == "record" else [])


def _expired(season: Season, step: str) -> None:
    """Let the token of the next such step be one of yesterday's."""

    def expire(directory: Path, variables: Mapping[str, str]) -> None:
        season.hub.expire(variables["GITHUB_TOKEN"])

    season.steps.instead(f"referee ci {step}", expire, times=1)
