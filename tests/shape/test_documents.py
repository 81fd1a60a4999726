"""What the documents say of files, commands, rights and settings is so."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import REPOSITORY
from test_workflows import FILES, jobs, read, self_hosted

from referee.adapters.ci.handed import ATTEST_VARIABLE
from referee.adapters.ci.pushing import KEY_VARIABLE
from referee.adapters.cli.main import _parser
from referee.adapters.github import CONTEXT, LABELS, PLANNED
from referee.adapters.site import search
from referee.presentation.site.boards import FIRST, LATEST
from referee.presentation.site.rendering import SHOWN

PAGES = REPOSITORY / "site/pages"
DOCUMENTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (*(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *sorted(PAGES.glob("*.md")))
}
NAMED = re.compile(r"`((?:referee|tests|site|competitions|\.github)/[\w./*-]*)`")
TYPED = re.compile(r"^(referee .+)$", re.MULTILINE)
FENCE = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
IN_A_LINE = re.compile(r"`(referee [^`]+)`")
ROW = re.compile(r"^\| `([a-z]+\.yml)` ([^|]+) \| ([^|]+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
"""of the threat model's table: workflow, job, whose code it runs, what its token may"""
NUMBERS = {
    "faq.md": (f"in the first {FIRST} of a board", f"among the latest {LATEST} that were played", f"their first {SHOWN} rows"),
    "enter.md": (f"among the first {FIRST} or the latest {LATEST} there",),
    "architecture.md": (
        f"of each board the first {FIRST}",
        f"the latest {LATEST} (`FIRST`",
        f"a board's page has {SHOWN} rows",
        f"some {search.MOST} of the poured pages",
    ),
}
"""sentences with numbers of the code"""
PLACES = ("referee/presentation/site", "referee/adapters/site")
"""whose files the page on the architecture has one by one"""
AGAIN = "trained"
"""an input that `/referee rejudge` gives, and nobody by hand"""


def missing(text: str) -> list[str]:
    """Paths of this repository that a text names in code, and that are not there; a word in capitals stands for any name."""
    paths = [path for path in NAMED.findall(text) if path not in (CONTEXT, PLANNED)]
    return [path for path in paths if not any(REPOSITORY.glob(re.sub(r"\b[A-Z]+\b|\bwhat_it_does\b", "*", path).rstrip("/")))]


