"""What a pull request may change."""

from __future__ import annotations

import pytest

from referee.ground import changes

MINE = ("submissions/line/mine/train.py", "submissions/line/mine/submission.yaml")


def told(*paths: str) -> list[str]:
    """Faults of a pull request that changes these."""
    return [str(fault) for fault in changes.faults(paths)]


def test_the_folder_of_one_entry_may_be_changed():
    """Anything in it but its results."""
    assert told(*MINE, "submissions/line/mine/tools/more.py") == []
    assert changes.entry_of(MINE) == "line/mine"


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/check.yml",
        "referee/ground/ranking.py",
        "competitions/line/competition.yaml",
        "submissions/README.md",
        "submissions/line/loose.py",
        "submissions/line/mine/../../../referee/__init__.py",
        "submissions//line/mine/train.py",
        "Submissions/line/mine/train.py",
        "README.md",
    ],
)
def test_nothing_else_may_be_changed_with_it(path):
    """The workflow, the referee, a competition; what only looks like a path of the entry."""
    assert told(*MINE, path) == [f"{path}: is no part of an entry; a pull request that enters changes its own folder alone"]


def test_another_entry_and_a_result_are_named():
    """Each with what to do."""
    assert told(*MINE, "submissions/line/other/train.py") == [
        "submissions: 2 entries are changed (line/mine, line/other); open one pull request each"
    ]
    assert changes.entry_of(["submissions/line/mine/a.py", "submissions/line/other/a.py"]) is None
    assert told(*MINE, "submissions/line/mine/results/laptop-ss.yaml") == [
        "submissions/line/mine/results/laptop-ss.yaml: results are written by the referee alone; leave this file out"
    ]


def test_a_pull_request_without_an_entry_is_the_maintainers():
    """It gets no comment."""
    assert not changes.enters(["README.md", "referee/submissions/x.py"])
    assert changes.enters(["README.md", "submissions/line/mine/train.py"])
