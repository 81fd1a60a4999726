"""Result and training files: read strictly, written atomically, in one canonical order."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from referee.files import strict_yaml
from referee.files.decode import decode, encode
from referee.ground.errors import Fault, InputError
from referee.ground.result import SCHEMA, Artifact, Curve, CurvePoint, Result, Training

T = TypeVar("T", Result, Training)

MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: lambda plain: {**plain, "schema": 2},  # `source` came, and may be missing
    2: lambda plain: _with_tables(plain),  # curves became text
}
"""schema n -> what turns a file of schema n into one of schema n + 1; it may add and rename, never change a number"""
KEPT_UP_TO = 2**20
"""bytes of an artifact that is kept beside its result"""
ARTIFACT_FILE = re.compile(r"round-[0-9]{1,2}-[0-9a-f]{8}\.(?:onnx|safetensors)")


def read(kind: type[T], file: Path, shown: str) -> T:
    """A result or training file.

    Args:
        kind: Result or Training
        file: where it stands
        shown: how errors name it

    Raises:
        InputError: unreadable, with every fault.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError([Fault(shown, "", f"can't be read: {error.strerror}")]) from None
    return parsed(kind, content, shown)


def parsed(kind: type[T], content: bytes, shown: str) -> T:
    """As `read`, of the file's content."""
    plain = strict_yaml.parse(content, shown)
    schema = plain.get("schema") if isinstance(plain, dict) else None
    if isinstance(schema, int) and schema > SCHEMA:
        raise InputError([Fault(shown, "schema", f"{schema} is newer than this referee's {SCHEMA}; update it")])
    while isinstance(schema, int) and schema in MIGRATIONS:
        plain = MIGRATIONS[schema](plain)
        schema = plain["schema"]
    if schema is not None and schema != SCHEMA and isinstance(schema, int):
        raise InputError([Fault(shown, "schema", f"{schema} is none that a referee ever wrote; expected {SCHEMA}")])
    return decode(kind, plain, shown)


def write(value: Result | Training, file: Path) -> None:
    """Write a result or training file: whole or not at all."""
    write_bytes(file, strict_yaml.write(encode(value)))


def write_bytes(file: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write beside, flush to disk, rename: a reader sees the old file or the new one.

    Args:
        mode: of the new file from its first byte on, less the umask
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _with_tables(plain: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 -> 3. What is no list of points stays as it is, for the decoder to refuse."""
    rounds = plain.get("rounds")
    trained = [one.get("trained", one) if isinstance(one, dict) else None for one in rounds] if isinstance(rounds, list) else []
    for one in trained:
        if isinstance(one, dict) and isinstance(points := one.get("curve"), list):
            try:
                one["curve"] = Curve.of(CurvePoint(**point) for point in points)
            except TypeError:
                continue
    return {**plain, "schema": 3}


def artifact_of(content: bytes, number: int, suffix: str) -> Artifact:
    """Describe an artifact; it has a file name where it is small enough to be kept."""
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"round-{number}-{sha256[:8]}{suffix}" if len(content) <= KEPT_UP_TO else None
    return Artifact(file=name, sha256=sha256, bytes=len(content))


def record(folder: Path, result: Result, artifacts: Mapping[str, bytes]) -> Path:
    """Write `result` and its artifacts into an entry's `results/`, in place of an earlier attempt.

    The names of artifacts hold their digest, so the old result stays whole until the new one takes its name.

    Args:
        folder: the entry's
        artifacts: file name -> content

    Returns:
        the result's file
    """
    file = folder / "results" / f"{result.pins.class_}.yaml"
    kept = folder / "results" / result.pins.class_
    for name, content in artifacts.items():
        write_bytes(kept / name, content)
    write(result, file)
    for stale in kept.glob("*"):
        if stale.name not in artifacts:
            stale.unlink()
    return file