def untypable(text: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Commands of the referee that a text tells, and of which the parser doesn't know a word or an option."""
    whole = [line for block in FENCE.findall(text) for line in TYPED.findall(block)]
    # In the middle of a sentence stands no more of a command than the sentence is about.
    parts = [line for line in IN_A_LINE.findall(text) if "STEP" not in line]
    unknown = [line for line in parts if _refusal(line, capsys) not in ("", "incomplete")]
    return [line for line in whole if _refusal(line, capsys)] + unknown


def _refusal(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    words = shlex.split(line)[1:]
    with suppress(SystemExit):
        _parser(words).parse_args(words)
        return ""
    told = capsys.readouterr().err
    return "incomplete" if "arguments are required" in told else told


def rights(told: str) -> dict[str, str]:
    """`read a, b; write c` -> name -> read or write; `nothing` is nothing."""
    parts = [] if told == "**nothing**" else [part.split(maxsplit=1) for part in told.split("; ")]
    return {name: kind for kind, names in parts for name in names.split(", ")}


def named_jobs() -> dict[tuple[str, str], dict[str, Any]]:
    """(workflow, what people see of the job's name) -> job."""
    return {
        (Path(file).name, job["name"].split(" in ${{")[0]): job for file, text in FILES.items() for job in jobs(text).values()
    }


def environments() -> set[str]:
    """That jobs run in."""
    named = [job["environment"] for job in named_jobs().values() if "environment" in job]
    return {one if isinstance(one, str) else one["name"] for one in named}


def inputs(text: str) -> list[str]:
    """That a workflow asks for where it is started by hand."""
    on = read(text)["on"]
    return list(((on.get("workflow_dispatch") or {}) if isinstance(on, dict) else {}).get("inputs", ()))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_file_that_is_named_is_there(name):
    """In code, from the root of the repository."""
    assert missing(DOCUMENTS[name]) == []


def test_a_file_that_is_gone_is_missed():
    """And a folder, and a pattern that nothing fits."""
    gone = ["referee/gone.py", "tests/gone/", "tests/hub/gone_*.py", "competitions/NAME/gone.yaml"]
    assert missing(" ".join(f"`{path}`" for path in [*gone, "tests/hub", "referee/score"])) == gone


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_command_that_is_told_can_be_typed(name, capsys):
    """Words and options are the parser's."""
    assert untypable(DOCUMENTS[name], capsys) == []


def test_a_command_that_is_no_command_is_found(capsys):
    """In a block and in a line."""
    assert untypable("```sh\nreferee bored\nreferee run a/b --fast\n```\n`referee ci judges`", capsys) == [
        "referee bored",
        "referee run a/b --fast",
        "referee ci judges",
    ]


@pytest.mark.parametrize(("name", "sentence"), [(name, one) for name, told in NUMBERS.items() for one in told])
def test_numbers_that_are_told_are_the_codes(name, sentence):
    """How many entries have a page, how many rows one shows."""
    assert sentence in " ".join(DOCUMENTS[name].split())


def test_the_architecture_has_every_file_of_the_site():
    """And none that is not there."""
    section = DOCUMENTS["architecture.md"].split("\n## The site\n")[1].split("\n### ")[0]
    first_cells = " ".join(re.findall(r"^\| (`[^|]+`) \|", section, re.MULTILINE))
    assert set(re.findall(r"`(\w+\.py)`", first_cells)) == {
        file.name for place in PLACES for file in (REPOSITORY / place).glob("*.py")
    } - {"__init__.py"}


def test_the_threat_model_has_every_job_with_its_rights():
    """And says which one runs on a machine that is lent."""
    table = {(workflow, job): (code, rights(may)) for workflow, job, code, may in ROW.findall(DOCUMENTS["threat-model.md"])}
    assert {key: may for key, (_, may) in table.items()} == {key: job["permissions"] for key, job in named_jobs().items()}
    assert [key for key, (code, _) in table.items() if "lent" in code] == [
        key for key, job in named_jobs().items() if self_hosted(job)
    ]


@pytest.mark.parametrize("name", [*sorted(environments()), *LABELS, CONTEXT, ATTEST_VARIABLE])
def test_hosts_are_told_what_github_is_asked_for(name):
    """Environments, labels, variables."""
    assert f"`{name}`" in DOCUMENTS["host.md"]


def test_hosts_are_told_every_secret():
    """There is one."""
    asked = {secret for text in FILES.values() for secret in re.findall(r"\bsecrets\.(\w+)", text)}
    assert asked == {KEY_VARIABLE}
    assert f"gh secret set {KEY_VARIABLE} --env record" in DOCUMENTS["host.md"]


def test_hosts_are_told_every_variable():
    """That a repository may set."""
    asked = {variable for text in FILES.values() for variable in re.findall(r"\bvars\.(\w+)", text)}
    assert ATTEST_VARIABLE in asked
    assert [variable for variable in sorted(asked) if f"`{variable}`" not in DOCUMENTS["host.md"]] == []


@pytest.mark.parametrize("file", [file for file, text in FILES.items() if inputs(text)])
def test_hosts_are_told_every_input(file):
    """Of the workflows that are started by hand."""
    row = re.search(rf"^\| `{Path(file).stem}` \|.*$", DOCUMENTS["host.md"], re.MULTILINE)
    assert row is not None
    assert [one for one in inputs(FILES[file]) if one != AGAIN and f"`{one}`" not in row[0]] == []
