"""The git side of the stand-in: what commits, merges, fetches and pushes do."""

from __future__ import annotations

import subprocess

import pytest
from standin import GitHub, Mode
from standin_clients import git, repository, url
from standin_git import Repository

ENTRY = "submissions/line/straight"


@pytest.fixture
def hub(tmp_path):
    """A league with one pull request, by bob."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/README.md").write_text("A league.\n")
    with GitHub(tmp_path / "hub", files=tmp_path / "files") as hub:
        hub.add_user("mia", "maintain")
        hub.open_pull_request("bob", "straight", {f"{ENTRY}/train.py": "print('golf')\n", f"{ENTRY}/a b": b"\0\xff"})
        yield hub
        assert hub.violations == []


@pytest.fixture
def clone(hub, tmp_path):
    """A clone of main with one new commit."""
    assert git(tmp_path, "clone", "-q", url(hub), "clone").returncode == 0
    (tmp_path / "clone/result.yaml").write_text("score: 1\n")
    git(tmp_path / "clone", "add", ".")
    assert git(tmp_path / "clone", "commit", "-qm", "A result").returncode == 0
    return tmp_path / "clone"


def test_the_first_commit_is_the_folder(tmp_path):
    """With its links and modes, without what its .gitignore names, and without a repository around it."""
    files = tmp_path / "files"
    (files / ".git").mkdir(parents=True)
    (files / ".git/config").write_text("[core]")
    (files / ".gitignore").write_text("built/\n")
    (files / "built").mkdir()
    (files / "built/site").write_text("x")
    (files / "run").write_text("x")
    (files / "run").chmod(0o755)
    (files / "link").symlink_to("run")
    with GitHub(tmp_path / "hub", files=files) as hub:
        listed = Repository(hub.git).git("ls-tree", "-r", "main").splitlines()
    assert [(line[:6], line.partition("\t")[2]) for line in listed] == [
        ("100644", ".gitignore"),
        ("120000", "link"),
        ("100755", "run"),
    ]


def test_hostile_modes_and_names_stand_in_the_tree_as_given(hub):
    """A link, a submodule, a script, names with quotes, newlines and other scripts."""
    changes = {
        "link": Mode("120000", "/etc/passwd"),
        "module": Mode("160000", "a" * 40),
        "run": Mode("100755", "#!/bin/sh\n"),
        'quote"\n.py': "x",
        "ſ.py": "x",
    }
    number = hub.open_pull_request("eve", "modes", changes)
    listed = Repository(hub.git).git("ls-tree", "-z", f"refs/pull/{number}/head").split("\0")[:-1]
    modes = {name: about.split()[0] for about, name in (line.split("\t", 1) for line in listed)}
    assert modes == {
        "README.md": "100644",
        "link": "120000",
        "module": "160000",
        "run": "100755",
        'quote"\n.py': "100644",
        "ſ.py": "100644",
    }


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
def test_a_merge_keeps_the_tree_of_the_entry(hub, method):
    """Whichever way, and though main has moved: so a result is found by it."""
    hub.commit("mia", {"README.md": "Our league.\n"})
    hub.push(1, {f"{ENTRY}/more.py": "x"})
    repo = Repository(hub.git)
    before, head = hub.main(), hub.head(1)
    merged = hub.merge(1, "mia", method)
    assert repo.git("rev-parse", f"{merged}:{ENTRY}") == repo.git("rev-parse", f"{head}:{ENTRY}")
    assert hub.main() == merged
    parents = {"squash": [before], "merge": [before, head], "rebase": [repo.log(merged)[0].parents[0]]}
    assert list(repo.log(merged)[0].parents) == parents[method]
    assert len(repo.log(f"{before}..{merged}")) == {"squash": 1, "merge": 3, "rebase": 2}[method]
    closed, pushed = list(hub.events)[-2:]
    assert (closed.name, closed.action, closed.payload["pull_request"]["merged"]) == ("pull_request", "closed", True)
    assert (pushed.name, pushed.sha, pushed.payload["before"]) == ("push", merged, before)
    assert f"{ENTRY}/train.py" in [path for commit in pushed.payload["commits"] for path in commit["added"]]


def test_a_pull_request_in_conflict_can_not_be_merged_and_starts_nothing(hub):
    """As on GitHub, where its workflows wait for the conflict's end."""
    hub.commit("mia", {f"{ENTRY}/train.py": "print('tennis')\n"})
    hub.events.clear()
    hub.push(1, {"more.py": "x"})
    assert not hub.events
    with repository(hub, None) as repo:
        assert (repo.get_pull(1).mergeable, repo.get_pull(1).mergeable_state) == (False, "dirty")
    with pytest.raises(ValueError, match="can't be merged"):
        hub.merge(1, "mia")


def test_a_forced_push_replaces_the_commits(hub):
    """The old head is no ancestor of the new one, and can still be fetched by its id."""
    before = hub.head(1)
    after = hub.push(1, {"other.py": "x"}, force=True)
    assert not Repository(hub.git).has(after, before)
    assert Repository(hub.git).git("ls-tree", "--name-only", after).split() == ["README.md", "other.py"]


def test_a_commit_is_fetched_by_its_id(hub, tmp_path):
    """From a pull request's fork, with nothing else of it."""
    git(tmp_path, "init", "-q", "here")
    got = git(tmp_path / "here", "fetch", "-q", "--depth=1", "--filter=blob:none", url(hub), hub.head(1))
    assert got.returncode == 0, got.stderr
    assert git(tmp_path / "here", "rev-parse", "FETCH_HEAD").stdout.strip() == hub.head(1)


