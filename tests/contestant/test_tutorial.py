"""The tutorial, done: its commands are run, its edits made, in the order of the page; what it shows is what is printed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

PAGE = (REPOSITORY / "site/pages/tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.DOTALL | re.MULTILINE)
ENTRY = "submissions/digits/my-entry"
OTHERS = ("adam", "lottery-ticket", "numpy-prune")
"""that the page has on its board, whoever else has entered since"""
DURATION = re.compile(r"#( (d|h|min|s)\b( #)?)+")


def league(root: Path) -> None:
    """A league with `digits` alone, and the three entries of the page with their records."""
    shutil.copytree(REPOSITORY / "competitions/digits", root / "competitions/digits")
    shutil.copy(REPOSITORY / "competitions/hardware.yaml", root / "competitions")
    for name in OTHERS:
        shutil.copytree(REPOSITORY / "submissions/digits" / name, root / "submissions/digits" / name)


def run(root: Path, block: str) -> str:
    """What the referee's commands of a block print; others are the reader's own to run."""
    told = ""
    for line in block.splitlines():
        words = shlex.split(line)
        if words[0] == "referee":
            command = [sys.executable, "-m", "referee", *words[1:]]
            ended = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)
            assert ended.returncode == 0, ended.stdout + ended.stderr
            told += ended.stdout
    return told


def edit(root: Path, block: str) -> None:
    """Make the changes of a block, each in the one file of the entry that has its lines once."""
    for hunk in re.split(r"^@@\n", block, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        assert {line[0] for line in lines} <= set(" +-")
        old, new = ("".join(line[1:] for line in lines if line[0] != other) for other in "+-")
        (file,) = (file for file in (root / ENTRY).iterdir() if file.read_text(encoding="utf-8").count(old) == 1)
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def lines(text: str) -> list[str]:
    """Without what differs from run to run: numbers, durations, the width of columns."""
    numbered = (" ".join(re.sub(r"\d+(\.\d+)?(e[+-]?\d+)?", "#", line).split()) for line in text.splitlines())
    return [DURATION.sub("# s", line) for line in numbered]


def is_shown(block: str, told: str) -> bool:
    """Whether the lines of a block stand in an output, one after the other, but for what `…` leaves out."""
    parts, printed = ("\n".join(lines(part)) for part in block.split("…\n")), "\n".join(["", *lines(told), ""])
    at = 0
    for part in parts:
        at = printed.find(f"\n{part}\n", at)
        if at < 0:
            return False
    return True


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> list[tuple[str, str]]:
    """What the page shows -> what was printed, block by block, with the page done from its first line to its last."""
    root, printed, shown = tmp_path_factory.mktemp("league"), "", []
    league(root)
    for language, block in BLOCKS:
        if language == "sh":
            printed = run(root, block)
        elif language == "diff":
            edit(root, block)
        else:
            shown.append((block, printed))
    return shown


@pytest.mark.slow
def test_the_page_shows_what_is_printed(played):
    """But for the numbers."""
    assert len(played) >= 4
    for block, printed in played:
        assert is_shown(block, printed), f"{block}\nis not in\n{printed}"


@pytest.mark.slow
def test_who_follows_the_page_beats_the_baseline(played):
    """It says so on the last board."""
    last = [printed for _, printed in played if "(practice)" in printed][-1].splitlines()
    mine, adam = (next(index for index, line in enumerate(last) if f" {name} " in line) for name in ("> my-entry", "adam"))
    assert mine < adam
    assert re.fullmatch(r"you would be (1st|2nd|3rd) of 4(, within .*)?, on 1 of 3 rounds", last[-1])


def test_every_edit_of_the_page_can_be_made(tmp_path, monkeypatch):
    """What comes out is Python, and an entry without faults; nothing is trained here."""
    league(tmp_path)
    run(tmp_path, "referee new submission digits/my-entry")
    for language, block in BLOCKS:
        if language == "diff":
            edit(tmp_path, block)
    compile((tmp_path / ENTRY / "train.py").read_text(encoding="utf-8"), "train.py", "exec")
    assert run(tmp_path, "referee check digits/my-entry") == "nothing is wrong\n"


def test_the_blocks_are_of_the_kinds_that_are_tried():
    """A block of another kind would be passed over."""
    assert {language for language, _ in BLOCKS} == {"sh", "text", "diff"}
    assert PAGE.count("```") == 2 * len(BLOCKS)


def test_what_is_not_printed_is_missed():
    """Numbers may differ, words and their order may not."""
    told = "a  1.5 s\nb 2\nc 3\n"
    assert is_shown("a 7 min 3 s\n…\nc 4\n", told) and is_shown("b 5\n", told)
    assert not is_shown("b 5\nd 1\n", told) and not is_shown("c 1\n…\na 1 s\n", told) and not is_shown("a 1 s\nc 3\n", told)
