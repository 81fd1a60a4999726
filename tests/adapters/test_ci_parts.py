"""What the steps of the workflows are made of: what jobs hand to each other, what a runner's log obeys, an attestation."""

from __future__ import annotations

import base64
import io
import json
import stat
import subprocess
import sys
import zipfile

import pytest

from referee.adapters.attestation import PREDICATE, is_by
from referee.adapters.ci import handed, job, stored
from referee.adapters.ci.train import StepLog
from referee.adapters.cli import main
from referee.adapters.github import Run, Stored, title_of
from referee.ground.errors import InputError, RefereeFault
from referee.ground.plan import Plan, PlannedClass, Seeds, SentFile
from referee.ground.result import Source

A, B = "a" * 40, "b" * 40
PLAN = Plan(
    source=Source(repository="golf/league", pull_request=7, commit=A, base=B, run=1),
    competition="line",
    entry="mine",
    tree=A,
    classes=(PlannedClass(class_="laptop-ss", labels=("self-hosted",), minutes=5, attempt=1, seeds=(Seeds(draw=1, train=2),)),),
    files=(SentFile(path="train.py", executable=False, text="print('ü')\r\n"),),
)


def test_a_plan_arrives_as_it_was_written(tmp_path):
    """Texts with their line ends."""
    assert handed.read_plan(tmp_path, handed.write_plan(PLAN, tmp_path)) == PLAN


def test_a_plan_that_was_changed_on_the_way_is_refused(tmp_path):
    """By its digest, which travels apart from it."""
    digest = handed.write_plan(PLAN, tmp_path)
    file = tmp_path / handed.PLAN
    file.write_text(file.read_text().replace('"attempt": 1', '"attempt": 0'))
    with pytest.raises(RefereeFault, match="it was changed on the way"):
        handed.read_plan(tmp_path, digest)
    with pytest.raises(InputError, match=r"plan.json: can't be read"):
        handed.read_plan(tmp_path / "nowhere", digest)


def test_the_digest_of_a_folder_is_that_of_its_names_and_contents(tmp_path):
    """A file more, less, moved or changed is another folder."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x").write_text("1")
    before = handed.digest(tmp_path)
    (tmp_path / "a/x").rename(tmp_path / "a/y")
    assert handed.digest(tmp_path) != before
    (tmp_path / "a/y").rename(tmp_path / "a/x")
    assert handed.digest(tmp_path) == before
    (tmp_path / "b").write_text("")
    assert handed.digest(tmp_path) != before


def test_a_failure_that_is_a_link_is_not_followed(tmp_path):
    """It would show a file of the judging machine."""
    (tmp_path / handed.FAILURE).symlink_to("/etc/passwd")
    assert handed.read_failure(tmp_path) is None
    (tmp_path / handed.FAILURE).unlink()
    handed.write_failure(tmp_path, "x" * 10_000)
    assert handed.read_failure(tmp_path) == "x" * handed.MOST_FAILURE


@pytest.mark.parametrize("value", ["one\nline", "EOF\nforged=1", "name<<X\nX\nforged=1", ""])
def test_an_output_ends_where_it_ends(tmp_path, monkeypatch, value):
    """What it holds can't begin another."""
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    job.put_output("told", value)
    head, *lines = (tmp_path / "output").read_text().split("\n")
    name, _, end = head.partition("<<")
    assert name == "told" and "\n".join(lines[: lines.index(end)]) == value and lines[lines.index(end) + 1 :] == [""]


