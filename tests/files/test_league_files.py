"""A league's folders, and the digest of the rules that a result is pinned to."""

from __future__ import annotations

import os
import shutil

import pytest
from sample_results import qualified

from referee.files import store
from referee.files.league import League
from referee.ground.errors import InputError

RULES = "competitions/line/competition.yaml"


def rewrite(league: League, old: str, new: str, file: str = RULES) -> None:
    path = league.root / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def refusal(call, *arguments: str) -> str:
    with pytest.raises(InputError) as refused:
        call(*arguments)
    return str(refused.value)


def digest(league: League) -> str:
    return League(league.root).game("line").rules_sha256


def test_a_league_is_found_from_any_folder_inside(league):
    """As Git finds a repository."""
    for folder in (".", "competitions", "competitions/line/starter", "submissions/line"):
        assert League.at(league.root / folder).root == league.root.resolve()


def test_no_league_is_told_where_it_was_looked_for(tmp_path):
    """And how to name one."""
    said = refusal(League.at, tmp_path)
    assert said == (
        f"no league at {tmp_path} or above it: competitions/hardware.yaml is missing; go to one or pass --league DIR"
    )


@pytest.mark.parametrize(
    ("call", "name", "said"),
    [
        ("game", "lin", 'there is no competition "lin"; did you mean "line"?'),
        ("game", "zzz", 'there is no competition "zzz"; known: line'),
        ("game", "..", 'there is no competition ".."; known: line'),
        ("game", "line/../line", 'there is no competition "line/../line"; did you mean "line"?'),
        ("game", "", 'there is no competition ""; known: line'),
        ("entry", "lime/honest", 'there is no competition "lime"; did you mean "line"?'),
        ("entry", "line/honets", 'line has no entry "honets"; did you mean "honest"?'),
        ("entry", "line/..", 'line has no entry ".."; known: honest'),
        ("entry", "line", '"line" names no entry; write competition/entry, or the path of its folder'),
        ("entry", "line/honest/train.py", '"line/honest/train.py" names no entry'),
        ("entry", "/etc/passwd", '"/etc/passwd" names no entry'),
        ("entry", "../line/honest", '"../line/honest" names no entry'),
    ],
)
def test_what_is_not_there_gets_the_nearest_name(league, enter, call, name, said):
    """Or all of them."""
    enter()
    assert said in refusal(getattr(league, call), name)


def test_a_class_that_is_not_played_gets_the_nearest(league):
    """Of this competition."""
    said = refusal(league.game("line").played, "laptop-s")
    assert said == 'line has no class "laptop-s"; did you mean "laptop-ss"?'


def test_an_entry_is_named_by_ref_or_by_folder(league, enter, monkeypatch):
    """From wherever one stands."""
    ref = enter()
    folder = league.root / "submissions" / ref
    assert league.entry(ref) == league.entry(str(folder))
    monkeypatch.chdir(folder.parent)
    assert league.entry("honest").ref == league.entry("./honest/").ref == ref
    monkeypatch.chdir(folder)
    assert league.entry(".").ref == ref


def test_hidden_folders_are_no_competitions_and_no_entries(league):
    """Editors and systems leave them."""
    for name in (".git", "__pycache__", "_draft"):
        (league.root / "competitions" / name).mkdir()
        (league.root / "submissions/line" / name).mkdir()
    (league.root / "submissions/line/notes.txt").write_text("x")
    assert (league.competitions(), league.entries("line"), league.entries("nothing")) == (["line"], [], [])


