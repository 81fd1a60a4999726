"""A bundle as actions/attest stores it, without a signature: an in-toto statement of SLSA build provenance."""

from __future__ import annotations

import base64
import json
from typing import Any

from standin_state import Run, State


def bundle(state: State, subject: str, sha256: str, run: Run) -> dict[str, Any]:
    """What the attestations API lists for a subject."""
    statement = base64.b64encode(json.dumps(_statement(state, subject, sha256, run)).encode()).decode()
    envelope = {"payload": statement, "payloadType": "application/vnd.in-toto+json", "signatures": [{"sig": ""}]}
    return {
        "bundle": {
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {"tlogEntries": [], "timestampVerificationData": {}, "certificate": {"rawBytes": ""}},
            "dsseEnvelope": envelope,
        },
        "bundle_url": f"{state.server_url}/blobs/none",
        "repository_id": state.number(state.full_name),
    }


def _statement(state: State, subject: str, sha256: str, run: Run) -> dict[str, Any]:
    workflow = {"path": run.workflow, "ref": "refs/heads/main", "repository": state.html_url}
    ids = {"repository_id": str(state.number(state.full_name)), "repository_owner_id": str(state.user(state.owner).id)}
    github = {**ids, "event_name": run.event, "runner_environment": "github-hosted"}
    source = {"digest": {"gitCommit": run.head_sha}, "uri": f"git+{state.html_url}@refs/heads/main"}
    builder = {"id": f"{state.html_url}/{run.workflow}@refs/heads/main"}
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://actions.github.io/buildtypes/workflow/v1",
                "externalParameters": {"workflow": workflow},
                "internalParameters": {"github": github},
                "resolvedDependencies": [source],
            },
            "runDetails": {
                "builder": builder,
                "metadata": {"invocationId": f"{state.html_url}/actions/runs/{run.id}/attempts/{run.attempt}"},
            },
        },
        "predicateType": "https://slsa.dev/provenance/v1",
        "subject": [{"digest": {"sha256": sha256}, "name": subject}],
    }
