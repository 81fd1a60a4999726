"""What an entry may say about itself."""

from __future__ import annotations

import subprocess

import pytest

from referee.ground.submission import SLUG, Submission


def submission(**changes) -> Submission:
    return Submission(**{"title": "Adam", "authors": ("golfer",), "classes": ("laptop-ss",)} | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "x" * 80},
        {"title": "Ça marche – 寿司 🏌"},
        {"authors": ("a", "A-b-C", "x" * 39, "0day")},
        {"techniques": ("weight decay", "y" * 40)},
        {"notes": "many\nlines"},
        {"classes": ("laptop-ss", "single-gpu-c", "laptop-ss+resnet18-1a2b3c4d")},
    ],
    ids=str,
)
def test_an_honest_submission_has_no_faults(changes):
    """Nothing is refused that could be played."""
    assert list(submission(**changes).faults()) == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "expected one line of 1 to 80 characters"),
        ({"title": "x" * 81}, "title", "expected one line of 1 to 80 characters"),
        ({"title": "two\nlines"}, "title", "expected one line of 1 to 80 characters"),
        ({"authors": ()}, "authors", "expected 1 to 20 of them, got 0"),
        ({"authors": ("golfer",) * 21}, "authors", "expected 1 to 20 of them, got 21"),
        ({"classes": ()}, "classes", "expected 1 to 20 of them, got 0"),
        ({"classes": ("laptop-ss",) * 21}, "classes", "expected 1 to 20 of them, got 21"),
        ({"classes": ("laptop",)}, "classes[0]", '"laptop" is no class; write hardware-time, for example laptop-ss'),
        ({"classes": ("laptop-sx",)}, "classes[0]", '"laptop-sx": unknown time class "sx"; did you mean "s"?'),
        ({"techniques": ("fine", "")}, "techniques[1]", "expected one line of 1 to 40 characters"),
        ({"techniques": ("y" * 41,)}, "techniques[0]", "expected one line of 1 to 40 characters"),
        ({"techniques": ("two\nlines",)}, "techniques[0]", "expected one line of 1 to 40 characters"),
    ],
)
def test_what_cannot_be_names_its_field(changes, field, message):
    """One fault, one sentence."""
    assert (field, message) in list(submission(**changes).faults())


@pytest.mark.parametrize(
    "handle",
    ["", "@golfer", "-golfer", "golfer-", "a--b", "go lfer", "golfer\n", "gölfer", "a/b", "<b>x</b>", "@everyone", "$(id)",
     "${{ github.token }}", "a_b", "x" * 40],
)  # fmt: skip
def test_what_is_no_github_handle_is_refused(handle):
    """A handle becomes a link and a mention."""
    assert list(submission(authors=("golfer", handle)).faults()) == [
        ("authors[1]", f'"{handle}" is no GitHub handle; write it without @')
    ]


@pytest.mark.parametrize("changes", [{"classes": ("laptop-ss", "laptop-ss")}, {"authors": ("golfer", "Golfer")}], ids=str)
def test_a_class_and_an_author_stand_there_once(changes):
    """GitHub's handles know no case."""
    assert list(submission(**changes).faults())


def test_a_handle_is_no_longer_than_github_allows():
    """39 characters, hyphens included."""
    assert list(submission(authors=("-".join("a" * 39),)).faults())


@pytest.mark.parametrize("name", ["a", "digits", "modular-addition", "v1.2-b", "0", "x" * 64])
def test_a_name_may_be_a_folder_an_address_and_a_branch(name):
    """Lower case, digits, dots and hyphens."""
    assert SLUG.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "-a", "a-", ".a", "a.", "A", "a_b", "a b", "a/b", "a\n", "ä", "x" * 65, "a:b", "a~b"],
)  # fmt: skip
def test_what_could_not_be_one_is_no_name(name):
    """On any file system, in any address, in Git."""
    assert not SLUG.fullmatch(name)


@pytest.mark.parametrize("name", ["digits", "v1.2-b", "0", "a-.b", "a..b", "a.lock"])
def test_every_name_can_be_a_branch(name):
    """Git itself is asked."""
    said = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True, check=False)
    assert (said.returncode == 0) >= bool(SLUG.fullmatch(name))
