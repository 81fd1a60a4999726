"""What an ephemeral runner starts from, and a push with a deploy key."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from standin_clients import league

from referee.adapters.ci import pushing
from referee.adapters.ci.job import Job
from referee.adapters.cli import main
from referee.adapters.github import Hub
from referee.files.git import git
from referee.ground.errors import RefereeFault

FAKE_SSH = """#!/bin/sh
# Takes the place of ssh: notes how it was called, and runs here what it was asked to run there.
printf '%s\\n' "$@" > {told}
for option; do case "$option" in *known_hosts*) cat "${{option#UserKnownHostsFile=}}" >> {told};; esac; done
echo >> {told}
while [ "$1" = -i ] || [ "$1" = -o ]; do [ "$1" = -i ] && stat -c 'key %a' "$2" >> {told}; shift 2; done
shift
command=$(echo "$1" | cut -d' ' -f1)
exec "$command" {bare}
"""


@pytest.fixture
def hub(tmp_path):
    """A league on the stand-in, whose host may do everything."""
    with league(tmp_path) as hub:
        hub.add_user("hanna", "admin")
        yield hub


def register(hub, repository: Path, token: str, out: Path) -> int:
    """Ask for a configuration as root's half of the unit does."""
    (out.parent / "token").write_text(f"{token}\n")
    where = ["--league", str(repository / "tests/league"), "--api", hub.api_url, "--repository", hub.repository]
    told = ["--hardware", "laptop", "--name", "lab-1", "--token-file", str(out.parent / "token"), "--out", str(out)]
    return main(["ci", "register", *where, *told])


def test_a_runner_is_registered_for_one_job_with_its_labels(hub, repository, tmp_path, capsys):
    """The configuration lies where its owner alone reads it, and no one's token is in it or on the screen."""
    token = hub.user_token("hanna")
    assert register(hub, repository, token, tmp_path / "jit") == 0
    assert stat.S_IMODE((tmp_path / "jit").stat().st_mode) == 0o600
    configured = json.loads(base64.b64decode((tmp_path / "jit").read_text()))
    assert configured
    assert token not in capsys.readouterr().out + (tmp_path / "jit").read_text()
    assert [one.path for one in hub.requests if one.method == "POST"][-1].endswith("/actions/runners/generate-jitconfig")


def test_a_token_that_may_not_is_told_so(hub, repository, tmp_path, capsys):
    """Nothing is written."""
    assert register(hub, repository, hub.user_token("mia"), tmp_path / "jit") == 3
    assert "referee: GitHub, the runners: 403" in capsys.readouterr().err
    assert not (tmp_path / "jit").exists()


def test_unknown_hardware_and_a_missing_token_are_wrong_usage(repository, tmp_path, capsys, monkeypatch):
    """With the known names."""
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    words = [
        "--league",
        str(repository / "tests/league"),
        "--repository",
        "golf/league",
        "--name",
        "lab",
        "--out",
        str(tmp_path / "jit"),
    ]
    assert main(["ci", "register", "--hardware", "laptob", *words]) == 2
    assert 'unknown hardware "laptob"; did you mean "laptop"?' in capsys.readouterr().err
    assert main(["ci", "register", "--hardware", "laptop", *words]) == 2
    assert "no token; give --token-file" in capsys.readouterr().err


@pytest.fixture
def checkout(hub, tmp_path):
    """A clone of main with something to record, and the job that has it."""
    folder = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", hub.git, folder], check=True)
    job = Job(
        repository=hub.repository,
        server=hub.server_url,
        api=hub.api_url,
        run=1,
        attempt=1,
        commit=hub.main(),
        token=hub.token({"contents": "write"}),
        event={},
    )
    pushing.renew(job, folder, "main")
    (folder / "submissions/line/mine/results").mkdir(parents=True)
    (folder / "submissions/line/mine/results/laptop-ss.yaml").write_text("score: 1\n")
    return folder, job


def test_a_result_is_pushed_with_the_jobs_token(hub, checkout):
    """The commit is the bot's."""
    folder, job = checkout
    assert pushing.push(job, Hub(job.repository, job.token, job.api), folder, "main", "Record line/mine")
    shown = git(hub.git, "log", "-1", "--format=%an|%s", "main").decode().strip()
    assert shown == "github-actions[bot]|Record line/mine"


def test_a_branch_that_has_moved_is_no_failure_and_nothing_is_lost(hub, checkout):
    """The one who records begins anew on top of it."""
    folder, job = checkout
    hub.commit("hanna", {"README.md": "Changed meanwhile.\n"})
    api = Hub(job.repository, job.token, job.api)
    assert not pushing.push(job, api, folder, "main", "Record line/mine")
    pushing.renew(job, folder, "main")
    assert (folder / "README.md").read_text() == "Changed meanwhile.\n"
    (folder / "submissions/line/mine/results").mkdir(parents=True)
    (folder / "submissions/line/mine/results/laptop-ss.yaml").write_text("score: 1\n")
    assert pushing.push(job, api, folder, "main", "Record line/mine")


def test_a_protected_branch_says_so(hub, checkout):
    """It takes a deploy key."""
    folder, job = checkout
    hub.protect("main")
    with pytest.raises(RefereeFault, match=r"git push: .*[Pp]rotected branch.*give the environment `record` a deploy key"):
        pushing.push(job, Hub(job.repository, job.token, job.api), folder, "main", "Record line/mine")


def test_a_deploy_key_pushes_past_the_token(hub, checkout, tmp_path, monkeypatch):
    """By ssh, with GitHub's own host keys, from a file that its owner alone reads and that is gone afterwards."""
    folder, job = checkout
    told = tmp_path / "told"
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin/ssh"
    fake.write_text(FAKE_SSH.format(told=told, bare=hub.git))
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv(pushing.KEY_VARIABLE, "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n-----END OPENSSH PRIVATE KEY-----")
    assert pushing.push(job, Hub(job.repository, job.token, job.api), folder, "main", "Record line/mine")
    lines = told.read_text().splitlines()
    assert {"StrictHostKeyChecking=yes", "IdentitiesOnly=yes", "BatchMode=yes", "git@127.0.0.1", "key 600"} <= set(lines)
    assert any(line.startswith("127.0.0.1 ssh-") for line in lines)
    assert not Path(lines[lines.index("-i") + 1]).exists()
    assert b"Record line/mine" in git(hub.git, "log", "-1", "--format=%s", "main")
