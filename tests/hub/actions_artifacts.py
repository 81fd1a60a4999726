"""Artifacts and pages: the actions that carry files from one job to another, to another run, and to the site.

As in the fourth and later releases: an artifact is a zip that nobody changes, its name is taken for the rest of the run, hidden
files stay behind, and so do the modes of files. In GitHub's words, a name is taken "on the workflow run"; whether that holds
across the attempts of a run was never said, so it does here.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tarfile
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import requests
from actions_call import ActionFailed, Call
from actions_values import WorkflowError

FORBIDDEN_IN_NAME = re.compile(r'["\:<>|*?\r\n\\/]')
FORBIDDEN_IN_PATH = re.compile(r'["\:<>|*?\r\n]')


def upload(call: Call) -> dict[str, str]:
    """actions/upload-artifact"""
    files = _found(call, call.given("path"), hidden=call.asked("include-hidden-files", False))
    if not files:
        said = f"No files were found with the provided path: {call.given('path')}. No artifacts will be uploaded."
        answer = call.given("if-no-files-found", "warn")
        if answer == "error":
            raise ActionFailed(said)
        call.said.extend([f"::warning::{said}"] if answer == "warn" else [said])
        return {}
    return _put(call, call.given("name", "artifact"), files)


def _put(call: Call, name: str, files: dict[str, bytes]) -> dict[str, str]:
    if FORBIDDEN_IN_NAME.search(name):
        raise ActionFailed(f"The artifact name is not valid: {name}")
    if strange := [path for path in files if FORBIDDEN_IN_PATH.search(path)]:
        raise ActionFailed(f"The path for one of the files in artifact is not valid: {strange[0]!r}")
    if call.hub.artifact(call.run_id, name) is not None and not call.asked("overwrite", False):
        raise ActionFailed(
            "Failed to CreateArtifact: (409) Conflict: an artifact with this name already exists on the workflow run"
        )
    content = packed(files)
    number = call.hub.put_artifact(call.run_id, name, content)
    url = f"{call.hub.server_url}/{call.hub.repository}/actions/runs/{call.run_id}/artifacts/{number}"
    call.said.append(f"Artifact {name} has been successfully uploaded! {sorted(files)}")
    return {"artifact-id": str(number), "artifact-url": url, "artifact-digest": hashlib.sha256(content).hexdigest()}


def packed(files: dict[str, bytes]) -> bytes:
    """Files as a zip, all of one mode and time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path), content)
    return buffer.getvalue()


def _found(call: Call, patterns: str, *, hidden: bool) -> dict[str, bytes]:
    """The files that patterns select, by their paths below what the patterns have in common."""
    wanted = [line.strip() for line in patterns.splitlines() if line.strip()]
    left_out = [str(call.inside(line[1:])) for line in wanted if line.startswith("!")]
    selected = [call.selected(line) for line in wanted if not line.startswith("!")]
    files = []
    for root, hits in selected:
        for hit in hits:
            if hidden or not any(part.startswith(".") for part in hit.relative_to(root).parts):
                files += [
                    file for file in _files(hit, hidden=hidden) if not any(fnmatchcase(str(file), out) for out in left_out)
                ]
    common = Path(os.path.commonpath([root for root, _ in selected])) if selected else Path()
    if [common] == files:
        common = common.parent
    return {file.relative_to(common).as_posix(): file.read_bytes() for file in files}


def _files(path: Path, *, hidden: bool) -> Iterator[Path]:
    """A file, or those below a folder; links are followed."""
    if path.name.startswith(".") and not hidden:
        return
    if path.is_file():
        yield path
    elif path.is_dir():
        for below in sorted(path.iterdir()):
            yield from _files(below, hidden=hidden)


def download(call: Call) -> dict[str, str]:
    """actions/download-artifact: of this run, or by the API of another, for which it takes `github-token`."""
    if call.given("repository", call.hub.repository) != call.hub.repository:
        raise WorkflowError(f"artifacts of another repository: {call.given('repository')}")
    if call.given("run-id", str(call.run_id)) != str(call.run_id) and not call.given("github-token"):
        raise WorkflowError("download-artifact ignores run-id where it is given no github-token")
    folder = call.inside(call.given("path", "."))
    found = dict(_elsewhere(call) if call.given("github-token") else _here(call))
    if name := call.given("name"):
        if name not in found:
            raise ActionFailed(f"Unable to download artifact(s): Artifact not found for name: {name}")
        _unpack(found[name], folder)
    else:
        for name, content in found.items():
            if fnmatchcase(name, call.given("pattern", "*")):
                _unpack(content, folder if call.asked("merge-multiple", False) else folder / name)
    folder.mkdir(parents=True, exist_ok=True)
    return {"download-path": str(folder.resolve())}


def _here(call: Call) -> Iterator[tuple[str, bytes]]:
    for artifact in list(call.hub.state.artifacts.values()):
        if artifact.run.id == call.run_id and not artifact.expired:
            yield artifact.name, artifact.content


def _elsewhere(call: Call) -> Iterator[tuple[str, bytes]]:
    headers = {"Authorization": f"Bearer {call.given('github-token')}"}
    url = f"{call.hub.api_url}/repos/{call.hub.repository}/actions/runs/{call.given('run-id', str(call.run_id))}/artifacts"
    query = {"per_page": "100", **({"name": call.given("name")} if call.given("name") else {})}
    listed = requests.get(url, params=query, headers=headers, timeout=60)
    if not listed.ok:
        raise ActionFailed(f"Unable to download artifact(s): {listed.json().get('message')}: {listed.status_code}")
    for artifact in listed.json()["artifacts"]:
        content = requests.get(artifact["archive_download_url"], headers=headers, timeout=60)
        if not content.ok:
            raise ActionFailed(f"Unable to download artifact(s): {content.status_code}")
        yield artifact["name"], content.content


def _unpack(content: bytes, folder: Path) -> None:
    """Write what a zip holds, as plain files; a path that leaves the folder is refused before anything is written."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        for member in members:
            path = PurePosixPath(member.filename)
            if path.is_absolute() or ".." in path.parts:
                raise ActionFailed(f"Unable to download artifact(s): Malformed extraction path: {member.filename}")
        for member in members:
            file = folder / member.filename
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(archive.read(member))


def upload_pages(call: Call) -> dict[str, str]:
    """actions/upload-pages-artifact: the site as one tar."""
    root = call.inside(call.given("path", "_site/"))
    if not root.is_dir():
        raise ActionFailed(f"tar: {call.given('path')}: Cannot open: No such file or directory")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for file in _files(root, hidden=call.asked("include-hidden-files", False)):
            archive.add(file, file.relative_to(root).as_posix())
    return _put(call, call.given("name", "github-pages"), {"artifact.tar": buffer.getvalue()})


def deploy_pages(call: Call) -> dict[str, str]:
    """actions/deploy-pages: what the site shows from then on."""
    call.need(pages="write", id_token="write")
    if call.environment is None:
        raise ActionFailed("Missing environment. Ensure your workflow's deployment job has an environment.")
    content = dict(_here(call)).get(call.given("artifact_name", "github-pages"))
    if content is None:
        raise ActionFailed("No artifacts named github-pages were found for this workflow run.")
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        tarfile.open(fileobj=io.BytesIO(archive.read("artifact.tar"))) as site,
    ):
        call.deployed.append({one.name: site.extractfile(one).read() for one in site if one.isfile()})  # type: ignore[union-attr]
    return {"page_url": f"{call.hub.server_url}/pages/{call.hub.repository}/"}