def test_pull_requests_and_forks_are_fetched_by_ref(hub, tmp_path):
    """Head, merge, and the branch in the contestant's own repository."""
    listed = git(tmp_path, "ls-remote", f"{url(hub)}.git").stdout
    assert f"{hub.head(1)}\trefs/pull/1/head\n" in listed
    assert f"{hub.events[0].sha}\trefs/pull/1/merge\n" in listed
    assert f"{hub.head(1)}\trefs/heads/straight\n" in git(tmp_path, "ls-remote", url(hub, name="bob/league")).stdout
    merged = Repository(hub.git).log("refs/pull/1/merge")[0]
    assert list(merged.parents) == [hub.main(), hub.head(1)]


def test_a_job_with_the_permission_pushes_and_starts_nothing(hub, clone):
    """`contents: write`, as the job that records a result has."""
    hub.events.clear()
    pushed = git(clone, "push", "-q", url(hub, hub.token({"contents": "write"})), "HEAD:main")
    assert pushed.returncode == 0, pushed.stderr
    assert hub.main() == git(clone, "rev-parse", "HEAD").stdout.strip()
    assert not hub.events


@pytest.mark.parametrize("who", ["job", "stranger", "nobody"])
def test_who_may_not_push_is_refused(hub, clone, who):
    """And main stays."""
    tokens = {"job": hub.token({"contents": "read"}), "stranger": hub.user_token("bob"), "nobody": None}
    before = hub.main()
    pushed = git(clone, "push", "-q", url(hub, tokens[who]), "HEAD:main")
    assert pushed.returncode != 0
    assert ("403" if tokens[who] else "could not read Username") in pushed.stderr
    assert hub.main() == before


def test_a_push_by_a_person_is_an_event(hub, clone):
    """With the commits that it brought."""
    hub.events.clear()
    assert git(clone, "push", "-q", url(hub, hub.user_token("mia")), "HEAD:main").returncode == 0
    event = hub.events.pop()
    assert (event.name, event.actor, event.sha, event.ref) == ("push", "mia", hub.main(), "refs/heads/main")
    assert [commit["added"] for commit in event.payload["commits"]] == [["result.yaml"]]


def test_a_protected_branch_takes_pushes_of_the_deploy_key_only(hub, clone):
    """A job's token is told so in GitHub's words, and the key's push starts workflows."""
    hub.protect("main")
    hub.events.clear()
    for token in (hub.token({"contents": "write"}), hub.user_token("mia")):
        refused = git(clone, "push", "-q", url(hub, token), "HEAD:main")
        assert refused.returncode != 0
        assert "GH006: Protected branch update failed for refs/heads/main." in refused.stderr
    assert git(clone, "push", "-q", url(hub, hub.deploy_key()), "HEAD:main").returncode == 0
    assert [event.name for event in hub.events] == ["push"]
    with repository(hub, None) as repo:
        assert repo.get_branch("main").protected


def test_a_push_that_comes_late_has_to_be_rebased(hub, clone):
    """Nothing is overwritten."""
    hub.commit("mia", {"README.md": "Our league.\n"})
    late = git(clone, "push", "-q", url(hub, hub.token({"contents": "write"})), "HEAD:main")
    assert "rejected" in late.stderr
    assert git(clone, "pull", "-q", "--rebase", url(hub), "main").returncode == 0
    assert git(clone, "push", "-q", url(hub, hub.token({"contents": "write"})), "HEAD:main").returncode == 0


def test_the_refs_of_pull_requests_can_not_be_pushed_to(hub, clone):
    """Not by anyone: they are GitHub's."""
    refused = git(clone, "push", "-q", url(hub, hub.user_token("golf")), "HEAD:refs/pull/1/head", "--force")
    assert "deny updating a hidden ref" in refused.stderr


def test_a_large_push_arrives(hub, clone):
    """Git sends it in chunks."""
    (clone / "model.onnx").write_bytes(bytes(range(256)) * 2**13)
    with (clone / "noise").open("wb") as noise:
        subprocess.run(["head", "-c", "3000000", "/dev/urandom"], stdout=noise, check=True)
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "Large")
    assert git(clone, "push", "-q", url(hub, hub.user_token("mia")), "HEAD:main").returncode == 0
    assert hub.main() == git(clone, "rev-parse", "HEAD").stdout.strip()


def test_a_private_league_is_fetched_with_permission_only(tmp_path):
    """The token of a job that may not read contents gets no more than a stranger."""
    (tmp_path / "files").mkdir()
    with GitHub(tmp_path / "hub", files=tmp_path / "files", private=True) as hub:
        for token in (None, hub.token({}), hub.user_token("bob")):
            assert git(tmp_path, "ls-remote", url(hub, token)).returncode != 0
        assert git(tmp_path, "ls-remote", url(hub, hub.token({"contents": "read"}))).returncode == 0


def test_git_meets_faults_too(hub, tmp_path):
    """So that what pushes can be tested for its patience."""
    hub.fault("GET", r"/golf/league/info/refs$", status=503)
    assert "503" in git(tmp_path, "ls-remote", url(hub)).stderr
    assert git(tmp_path, "ls-remote", url(hub)).returncode == 0
