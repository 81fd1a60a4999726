"""`referee check`: everything that is wrong, in one go, and nothing that is right."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sample_results import qualified

from referee.files import store
from referee.files.checks import competition_doubts, competition_faults, entry_faults, league_faults
from referee.files.league import League


def told(league: League) -> list[str]:
    return [str(fault) for fault in league_faults(League(league.root))]


def told_of(league: League, ref: str) -> list[str]:
    return [str(fault) for fault in entry_faults(League(league.root), ref)]


@pytest.fixture
def honest(league, enter) -> Path:
    """The folder of an entry that nothing is wrong with."""
    folder = league.root / "submissions" / enter()
    assert told(league) == []
    return folder


@pytest.mark.parametrize("folder", [".", "tests/league"])
def test_the_leagues_of_this_repository_have_no_faults(repository, folder):
    """The one that is played, and the one of the tests."""
    assert told(League(repository / folder)) == []


def test_every_fault_of_a_league_is_told_in_one_go(league, enter):
    """Hardware, competitions, entries, strays: nobody mends a league one error at a time."""
    root = league.root
    hardware = root / "competitions/hardware.yaml"
    hardware.write_text(hardware.read_text().replace("max_watts: 45", "watts: 45"))
    for name in ("Bad_Name", "unfinished"):
        (root / "competitions" / name / "starter").mkdir(parents=True)
        for file in ("README.md", "starter/train.py"):
            (root / "competitions" / name / file).write_text("x\n")
    (root / "competitions/unfinished/competition.yaml").write_text("title: Unfinished\nversion: one\nclasses: []\n")
    (root / "competitions/line/README.md").unlink()
    (root / "submissions/lime/mine").mkdir(parents=True)
    enter(name="Shouting")
    folder = root / "submissions" / enter(name="odd")
    (folder / "submission.yaml").write_text("title: ''\nauthors: [at@home]\nclasses: [laptop]\n")
    folder = root / "submissions" / enter(name="wrong-class")
    (folder / "submission.yaml").write_text("title: t\nauthors: [golfer]\nclasses: [laptop-s]\n")
    folder = root / "submissions" / enter(name="messy")
    (folder / "train.py").unlink()
    (folder / "weights.bin").write_bytes(b"\0" * 20_000)
    (folder / "link.py").symlink_to("/etc/passwd")
    (folder / "with space.py").write_text("")
    (folder / "a/b/c/d").mkdir(parents=True)
    (folder / "a/b/c/d/deep.py").write_text("")
    (folder / "honest.PY").write_text("")
    found = told(league)
    names = "names are ASCII letters, digits, . _ - and at most 4 deep; none starts with a dot"
    expected = [
        'competitions/hardware.yaml: hardware.laptop.watts: unknown key; did you mean "max_watts"?',
        "competitions/hardware.yaml: hardware.laptop.max_watts: is missing; expected a number",
        "competitions/Bad_Name: a name is lower-case letters, digits, dots and hyphens",
        "competitions/Bad_Name/competition.yaml: can't be read: No such file or directory",
        "competitions/line/README.md: is missing; say what the blackbox is and why this score",
        'submissions/line/Shouting: a name is lower-case letters, digits, dots and hyphens',
        "submissions/line/messy/train.py: is missing; it is what the referee runs",
        f"submissions/line/messy/a/b/c/d/deep.py: {names}",
        "submissions/line/messy/honest.py: differs from honest.PY in case alone; some file systems can't hold both",
        "submissions/line/messy/link.py: is no regular file; links and devices don't travel",
        "submissions/line/messy/weights.bin: is not text; an entry is source code alone",
        f"submissions/line/messy/with space.py: {names}",
        "submissions/line/odd/submission.yaml: title: expected one line of 1 to 80 characters",
        'submissions/line/odd/submission.yaml: authors[0]: "at@home" is no GitHub handle; write it without @',
        'submissions/line/odd/submission.yaml: classes[0]: "laptop" is no class; write hardware-time, for example laptop-ss',
        'submissions/line/wrong-class/submission.yaml: classes[0]: line has no class "laptop-s"; did you mean "laptop-ss"?',
        'competitions/unfinished/competition.yaml: version: expected a whole number, got "one"',
        "competitions/unfinished/competition.yaml: summary: is missing; expected text",
        "competitions/unfinished/competition.yaml: fit: is missing; expected keys and values",
        "competitions/unfinished/competition.yaml: score: is missing; expected text",
        "competitions/unfinished/competition.yaml: architecture: is missing; expected keys and values",
        'submissions/lime: there is no competition of this name; did you mean "line"?',
    ]  # fmt: skip
    size = sum(path.lstat().st_size for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    expected.append(f"submissions/line/messy: {size} bytes of files, at most 16384 here; weights don't travel")
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("weights.npy", b"\x93NUMPY\x01\x00\0\0"),
        ("model.pt", b"PK\x03\x04\x00\x00"),
        ("train.pyc", b"\xa7\r\r\n\0\0\0\0"),
        ("trailing.py", b"print()\n" * 100 + b"\0"),
    ],
)
def test_a_binary_file_is_no_source(league, honest, name, content):
    """Wherever its zero byte stands."""
    (honest / name).write_bytes(content)
    assert told(league) == [f"submissions/line/honest/{name}: is not text; an entry is source code alone"]


@pytest.mark.parametrize("content", [b"\xff\xfe\xfd", b"x = '\x80\x81'"], ids=repr)
def test_bytes_that_are_no_utf8_are_no_source(league, honest, content):
    """Weights need no zero byte to travel."""
    (honest / "weights.txt").write_bytes(content)
    assert told(league) == ["submissions/line/honest/weights.txt: is not text; an entry is source code alone"]


@pytest.mark.parametrize("target", ["train.py", "/etc/passwd", "nowhere", "/dev/zero", "/"])
def test_a_link_is_refused_and_never_followed(league, honest, target):
    """To a file, outside, into nothing, to a device, to a folder."""
    (honest / "link.py").symlink_to(target)
    assert told(league) == ["submissions/line/honest/link.py: is no regular file; links and devices don't travel"]


def test_a_pipe_is_refused_without_being_opened(league, honest):
    """It would never end."""
    os.mkfifo(honest / "pipe.py")
    assert told(league) == ["submissions/line/honest/pipe.py: is no regular file; links and devices don't travel"]


def test_an_entry_that_is_a_link_is_refused(league, honest):
    """Its files are another folder's."""
    (honest.parent / "twin").symlink_to(honest)
    (honest.parent / "elsewhere").symlink_to(league.root.parent)
    assert {line.split(": ")[0] for line in told(league)} == {"submissions/line/twin", "submissions/line/elsewhere"}


