"""The actions that workflows may use, each as far as it matters here. One that is not in the table is an error."""

from __future__ import annotations

import hashlib
import re
import subprocess
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import actions_artifacts as artifacts
from actions_call import ActionFailed, Call
from actions_place import basic
from actions_values import WorkflowError

SHA = re.compile(r"[0-9a-f]{40}")


def checkout(call: Call) -> dict[str, str]:
    """actions/checkout: a real clone over HTTP. An `ssh-key` goes as a token, for the stand-in speaks no SSH."""
    if call.given("repository", call.hub.repository) != call.hub.repository:
        raise WorkflowError(f"checkout of another repository: {call.given('repository')}")
    folder = call.inside(call.given("path", "."))
    token = call.given("ssh-key") or call.given("token", call.event["token"])
    depth = int(call.given("fetch-depth", "1"))
    source, target, branch = _wanted(call)
    url = f"{call.hub.server_url}/{call.hub.repository}"
    credentials = call.place.temp / f"git-credentials-{uuid.uuid4()}.config"
    credentials.write_text(f'[http "{call.hub.server_url}/"]\n\textraheader = AUTHORIZATION: basic {basic(token)}\n')
    folder.mkdir(parents=True, exist_ok=True)
    _git(call, folder, "init", "-q", "--initial-branch", "main", ".")
    _git(call, folder, "remote", "add", "origin", url)
    _git(call, folder, "config", "--local", f"includeIf.gitdir:{folder.resolve()}/.git.path", str(credentials))
    if depth == 0:
        _git(call, folder, "fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    # Also after that: the branch may have moved since the event.
    shallow = [f"--depth={depth}"] if depth else []
    _git(call, folder, "fetch", "-q", "--no-tags", *shallow, "origin", f"+{source}:{target}")
    _git(call, folder, "checkout", "-q", "--force", *(["-B", branch] if branch else ["--detach"]), target)
    if not call.asked("persist-credentials", True):
        _git(call, folder, "config", "--local", "--unset-all", f"includeIf.gitdir:{folder.resolve()}/.git.path")
        credentials.unlink()
    commit = _git(call, folder, "rev-parse", "HEAD")
    return {"ref": call.given("ref", call.event["ref"]), "commit": commit}


def _wanted(call: Call) -> tuple[str, str, str]:
    """What to fetch, under which name to keep it, and the branch to make of it."""
    ref = call.given("ref")
    if SHA.fullmatch(ref):
        return ref, "refs/remotes/origin/wanted", ""
    if ref:
        name = ref.removeprefix("refs/heads/")
        if name.startswith("refs/"):
            return name, "refs/remotes/" + name.removeprefix("refs/"), ""
        return f"refs/heads/{name}", f"refs/remotes/origin/{name}", name
    if call.event["ref"].startswith("refs/heads/"):
        return call.event["sha"], f"refs/remotes/origin/{call.event['ref_name']}", call.event["ref_name"]
    return call.event["sha"], "refs/remotes/" + call.event["ref"].removeprefix("refs/"), ""


def _git(call: Call, folder: Path, *arguments: str) -> str:
    variables = call.place.variables({"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1"})
    ran = subprocess.run(["git", *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise ActionFailed(f"The process git failed with exit code {ran.returncode}: {ran.stderr.strip()}")
    return ran.stdout.strip()


def setup_python(call: Call) -> dict[str, str]:
    """actions/setup-python: the tests' own Python stands first in PATH already."""
    return {"python-version": call.given("python-version"), "cache-hit": "false"}


def attest(call: Call) -> dict[str, str]:
    """actions/attest: a build provenance for each file of `subject-path`, or each line of `subject-checksums`."""
    call.need(id_token="write", attestations="write")
    if sum(bool(call.given(f"subject-{one}")) for one in ("path", "digest", "checksums")) != 1:
        raise ActionFailed("One of subject-path, subject-digest, or subject-checksums must be provided")
    patterns = [one.strip() for one in re.split(r"[\n,]", call.given("subject-path")) if one.strip()]
    found = [file for pattern in patterns for file in call.selected(pattern)[1] if file.is_file()]
    subjects = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in found}
    for line in call.given("subject-checksums").splitlines():
        digest, _, name = line.partition(" ")
        subjects[name.lstrip(" *")] = digest
    if call.given("subject-digest"):
        subjects = {call.given("subject-name"): call.given("subject-digest").removeprefix("sha256:")}
    if not subjects:
        raise ActionFailed(f"Could not find subject at path {call.given('subject-path')}")
    for name, digest in subjects.items():
        call.hub.attest(name, digest, run_id=call.run_id)
    return {"attestation-id": "1", "attestation-url": f"{call.hub.server_url}/{call.hub.repository}/attestations/1"}


@dataclass(frozen=True)
class Action:
    """How an action is followed, and the inputs that it knows."""

    follow: Callable[[Call], dict[str, str]]
    inputs: frozenset[str]


TABLE: Mapping[str, Action] = {
    name: Action(follow, frozenset(inputs.split()))
    for name, follow, inputs in (
        (
            "actions/checkout",
            checkout,
            "repository ref token ssh-key path clean fetch-depth fetch-tags persist-credentials show-progress",
        ),
        ("actions/setup-python", setup_python, "python-version cache cache-dependency-path check-latest allow-prereleases"),
        (
            "actions/upload-artifact",
            artifacts.upload,
            "name path if-no-files-found retention-days compression-level overwrite include-hidden-files",
        ),
        (
            "actions/download-artifact",
            artifacts.download,
            "name path pattern merge-multiple github-token repository run-id artifact-ids",
        ),
        ("actions/upload-pages-artifact", artifacts.upload_pages, "path name retention-days include-hidden-files"),
        ("actions/deploy-pages", artifacts.deploy_pages, "artifact_name token timeout"),
        (
            "actions/attest",
            attest,
            "subject-path subject-digest subject-name subject-checksums show-summary github-token push-to-registry",
        ),
    )
}


def follow(uses: str, call: Call) -> dict[str, str]:
    """Follow an action of the table; gives its outputs.

    Raises:
        ActionFailed: it would fail.
        WorkflowError: it is not in the table, or has no such input.
    """
    name = uses.partition("@")[0]
    if name not in TABLE:
        raise WorkflowError(f"the action {uses} is not known here")
    if set(call.inputs) - TABLE[name].inputs:
        raise WorkflowError(f"{name} has no input {', '.join(sorted(set(call.inputs) - TABLE[name].inputs))}")
    return TABLE[name].follow(call)
