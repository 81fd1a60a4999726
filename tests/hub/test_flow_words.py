"""Attacks 20-22 and 52: a contestant's words, files and output command neither a shell, nor a runner, nor a reader."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from pathlib import Path

import cmarkgfm
import pytest
import season as seasons
from conftest import needs_bubblewrap
from season import Season
from season_lab import Lab

from referee.ground.verdict import Verdict

SHELL = "$(touch {0}) `touch {0}` ; touch {0} ; \" ; touch {0} # ' | touch {0} && touch {0}"
RUNNER = "::set-output name=digest::forged%0A::add-mask::a\n::error::forged\n##[error]forged\n::stop-commands::x"
WEB = (
    "${{{{ github.token }}}} @everyone @host #1 <img src=x onerror=alert(1)> <!-- ml-golf:referee --> "
    "[x](javascript:alert(1)) \u202e\u2066"
)


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A league in which nothing trains truly."""
    with seasons.season(tmp_path_factory.mktemp("words"), lab=Lab(verdict=Verdict.CRASHED)) as made:
        yield made


def ours(season: Season) -> None:
    """Check that every command that a runner obeyed is one of the check's annotations or of the quotes of the training."""
    for ran in season.actions.ran:
        for name, job in ran.jobs.items():
            obeyed = [line for step in job.steps for line in step.commands]
            allowed = {"check.yml": ("::error file=submissions/", "::error ::")}.get(ran.workflow, ())
            allowed = ("::stop-commands::",) if name.startswith("train") else allowed
            assert [line for line in obeyed if not line.startswith(allowed or ("nothing",))] == [], (ran.workflow, name)


def test_the_marker_of_these_tests_can_appear(season, tmp_path):
    """The honest twin: the same text, where a script holds it, makes the file."""
    marker = tmp_path / "marker"
    text = SHELL.format(marker)
    (tmp_path / "script").write_text(f'echo "{text}"\n')
    subprocess.run(["bash", str(tmp_path / "script")], check=False, capture_output=True)
    assert marker.exists()


def test_titles_branches_bodies_and_comments_are_never_run(season, tmp_path):
    """From the check to the record; the runs of the referee are named by what it knows alone."""
    marker = tmp_path / "marker"
    hostile = f"{SHELL.format(marker)}\n{RUNNER}\n{WEB.format()}"
    number = season.open(
        "gauss",
        f"$(touch${{IFS}}{marker.name})`x`;\u0430'\"",
        seasons.entry_files("plain"),
        title=hostile.replace("\n", " "),
        body=hostile,
    )
    assert season.state(number) == (["ready"], [])
    season.say(number, "host", f"/referee run {season.hub.head(number)} \n{hostile}")
    season.say(number, "eve", f"/referee {hostile}")
    season.merge(number)
    assert season.recorded("plain") == ["laptop-ss"]
    assert not list(Path.cwd().glob("marker")) and not marker.exists()
    assert season.ran("referee.yml")[-1].title == f"line/plain @{season.hub.head(number)} #{number}"
    said = "".join(one["body"] for one in season.hub.sticky(number) if one["user"]["login"] == "github-actions[bot]")
    assert not any(word in said for word in ("@everyone", "touch", "<img", "javascript", "\u202e", "forged"))
    ours(season)


ABOUT = """title: {title}
authors: [gauss, {author}]
classes: [laptop-ss]
notes: {title}
"""


def test_what_a_submission_says_is_shown_as_text(season, tmp_path):
    """Faults quote it; the comment keeps its own marker, pings nobody, and renders without a tag of the contestant's."""
    marker = tmp_path / "marker"
    for text in (SHELL.format(marker), RUNNER, WEB.format()):
        quoted = "'" + text.replace("'", "''").replace("\n", " ").replace("\u202e", "").replace("\u2066", "") + "'"
        about = ABOUT.format(title=quoted, author=quoted)
        number = season.enter(changes={"submissions/line/mine/submission.yaml": about})
        assert season.hub.labels(number) == ["needs-fix"]
        said = season.told(number)
        assert said.count("<!-- ml-golf") == 1 and said.startswith("<!-- ml-golf:referee -->\n###")
        page = cmarkgfm.github_flavored_markdown_to_html(said, cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE)
        outside = re.sub(r"<code>.*?</code>|<!-- -->", "", page, flags=re.DOTALL)
        assert set(re.findall(r"<(\w+)", outside)) <= {"h3", "p", "ul", "li", "pre"}, outside
        assert not any(word in unescape(outside) for word in ("javascript", "everyone", "@host", "forged", "touch"))
        assert "submission.yaml" in unescape(page)
    assert not marker.exists()
    ours(season)


def test_a_path_that_is_a_command_is_named_harmlessly(season):
    """In the comment, in the log and in the annotations of the check."""
    name = "::error::forged,line=1\n##[error]forged\n::set-output name=a::b/${{ github.token }}<img src=x>@everyone.py"
    number = season.enter(changes={f"submissions/line/mine/{name}": "print(1)\n"})
    assert "::error::forged" in season.log("check.yml", "check") or "%3A%3Aerror" in season.log("check.yml", "check")
    assert "@everyone" not in season.told(number) and "<img" not in season.told(number)
    [annotation] = season.job("check.yml", "check").annotations
    assert annotation.properties["file"].startswith("submissions/line/mine/")
    ours(season)


FILES = '''"""Looks for what tells a runner, prints commands, and fails, so that the end of its log is shown."""

import os, sys, glob

TOPS = ("home", "tmp", "run", "out", "var", "root", "mnt", "opt", "srv")

names = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY", "GITHUB_TOKEN", "MLGOLF_RECORD_KEY")
for start in ("", " ", "x" * 30, "\\r", "\\x1b[2K"):
    for command in ("::add-mask::a", "::error::forged", "##[error]forged", "##[command]x", "::set-output name=digest::y"):
        print(start + command)
        print(start + command, file=sys.stderr, end="\\r")
print()
print("variables", [name for name in names if name in os.environ])
print("files", [file for top in TOPS for file in glob.glob(f"/{top}/**/*_runner_file*/*", recursive=True)])
print("the attack ran")
raise SystemExit("::stop-commands::forever")
'''


@needs_bubblewrap
def test_an_entry_that_speaks_to_the_runner_is_not_heard(tmp_path):
    """It finds none of the runner's files, and the end of its log, which the job shows, is obeyed by nobody.

    Beside it lie a `sitecustomize.py`, a `torch.py` and a `numpy.py`, which the referee's own processes never import.
    """
    marker = "raise SystemExit('imported by the referee')\n"
    beside = {f"submissions/line/mine/{name}.py": marker for name in ("sitecustomize", "usercustomize", "torch", "referee")}
    with seasons.season(tmp_path) as season:
        number = season.enter(changes={"submissions/line/mine/train.py": FILES, **beside})
        season.approve(number)
        log = season.log("referee.yml", "train")
        assert "the attack ran" in log, log
        assert "variables []" in log and "files []" in log
        ours(season)
        job = season.job("referee.yml", "train")
        assert job.annotations == [] and [step.outputs for step in job.steps if step.rc is not None] == [{}]
        assert "forged" not in season.told(number) and "Crashed" in season.told(number)
        season.merge(number)
        assert season.recorded("mine") == ["laptop-ss"] and "verdict: crashed" in season.file(
            "submissions/line/mine/results/laptop-ss.yaml"
        )
