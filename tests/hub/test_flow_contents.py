"""What a pull request may bring: one entry's plain files. Attacks 49 and 51, each by a pull request of its own."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape

import pytest
import season as seasons
from season import Season, entry_files
from season_lab import Lab
from standin import Mode

from referee.ground.verdict import Verdict

LAB = Lab(verdict=Verdict.CRASHED)
WHERE = "submissions/line"


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A league in which euler has an entry with a result."""
    with seasons.season(tmp_path_factory.mktemp("contents"), lab=LAB) as made:
        number = made.enter("settled", login="euler")
        made.approve(number)
        made.merge(number)
        assert made.recorded("settled") == ["laptop-ss"]
        yield made


def refused(season: Season, number: int) -> str:
    """What the referee says of a pull request that it refuses, also where a maintainer approves it: nothing is trained."""
    told, played = season.told(number), season.lab.played
    assert season.hub.labels(number) == ["needs-fix"]
    season.approve(number)
    assert season.lab.played == played and season.hub.labels(number) == ["needs-fix"]
    # Where several entries are changed, not even a plan is made.
    runs = [ran for ran in season.ran("referee.yml") if ran.title.endswith(f"#{number}")]
    assert {name: job.result for ran in runs for name, job in ran.jobs.items()} in (
        {},
        {"plan": "failure", "train": "skipped", "judge": "skipped", "attest": "skipped", "report": "skipped"},
    )
    assert season.told(number) == told
    return unescape(told)


OUTSIDE = {
    "edits_a_workflow": ({".github/workflows/referee.yml": "name: mine\n"}, ".github/workflows/referee.yml"),
    "edits_the_referee": ({"referee/play/judging.py": "def judge(): ...\n"}, "referee/play/judging.py"),
    "edits_a_competition": ({"competitions/line/competition.yaml": "title: Mine\n"}, "competitions/line/competition.yaml"),
    "edits_the_hardware": ({"competitions/hardware.yaml": "hardware: {}\n"}, "competitions/hardware.yaml"),
    "adds_a_result": ({f"{WHERE}/mine/results/laptop-ss.yaml": "score: 0\n"}, f"{WHERE}/mine/results/laptop-ss.yaml"),
    "adds_a_result_deeper": ({f"{WHERE}/mine/results/x/y.txt": "1\n"}, f"{WHERE}/mine/results/x/y.txt"),
    "removes_a_file": ({"pyproject.toml": None}, "pyproject.toml"),
    "moves_a_file_out_of_its_place": (
        {"constraints.txt": None, f"{WHERE}/mine/constraints.txt": (seasons.PROJECT / "constraints.txt").read_text()},
        "constraints.txt",
    ),
    "writes_beside_the_entries": ({f"{WHERE}/README.md": "Mine.\n"}, f"{WHERE}/README.md"),
    "writes_above_the_entries": ({"submissions/mine.py": "print(1)\n"}, "submissions/mine.py"),
}
"""what it does -> what it changes, and the path that must be named"""


def test_an_entry_brings_nothing_but_itself(season):
    """Each other path is refused by its name, and nothing plays, though a maintainer approved it."""
    number = season.enter(changes={path: content for changes, _ in OUTSIDE.values() for path, content in changes.items()})
    told = refused(season, number)
    assert [name for name, (_, path) in OUTSIDE.items() if f"- <code>{path}</code>: <code>" not in told] == []
    assert f"### {told.count('- <code>')} things to mend" in told
    assert "train.py" not in told and "submission.yaml" not in told, "the entry's own files are none of it"


def test_a_pull_request_changes_one_entry(season):
    """Nor does it remove another one's result, and an approval of two starts nothing."""
    number = season.enter(changes={f"{WHERE}/settled/train.py": "print(1)\n", f"{WHERE}/settled/results/laptop-ss.yaml": None})
    told = refused(season, number)
    assert "2 entries are changed (line/mine, line/settled)" in told
    assert f"{WHERE}/settled/results/laptop-ss.yaml</code>: <code>results are written by the referee alone" in told
    assert not [ran for ran in season.ran("referee.yml") if ran.title.endswith(f"#{number}")]


NAMES = "names are ASCII letters"
KINDS = {
    "link.py": (Mode("120000", "/etc/passwd"), "is a symbolic link"),
    "train.py": (Mode("120000", "honest.py"), "is a symbolic link"),
    "inside": (Mode("160000", "1" * 40), "is a submodule"),
    "honеst.py": ("# a letter of another script\n", NAMES),
    "a\nb.py": ("# a line break\n", NAMES),
    "$(touch marker).py": ("# a command\n", NAMES),
    "x\u202eyp.py": ("# turns around\n", NAMES),
    ".gitattributes": ("train.py export-ignore\n* filter=mine\n", NAMES),
}
"""path in the entry -> content, what is said of it"""
CONTENTS = {
    "names_that_differ_in_case": ({"Honest.py": "print(1)\n"}, "differ"),
    "bytes_that_are_no_text": ({"weights.bin": b"\xff\xfe\x00\x80"}, "weights.bin</code>: <code>is not text"),
    "too_large": ({"table.py": "# " + "x" * 20_000 + "\n"}, "bytes of files, at most 16384 here"),
    "no_training": ({"train.py": None}, "train.py"),
}


