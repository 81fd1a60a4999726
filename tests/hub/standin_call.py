"""What an operation is given and what it gives back; who may ask for it; pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlencode

from standin_shapes import ROLES, role
from standin_state import BOT, Caller, Issue, State, User

NOT_FOUND = "Not Found"
BEYOND = "Resource not accessible by integration"


@dataclass(frozen=True)
class Answer:
    """An answer: status, what goes into JSON (None for no body), headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """An answer that says no."""

    def __init__(self, status: int, message: str, *errors: Mapping[str, str]) -> None:
        super().__init__(message)
        listed = {"errors": list(errors)} if errors else {}
        self.answer = Answer(status, {"message": message, "documentation_url": "https://docs.github.com/rest", **listed})


def invalid(resource: str, name: str, code: str, message: str | None = None) -> NoReturn:
    """Refuse a value, as GitHub words it."""
    told = {"resource": resource, "field": name, "code": code} | ({"message": message} if message else {})
    raise Refused(422, "Validation Failed", told)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request for an operation."""

    state: State
    caller: Caller
    address: str
    """without the query"""
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    asked: set[str] = field(default_factory=set)
    """names of the query and the body that the operation has looked at"""

    @property
    def login(self) -> str:
        """Who calls; operations that need one are refused to others before."""
        assert self.caller.login is not None
        return self.caller.login

    def given(self, name: str, default: Any = None) -> Any:
        """A field of the body, or else of the query."""
        self.asked.add(name)
        held = self.body if isinstance(self.body, dict) and name in self.body else self.query
        return held.get(name, default)

    def unasked(self) -> list[str]:
        """What the request asked for and the operation has not looked at: GitHub would answer something else."""
        names = [*self.query, *(self.body if isinstance(self.body, dict) else ())]
        return [f"the stand-in does not follow {name!r}" for name in names if name not in self.asked]

    def page(self, items: Iterable[Any], shape: Callable[[Any], Any], wrap: str | None = None) -> Answer:
        """A page of a list, with its Link header.

        Args:
            items: all of the list
            shape: describes one
            wrap: the field that holds the list, beside `total_count`
        """
        every = list(items)
        size = max(1, min(100, int(self.given("per_page", 30))))
        number = max(1, int(self.given("page", 1)))
        last = max(1, -(-len(every) // size))
        steps = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        shown = [name for name, to in steps.items() if 1 <= to <= last and to != number]
        links = [f'<{self._at(steps[name], size)}>; rel="{name}"' for name in shown]
        body = [shape(one) for one in every[(number - 1) * size : number * size]]
        return Answer(
            200,
            body if wrap is None else {"total_count": len(every), wrap: body},
            {"Link": ", ".join(links)} if links else {},
        )

    def issue(self) -> Issue:
        """The issue or pull request that the path names."""
        return self.state.issues[int(self.path.get("issue_number") or self.path["pull_number"])]

    def _at(self, number: int, size: int) -> str:
        return f"{self.address}?{urlencode({**self.query, 'per_page': size, 'page': number})}"


Function = Callable[[Call], Answer]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who may ask for an operation."""

    function: Function
    permissions: tuple[str, ...]
    """of a GITHUB_TOKEN, any of them; none where no permission is needed"""
    level: str
    """read or write"""
    role: str
    """of a user on the repository, at least"""
    signed: bool
    """someone who is not signed in is refused, though the repository is public"""


RULES: dict[str, Rule] = {}
"""operation -> who may ask for it, and what carries it out"""


def operation(name: str, permissions: str = "", *, role: str = "read", signed: bool = False) -> Callable[[Function], Function]:
    """Registers a function as what carries out an operation.

    A GITHUB_TOKEN needs the permission for what is public as well: GitHub is laxer with some, so nothing may lean on that.

    Args:
        name: as in the document
        permissions: as `issues|pull-requests: write`, from GitHub's list of the permissions that apps need for each operation
        role: of a user
        signed: for signed-in callers only
    """
    names, _, level = permissions.partition(": ")

    def register(function: Function) -> Function:
        RULES[name] = Rule(
            function=function,
            permissions=tuple(names.split("|")) if names else (),
            level=level or "read",
            role=role,
            signed=signed or level == "write",
        )
        return function

    return register


def authorize(rule: Rule, call: Call) -> None:
    """Check that the caller may ask for this.

    Raises:
        Refused: 401 without a name, 404 where even the existence is secret, 403 otherwise.
    """
    state, caller = call.state, call.caller
    if caller.login is None:
        if state.private:
            raise Refused(404, NOT_FOUND)
        if rule.signed:
            raise Refused(401, "Requires authentication")
    elif caller.permissions is not None:
        if not may(rule, call):
            raise Refused(403, BEYOND)
    elif ROLES.index(role(state, caller.login)) < ROLES.index(rule.role):
        hidden = role(state, caller.login) == "none"
        raise Refused(404, NOT_FOUND) if hidden else Refused(403, "Must have admin rights to Repository.")


def may(rule: Rule, call: Call) -> bool:
    """Whether a GITHUB_TOKEN has one of the permissions. That for pull requests is good for pull requests only."""
    held = call.caller.permissions or {}
    enough = {"read": ("read", "write"), "write": ("write",)}[rule.level]
    fit = [name for name in rule.permissions if name != "pull-requests" or not _plain_issue(call)]
    return not rule.permissions or any(held.get(name) in enough for name in fit)


def _plain_issue(call: Call) -> bool:
    number = int(call.path.get("issue_number", 0))
    if "comment_id" in call.path:
        comment = call.state.comments.get(int(call.path["comment_id"]))
        number = comment.number if comment else 0
    known = call.state.issues.get(number)
    return known is not None and known.pull is None


def existing_user(state: State, login: str) -> User:
    """A user who was added or has done something.

    Raises:
        Refused: 404.
    """
    if login not in state.users and login != BOT:
        raise Refused(404, NOT_FOUND)
    return state.user(login)