@pytest.mark.parametrize("field", ["data.module", "architecture.reference"])
@pytest.mark.parametrize("how", ["dots", "absolute", "link", "linked folder"])
def test_a_file_outside_the_competitions_folder_is_refused(league, field, how):
    """Its rules travel with it."""
    old = {"data.module": "module: data.py", "architecture.reference": "reference: reference.onnx"}[field]
    key, name = old.split(": ")
    outside = league.root / name
    shutil.copy(league.root / "competitions/line" / name, outside)
    folder = league.root / "competitions/line"
    if how == "link":
        (folder / f"linked-{name}").symlink_to(outside)
    elif how == "linked folder":
        (folder / "up").symlink_to(league.root)
    stated = {"dots": f"../../{name}", "absolute": str(outside), "link": f"linked-{name}", "linked folder": f"up/{name}"}[how]
    rewrite(league, old, f"{key}: {stated}")
    said = refusal(league.game, "line")
    assert said == f'{RULES}: {field}: "{stated}" leads out of the competition\'s folder; name a file beside this one'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("module: data.py", "module: dota.py", 'data.module: "dota.py" is missing; add the file'),
        (
            "reference: reference.onnx",
            "reference: ref.onnx",
            'architecture.reference: "ref.onnx" is missing; build it with `python reference.py`',
        ),
        ("module: data.py", "module: starter", 'data.module: "starter" is missing; add the file'),
        ("module: data.py", 'module: ""', "data.module: "),
        ("reference: reference.onnx", 'reference: ""', "architecture.reference: "),
        ("module: data.py", 'module: "da\\0ta.py"', "data.module: "),
    ],
    ids=str,
)
def test_a_file_that_the_rules_rest_on_must_be_there(league, old, new, said):
    """With what to do about it."""
    rewrite(league, old, new)
    assert f"{RULES}: {said}" in refusal(league.game, "line")


def test_every_missing_file_is_told_at_once(league):
    """Not one after the other."""
    for name in ("data.py", "reference.onnx"):
        (league.root / "competitions/line" / name).unlink()
    assert refusal(league.game, "line").count("is missing") == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ("draw: fresh", "draw: fixed"),
        ("loss: cross_entropy, at_most: 1.0e-3", "loss: cross_entropy, at_most: 1.0e-2"),
        ("loss: cross_entropy, at_most: 1.0e-3", "loss: margin, at_least: 1.0"),
        ("score: l2", "score: l1"),
        ("{rule: fixed, reference: reference.onnx}", "{rule: free}\nscore: bytes"),
        ("rounds: 2", "rounds: 3"),
        ("rounds: 2", "rounds: null"),
        ("aggregate: median", "aggregate: mean"),
        ("entry_bytes: 16384", "entry_bytes: 16385"),
        ("artifact_bytes: 65536", "artifact_bytes: 65537"),
        ("artifact_bytes: 65536", "artifact_bytes: 65536, example_operations: 99999999"),
        ("pretrained: null", f"pretrained: {{name: r, file: README.md, sha256: {'0' * 64}}}"),
    ],
    ids=str,
)
def test_the_digest_changes_with_every_rule_that_judges(league, old, new):
    """A changed rule is another game."""
    before = digest(league)
    if "score: bytes" in new:
        rewrite(league, "score: l2\n", "")
    rewrite(league, old, new)
    assert digest(league) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("artifact_bytes: 65536", "artifact_bytes: 65536, example_operations: 100000000"),
        ("module: data.py}", "module: data.py, files: []}"),
        ("{draw: fresh, module: data.py}", "{}"),
        ("data: {draw: fresh, module: data.py}\n", ""),
        ("aggregate: median\n", ""),
        ("pretrained: null\n", ""),
        ("par: null", "par: null\nown_score: null\nsound_because: null"),
    ],
    ids=str,
)
def test_a_rule_at_its_default_is_the_same_as_one_that_is_not_stated(league, old, new):
    """So a referee that knows a new rule disowns no result."""
    before = digest(league)
    rewrite(league, old, new)
    assert digest(league) == before


REASON = "the host reads every entry before it is ranked"


def own_score(league: League) -> None:
    """Gives the competition a score of its own."""
    (league.root / "competitions/line/score.py").write_text("def score(model):\n    return 1\n")
    rewrite(league, "score: l2", f"score: distinct\nown_score: {{sentence: distinct weights}}\nsound_because: {REASON}")


def test_the_digest_changes_with_every_byte_of_the_hosts_own_score(league):
    """It is a rule; the reason why it is sound is none."""
    plain = digest(league)
    own_score(league)
    before = digest(league)
    assert before != plain
    rewrite(league, REASON, "another reason of the host's own")
    assert digest(league) == before
    (league.root / "competitions/line/score.py").write_text("def score(model):\n    return 2\n")
    assert digest(league) != before


def test_the_module_of_a_score_must_be_there(league):
    """As the data's must."""
    own_score(league)
    (league.root / "competitions/line/score.py").unlink()
    assert f'{RULES}: own_score.module: "score.py" is missing; add the file' in refusal(League(league.root).game, "line")