def inside(files: Mapping[str, str | bytes | Mode | None]) -> dict[str, str | bytes | Mode | None]:
    """Paths of the entry `line/mine`."""
    return {f"{WHERE}/mine/{path}": content for path, content in files.items()}


def test_an_entry_is_plain_files_with_plain_names(season):
    """What a checkout would follow, hide or confuse is refused by its path before a byte of it is written."""
    number = season.enter(changes=inside({path: content for path, (content, _) in KINDS.items()}))
    told = refused(season, number)
    shown = {path: path.replace("\n", r"\x0a").replace("\u202e", r"\u202e") for path in KINDS}
    missing = [
        path for path, (_, said) in KINDS.items() if f"- <code>{WHERE}/mine/{shown[path]}</code>: <code>{said}" not in told
    ]
    assert missing == [] and told.count("- <code>") == len(KINDS)


@pytest.mark.parametrize("name", CONTENTS)
def test_an_entry_is_text_within_its_size(season, name):
    """Each is told for itself, at home in the check and by the referee."""
    files, named = CONTENTS[name]
    assert named in refused(season, season.enter(changes=inside(files), title=name))


def test_files_that_look_like_modules_are_an_entrys_own_affair(season):
    """The honest twin: a `sitecustomize.py` and a `torch.py` are plain files, and such an entry is ready."""
    files = {
        f"{WHERE}/twin/{name}.py": "raise SystemExit('imported')\n" for name in ("sitecustomize", "torch", "numpy", "conftest")
    }
    number = season.enter("twin", changes=files)
    assert season.state(number) == (["ready"], [])
    season.approve(number)
    assert season.state(number)[0] == ["judged"]


def test_an_entry_is_changed_by_its_authors_alone(season):
    """Eve names herself in euler's entry, names euler in hers, removes his; his own change is ready, and a maintainer's."""
    stolen = season.open("eve", "steal", entry_files("settled", author="eve", title="Stolen"))
    assert "this entry is somebody else" in refused(season, stolen)
    blamed = season.open("eve", "blame", entry_files("blamed", author="euler"))
    assert "is not among them" in refused(season, blamed)
    gone = season.open("eve", "remove", dict.fromkeys(entry_files("settled")))
    assert "holds no file" in refused(season, gone)
    for login in ("euler", "host"):
        mended = season.open(login, f"mend-{login}", {f"{WHERE}/settled/notes.md": f"By {login}.\n"})
        assert season.hub.labels(mended) == ["ready"]


def test_a_pull_request_that_enters_nothing_is_left_to_people(season):
    """Referee code, a workflow, a page: no comment, no label; and the check says that there is nothing."""
    number = season.open("eve", "improve", {"referee/new.py": "x = 1\n", ".github/workflows/new.yml": "on: push\njobs: {}\n"})
    assert season.silent(number) and season.hub.labels(number) == []
    season.approve(number)
    assert "does not change one entry" in season.answers(number)[0]
    assert not [ran for ran in season.ran("referee.yml") if ran.title.endswith(f"#{number}")]


CHECK = """name: check
on: pull_request
permissions: write-all
jobs:
  check:
    runs-on: {runs_on}
    permissions: write-all
    env: {{TOKEN: "${{{{ github.token }}}}", KEY: "${{{{ secrets.MLGOLF_RECORD_KEY }}}}"}}
    steps:
      - run: |
          echo "key:$KEY:" > "$RUNNER_TEMP/found"
          comments="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/{number}/comments"
          curl --silent --output /dev/null --write-out '%{{http_code}}' --header "Authorization: Bearer $TOKEN" \\
            --data '{{"body": "owned"}}' "$comments" >> "$RUNNER_TEMP/found"
          cp "$RUNNER_TEMP/found" "{marker}"
"""


@pytest.mark.parametrize("runs_on", ["ubuntu-24.04", "[self-hosted, test]"])
def test_a_forks_own_check_gets_nothing(season, tmp_path, runs_on):
    """It runs as the fork wrote it, with no secret and a token that only reads; the welcome comes from main's code.

    On a self-hosted runner this job would begin: there GitHub asks a maintainer first, and the runner's hook refuses it.
    """
    season.actions.world.secrets = {"MLGOLF_RECORD_KEY": "the key"}
    number, marker = len(season.hub.state.issues) + 1, tmp_path / "marker"
    check = CHECK.format(runs_on=runs_on, number=number, marker=marker)
    assert season.enter("owned", changes={".github/workflows/check.yml": check}) == number
    assert marker.read_text() == "key::\n403", "the attack did not run"
    assert set(season.job("check.yml", "check").permissions.values()) == {"read"}
    assert ".github/workflows/check.yml" in refused(season, number)
    assert all(one["body"] != "owned" for one in season.hub.sticky(number))
    assert season.job("welcome.yml", "welcome").result == "failure"


def test_a_fork_without_a_check_waits_for_a_maintainer_in_vain(season):
    """Nothing follows a check that is gone; an approval is answered all the same."""
    number = season.enter("silent", changes={".github/workflows/check.yml": None})
    assert season.silent(number)
    season.approve(number)
    assert ".github/workflows/check.yml</code>: <code>is no part of an entry" in refused(season, number)