@pytest.mark.parametrize(
    "name",
    [".hidden.py", ".github/x.yml", "a b.py", "é.py", "tr\u0430in.py", "x\n.py", "-rf", "a;b.py", "$(id).py", "x" * 101],
    ids=repr,
)
def test_a_name_that_not_every_system_can_hold_is_refused(league, honest, name):
    """Hidden, confusable, dangerous on a command line."""
    (honest / name).parent.mkdir(exist_ok=True)
    (honest / name).write_text("")
    (said,) = told(league)
    assert "names are ASCII letters, digits, . _ - and at most 4 deep; none starts with a dot" in said


@pytest.mark.parametrize("name", [b"\xff.py", b"\x1b[2J.py", b"x\n::error::owned.py", "\u202eyp.py".encode()], ids=repr)
def test_a_fault_about_a_name_is_one_harmless_line(league, honest, name):
    """It can be printed on any terminal and into any log."""
    Path(os.fsdecode(os.fsencode(honest) + b"/" + name)).write_text("")
    (said,) = told(league)
    assert said.isprintable() and said.encode()


@pytest.mark.parametrize(("one", "other"), [("a.py", "A.py"), ("lib/x.py", "LIB/x.py"), ("README", "readme")])
def test_names_that_differ_in_case_alone_collide(league, honest, one, other):
    """On the laptops of half the contestants."""
    for name in (one, other):
        (honest / name).parent.mkdir(exist_ok=True)
        (honest / name).write_text("")
    (said,) = told(league)
    assert "in case alone; some file systems can't hold both" in said


