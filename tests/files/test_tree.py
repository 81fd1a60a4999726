"""An entry's folder as Git sees it, against Git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from referee.files import tree


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    """An empty entry's folder in a fresh repository."""
    git(tmp_path, "init", "--quiet")
    folder = tmp_path / "submissions/digits/mine"
    folder.mkdir(parents=True)
    return folder


def git(folder: Path, *words: str) -> str:
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder), "PATH": os.environ["PATH"]}
    named = ["-c", "user.name=Golfer", "-c", "user.email=golfer@example.org"]
    return subprocess.run(
        ["git", *named, *words], cwd=folder, env=alone, check=True, capture_output=True, text=True
    ).stdout.strip()


def committed(folder: Path) -> str:
    git(folder, "add", "--force", "--all", ".")
    git(folder, "commit", "--quiet", "--message", "entry")
    return git(folder, "rev-parse", f"HEAD:{folder.relative_to(folder.parents[2]).as_posix()}")


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"content of {name}\n")


@pytest.mark.parametrize(
    "names",
    [
        ["train.py"],
        ["train.py", "submission.yaml", "a/b/c/d.py"],
        ["a-b", "a.b", "a/x", "a0", "ab", "A", "_", "a-b.c/y"],
        ["lib/x.py", "lib.py", "lib-old.py", "lib0/x.py", "lib/sub/x", "lib/sub.x", "lib/sub0"],
        ["é.py", "e\N{COMBINING ACUTE ACCENT}.py", "z.py", "寿司/a", "🏌"],
        [".hidden", ".github/x", "with space", "-"],
    ],
    ids=lambda names: names[-1],
)
def test_the_id_of_a_folder_is_gits(entry, names):
    """Nested folders, names that sort specially, names in any script."""
    write(entry, *names)
    assert tree.tree_id(entry) == committed(entry)


def test_executable_bits_are_part_of_it(entry):
    """The owner's, as for Git; other bits are none of its business."""
    write(entry, "train.py", "run.sh", "odd.sh")
    (entry / "run.sh").chmod(0o755)
    (entry / "odd.sh").chmod(0o611)
    before = committed(entry)
    assert tree.tree_id(entry) == before
    (entry / "run.sh").chmod(0o644)
    assert tree.tree_id(entry) == committed(entry) != before


def test_bytes_count_as_they_are(entry):
    """No line ending is translated, and an empty file is a file."""
    (entry / "train.py").write_bytes(b"a\r\nb\0\xff")
    (entry / "empty.txt").write_bytes(b"")
    assert tree.tree_id(entry) == committed(entry)


def test_an_empty_folder_counts_as_little_as_for_git(entry):
    """It does not travel."""
    write(entry, "train.py")
    (entry / "nothing/here").mkdir(parents=True)
    assert tree.tree_id(entry) == committed(entry)


def test_results_and_what_python_leaves_behind_are_no_part_of_it(entry):
    """Recording a result must not change what it is a result of."""
    write(entry, "train.py", "lib/x.py")
    before = committed(entry)
    write(entry, "results/laptop-ss.yaml", "results/laptop-ss/round-1-00000000.onnx", "__pycache__/train.pyc")
    write(entry, "lib/__pycache__/x.pyc")
    assert tree.tree_id(entry) == before
    assert [path.name for path in tree.files(entry)] == ["x.py", "train.py"]


def test_a_folder_named_results_further_down_is_the_entrys(entry):
    """Only the referee's own folder is left out."""
    write(entry, "train.py", "lib/results/table.py")
    assert tree.tree_id(entry) == committed(entry)


@pytest.mark.parametrize("target", ["/etc/hostname", "train.py", "nowhere"])
def test_a_link_is_hashed_as_a_link(entry, target):
    """As Git does; it is not followed, and a broken one breaks nothing."""
    write(entry, "train.py")
    (entry / "link").symlink_to(target)
    assert tree.tree_id(entry) == committed(entry)


def test_a_file_name_that_is_no_text_is_hashed_as_git_does(entry):
    """Names are bytes."""
    write(entry, "train.py")
    Path(os.fsdecode(os.fsencode(entry) + b"/\xff.py")).write_text("x")
    assert tree.tree_id(entry) == committed(entry)


@pytest.mark.parametrize("change", ["content", "name", "new", "gone"])
def test_any_change_of_a_file_changes_the_id(entry, change):
    """What was judged is what stands there, or the id says so."""
    write(entry, "train.py", "lib/x.py")
    before = tree.tree_id(entry)
    if change == "content":
        (entry / "lib/x.py").write_text("other")
    elif change == "name":
        (entry / "lib/x.py").rename(entry / "lib/y.py")
    elif change == "new":
        write(entry, "lib/z.py")
    else:
        shutil.rmtree(entry / "lib")
    assert tree.tree_id(entry) != before
