"""The operation that starts a workflow: its inputs are checked against the workflow's own file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import standin_events as events
import standin_run_shapes as run_shapes
from standin_backstage import add_run
from standin_call import Answer, Call, Refused, operation
from standin_log import Event
from standin_runs import ACTIONS, existing_workflow
from standin_state import State

LARGEST = 65535
"""characters of all inputs together"""


@operation(f"POST {ACTIONS}/workflows/{{workflow_id}}/dispatches", "actions: write", role="write")
def dispatch(call: Call) -> Answer:
    state, path = call.state, existing_workflow(call)
    branch = call.given("ref").removeprefix("refs/heads/")
    sha = state.repository.sha(f"refs/heads/{branch}")
    if sha is None:
        raise Refused(422, f"No ref found for: {call.given('ref')}")
    inputs = checked_inputs(declared(state, path, sha), call.given("inputs") or {})
    payload: dict[str, object] = {"inputs": inputs or None, "ref": f"refs/heads/{branch}", "workflow": path}
    event = events.made(state, "workflow_dispatch", None, payload, call.login, sha)
    if not call.given("return_run_details"):
        state.events.append(Event(event.name, None, event.payload, event.actor, f"refs/heads/{branch}", sha))
        return Answer(204)
    # Who follows the workflows takes the run over when the event is read.
    run = add_run(
        state,
        workflow=path,
        event="workflow_dispatch",
        display_title=state.title(path, event) if state.title else run_shapes.workflow(state, path)["name"],
        head_branch=branch,
        head_sha=sha,
        actor=call.login,
        head_repository=state.full_name,
        status="queued",
    )
    state.events.append(Event(event.name, None, event.payload, event.actor, f"refs/heads/{branch}", sha, run.id))
    url = f"{state.url}/actions/runs/{run.id}"
    return Answer(200, {"workflow_run_id": run.id, "run_url": url, "html_url": f"{state.html_url}/actions/runs/{run.id}"})


def declared(state: State, path: str, sha: str) -> Mapping[str, Any]:
    """The inputs that a workflow declares for being started by hand."""
    on = (run_shapes.read(state, path, sha) or {}).get("on", {})
    if "workflow_dispatch" not in ([on] if isinstance(on, str) else on):
        raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
    trigger = on["workflow_dispatch"] if isinstance(on, dict) else {}
    inputs: Mapping[str, Any] = (trigger or {}).get("inputs") or {}
    return inputs


def checked_inputs(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, str]:
    """The inputs as text, with defaults, where the workflow takes them.

    Raises:
        Refused: 422 for one that is unknown, missing, or of another type.
    """
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}
    unknown = [name for name in texts if name not in known]
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown)
        raise Refused(422, f"Unexpected inputs provided: [{listed}]")
    if sum(map(len, [*texts, *texts.values()])) > LARGEST:
        raise Refused(422, "inputs are too large.")
    return {name: _checked(name, spec or {}, texts.get(name)) for name, spec in known.items()}


def _checked(name: str, spec: Mapping[str, Any], text: str | None) -> str:
    if not text:
        if spec.get("required") == "true" and not spec.get("default"):
            raise Refused(422, f"Required input '{name}' not provided")
        text = text if text is not None else spec.get("default", "")
    kind = spec.get("type", "string")
    wrong = {
        "choice": text not in spec.get("options", [text]),
        "boolean": text not in ("true", "false", ""),
        "number": re.fullmatch(r"-?\d+(\.\d+)?|", text) is None,
    }
    if wrong.get(kind):
        raise Refused(422, f"Provided value '{text}' for input '{name}' is not a valid {kind}")
    return text
