"""An entry on its way between machines: read from a commit as data, laid into a league.

Nothing is checked out. A checkout would follow the entry's own `.gitattributes`, make its links, and `git archive` would leave
out what the entry asks to leave out. Here Git lists a tree and prints blobs, and only files of two modes exist.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from referee.files import checks, tree
from referee.files.git import authorised, git
from referee.files.league import League
from referee.ground.errors import Fault, InputError, RefereeFault
from referee.ground.plan import COMMIT, SentFile
from referee.ground.submission import SLUG

MODES = {b"100644": False, b"100755": True}
"""mode in a tree -> executable"""
LARGEST = 2**20
"""bytes of an entry, whatever its competition allows"""


def fetch(url: str, commit: str, ref: str, *, most: int = LARGEST, token: str | None = None) -> tuple[SentFile, ...]:
    """The files of the entry `ref` at `commit`, its results left out.

    Args:
        url: of the repository; a pull request's commits are in the one that it is opened against
        most: bytes of all files
        token: for a repository that not everybody may read

    Raises:
        InputError: there is no such entry, or a part of its tree is no plain text file with a plain name.
        GitRefused: the commit can't be had.
    """
    if not COMMIT.fullmatch(commit):
        raise InputError(f'"{commit[:60]}" is no commit; write its 40 hexadecimal digits')
    with TemporaryDirectory(prefix="mlgolf-fetch-") as folder:
        repository, shown = Path(folder), authorised(url, token)
        git(repository, "init", "--quiet", "--bare")
        git(repository, "remote", "add", "origin", url)
        git(repository, "config", "fetch.fsckObjects", "true")
        # Else the server takes the blobs of a commit that was fetched for known.
        git(repository, "config", "fetch.negotiationAlgorithm", "noop")
        # Trees alone, then the blobs of this one entry: a league's results are large.
        asked = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none")
        git(repository, *asked, "--depth=1", "origin", f"{commit}:refs/heads/fetched", environment=shown)
        blobs = list(_listed(repository, commit, f"submissions/{ref}"))
        if len(blobs) <= checks.MOST_FILES:
            files = "".join(f"{blob.sha}\n" for blob in blobs if blob.mode in MODES)
            git(repository, *asked, "--stdin", "origin", given=files.encode(), environment=shown)
        return read(repository, commit, ref, most=most)


def read(repository: Path, commit: str, ref: str, *, most: int = LARGEST) -> tuple[SentFile, ...]:
    """As `fetch`, from a repository that has the commit.

    Raises:
        InputError: see `fetch`.
    """
    where = f"submissions/{ref}"
    if not all(map(SLUG.fullmatch, ref.split("/"))):
        raise InputError([Fault(where, "", "a name is lower-case letters, digits, dots and hyphens")])
    blobs = list(_listed(repository, commit, where))
    if faults := list(_faults(where, blobs)):
        raise InputError(faults)
    shas = [blob.sha for blob in blobs]
    if (size := sum(_sizes(repository, shas))) > most:
        raise InputError([Fault(where, "", f"{size} bytes of files, at most {most} here; weights don't travel")])
    contents = _contents(repository, shas)
    return tuple(_sent(where, blob, content) for blob, content in zip(blobs, contents, strict=True))


def lay(league: League, ref: str, files: Sequence[SentFile]) -> None:
    """Make the entry's folder hold exactly these files, beside the results that are there.

    Raises:
        RefereeFault: a path that no reading could have given.
    """
    folder = league.root / "submissions" / ref
    for path in tree.files(folder) if folder.is_dir() and not folder.is_symlink() else ():
        path.unlink()
    for file in files:
        parts = PurePosixPath(file.path).parts
        if file.path.startswith("/") or {"..", "results", ".git"} & {*parts, file.path}:
            raise RefereeFault(f"submissions/{ref}: {file.path[:100]!r} is no path of an entry's file")
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode())
        path.chmod(0o755 if file.executable else 0o644)
    for kept in sorted(folder.glob("**/__pycache__")):
        shutil.rmtree(kept)


@dataclass(frozen=True, slots=True)
class _Blob:
    mode: bytes
    sha: str
    path: str


def _listed(repository: Path, commit: str, where: str) -> Iterator[_Blob]:
    inside = git(repository, "ls-tree", "-r", "-z", "--full-tree", commit, "--", f"{where}/")
    for line in filter(None, inside.split(b"\0")):
        described, path = line.split(b"\t", 1)
        mode, _, sha = described.split()
        relative = path.decode("utf-8", "surrogateescape").removeprefix(f"{where}/")
        if not relative.startswith("results/"):
            yield _Blob(mode, sha.decode(), relative)


def _faults(where: str, blobs: Sequence[_Blob]) -> Iterator[Fault]:
    """What must be known before a byte of a file is read."""
    if not blobs:
        yield Fault(where, "", "holds no file; add train.py and submission.yaml")
    if len(blobs) > checks.MOST_FILES:
        yield Fault(where, "", f"{len(blobs)} files, at most {checks.MOST_FILES}")
        return
    for blob in blobs:
        shown = f"{where}/{blob.path}"
        if blob.mode not in MODES:
            what = {b"120000": "a symbolic link", b"160000": "a submodule"}.get(blob.mode, f"of mode {blob.mode.decode()}")
            yield Fault(shown, "", f"is {what}; an entry is plain files alone")
        elif not checks.is_file_name(PurePosixPath(blob.path).parts):
            yield Fault(shown, "", checks.FILE_NAMES)


def _sizes(repository: Path, shas: Sequence[str]) -> list[int]:
    told = git(repository, "cat-file", "--batch-check=%(objectsize)", given="".join(f"{sha}\n" for sha in shas).encode())
    return [int(size) for size in told.split()]


def _contents(repository: Path, shas: Sequence[str]) -> Iterator[bytes]:
    told = git(repository, "cat-file", "--batch", given="".join(f"{sha}\n" for sha in shas).encode())
    for _ in shas:
        head, told = told.split(b"\n", 1)
        size = int(head.split()[2])
        yield told[:size]
        told = told[size + 1 :]


def _sent(where: str, blob: _Blob, content: bytes) -> SentFile:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise InputError([Fault(f"{where}/{blob.path}", "", "is not text; an entry is source code alone")]) from None
    return SentFile(path=blob.path, executable=MODES[blob.mode], text=text)
