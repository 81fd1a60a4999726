"""The git side of the stand-in: bare repositories, written by plumbing, without a work tree."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from standin_changes import Changes, stream

CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = true
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[http]
\treceivepack = true
[receive]
\thideRefs = refs/pull
\tautogc = false
[fastimport]
\tunpackLimit = 100000
[gc]
\tauto = 0
"""
UPDATE = """#!/bin/sh
[ -n "$STANDIN_MAY_PUSH_PROTECTED" ] && exit 0
grep -qxF "$1" protected 2>/dev/null || exit 0
echo "error: GH006: Protected branch update failed for $1." >&2
echo "error: Changes must be made through a pull request." >&2
exit 1
"""
BARE = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
"""what every git of the stand-in sees beside the path: nobody's own settings"""
ZERO = "0" * 40
STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A file that differs between two commits."""

    path: str
    before: str | None
    """the former path of a renamed file"""
    status: str
    sha: str
    additions: int
    deletions: int


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit, as the API shows it."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    date: str
    message: str


@dataclass(frozen=True)
class Repository:
    """A bare repository."""

    folder: Path

    def create(self, alternate: Path | None = None) -> Repository:
        """Make it, empty.

        Args:
            alternate: another repository, whose objects this one has too
        """
        for name in ("hooks", "objects/info", "objects/pack", "refs/heads"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "HEAD").write_text("ref: refs/heads/main\n")
        (self.folder / "config").write_text(CONFIG)
        (self.folder / "hooks/update").write_text(UPDATE)
        (self.folder / "hooks/update").chmod(0o755)
        if alternate is not None:
            (self.folder / "objects/info/alternates").write_text(f"{alternate / 'objects'}\n")
        return self

    def git(self, *arguments: str, given: bytes = b"", fine: tuple[int, ...] = (0,), as_: Mapping[str, str] = {}) -> str:
        """What git prints, without the newline at its end.

        Args:
            given: its input
            fine: exit statuses that are no error
            as_: more of the environment
        """
        bare = {"PATH": os.environ["PATH"], **BARE, **as_}
        command = ["git", f"--git-dir={self.folder}", *arguments]
        done = subprocess.run(command, input=given, capture_output=True, env=bare, check=False)
        if done.returncode not in fine:
            raise RuntimeError(f"{command}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def sha(self, revision: str, kind: str = "commit") -> str | None:
        """The id of what a revision names, None where it names nothing."""
        arguments = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{{kind}}}")
        return self.git("rev-parse", *arguments, fine=(0, 1, 128)) or None

    def content(self, revision: str, path: str) -> str | None:
        """The text of a file of a commit, None where it has none."""
        blob = self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}:{path}", fine=(0, 1, 128))
        return self.git("cat-file", "blob", blob) if blob else None

    def protected(self) -> list[str]:
        """The refs that only deploy keys and administrators push to."""
        file = self.folder / "protected"
        return file.read_text().split() if file.exists() else []

    def protect(self, ref: str) -> None:
        """Add to those."""
        (self.folder / "protected").write_text("".join(f"{one}\n" for one in [*self.protected(), ref]))

    def point(self, ref: str, sha: str) -> None:
        """Make a ref point to a commit."""
        self.git("update-ref", ref, sha)

    def take(self, files: Path, who: str) -> str:
        """Commit a folder's content, less what its `.gitignore` excludes, as the first commit of main."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": f"{folder}/index"}
            self.git(f"--work-tree={files}", "add", "--all", "--", str(files), as_=index)
            tree = self.git("write-tree", as_=index)
        sha = self.commit_tree(tree, [], who, "The league begins")
        self.point("refs/heads/main", sha)
        return sha

    def commit(self, ref: str, parent: str, changes: Changes, who: str, message: str) -> str:
        """Put a commit with changes on top of `parent`, and make `ref` point to it, whatever it pointed to."""
        arguments = ("--quiet", "--force", "--done", "--date-format=now")
        return self.git("fast-import", *arguments, given=stream(ref, parent, changes, who, message))

    def commit_tree(self, tree: str, parents: list[str], who: str, message: str) -> str:
        """Make a commit of a tree, without a ref to it."""
        names = [f"-p{parent}" for parent in parents]
        return self.git("commit-tree", *names, "-F-", tree, given=message.encode(), as_=_identity(who))

    def merged_tree(self, ours: str, theirs: str) -> str | None:
        """The tree of both commits' changes, None where they are in conflict."""
        text = self.git("merge-tree", "--write-tree", "--no-messages", ours, theirs, fine=(0, 1), as_=_identity("github"))
        tree, _, conflicts = text.partition("\n")
        return None if conflicts else tree

    def replayed(self, base: str, head: str) -> str | None:
        """The commits of `head` one by one on top of `base`, as a rebase puts them; None where one is in conflict."""
        top = base
        for commit in reversed(self.log(f"{base}..{head}")):
            # A stand-in for `top` whose parent is the commit's: so their merge base is that parent.
            aside = self.commit_tree(f"{top}^{{tree}}", [commit.parents[0]], "github", "aside")
            tree = self.merged_tree(aside, commit.sha)
            if tree is None:
                return None
            top = self.commit_tree(tree, [top], commit.author, commit.message)
        return top

    def log(self, revisions: str) -> list[Commit]:
        """The commits of a range, newest first; of a single revision, that one."""
        alone = () if ".." in revisions else ("-1",)
        text = self.git("log", *alone, "-z", "--format=%H%n%T%n%P%n%an%n%ae%n%cI%n%B", "--end-of-options", revisions)
        return [_commit(entry) for entry in text.split("\0") if entry]

    def base(self, one: str, other: str) -> str:
        """The best common ancestor of two commits."""
        return self.git("merge-base", one, other)

    def has(self, tip: str, sha: str) -> bool:
        """Whether a commit is among the ancestors of `tip`."""
        return self.git("merge-base", sha, tip, fine=(0, 1)) == sha

    def changed(self, before: str, after: str) -> list[Changed]:
        """The files that differ between two commits, with renames found, in the order of their paths."""
        text = self.git("diff-tree", "-r", "-z", "-M", "--raw", "--numstat", "--no-abbrev", before, after)
        return _changed(text.split("\0")[:-1])