def test_a_large_entry_is_refused_by_its_own_competitions_cap(league, honest):
    """All files together; results don't count."""
    size = sum(path.stat().st_size for path in honest.iterdir())
    (honest / "results").mkdir()
    (honest / "results/large.txt").write_text("x" * 20_000)
    (honest / "padding.txt").write_text("x" * (16384 - size))
    assert told(league) == []
    (honest / "one-more.txt").write_text("x")
    assert told(league) == ["submissions/line/honest: 16385 bytes of files, at most 16384 here; weights don't travel"]


def test_an_entry_has_at_most_fifty_files(league, honest):
    """A contestant needs no more, and a reviewer reads no more."""
    for number in range(50 - len(list(honest.iterdir()))):
        (honest / f"part-{number}.py").write_text("")
    assert told(league) == []
    (honest / "one-more.py").write_text("")
    assert told(league) == ["submissions/line/honest: 51 files, at most 50"]


def test_a_faulty_submission_hides_no_other_fault_of_its_entry(league, honest):
    """Both are mended in one go."""
    (honest / "submission.yaml").write_text("title: [\n")
    (honest / "weights.bin").write_bytes(b"\0")
    assert [line.split(": ")[0] for line in told(league)] == [
        "submissions/line/honest/submission.yaml",
        "submissions/line/honest/weights.bin",
    ]


def test_a_faulty_competition_hides_no_missing_file(league):
    """Nor the other way round."""
    folder = league.root / "competitions/line"
    (folder / "competition.yaml").write_text("title: [\n")
    (folder / "README.md").unlink()
    (folder / "starter/train.py").unlink()
    assert sorted(line.split(": ")[0] for line in told(league)) == [
        "competitions/line/README.md",
        "competitions/line/competition.yaml",
        "competitions/line/starter/train.py",
    ]


def test_faults_of_one_entry_are_its_own(league, honest, enter):
    """The neighbour's are not mine."""
    other = league.root / "submissions" / enter(name="other")
    (other / "train.py").unlink()
    assert told_of(league, "line/honest") == []
    assert told_of(league, "line/other") == ["submissions/line/other/train.py: is missing; it is what the referee runs"]
    assert told_of(league, "line/nobody") == ['line has no entry "nobody"; known: honest, other']


def test_a_competition_names_hardware_that_the_league_has(league):
    """With the nearest."""
    rules = league.root / "competitions/line/competition.yaml"
    rules.write_text(rules.read_text().replace("[laptop-ss,", "[labtop-ss,"))
    assert told(league) == ['competitions/line/competition.yaml: classes[0]: unknown hardware "labtop"; did you mean "laptop"?']


def test_a_competition_has_a_starter(league):
    """Newcomers begin with something that runs."""
    (league.root / "competitions/line/starter/train.py").unlink()
    assert [str(fault) for fault in competition_faults(League(league.root), "line")] == [
        "competitions/line/starter/train.py: is missing; `referee new submission` copies it for newcomers"
    ]


def doubts(league: League, old: str = "", new: str = "") -> list[str]:
    """After a change of the rules."""
    rules = league.root / "competitions/line/competition.yaml"
    assert old in rules.read_text()
    rules.write_text(rules.read_text().replace(old, new))
    return [str(doubt) for doubt in competition_doubts(League(league.root), "line")]


WHERE = "competitions/line/competition.yaml: score: "
FIXED = "score: l2\narchitecture: {rule: fixed, reference: reference.onnx}"
REASON = "sound_because: the host reads every entry before it is ranked"


def test_a_sound_competition_is_not_doubted(league):
    """And a faulty one has other worries."""
    assert doubts(league) == []
    assert doubts(league, "version: 1", "version: none") == []


