"""An entry on its way between machines: what of a commit's tree is an entry, and what is refused before it is read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from referee.files import sent, tree
from referee.files.git import GitRefused, authorised
from referee.files.league import League
from referee.ground.errors import InputError, RefereeFault
from referee.ground.plan import SentFile

TRAIN, ABOUT = b"print('trains')\n", b"title: t\nauthors: [golfer]\nclasses: [laptop-ss]\n"
HONEST = {"submissions/line/mine/train.py": (b"100644", TRAIN), "submissions/line/mine/submission.yaml": (b"100644", ABOUT)}


class Trees:
    """A bare repository with commits of any modes and names, which no checkout could make."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--bare", str(folder), at=folder.parent)
        for option in ("allowFilter", "allowAnySHA1InWant"):
            self.git("config", f"uploadpack.{option}", "true")

    def git(self, *words: str, given: bytes = b"", at: Path | None = None) -> str:
        command = ["git", "-C", str(at or self.folder), *words]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout.decode().strip()

    def commit(self, files: dict[str, tuple[bytes, bytes]]) -> str:
        """A commit of path -> (mode, content); the content of a submodule is its commit."""
        return self.git("commit-tree", self.tree({tuple(path.split("/")): file for path, file in files.items()}), "-m", "c")

    def tree(self, files: dict[tuple[str, ...], tuple[bytes, bytes]]) -> str:
        lines = []
        below: dict[str, dict[tuple[str, ...], tuple[bytes, bytes]]] = {}
        for (head, *rest), (mode, content) in files.items():
            if rest:
                below.setdefault(head, {})[tuple(rest)] = (mode, content)
            elif mode == b"160000":
                lines.append(b"160000 commit " + content + b"\t" + head.encode("utf-8", "surrogateescape"))
            else:
                sha = self.git("hash-object", "-w", "--stdin", given=content)
                lines.append(mode + b" blob " + sha.encode() + b"\t" + head.encode("utf-8", "surrogateescape"))
        lines += [f"040000 tree {self.tree(inside)}\t{head}".encode() for head, inside in below.items()]
        return self.git("mktree", "-z", "--missing", given=b"\0".join(lines) + b"\0")


@pytest.fixture
def trees(tmp_path):
    """A bare repository."""
    (tmp_path / "trees.git").mkdir()
    return Trees(tmp_path / "trees.git")


def read(trees: Trees, **files: tuple[bytes, bytes]) -> tuple[SentFile, ...]:
    """The entry, with files that stand beside the honest ones; `__` in a name is a slash."""
    more = {f"submissions/line/mine/{name.replace('__', '/')}": file for name, file in files.items()}
    return sent.read(trees.folder, trees.commit({**HONEST, **more}), "line/mine")


def test_an_entry_is_read_from_its_commit(trees):
    """Every file of it with its mode, and nothing of its neighbours or its results."""
    commit = trees.commit(
        {
            **HONEST,
            "submissions/line/mine/tools/helper.py": (b"100755", b"x = 1\n"),
            "submissions/line/mine/results/laptop-ss.yaml": (b"100644", b"forged: true\n"),
            "submissions/line/other/train.py": (b"100644", b"not mine\n"),
            "README.md": (b"100644", b"hello\n"),
        }
    )
    files = {file.path: (file.executable, file.text) for file in sent.read(trees.folder, commit, "line/mine")}
    assert files == {
        "train.py": (False, TRAIN.decode()),
        "submission.yaml": (False, ABOUT.decode()),
        "tools/helper.py": (True, "x = 1\n"),
    }


def test_only_the_entrys_own_blobs_are_fetched(trees, tmp_path, monkeypatch):
    """A league's results are large; the address is asked for trees, then for these files."""
    commit = trees.commit({**HONEST, "submissions/line/other/large.bin": (b"100644", b"0" * 2**20)})
    asked = []
    real = sent.git
    monkeypatch.setattr(sent, "git", lambda *words, **more: asked.append((words, more)) or real(*words, **more))
    assert sent.fetch(trees.folder.as_uri(), commit, "line/mine") == sent.read(trees.folder, commit, "line/mine")
    fetched = [more.get("given", b"").split() for words, more in asked if "--stdin" in words]
    assert [len(shas) for shas in fetched] == [2]
    assert all("--filter=blob:none" in words for words, _ in asked if "fetch" in words)


def test_a_laid_entry_has_the_tree_that_was_read(trees, league):
    """Modes too; so every machine that lays it judges the same tree."""
    commit = trees.commit({**HONEST, "submissions/line/mine/go.sh": (b"100755", b"#!/bin/sh\n")})
    sent.lay(league, "line/mine", sent.read(trees.folder, commit, "line/mine"))
    assert tree.tree_id(league.root / "submissions/line/mine") == trees.git("rev-parse", f"{commit}:submissions/line/mine")


