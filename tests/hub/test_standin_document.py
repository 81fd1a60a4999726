"""That GitHub's own document judges the stand-in and who talks to it: each kind of contradiction is found."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import requests
import standin_events as events
import standin_openapi as openapi
import standin_server
from openapi import prune
from standin import GitHub
from standin_call import RULES, Answer
from standin_issue_shapes import pull

assert standin_server.REGISTERED


@pytest.fixture
def hub(tmp_path):
    """A league with one pull request."""
    (tmp_path / "files").mkdir()
    with GitHub(tmp_path / "hub", files=tmp_path / "files") as hub:
        hub.open_pull_request("bob", "straight", {"a.py": "a"})
        yield hub


def ask(hub: GitHub, method: str, path: str, **given: object) -> requests.Response:
    """A request by an administrator."""
    bearer = {"Authorization": f"Bearer {hub.user_token('golf')}"}
    return requests.request(method, f"{hub.api_url}/repos/golf/league/{path}", headers=bearer, timeout=9, **given)


def test_each_operation_of_the_document_is_answered():
    """And no other."""
    assert set(RULES) == {operation.name for operation in openapi.operations()}


def test_the_document_holds_what_its_program_keeps():
    """Kept again, it stays as it is."""
    document = json.loads(openapi.FILE.read_bytes())
    assert prune.pruned(document) == document
    assert openapi.FILE.stat().st_size < 400_000


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("GET", "pulls?sate=open", None, "unknown query parameter 'sate'"),
        ("GET", "pulls?state=merged", None, "'merged' is not one of"),
        ("GET", "pulls?per_page=many", None, "'many' is not of type 'integer'"),
        ("GET", "issues?assignee=mia", None, "does not follow 'assignee'"),
        ("POST", "issues/1/comments", {"text": "x"}, "unknown 'text' in the body"),
        ("POST", "issues/1/comments", {"body": 3}, "3 is not of type 'string'"),
        ("POST", "issues/1/comments", None, "no body"),
        ("POST", "issues/1/labels", [3], "is not valid under any"),
        ("POST", f"statuses/{'0' * 40}", {"state": "good"}, "'good' is not one of"),
        ("POST", "actions/runners/registration-token", {"x": 1}, "a body where none belongs"),
        ("GET", "contents/README.md", None, "knows no GET"),
    ],
)
def test_a_request_that_contradicts_the_document_is_a_violation(hub, method, path, body, told):
    """Answered with 500, so that it is not overlooked."""
    answer = ask(hub, method, path, json=body) if body is not None else ask(hub, method, path)
    assert answer.status_code == 500
    assert told in answer.json()["message"]
    assert any(told in violation for violation in hub.violations)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda body: body | {"number": "1"}, "'1' is not of type 'integer'"),
        (lambda body: body | {"created_at": "yesterday"}, "'yesterday' is not a 'date-time'"),
        (lambda body: {name: value for name, value in body.items() if name != "head"}, "'head' is a required property"),
    ],
)
def test_an_answer_that_contradicts_the_document_is_a_violation(hub, monkeypatch, wrong, told):
    """A wrong type, a wrong format, a missing field."""
    name = "GET /repos/{owner}/{repo}/pulls/{pull_number}"
    rule = RULES[name]
    monkeypatch.setitem(RULES, name, replace(rule, function=lambda call: Answer(200, wrong(rule.function(call).body))))
    assert ask(hub, "GET", "pulls/1").status_code == 500
    assert any(told in violation for violation in hub.violations)


def test_a_bug_of_the_stand_in_is_a_violation(hub, monkeypatch):
    """And not a connection that broke."""
    name = "GET /repos/{owner}/{repo}/pulls/{pull_number}"
    monkeypatch.setitem(RULES, name, replace(RULES[name], function=lambda call: 1 // 0))
    assert ask(hub, "GET", "pulls/1").status_code == 500
    assert any("ZeroDivisionError" in violation for violation in hub.violations)


def test_a_body_that_is_no_json_is_refused(hub):
    """With 400, before anything looks at it."""
    assert ask(hub, "POST", "issues/1/comments", data=b"{").status_code == 400
    assert hub.violations == []


def test_a_status_that_the_document_lacks_is_a_violation(hub, monkeypatch):
    """Such as 201 for a question."""
    name = "GET /repos/{owner}/{repo}/pulls/{pull_number}"
    monkeypatch.setitem(RULES, name, replace(RULES[name], function=lambda call: Answer(201, {})))
    assert ask(hub, "GET", "pulls/1").status_code == 500
    assert hub.violations


def test_a_field_that_the_document_does_not_know_is_not_answered(hub):
    """So nothing can come to lean on it: a list of pull requests has no count of files, one alone has."""
    assert "changed_files" in ask(hub, "GET", "pulls/1").json()
    assert "changed_files" not in ask(hub, "GET", "pulls").json()[0]
    assert "permission" not in ask(hub, "GET", "issues/1").json()
    assert hub.violations == []


def test_an_event_that_contradicts_the_document_is_a_violation(hub):
    """Payloads are checked as answers are."""
    told = pull(hub.state, hub.state.issues[1]) | {"state": "ajar"}
    events.emit(hub.state, "pull_request", "opened", {"number": 1, "pull_request": told}, "bob")
    assert any("'ajar' is not one of" in violation for violation in hub.violations)


def test_all_goes_through_with_nothing_to_report(hub):
    """The same requests, made well."""
    assert ask(hub, "GET", "pulls?state=open").json()[0]["number"] == 1
    assert ask(hub, "POST", "issues/1/comments", json={"body": "x"}).status_code == 201
    assert ask(hub, "PUT", "issues/1/labels", json=[]).status_code == 200
    assert hub.violations == []