def test_an_unsound_competition_is_a_fault_and_no_doubt(league):
    """Until its host answers for it."""
    assert doubts(league, FIXED, "score: nonzero\narchitecture: {rule: homogeneous}") == []
    (fault,) = told(league)
    assert fault.startswith(f"{WHERE}nonzero is unsound where the architecture is homogeneous: ")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("score: l1\narchitecture: {rule: free}", "l1 where the architecture is free: a constant gain"),
        (f"{FIXED}", "l2 where the architecture is fixed: the host's graph normalises"),
        (
            FIXED.replace("l2", "distinct\nown_score: {sentence: distinct weights, module: data.py}"),
            "distinct where the architecture is fixed: the host's own",
        ),
    ],
    ids=["refused by the table", "normalised", "the host's own"],
)
def test_what_a_host_answers_for_is_doubted_with_the_answer(league, rules, said):
    """Both stand on the board; neither is a fault."""
    (doubt,) = doubts(league, FIXED, f"{rules}\n{REASON}")
    assert doubt.startswith(f"{WHERE}{said}")
    assert doubt.endswith("; played because: the host reads every entry before it is ranked")
    assert told(league) == []


def test_a_recorded_result_that_stands_has_no_faults(league, honest):
    """With its artifacts beside it."""
    game, entry = league.game("line"), league.entry("line/honest")
    artifact = store.artifact_of(b"model", 1, ".safetensors")
    store.record(honest, qualified(game, entry, artifact), {artifact.file: b"model"})
    assert told(league) == []


@pytest.mark.parametrize("pin", ["competition", "entry", "class_"])
def test_a_result_that_was_moved_is_found(league, honest, pin):
    """It is the result of its own folder or of none."""
    game, entry = league.game("line"), league.entry("line/honest")
    result = qualified(game, entry)
    moved = replace(result, pins=replace(result.pins, **{pin: "other"}))
    store.write(moved, honest / "results/laptop-ss.yaml")
    pins = moved.pins
    assert told(league) == [
        f"submissions/line/honest/results/laptop-ss.yaml: pins: it is a result of {pins.competition}/{pins.entry} in "
        f"{pins.class_}; it was moved"
    ]


def test_rules_that_changed_without_a_new_version_are_found_by_the_results(league, honest):
    """The old board would silently be another game's."""
    store.record(honest, qualified(league.game("line"), league.entry("line/honest")), {})
    data = league.root / "competitions/line/data.py"
    data.write_text(data.read_text() + "\n")
    assert told(league) == [
        "submissions/line/honest/results/laptop-ss.yaml: pins.rules_sha256: the rules of line changed without a new "
        "version; raise `version`"
    ]
    rules = league.root / "competitions/line/competition.yaml"
    rules.write_text(rules.read_text().replace("version: 1", "version: 2"))
    assert told(league) == []


def test_an_artifact_that_is_gone_is_missed(league, honest):
    """A reader could not judge the row again."""
    game, entry = league.game("line"), league.entry("line/honest")
    artifact = store.artifact_of(b"model", 1, ".safetensors")
    store.record(honest, qualified(game, entry, artifact), {})
    assert told(league) == [
        "submissions/line/honest/results/laptop-ss.yaml: rounds[0].trained.artifact.file: "
        f'"laptop-ss/{artifact.file}" is missing; restore it from Git'
    ]


@pytest.mark.parametrize("name", ["../../train.py", "/etc/passwd", "round-1-00000000.pt", ""])
def test_an_artifact_has_a_name_that_leads_nowhere_else(league, honest, name):
    """And is never opened by another."""
    game, entry = league.game("line"), league.entry("line/honest")
    artifact = replace(store.artifact_of(b"model", 1, ".safetensors"), file=name)
    store.write(qualified(game, entry, artifact), honest / "results/laptop-ss.yaml")
    assert told(league) == [
        f'submissions/line/honest/results/laptop-ss.yaml: rounds[0].trained.artifact.file: "{name}" is no name of an artifact'
    ]


def test_a_result_that_cannot_be_read_is_a_fault_among_others(league, honest):
    """It hides no other."""
    (honest / "results").mkdir()
    (honest / "results/laptop-ss.yaml").write_text("score: [\n")
    (honest / "extra.bin").write_bytes(b"\0")
    assert [line.split(": ")[0] for line in told(league)] == [
        "submissions/line/honest/extra.bin",
        "submissions/line/honest/results/laptop-ss.yaml",
    ]
