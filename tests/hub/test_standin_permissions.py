"""Who may do what with the stand-in: people by their role, jobs by their permissions."""

from __future__ import annotations

import functools

import github
import pytest
import requests
from github.GithubException import BadCredentialsException, UnknownObjectException
from standin import GitHub
from standin_clients import ALL, client, league, repository


@pytest.fixture
def hub(tmp_path):
    """A league with one pull request, by bob."""
    with league(tmp_path) as hub:
        yield hub


def test_permissions_of_people_are_told_with_their_role(hub):
    """To a GITHUB_TOKEN without any permission too, as metadata can always be read. A stranger may read what is public."""
    hub.add_user("tim", "triage")
    with repository(hub, hub.token({})) as repo:
        assert repo.get_collaborator_permission("mia") == "write"
        assert repo.get_collaborator_role_name("mia") == "maintain"
        assert repo.get_collaborator_role_name("tim") == "triage"
        assert repo.get_collaborator_permission("bob") == "read"
        assert repo.get_collaborator_permission("golf") == "admin"
        with pytest.raises(UnknownObjectException):
            repo.get_collaborator_permission("nobody")


READS = {
    "issues": [lambda repo: repo.get_issue(1), lambda repo: list(repo.get_issues())],
    "pull-requests": [lambda repo: repo.get_pull(1), lambda repo: list(repo.get_commit("main").get_pulls())],
    "contents": [lambda repo: repo.get_branch("main").name],
    "statuses": [lambda repo: repo.get_commit("main").get_combined_status()],
    "actions": [lambda repo: list(repo.get_workflow_runs()), lambda repo: list(repo.get_artifacts())],
}
"""permission -> what asks for it"""


@pytest.mark.parametrize("permission", READS)
def test_a_job_without_a_permission_reads_nothing_that_asks_for_it(hub, permission):
    """Each call is refused with 403, though everything else was permitted."""
    less = {name: level for name, level in ALL.items() if name != permission}
    with repository(hub, hub.token(less)) as repo:
        for read in READS[permission]:
            with pytest.raises(github.GithubException, match="Resource not accessible by integration") as refused:
                read(repo)
            assert refused.value.status == 403


@pytest.mark.parametrize("level", ["none", "read"])
def test_a_job_that_may_only_read_writes_nothing(hub, level):
    """Comments, labels, reactions, statuses, dispatches: all 403, and nothing is left behind."""
    comment = hub.comment(1, "mia", "/referee help")
    hub.events.clear()
    call = functools.partial(post, hub, hub.token(dict.fromkeys(ALL, level)))
    assert call("issues/1/comments", {"body": "x"}) == 403
    assert call("issues/1/labels", {"labels": ["x"]}) == 403
    assert call(f"issues/comments/{comment}/reactions", {"content": "eyes"}) == 403
    assert call(f"statuses/{hub.head(1)}", {"state": "success"}) == 403
    assert call("actions/workflows/referee.yml/dispatches", {"ref": "main"}) == 403
    assert call("actions/runners/registration-token", None) == 403
    assert (len(hub.sticky(1)), hub.labels(1), hub.statuses(hub.head(1)), list(hub.events)) == (1, [], [], [])


def test_the_permission_for_pull_requests_is_good_for_comments_and_labels_on_those_alone(hub):
    """Not for plain issues, and by GitHub's list not for reactions."""
    issue = hub.open_issue("ada", "A competition")
    comment = hub.comment(1, "mia", "/referee help")
    call = functools.partial(post, hub, hub.token({"pull-requests": "write"}))
    assert call("issues/1/comments", {"body": "x"}) == 201
    assert call("issues/1/labels", ["x"]) == 200
    assert call(f"issues/{issue}/comments", {"body": "x"}) == 403
    assert call(f"issues/{issue}/labels", ["x"]) == 403
    assert call(f"issues/comments/{comment}/reactions", {"content": "eyes"}) == 403
    assert post(hub, hub.token({"issues": "write"}), f"issues/comments/{comment}/reactions", {"content": "eyes"}) == 201


def test_people_may_do_what_their_permission_lets_them(hub):
    """A stranger comments, and changes nobody else's comment; who triages labels; who writes sets statuses."""
    hub.add_user("tim", "triage")
    comment = hub.comment(1, "mia", "mine")
    stranger, triager, writer = map(hub.user_token, ("bob", "tim", "mia"))
    assert post(hub, stranger, "issues/1/comments", {"body": "x"}) == 201
    assert post(hub, stranger, "issues/1/labels", ["x"]) == 403
    assert post(hub, triager, "issues/1/labels", ["x"]) == 200
    assert post(hub, triager, f"statuses/{hub.head(1)}", {"state": "success"}) == 403
    assert post(hub, writer, f"statuses/{hub.head(1)}", {"state": "success"}) == 201
    with repository(hub, stranger) as repo, pytest.raises(github.GithubException, match="Must have admin rights"):
        repo.get_issue(1).get_comment(comment).edit("yours")


def test_what_a_token_of_a_job_does_starts_nothing_and_what_a_person_does_is_an_event(hub):
    """So workflows can't start each other in a circle."""
    hub.events.clear()
    post(hub, hub.token(ALL), "issues/1/comments", {"body": "by a job"})
    assert not hub.events
    post(hub, hub.user_token("mia"), "issues/1/comments", {"body": "by mia"})
    event = hub.events.pop()
    assert (event.name, event.action, event.actor) == ("issue_comment", "created", "mia")
    assert event.payload["comment"]["body"] == "by mia"
    assert event.payload["issue"]["pull_request"]["url"].endswith("/pulls/1")
    assert (event.ref, event.sha) == ("refs/heads/main", hub.main())


def test_a_token_of_yesterday_is_bad_credentials(hub):
    """So is one that was never given out; anyone may read without one."""
    token = hub.token(ALL)
    hub.expire(token)
    for bad in (token, "ghs_made_up", hub.token(ALL, seconds=-1)):
        with client(hub, bad) as made, pytest.raises(BadCredentialsException):
            made.get_repo(hub.repository)
    with repository(hub, None) as repo:
        assert repo.get_pull(1).number == 1
        with pytest.raises(github.GithubException, match="Requires authentication"):
            repo.get_issue(1).create_comment("x")


def test_a_private_league_is_hidden_from_strangers(tmp_path):
    """Even its existence: 404."""
    (tmp_path / "files").mkdir()
    with GitHub(tmp_path / "hub", files=tmp_path / "files", private=True) as hub:
        for token in (None, hub.user_token("bob")):
            with client(hub, token) as made, pytest.raises(UnknownObjectException):
                made.get_repo("golf/league")
        with client(hub, hub.user_token("golf")) as made:
            assert made.get_repo("golf/league").private
        assert hub.violations == []


def post(hub: GitHub, token: str, path: str, body: object) -> int:
    """The status of a write, without a library between."""
    address = f"{hub.api_url}/repos/{hub.repository}/{path}"
    return requests.post(address, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=9).status_code