def test_a_step_outside_a_workflow_says_so(monkeypatch, capsys):
    """One line, exit 2."""
    monkeypatch.delenv("GITHUB_EVENT_PATH", raising=False)
    assert main(["ci", "sweep"]) == 2
    assert "GITHUB_EVENT_PATH is not set; `referee ci` is for workflows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "missing", "extra"), [(["ci", "sweep"], "github", "ci"), (["judge", "a/b", "--artifact", "."], "onnx", "judge")]
)
def test_a_library_that_is_missing_is_named_with_its_extra(repository, words, missing, extra):
    """One line, exit 3."""
    without = f"import sys; sys.modules[{missing!r}] = None; from referee.adapters.cli import main; sys.exit(main({words!r}))"
    ended = subprocess.run([sys.executable, "-c", without], cwd=repository, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr == f"referee: {missing} is not installed; pip install --editable '.[{extra}]'\n"


def zipped(*files: tuple[str, bytes, int]) -> bytes:
    """A zip file of (name, content, mode), in that order, names twice too."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, inside, mode in files:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, inside)
    return content.getvalue()


STORED = Stored(id=3, run=9, size=1, expired=False)
HONEST = ("laptop-ss/result.yaml", b"x", stat.S_IFREG | 0o644)


def test_an_artifact_is_read_into_memory():
    """A file, and a file in a folder."""
    assert stored.unpacked(zipped(HONEST, ("plan.json", b"{}", 0)), STORED) == {
        "laptop-ss/result.yaml": b"x",
        "plan.json": b"{}",
    }


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("../result.yaml", 0),
        ("/etc/passwd", 0),
        ("laptop-ss/../../result.yaml", 0),
        ("a/b/result.yaml", 0),
        ("laptop-ss\\result.yaml", 0),
        (".git/config", 0),
        ("laptop-ss/result.yaml", stat.S_IFLNK | 0o777),
        ("laptop-ss/pipe.yaml", stat.S_IFIFO | 0o644),
        ("LAPTOP-SS/result.yaml", 0),
        ("laptop-ss/résult.yaml", 0),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_artifact_with_a_path_that_no_step_writes_is_refused(name, mode):
    """Beside an honest file too: out of the folder, links, pipes, the same path twice."""
    with pytest.raises(RefereeFault, match="artifact 3 of run 9: holds"):
        stored.unpacked(zipped(HONEST, (name, b"y", mode)), STORED)


def test_an_artifact_that_unpacks_to_too_much_is_refused(monkeypatch):
    """By what its directory says, before anything is unpacked; and by its number of files."""
    monkeypatch.setattr(stored, "MOST_BYTES", 2**20)
    bomb = zipped(("zeros", b"0" * 2**21, 0))
    assert len(bomb) < 2**14
    with pytest.raises(RefereeFault, match="holds too much"):
        stored.unpacked(bomb, STORED)
    with pytest.raises(RefereeFault, match="holds too much"):
        stored.unpacked(zipped(*((f"f{number}", b"", 0) for number in range(stored.MOST_FILES + 1))), STORED)


DAMAGED = bytearray(zipped(("plan.json", b"abcdefgh" * 100, 0)))
DAMAGED[DAMAGED.index(b"plan.json") + 12] ^= 0xFF


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all", zipped(HONEST)[:-30], bytes(DAMAGED)])
def test_what_is_no_zip_file_is_refused(content):
    """Cut off, of another kind, with a wrong checksum."""
    with pytest.raises(RefereeFault, match="it is no zip file of ours"):
        stored.unpacked(content, STORED)


def test_what_a_stranger_printed_stands_where_the_runner_obeys_nothing(capsys):
    """Between two lines with a token that it can't guess; each time another."""
    log = StepLog()
    for _ in range(2):
        log.quote(["  | ::add-mask::x", "  | ::stop-commands::y"])
    lines = capsys.readouterr().out.splitlines()
    tokens = [line.removeprefix("::stop-commands::") for line in lines if line.startswith("::stop-commands::")]
    assert len(set(tokens)) == 2 and all(len(token) == 32 for token in tokens)
    assert [line for line in lines if line.startswith("::")] == [
        *(f"::stop-commands::{tokens[0]}", f"::{tokens[0]}::"),
        *(f"::stop-commands::{tokens[1]}", f"::{tokens[1]}::"),
    ]


def attestation(**changes):
    """A bundle as GitHub hands it out."""
    built = {"externalParameters": {"workflow": {"path": ".github/workflows/referee.yml", "ref": "refs/heads/main"} | changes}}
    statement = {
        "predicateType": PREDICATE,
        "subject": [{"name": "line/mine/laptop-ss.yaml", "digest": {"sha256": "cafe"}}],
        "predicate": {"buildDefinition": built},
    }
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    return {"bundle": {"dsseEnvelope": {"payload": payload}}}


def test_an_attestation_names_the_file_the_workflow_and_the_branch():
    """One of another workflow, of another branch or of another file is none."""
    named = ("cafe", ".github/workflows/referee.yml", "main")
    assert is_by(attestation(), *named)
    assert not is_by(attestation(), "beef", *named[1:])
    assert not is_by(attestation(path=".github/workflows/check.yml"), *named)
    assert not is_by(attestation(ref="refs/pull/7/merge"), *named)


@pytest.mark.parametrize(
    "bundle",
    [{}, {"bundle": None}, {"bundle": {"dsseEnvelope": {"payload": "e30="}}}, {"bundle": {"dsseEnvelope": {"payload": "%"}}}],
)
def test_a_bundle_of_another_form_is_none(bundle):
    """Without a traceback."""
    assert not is_by(bundle, "cafe", "w", "main")


@pytest.mark.parametrize(("pull", "trained"), [(7, None), (None, None), (7, 55)])
def test_a_run_is_known_by_its_title(pull, trained):
    """Which entry, which pull request, whether it trains."""
    title = title_of("line/mine", A, pull, trained)
    run = Run(id=1, path="", event="", branch="", ours=True, title=title, done=True, conclusion=None, created=None, url="")
    assert (run.entry, run.pull_request, run.trains) == ("line/mine", pull, trained is None)
