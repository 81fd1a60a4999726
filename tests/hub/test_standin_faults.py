"""Faults that the stand-in plays: what was carried out and what was not, limits, breakdowns."""

from __future__ import annotations

import github
import pytest
import requests
from github.GithubException import RateLimitExceededException
from standin_clients import ALL, league, repository


@pytest.fixture
def hub(tmp_path):
    """A league with one pull request, by bob."""
    with league(tmp_path) as hub:
        yield hub


@pytest.fixture
def repo(hub):
    """The repository, for a job that may write everything."""
    with repository(hub, hub.token(ALL)) as repo:
        yield repo


def test_a_fault_hides_whether_the_request_was_carried_out(hub, repo):
    """502 without the comment, and 502 with it: who asks has to look."""
    hub.fault("POST", r"/issues/1/comments$")
    hub.fault("POST", r"/issues/1/comments$", applied=True)
    issue = repo.get_issue(1)
    for there in ([], ["x"]):
        with pytest.raises(github.GithubException) as failed:
            issue.create_comment("x")
        assert failed.value.status == 502
        assert [comment["body"] for comment in hub.sticky(1)] == there
    issue.create_comment("y")
    assert [(one.method, one.status) for one in hub.requests[-3:]] == [("POST", 502), ("POST", 502), ("POST", 201)]


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 403, "headers": {"Retry-After": "1"}, "body": {"message": SECONDARY}}, RateLimitExceededException),
        ({"status": 429, "body": {"message": "API rate limit exceeded"}}, github.GithubException),
        ({"status": 503, "body": "<html>Unicorn!</html>"}, github.GithubException),
        ({"status": 0}, requests.exceptions.ConnectionError),
    ],
)
def test_limits_and_breakdowns_are_played_as_often_as_asked(hub, repo, fault, error):
    """Then the truth is told again."""
    hub.fault("GET", r"/pulls/1$", times=2, **fault)
    for _ in range(2):
        with pytest.raises(error):
            repo.get_pull(1)
    assert repo.get_pull(1).number == 1


def test_pygithub_waits_as_retry_after_says(hub):
    """Its own retries meet the stand-in as they would meet GitHub."""
    hub.fault("GET", r"/pulls/1$", status=403, headers={"Retry-After": "0"}, body={"message": SECONDARY})
    with repository(hub, hub.token(ALL), retry=github.GithubRetry(total=2)) as repo:
        assert repo.get_pull(1).number == 1
    assert [request.status for request in hub.requests[-2:]] == [403, 200]
