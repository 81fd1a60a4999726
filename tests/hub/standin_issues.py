"""Operations on issues, comments, reactions and labels."""

from __future__ import annotations

from collections.abc import Iterable

import standin_events as events
import standin_shapes as shapes
from standin_call import NOT_FOUND, Answer, Call, Refused, invalid, operation
from standin_issue_shapes import issue
from standin_state import Comment, Issue, Label, Reaction, State, now

REPOSITORY = "/repos/{owner}/{repo}"
ONE = f"{REPOSITORY}/issues/{{issue_number}}"
COMMENT = f"{REPOSITORY}/issues/comments/{{comment_id}}"
MOST = 65536
"""characters of a comment"""


@operation(f"GET {REPOSITORY}/issues", "issues: read")
def list_issues(call: Call) -> Answer:
    state, labels = call.given("state", "open"), call.given("labels", "")
    wanted = {name.strip().lower() for name in labels.split(",") if name.strip()}
    creator, key = call.given("creator"), call.given("sort", "created")
    found = [
        one
        for one in call.state.issues.values()
        if state in ("all", "open" if one.closed is None else "closed")
        and wanted <= {name.lower() for name in one.labels}
        and creator in (None, one.login)
    ]
    found.sort(key=lambda one: (getattr(one, key), one.number), reverse=call.given("direction", "desc") == "desc")
    return call.page(found, lambda one: issue(call.state, one))


@operation(f"GET {ONE}", "issues: read")
def get_issue(call: Call) -> Answer:
    return Answer(200, issue(call.state, existing(call)))


@operation(f"GET {ONE}/comments", "issues|pull-requests: read")
def list_comments(call: Call) -> Answer:
    number, since = existing(call).number, call.given("since", "")
    found = [one for one in call.state.comments.values() if one.number == number and (shapes.time(one.updated) or "") >= since]
    return call.page(found, lambda one: shapes.comment(call.state, one))


@operation(f"POST {ONE}/comments", "issues|pull-requests: write")
def create_comment(call: Call) -> Answer:
    one = add_comment(call.state, existing(call), call.login, checked(call.given("body")))
    if call.caller.permissions is None:
        events.comment_created(call.state, one)
    return Answer(201, shapes.comment(call.state, one), {"Location": f"{call.state.url}/issues/comments/{one.id}"})


@operation(f"GET {COMMENT}", "issues|pull-requests: read")
def get_comment(call: Call) -> Answer:
    return Answer(200, shapes.comment(call.state, existing_comment(call)))


@operation(f"PATCH {COMMENT}", "issues|pull-requests: write")
def update_comment(call: Call) -> Answer:
    one = own_comment(call)
    one.body, one.updated = checked(call.given("body")), now()
    return Answer(200, shapes.comment(call.state, one))


@operation(f"DELETE {COMMENT}", "issues|pull-requests: write")
def delete_comment(call: Call) -> Answer:
    del call.state.comments[own_comment(call).id]
    return Answer(204)


@operation(f"GET {COMMENT}/reactions", "issues: read")
def list_reactions(call: Call) -> Answer:
    content = call.given("content")
    found = [one for one in existing_comment(call).reactions if content in (None, one.content)]
    return call.page(found, lambda one: shapes.reaction(call.state, one))


@operation(f"POST {COMMENT}/reactions", "issues: write")
def create_reaction(call: Call) -> Answer:
    given, content = existing_comment(call).reactions, call.given("content")
    for one in given:
        if (one.login, one.content) == (call.login, content):
            return Answer(200, shapes.reaction(call.state, one))
    given.append(Reaction(id=next(call.state.ids), login=call.login, content=content, created=now()))
    return Answer(201, shapes.reaction(call.state, given[-1]))


@operation(f"GET {ONE}/labels", "issues|pull-requests: read")
def list_labels_of(call: Call) -> Answer:
    return call.page(existing(call).labels, lambda name: shapes.label(call.state, call.state.labels[name.lower()]))


@operation(f"POST {ONE}/labels", "issues|pull-requests: write", role="triage")
def add_labels(call: Call) -> Answer:
    one = existing(call)
    return relabel(call, one, [*one.labels, *asked_labels(call)])


