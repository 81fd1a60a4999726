"""`referee new`: what it writes can be played as it stands."""

from __future__ import annotations

import pytest

from referee.files.checks import league_faults
from referee.files.league import League
from referee.files.scaffold import new_competition, new_submission
from referee.ground.errors import InputError


def told(league: League) -> list[str]:
    return [str(fault) for fault in league_faults(League(league.root))]


def test_a_new_competition_and_its_first_entry_have_no_faults(league):
    """From nothing to a game with an entry in two steps."""
    new_competition(league, "two-spirals")
    new_submission(league, "two-spirals/first", "golfer")
    assert told(league) == []
    game = League(league.root).game("two-spirals")
    entry = League(league.root).entry("two-spirals/first")
    assert game.rules.title == "Two spirals"
    assert (entry.submission.title, entry.submission.authors) == ("First", ("golfer",))
    assert entry.submission.classes == (game.rules.classes[0],)


def test_what_was_written_is_listed(league):
    """Every file, and none that was there."""
    written = [league.shown(path) for path in new_submission(league, "line/mine", "golfer")]
    assert written == ["submissions/line/mine/submission.yaml", "submissions/line/mine/train.py"]
    assert all((league.root / name).is_file() for name in written)


def test_an_entry_starts_from_the_competitions_starter(league):
    """To the last byte, a dollar sign included."""
    starter = league.root / "competitions/line/starter/train.py"
    starter.write_text("print('$title costs $5')\n")
    (starter.parent / "lib").mkdir()
    (starter.parent / "lib/model.py").write_text("x = 1\n")
    (starter.parent / "__pycache__").mkdir()
    (starter.parent / "__pycache__/train.pyc").write_bytes(b"\0")
    new_submission(league, "line/mine", "golfer")
    folder = league.root / "submissions/line/mine"
    assert (folder / "train.py").read_text() == "print('$title costs $5')\n"
    assert (folder / "lib/model.py").read_text() == "x = 1\n"
    assert not (folder / "__pycache__").exists()


@pytest.mark.parametrize("ref", ["line/mine", "submissions/line/mine", "line/mine/", "submissions/line/mine/"])
def test_an_entry_is_named_by_ref_or_by_folder(league, ref):
    """As the shell completes it."""
    new_submission(league, ref, "golfer")
    assert League(league.root).entries("line") == ["mine"]


@pytest.mark.parametrize(
    "name",
    ["", "Upper", "with space", "a/b", "../up", "..", "-a", "a-", "ünicode", "x" * 65, "a_b", ".hidden", "a\n"],
)
def test_what_can_be_no_name_is_refused_and_nothing_is_written(league, name):
    """Names become folders, addresses and branches."""
    before = sorted(league.root.rglob("*"))
    with pytest.raises(InputError) as refusal:
        new_competition(league, name)
    assert refusal.value.faults[0].message == f'"{name}" is no name; use lower-case letters, digits, dots and hyphens'
    if "/" not in name.rstrip("/"):
        with pytest.raises(InputError, match="is no name"):
            new_submission(league, f"line/{name}", "golfer")
    assert sorted(league.root.rglob("*")) == before


def test_a_name_that_is_taken_is_refused(league, enter):
    """Nothing is ever written over."""
    enter(name="mine")
    before = {path: path.read_bytes() for path in league.root.rglob("*") if path.is_file()}
    for write, given, said in (
        (new_competition, ["line"], 'there is a competition "line" already; choose another name'),
        (new_submission, ["line/mine", "golfer"], 'there is an entry "mine" already; choose another name'),
    ):
        with pytest.raises(InputError) as refusal:
            write(league, *given)
        assert str(refusal.value) == said
    assert {path: path.read_bytes() for path in league.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("mine", '"mine" is no name for an entry; write competition/name'),
        ("submissions/mine", '"submissions/mine" is no name for an entry; write competition/name'),
        ("lime/mine", 'there is no competition "lime"; did you mean "line"?'),
        ("/mine", 'there is no competition ""; known: line'),
        ("line/a/b", '"a/b" is no name; use lower-case letters, digits, dots and hyphens'),
    ],
)
def test_an_entry_belongs_to_a_competition(league, ref, said):
    """That there is."""
    with pytest.raises(InputError) as refusal:
        new_submission(league, ref, "golfer")
    assert str(refusal.value) == said


def test_a_competition_without_a_starter_has_no_new_entries(league):
    """And its host is the one to mend that."""
    (league.root / "competitions/line/starter/train.py").unlink()
    with pytest.raises(InputError, match=r"^line has no starter/train\.py to start from; its host must add one$"):
        new_submission(league, "line/mine", "golfer")


@pytest.mark.parametrize("name", ["2048", "1.5", "1e5", "null", "true", "no", "0x1f", "2026-11-21"])
def test_a_name_that_yaml_reads_as_something_else_is_a_title_all_the_same(league, name):
    """2048 is a game as well as a number."""
    new_competition(league, name)
    new_submission(league, f"{name}/{name}", "golfer")
    assert told(league) == []


@pytest.mark.parametrize("author", ["12", "@golfer", "a]: b", "true", "0x1f", "no such handle", ""])
def test_an_author_is_a_handle_or_is_refused(league, author):
    """What is written passes its own check."""
    try:
        new_submission(league, "line/mine", author)
    except InputError:
        assert League(league.root).entries("line") == []
    assert told(league) == []
