"""`referee new competition --like`: every game of the league is a pattern for another."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import REPOSITORY

from referee.adapters.cli import main
from referee.files import strict_yaml
from referee.files.league import League
from referee.files.scaffold import BUILT_IN, competition_patterns, new_competition, new_submission
from referee.ground.errors import InputError

RULES = "competitions/line/competition.yaml"
OURS = League(REPOSITORY).competitions()


def copied(tmp_path: Path, name: str) -> League:
    """A league that has one competition of this one's."""
    shutil.copytree(REPOSITORY / "competitions" / name, tmp_path / "competitions" / name)
    shutil.copy(REPOSITORY / "competitions/hardware.yaml", tmp_path / "competitions")
    return League(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    """Path in a folder -> bytes; what Python has compiled is no part of a game."""
    files = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", OURS)
def test_every_competition_of_this_league_is_a_pattern_that_passes_the_check(name, tmp_path, capsys):
    """With an entry; it is the same game to the letter, but for its title and its version."""
    league = copied(tmp_path, name)
    new_competition(league, "my-game", like=name)
    new_submission(league, "my-game/first", "golfer")
    assert main(["check", "--league", str(tmp_path)]) == 0, capsys.readouterr().out
    old, new = (
        strict_yaml.parse((tmp_path / "competitions" / one / "competition.yaml").read_bytes(), one) for one in (name, "my-game")
    )
    assert new == old | {"title": "My game", "version": 1}
    before, after = contents(tmp_path / "competitions" / name), contents(tmp_path / "competitions/my-game")
    assert before.keys() == after.keys()
    assert {path for path in before if before[path] != after[path]} == {"competition.yaml", "README.md"}
    assert after["README.md"].splitlines()[0] == b"# My game"
    assert after["README.md"].splitlines()[1:] == before["README.md"].splitlines()[1:]


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("title: A line  # what it is called\n", "version: 7  # since the threshold changed\n"),
        ("title: 'It''s: a line'\n", "version: 12\n"),
        ("title: >-\n  A line\n  in two\n\n# and a word\n", "version:\n  3\n"),
        ("title: |\n  A line\n", "version: 2\n"),
        ("title: A line\n  that goes on\n", "version: 1\n"),
        ('"title": "ünïcode → \\u00e9"\n', "version: 99\n"),
    ],
)
def test_comments_and_lines_stay_where_they_are(league, title, version):
    """However the two lines that change were written."""
    file = league.root / RULES
    text = file.read_text().replace("title: A line\n", f"# A comment, before all.\n{title}").replace("version: 1\n", version)
    file.write_bytes(text.encode("utf-8-sig" if "ü" in title else "utf-8"))
    new_competition(league, "mine", like="line")
    new = (league.root / "competitions/mine/competition.yaml").read_text()
    assert League(league.root).game("mine").rules.title == "Mine" and League(league.root).game("mine").rules.version == 1
    comments = [line.split("#")[1] for line in text.splitlines() if "#" in line]
    assert [line.split("#")[1] for line in new.splitlines() if "#" in line] == comments
    assert new.partition("summary:")[2] == text.partition("summary:")[2]


def test_a_game_that_is_written_in_braces_is_copied_too(league):
    """YAML is not always lines."""
    file = league.root / RULES
    file.write_text(json.dumps(strict_yaml.parse(file.read_bytes(), RULES) | {"version": 4}, indent=1))
    new_competition(league, "mine", like="line")
    assert League(league.root).game("mine").rules.version == 1


def test_all_that_a_game_rests_on_comes_with_it(league):
    """The host's own score, a dollar sign in a starter's YAML, modules that the data's imports; nothing that was compiled."""
    folder = league.root / "competitions/line"
    text = (folder / "competition.yaml").read_text().replace("score: l2", "score: mine\nown_score: {sentence: my own}")
    (folder / "competition.yaml").write_text(text + "sound_because: I say so, and I have tried it\n")
    (folder / "score.py").write_text("def score(model):\n    return 1\n")
    (folder / "starter/settings.yaml").write_text("costs: $5\n")
    (folder / "lib").mkdir()
    (folder / "lib/more.py").write_text("")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__/data.pyc").write_bytes(b"\0")
    written = [league.shown(path) for path in new_competition(league, "mine", like="line")]
    assert written == sorted(
        f"competitions/mine/{name}"
        for name in ("README.md", "competition.yaml", "data.py", "reference.onnx", "reference.py", "score.py",
                     "lib/more.py", "starter/train.py", "starter/settings.yaml")
    )  # fmt: skip
    assert (league.root / "competitions/mine/starter/settings.yaml").read_text() == "costs: $5\n"
    assert League(league.root).game("mine").rules.sound_because == "I say so, and I have tried it"


def test_a_heading_that_is_no_title_is_left_alone(league):
    """As is a readme without any."""
    readme = league.root / "competitions/line/README.md"
    readme.write_text("**The blackbox.** A line.\n")
    new_competition(league, "mine", like="line")
    assert (league.root / "competitions/mine/README.md").read_text() == "**The blackbox.** A line.\n"


def test_a_pattern_that_is_not_there_is_answered_with_those_that_are(league):
    """And nothing is written."""
    before = contents(league.root)
    with pytest.raises(InputError, match=r'^there is no pattern "lime"; there are built-in, line$'):
        new_competition(league, "mine", like="lime")
    assert contents(league.root) == before


def test_a_pattern_with_faults_is_refused(league):
    """Before anything is written."""
    file = league.root / RULES
    file.write_text(file.read_text().replace("rounds: 2", "rounds: none"))
    before = contents(league.root)
    with pytest.raises(InputError, match="rounds: expected"):
        new_competition(league, "mine", like="line")
    assert contents(league.root) == before


def test_a_league_without_competitions_has_the_built_in_pattern(tmp_path):
    """As has a place that is no league."""
    (tmp_path / "competitions").mkdir()
    shutil.copy(REPOSITORY / "competitions/hardware.yaml", tmp_path / "competitions")
    assert list(competition_patterns(League(tmp_path))) == list(competition_patterns(None)) == [BUILT_IN]


def test_the_patterns_are_listed(league, capsys, tmp_path, monkeypatch):
    """How each is played and what it is about, for people and as JSON, inside a league and outside."""
    assert main(["new", "competition", "--list", "--league", str(league.root)]) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "pattern   score  fit                          architecture",
        "built-in  bytes  cross entropy at most 0.01   free",
        "line      l2     cross entropy at most 0.001  fixed",
        "",
        "built-in: Two spirals wind around each other; say which one a point lies on, in as few bytes as you can.",
        "line: Say on which side of a line a point lies; small enough to be played in a fraction of a second.",
    ]
    assert main(["new", "competition", "--list", "--json", "--league", str(league.root)]) == 0
    assert json.loads(capsys.readouterr().out)[1] == {
        "pattern": "line",
        "summary": "Say on which side of a line a point lies; small enough to be played in a fraction of a second.",
        "score": "l2",
        "fit": "cross entropy at most 0.001",
        "architecture": "fixed",
    }
    monkeypatch.chdir(tmp_path)
    assert main(["new", "competition", "--list"]) == 0
    assert "built-in" in capsys.readouterr().out
    assert main(["new", "competition", "--list", "--league", "nowhere"]) == 2


def test_a_competition_needs_a_name(league, capsys):
    """Unless the patterns are asked for."""
    assert main(["new", "competition", "--like", "line", "--league", str(league.root)]) == 2
    assert "name the competition" in capsys.readouterr().err
