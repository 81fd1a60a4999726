"""What jobs hand to each other, and how the next one knows that it is what the last one wrote.

Artifacts of a run can be replaced by any of its jobs, and one of them runs on a machine that meets strangers' code. So the
digest of the plan and of what was judged goes beside them, as an output of the job that wrote them: those GitHub keeps.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from referee.files import store
from referee.files.decode import decode, encode
from referee.ground.errors import InputError, RefereeFault
from referee.ground.plan import Plan
from referee.ground.result import Result

if TYPE_CHECKING:
    from referee.adapters.github import Hub

PLAN = "plan.json"
ENTRY = "entry.txt"
RESULT = "result.yaml"
FAILURE = "failure.txt"
MOST_FAILURE = 2000
"""characters of a failure that are read"""
ATTEST_VARIABLE = "MLGOLF_ATTEST"
"""of the environment: `false` where the repository's plan has no attestations"""
DIGEST_VARIABLE = "MLGOLF_DIGEST"
"""of the environment: the digest that a step's input must have"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run judged of an entry in a class."""

    entry: str
    """competition/entry"""
    result: Result
    content: bytes
    """of the result's file, to which the run has put its name"""
    artifacts: Mapping[str, bytes]

    @property
    def named(self) -> str:
        """For people."""
        return f"{self.entry} in {self.result.pins.class_}"

    def require_whole(self) -> None:
        """Check that the models are those that the result is about.

        Raises:
            RefereeFault: one is another, or there are more.
        """
        described = [judged.trained.artifact for judged in self.result.rounds]
        wanted = {one.file: one.sha256 for one in described if one is not None and one.file is not None}
        for name, content in self.artifacts.items():
            if wanted.get(name) != hashlib.sha256(content).hexdigest():
                raise RefereeFault(f"{self.entry}: {name} is no model of this result")

    def require_attested(self, hub: Hub) -> None:
        """Check that a run of the referee has put its name to the result, where the repository has attestations.

        Raises:
            RefereeFault: none has.
        """
        if os.environ.get(ATTEST_VARIABLE) != "false" and not hub.attested(hashlib.sha256(self.content).hexdigest()):
            raise RefereeFault(f"{self.entry}: the referee has not put its name to this result")


def write_plan(plan: Plan, folder: Path) -> str:
    """Write a plan; give its digest."""
    content = json.dumps(encode(plan), sort_keys=True).encode()
    store.write_bytes(folder / PLAN, content)
    return hashlib.sha256(content).hexdigest()


def read_plan(folder: Path, sha256: str) -> Plan:
    """The plan that was written.

    Raises:
        InputError: it can't be read.
        RefereeFault: it is another one.
    """
    try:
        content = (folder / PLAN).read_bytes()
    except OSError as error:
        raise InputError(f"{folder / PLAN}: can't be read: {error.strerror}") from None
    return plan_of(content, sha256)


def plan_of(content: bytes, sha256: str) -> Plan:
    """As `read_plan`, of the file's content."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise RefereeFault(f"{PLAN}: digest {found[:12]}, written with {sha256[:12]}; it was changed on the way")
    return decode(Plan, json.loads(content), PLAN)


def expected_digest() -> str:
    """What the job before says that this one's input has.

    Raises:
        InputError: it says nothing.
    """
    value = os.environ.get(DIGEST_VARIABLE, "")
    if not value:
        raise InputError(f"{DIGEST_VARIABLE} is not set; give the step the digest that the job before put out")
    return value


def write_result(folder: Path, result: Result, artifacts: Mapping[str, bytes]) -> str:
    """Write what one class came to; give the digest of the result's file."""
    for name, content in artifacts.items():
        store.write_bytes(folder / name, content)
    store.write(result, folder / RESULT)
    return hashlib.sha256((folder / RESULT).read_bytes()).hexdigest()


def read_result(folder: Path) -> Result | None:
    """What `write_result` wrote; None where a failure stands in its place.

    Raises:
        InputError: it can't be read.
    """
    file = folder / RESULT
    return store.read(Result, file, f"{folder.name}/{RESULT}") if file.is_file() else None


def write_found(folder: Path, found: Found) -> None:
    """Hand on what was found."""
    store.write_bytes(folder / ENTRY, found.entry.encode())
    store.write_bytes(folder / RESULT, found.content)
    for name, content in found.artifacts.items():
        store.write_bytes(folder / name, content)


def read_found(folder: Path) -> Found:
    """What `write_found` wrote.

    Raises:
        InputError: it can't be read.
    """
    content = (folder / RESULT).read_bytes()
    return Found(
        entry=(folder / ENTRY).read_text(encoding="utf-8"),
        result=store.parsed(Result, content, f"{folder.name}/{RESULT}"),
        content=content,
        artifacts={path.name: path.read_bytes() for path in folder.iterdir() if store.ARTIFACT_FILE.fullmatch(path.name)},
    )


def write_failure(folder: Path, told: str) -> None:
    """Say why there is no result."""
    store.write_bytes(folder / FAILURE, told.encode("utf-8", "replace"))


def read_failure(folder: Path) -> str | None:
    """What `write_failure` wrote; on a machine that nobody trusts, so it is a stranger's text."""
    file = folder / FAILURE
    if not file.is_file() or file.is_symlink():
        return None
    with file.open("rb") as stream:
        return stream.read(MOST_FAILURE).decode("utf-8", "replace")


def digest(folder: Path) -> str:
    """Of every file below a folder, by name and content."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