@operation(f"PUT {ONE}/labels", "issues|pull-requests: write", role="triage")
def set_labels(call: Call) -> Answer:
    return relabel(call, existing(call), asked_labels(call))


@operation(f"DELETE {ONE}/labels", "issues|pull-requests: write", role="triage")
def remove_labels(call: Call) -> Answer:
    relabel(call, existing(call), [])
    return Answer(204)


@operation(f"DELETE {ONE}/labels/{{name}}", "issues|pull-requests: write", role="triage")
def remove_label(call: Call) -> Answer:
    one, gone = existing(call), call.path["name"].lower()
    if gone not in [name.lower() for name in one.labels]:
        raise Refused(404, "Label does not exist")
    return relabel(call, one, [name for name in one.labels if name.lower() != gone])


@operation(f"GET {REPOSITORY}/labels", "issues|pull-requests: read")
def list_labels(call: Call) -> Answer:
    return call.page(call.state.labels.values(), lambda one: shapes.label(call.state, one))


@operation(f"POST {REPOSITORY}/labels", "issues|pull-requests: write", role="triage")
def create_label(call: Call) -> Answer:
    name = call.given("name")
    if name.lower() in call.state.labels:
        invalid("Label", "name", "already_exists")
    color, description = call.given("color", "ededed"), call.given("description")
    return Answer(201, shapes.label(call.state, add_label(call.state, name, color, description)))


@operation(f"GET {REPOSITORY}/labels/{{name}}", "issues|pull-requests: read")
def get_label(call: Call) -> Answer:
    one = call.state.labels.get(call.path["name"].lower())
    if one is None:
        raise Refused(404, NOT_FOUND)
    return Answer(200, shapes.label(call.state, one))


def add_comment(state: State, on: Issue, login: str, body: str) -> Comment:
    """Someone comments."""
    one = Comment(id=next(state.ids), number=on.number, login=login, body=body, created=now(), updated=now())
    state.comments[one.id] = one
    on.updated = one.created
    return one


def add_label(state: State, name: str, color: str = "ededed", description: str | None = None) -> Label:
    """Add a label to the repository; one on an issue that the repository lacks is added as well."""
    if len(name) > 50:
        invalid("Label", "name", "custom", "name is too long (maximum is 50 characters)")
    if description is not None and len(description) > 100:
        invalid("Label", "description", "custom", "description is too long (maximum is 100 characters)")
    one = Label(id=next(state.ids), name=name, color=color, description=description)
    state.labels[name.lower()] = one
    return one


def checked(body: str) -> str:
    """A comment's text, where GitHub would take it."""
    if len(body) > MOST:
        invalid("IssueComment", "data", "unprocessable", f"Body is too long (maximum is {MOST} characters)")
    if not body.strip():
        invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
    return body


def existing(call: Call) -> Issue:
    """The issue that the path names."""
    try:
        return call.issue()
    except KeyError:
        raise Refused(404, NOT_FOUND) from None


def existing_comment(call: Call) -> Comment:
    """The comment that the path names."""
    try:
        return call.state.comments[int(call.path["comment_id"])]
    except KeyError:
        raise Refused(404, NOT_FOUND) from None


def own_comment(call: Call) -> Comment:
    """The comment that the path names, where the caller may change it: the author, who may write, and apps."""
    one = existing_comment(call)
    stranger = call.caller.permissions is None and shapes.role(call.state, call.login) in ("read", "triage")
    if stranger and one.login != call.login:
        raise Refused(403, "Must have admin rights to Repository.")
    return one


def asked_labels(call: Call) -> list[str]:
    """The names in a body that is a list, or holds one; of strings, or of objects with a name."""
    listed = call.body if isinstance(call.body, list) else call.given("labels", [])
    return [one if isinstance(one, str) else one["name"] for one in listed]


def relabel(call: Call, one: Issue, names: Iterable[str]) -> Answer:
    """Give an issue other labels."""
    relabel_named(call.state, one, names)
    return Answer(200, [shapes.label(call.state, call.state.labels[name.lower()]) for name in one.labels])


def relabel_named(state: State, one: Issue, names: Iterable[str]) -> None:
    """Give an issue other labels, each once, spelt as the repository has them."""
    spelt = [(state.labels.get(name.lower()) or add_label(state, name)).name for name in names]
    one.labels[:] = dict.fromkeys(spelt)
