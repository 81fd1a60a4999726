"""What an attestation says, as GitHub hands it out: who built a file, from which workflow."""

from __future__ import annotations

import base64
import json
from typing import Any

PREDICATE = "https://slsa.dev/provenance/v1"


def is_by(attestation: Any, sha256: str, workflow: str, branch: str) -> bool:
    """Whether an attestation names this file and this workflow of this branch.

    Args:
        attestation: one of the answer to GET /repos/{owner}/{repo}/attestations/{digest}: a bundle with a DSSE envelope, whose
            payload is an in-toto statement
        workflow: path of its file in the repository
    """
    try:
        statement = json.loads(base64.b64decode(attestation["bundle"]["dsseEnvelope"]["payload"]))
        subjects = [subject["digest"].get("sha256") for subject in statement["subject"]]
        built = statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"]
        told = (statement["predicateType"], built["path"], built["ref"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    return sha256 in subjects and told == (PREDICATE, workflow, f"refs/heads/{branch}")
