"""The stand-in's HTTP server: the API below /api, artifacts below /blobs, git everywhere else."""

from __future__ import annotations

import base64
import json
import socket
import time
import traceback
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import standin_dispatch
import standin_faults as faults
import standin_issues
import standin_openapi as openapi
import standin_pulls
import standin_runs
import standin_smart_http as smart_http
from standin_call import NOT_FOUND, RULES, Answer, Call, Refused, authorize
from standin_log import Request
from standin_state import Caller, State

REGISTERED = (standin_dispatch, standin_issues, standin_pulls, standin_runs)
"""modules whose import registers operations"""
ANYONE = Caller(login=None)


class Server(ThreadingHTTPServer):
    """Answers for one repository."""

    def __init__(self, state: State) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.state = state
        self.used: dict[str | None, int] = {}
        self.open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def end(self) -> None:
        """Answer no more, and close the connections that clients keep open."""
        self.shutdown()
        for connection in list(self.open):
            # A client that closed its end first has left nothing to shut down.
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                self.open.discard(connection)
        self.server_close()

    def rate(self, caller: Caller) -> dict[str, str]:
        """The headers that count a caller's requests."""
        limit = 60 if caller.login is None else 1000 if caller.permissions is not None else 5000
        self.used[caller.login] = used = self.used.get(caller.login, 0) + 1
        counts = {"Limit": limit, "Remaining": max(0, limit - used), "Used": used, "Reset": int(time.time()) + 3600}
        return {f"X-RateLimit-{name}": str(count) for name, count in counts.items()} | {"X-RateLimit-Resource": "core"}


@dataclass(kw_only=True)
class Told:
    """A request, as the handler has read it."""

    method: str
    target: str
    headers: Any
    body: bytes
    caller: Caller = field(default=ANYONE)

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


class Handler(BaseHTTPRequestHandler):
    """Reads a request, and writes what the server answers."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        told = Told(method=self.command, target=self.path, headers=self.headers, body=self._body())
        if told.path.startswith("/api/"):
            self._json(api(self.server, told))
        elif told.path.startswith("/blobs/"):
            self._write(*played(self.server.state, told) or blob(self.server.state, told))
        else:
            self._write(*played(self.server.state, told) or git(self.server, told))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _json(self, answer: Answer) -> None:
        text = isinstance(answer.body, str)
        kind = {"Content-Type": "text/html" if text else "application/json; charset=utf-8"}
        content = b"" if answer.body is None else (answer.body if text else json.dumps(answer.body)).encode()
        self._write(answer.status, kind | dict(answer.headers), content)

    def _write(self, status: int, headers: dict[str, str], content: bytes) -> None:
        if not status:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def api(server: Server, told: Told) -> Answer:
    """The answer to an API request, and its entry in the log."""
    path = told.path.removeprefix("/api")
    with server.state.lock:
        answer = faults.played(server.state, told.method, path)
        if answer is None:
            try:
                answer = truth(server, told, path)
            except Exception:
                # A bug of the stand-in must not look like a network that broke down.
                answer = violated(server.state, told, [traceback.format_exc()])
            answer = faults.played(server.state, told.method, path, applied=True) or answer
        server.state.requests.append(Request(told.method, path, answer.status, told.caller.login))
        rate = server.rate(told.caller)
    return Answer(answer.status, answer.body, {**rate, **answer.headers})


def truth(server: Server, told: Told, path: str) -> Answer:
    """The answer to an API request where no fault is played."""
    try:
        told.caller = caller(server.state, told.headers.get("Authorization"))
    except Refused as refused:
        return refused.answer
    found = openapi.find(told.method, path)
    if found is None:
        return violated(server.state, told, [f"the stand-in knows no {told.method} {path}"])
    operation, parameters = found
    try:
        body = json.loads(told.body) if told.body else None
    except ValueError:
        return Answer(400, {"message": "Problems parsing JSON"})
    wrong = operation.request_faults(told.query, body)
    if wrong:
        return violated(server.state, told, wrong)
    call = Call(
        state=server.state,
        caller=told.caller,
        address=f"{server.state.server_url}{told.path}",
        path=parameters,
        query=told.query,
        body=body,
    )
    answer = carried_out(call, operation)
    wrong = [] if answer.status >= 400 else call.unasked()
    wrong += operation.answer_faults(answer.status, answer.body)
    return violated(server.state, told, wrong) if wrong else answer


def carried_out(call: Call, operation: openapi.Operation) -> Answer:
    """What an operation answers, cut to what the document knows."""
    rule = RULES[operation.name]
    named = (call.path.get("owner", call.state.owner), call.path.get("repo", call.state.name))
    try:
        if tuple(name.lower() for name in named) != (call.state.owner.lower(), call.state.name.lower()):
            raise Refused(404, NOT_FOUND)
        authorize(rule, call)
        answer = rule.function(call)
    except Refused as refused:
        answer = refused.answer
    schema = operation.answers.get(answer.status)
    return Answer(answer.status, openapi.fitted(schema, answer.body) if schema else answer.body, answer.headers)


def violated(state: State, told: Told, wrong: list[str]) -> Answer:
    """Remember what contradicts the document, and refuse."""
    state.violations += [f"{told.method} {told.target}: {one}" for one in wrong]
    return Answer(500, {"message": "; ".join(wrong)})


def caller(state: State, authorization: str | None) -> Caller:
    """Who has the token that a request shows.

    Raises:
        Refused: 401 for one that is unknown or has expired.
    """
    if not authorization:
        return ANYONE
    kind, _, token = authorization.partition(" ")
    if kind.lower() == "basic":
        token = base64.b64decode(token).decode().partition(":")[2]
    found = state.callers.get(token)
    if found is None or found.expires < time.time():
        raise Refused(401, "Bad credentials")
    return found


def played(state: State, told: Told) -> tuple[int, dict[str, str], bytes] | None:
    """The fault that stands for a request which is not of the API."""
    answer = faults.played(state, told.method, told.path)
    return None if answer is None else (answer.status, dict(answer.headers), b"")


def blob(state: State, told: Told) -> tuple[int, dict[str, str], bytes]:
    """An artifact's content, once. The store is a stranger, which refuses who shows it a token, and has seen it."""
    if told.headers.get("Authorization"):
        state.violations.append(f"{told.method} {told.target}: a token was shown to the blob store")
        return 400, {}, b"InvalidAuthenticationInfo"
    content = state.tickets.pop(told.path.removeprefix("/blobs/").removesuffix(".zip"), None)
    return (403, {}, b"") if content is None else (200, {"Content-Type": "application/zip"}, content)


def git(server: Server, told: Told) -> tuple[int, dict[str, str], bytes]:
    """The answer to git."""
    try:
        told.caller = caller(server.state, told.headers.get("Authorization"))
    except Refused:
        return 401, {"WWW-Authenticate": 'Basic realm="GitHub"'}, b"Bad credentials"
    return smart_http.answer(server.state, told.caller, told.method, told.target, dict(told.headers.items()), told.body)