def test_what_an_entry_does_not_hold_any_more_goes_and_its_results_stay(trees, league):
    """An entry that is changed is not mixed with what it was."""
    folder = league.root / "submissions/line/mine"
    (folder / "results").mkdir(parents=True)
    (folder / "results/laptop-ss.yaml").write_text("kept")
    (folder / "old.py").write_text("gone")
    (folder / "link.py").symlink_to("/etc/passwd")
    sent.lay(league, "line/mine", read(trees))
    assert sorted(path.name for path in folder.iterdir()) == ["results", "submission.yaml", "train.py"]
    assert (folder / "results/laptop-ss.yaml").read_text() == "kept"


def test_gitattributes_hide_and_change_nothing(trees):
    """They are for archives and checkouts; a name that starts with a dot is refused anyway."""
    with pytest.raises(InputError, match=r"\.gitattributes: names are ASCII letters"):
        read(trees, **{".gitattributes": (b"100644", b"train.py export-ignore\n* text eol=crlf ident\n")})
    commit = trees.commit({**HONEST, ".gitattributes": (b"100644", b"*.py export-ignore ident text eol=crlf\n")})
    assert {file.text for file in sent.read(trees.folder, commit, "line/mine")} == {TRAIN.decode(), ABOUT.decode()}


@pytest.mark.parametrize(
    ("name", "mode", "content", "told"),
    [
        ("a_link.py", b"120000", b"/etc/passwd", "is a symbolic link"),
        ("inside__a_link.py", b"120000", b"../../../../competitions/line/data.py", "is a symbolic link"),
        ("a_submodule", b"160000", b"1" * 40, "is a submodule"),
        ("über.py", b"100644", b"x\n", "names are ASCII letters"),
        ("tra\u0456n.py", b"100644", b"x\n", "names are ASCII letters"),
        ("new\nline.py", b"100644", b"x\n", "names are ASCII letters"),
        ("not\udcffutf8.py", b"100644", b"x\n", "names are ASCII letters"),
        ("a__b__c__d__e.py", b"100644", b"x\n", "at most 4 deep"),
        ("-rf", b"100644", b"x\n", "names are ASCII letters"),
        ("weights.bin", b"100644", b"\xff\xfe\x00", "is not text"),
    ],
)
def test_what_is_no_plain_text_file_is_refused(trees, name, mode, content, told):
    """By its mode and its name before it is read; the twin without it is taken."""
    assert len(read(trees)) == 2
    with pytest.raises(InputError, match=told):
        read(trees, **{name: (mode, content)})


def test_too_many_files_and_too_many_bytes_are_refused(trees):
    """Before any content is printed."""
    with pytest.raises(InputError, match="53 files, at most 50"):
        read(trees, **{f"f{number}.py": (b"100644", b"x\n") for number in range(51)})
    with pytest.raises(InputError, match=r"[0-9]+ bytes of files, at most 1048576"):
        read(trees, **{"large.txt": (b"100644", b"0" * 2**20)})


def test_an_entry_that_is_not_there_is_refused(trees):
    """A folder that was removed, a name that is none, a commit that is none, a commit that does not exist."""
    commit = trees.commit(HONEST)
    with pytest.raises(InputError, match="holds no file"):
        sent.read(trees.folder, commit, "line/theirs")
    with pytest.raises(InputError, match="a name is lower-case"):
        sent.read(trees.folder, commit, "line/../../etc")
    with pytest.raises(InputError, match="is no commit"):
        sent.fetch(trees.folder.as_uri(), "main; rm -rf /", "line/mine")
    with pytest.raises(GitRefused, match="git fetch: "):
        sent.fetch(trees.folder.as_uri(), "0" * 40, "line/mine")


@pytest.mark.parametrize("path", ["../escaped.py", "/etc/passwd", "results/laptop-ss.yaml", "a/../../b.py", ".git/config"])
def test_no_file_is_laid_outside_the_entry(league: League, path):
    """Whoever forges a plan writes neither results nor anything beyond the folder."""
    with pytest.raises(RefereeFault, match="is no path of an entry's file"):
        sent.lay(league, "line/mine", [SentFile(path=path, executable=False, text="x")])
    assert not (league.root / "submissions/line/escaped.py").exists()


def test_a_token_is_shown_to_one_server_alone():
    """And by the environment, which no other user of the machine can read."""
    given = authorised("https://example.org/golf/league", "secret")
    assert given["GIT_CONFIG_KEY_0"] == "http.https://example.org/golf/league.extraheader"
    assert authorised("file:///somewhere", "secret") == authorised("https://example.org", None) == {}