def _changed(fields: list[str]) -> list[Changed]:
    """Read `--raw --numstat -z`: first all raw entries, which begin with a colon, then the counts in the same order."""
    raw, counts = [], []
    while fields:
        first = fields.pop(0)
        if first.startswith(":"):
            _, _, old, new, status = first.split(" ")
            paths = [fields.pop(0) for _ in range(2 if status[0] in "RC" else 1)]
            raw.append((status[0], old if new == ZERO else new, paths))
        else:
            added, removed, path = first.split("\t", 2)
            if not path:
                del fields[:2]
            counts.append([0 if count == "-" else int(count) for count in (added, removed)])
    return [
        Changed(
            path=paths[-1],
            before=paths[0] if len(paths) == 2 else None,
            status=STATUS[letter],
            sha=sha,
            additions=added,
            deletions=removed,
        )
        for (letter, sha, paths), (added, removed) in zip(raw, counts, strict=True)
    ]


def _commit(entry: str) -> Commit:
    sha, tree, parents, author, email, date, message = entry.split("\n", 6)
    return Commit(
        sha=sha, tree=tree, parents=tuple(parents.split()), author=author, email=email, date=date, message=message.strip("\n")
    )


def _identity(who: str) -> dict[str, str]:
    named = {f"GIT_{role}_NAME": who for role in ("AUTHOR", "COMMITTER")}
    return named | {f"GIT_{role}_EMAIL": f"{who}@users.noreply.github.com" for role in ("AUTHOR", "COMMITTER")}