@pytest.mark.parametrize("name", ["data.py", "reference.onnx"])
def test_the_digest_changes_with_every_byte_of_the_data_module_and_the_graph(league, name):
    """They are rules, too."""
    before = digest(league)
    file = league.root / "competitions/line" / name
    file.write_bytes(file.read_bytes() + b"\n")
    assert digest(league) != before


def test_the_digest_changes_with_the_data_that_the_module_reads(league):
    """Where the rules name them."""
    file = league.root / "competitions/line/rows.csv"
    file.write_text("1,2\n")
    rewrite(league, "module: data.py", "module: data.py, files: [rows.csv]")
    before = digest(league)
    file.write_text("1,3\n")
    assert digest(league) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A line", "title: The line"),
        ("summary: Say", "summary: Tell"),
        ("classes: [laptop-ss, laptop-a, moon-base-ss]", "classes: [laptop-ss]"),
        ("par: null", "par: {score: 1.0, kind: proof, source: by hand}"),
        ("rounds: 2\naggregate: median", "aggregate: median\nrounds: 2"),
        ("at_most: 1.0e-3", "at_most: 0.001"),
        ("version: 1", "# a comment\nversion: 1"),
    ],
    ids=str,
)
def test_the_digest_ignores_what_judges_nothing(league, old, new):
    """Words, comments, order; a class can be added without a new version."""
    before = digest(league)
    rewrite(league, old, new)
    assert digest(league) == before


def test_the_digest_is_the_same_in_another_folder(league, tmp_path):
    """A clone judges by the same rules."""
    shutil.copytree(league.root, tmp_path / "clone")
    assert digest(League(tmp_path / "clone")) == digest(league)


def test_a_board_shows_the_results_of_the_rules_that_stand_now(league, enter):
    """Results of another version or of edited rules are not on it."""
    game, entry = league.game("line"), league.entry(enter())
    store.record(entry.folder, qualified(game, entry), {})
    assert [row.rank for row in league.board(game, "laptop-ss")] == [1]
    assert league.board(game, "laptop-a") == ()
    rewrite(league, "version: 1", "version: 2")
    later = League(league.root)
    assert later.board(later.game("line"), "laptop-ss") == ()
    assert len(list(later.results("line"))) == 1


@pytest.mark.parametrize("where", ["competitions/hardware.yaml", RULES, "submissions/line/honest/submission.yaml"])
def test_a_file_that_cannot_be_read_is_named(league, enter, where):
    """A folder in its place is an error, not a traceback."""
    enter()
    (league.root / where).unlink()
    (league.root / where).mkdir()
    read = {"competitions/hardware.yaml": lambda: league.hardware, RULES: lambda: league.game("line")}
    said = refusal(read.get(where, lambda: league.entry("line/honest")))
    assert said == f"{where}: can't be read: Is a directory"


def test_the_rules_of_an_entry_are_never_read_through_a_link(league, enter):
    """submission.yaml -> /dev/zero would be read for ever, -> /etc/passwd quoted in an error."""
    file = league.root / "submissions" / enter() / "submission.yaml"
    outside = league.root / "outside.yaml"
    shutil.move(file, outside)
    os.symlink(outside, file)
    assert "submissions/line/honest/submission.yaml: " in refusal(league.entry, "line/honest")


def test_hardware_is_read_strictly(league):
    """Its faults have their places."""
    rewrite(league, "max_watts: 45", "max_wats: 45", "competitions/hardware.yaml")
    said = refusal(lambda: League(league.root).hardware)
    assert 'competitions/hardware.yaml: hardware.laptop.max_wats: unknown key; did you mean "max_watts"?' in said
    assert "competitions/hardware.yaml: hardware.laptop.max_watts: is missing; expected a number" in said


def test_competitions_that_differ_in_a_number_are_in_its_order(league):
    """As people count: 300, 2000, 10000."""
    names = ["wide-10000", "wide-300", "wide-2000", "wide", "wide-300-b", "2-spirals", "10-spirals"]
    for name in names:
        shutil.copytree(league.root / "competitions/line", league.root / "competitions" / name)
    expected = ["2-spirals", "10-spirals", "line", "wide", "wide-300", "wide-300-b", "wide-2000", "wide-10000"]
    assert league.competitions() == expected
