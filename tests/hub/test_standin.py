"""The stand-in for GitHub's API, asked by PyGithub over HTTP: pull requests, issues, statuses, people."""

from __future__ import annotations

import github
import pytest
import requests
from github.GithubException import UnknownObjectException
from standin import BOT, Mode
from standin_clients import ALL, ENTRY, client, league, repository


@pytest.fixture
def hub(tmp_path):
    """A league with one pull request, by bob."""
    with league(tmp_path) as hub:
        yield hub


@pytest.fixture
def repo(hub):
    """The repository, for a job that may write everything."""
    with repository(hub, hub.token(ALL)) as repo:
        yield repo


def test_a_pull_request_is_described_as_its_fork_and_its_changes_are(hub, repo):
    """Head, base, author and counts are those of the git repository."""
    pull = repo.get_pull(1)
    assert (pull.head.sha, pull.base.sha) == (hub.head(1), hub.main())
    assert (pull.head.label, pull.head.repo.full_name, pull.head.repo.fork) == ("bob:straight", "bob/league", True)
    assert (pull.user.login, pull.title, pull.body, pull.state) == ("bob", "A straight line", "It fits.", "open")
    assert (pull.changed_files, pull.additions, pull.commits, pull.mergeable_state) == (1, 1, 1, "clean")


def test_files_have_their_status_and_renames_their_former_name(hub, repo):
    """Links and submodules are listed as any file is: their mode is seen in the tree only."""
    changes = {
        "kept.py": "print('one')\nprint('two')\nprint('three')\n",
        "keep.py": None,
        "README.md": "A league!\n",
        "link": Mode("120000", "/etc/passwd"),
        "module": Mode("160000", "a" * 40),
    }
    number = hub.open_pull_request("eve", "links", changes)
    files = {file.filename: file for file in repo.get_pull(number).get_files()}
    assert {name: file.status for name, file in files.items()} == {
        "README.md": "modified",
        "kept.py": "renamed",
        "link": "added",
        "module": "added",
    }
    assert files["kept.py"].previous_filename == "keep.py"
    assert files["module"].sha == "a" * 40
    assert (files["README.md"].additions, files["README.md"].deletions, files["README.md"].changes) == (1, 1, 2)


def test_pull_requests_are_found_by_state_head_and_base(hub, repo):
    """The filters are GitHub's."""
    other = hub.open_pull_request("eve", "curve", {"b.py": "b"})
    hub.close(other, "eve")
    numbers = lambda **query: [pull.number for pull in repo.get_pulls(**query)]  # noqa: E731
    assert numbers() == [1]
    assert numbers(state="all") == [2, 1]
    assert numbers(state="closed") == [2]
    assert numbers(head="bob:straight") == [1]
    assert numbers(head="eve:straight") == []
    assert numbers(base="dev") == []


def test_a_second_opening_of_a_branch_appends(hub):
    """So do contestants: they push to the branch of the pull request that is open."""
    before = hub.head(1)
    assert hub.open_pull_request("bob", "straight", {"c.py": "c"}) == 1
    assert hub.head(1) != before
    assert [(event.name, event.action) for event in hub.events] == [("pull_request", "opened"), ("pull_request", "synchronize")]
    assert hub.events[-1].payload["before"] == before
    assert hub.events[-1].payload["after"] == hub.head(1)


def test_pull_requests_of_a_commit_are_those_that_brought_it(hub, repo):
    """Its own commits before the merge, and the commit that the merge made."""
    merged = hub.merge(1, "mia")
    assert [pull.number for pull in repo.get_commit(hub.head(1)).get_pulls()] == [1]
    assert [pull.number for pull in repo.get_commit(merged).get_pulls()] == [1]
    assert repo.get_pull(1).merged
    assert repo.get_pull(1).merge_commit_sha == merged


def test_commits_have_message_author_files_and_parents(hub, repo):
    """A commit is found by its id, by a branch, and by a ref."""
    commit = repo.get_commit(hub.head(1))
    assert (commit.commit.message, commit.author.login) == ("A straight line", "bob")
    assert [file.filename for file in commit.files] == [ENTRY]
    assert [parent.sha for parent in commit.parents] == [hub.main()]
    assert repo.get_commit("main").sha == repo.get_branch("main").commit.sha == repo.get_git_ref("heads/main").object.sha
    assert repo.get_git_ref("pull/1/head").object.sha == hub.head(1)
    with pytest.raises(github.GithubException, match="No commit found"):
        repo.get_commit("0" * 40)


def test_comments_are_listed_by_pages(hub, repo):
    """Thirty by default, with links that PyGithub follows."""
    for count in range(65):
        hub.comment(1, "bob", f"{count}")
    assert [comment.body for comment in repo.get_issue(1).get_comments()] == [str(count) for count in range(65)]
    pages = [request for request in hub.requests if request.path.endswith("/comments")]
    assert len(pages) == 3
    listed = requests.get(f"{hub.api_url}/repos/golf/league/issues/1/comments?per_page=25&page=2", timeout=9)
    assert [comment["body"] for comment in listed.json()] == [str(count) for count in range(25, 50)]
    assert {name: link["url"].partition("?")[2] for name, link in listed.links.items()} == {
        "prev": "per_page=25&page=1",
        "next": "per_page=25&page=3",
        "last": "per_page=25&page=3",
        "first": "per_page=25&page=1",
    }


def test_a_comment_is_made_changed_reacted_to_and_deleted(hub, repo):
    """One comment of the workflows' account, kept up to date."""
    comment = repo.get_pull(1).create_issue_comment("ready")
    comment.edit("judged")
    assert (repo.get_issue(1).get_comment(comment.id).body, comment.user.login) == ("judged", BOT)
    comment.create_reaction("eyes")
    comment.create_reaction("eyes")
    assert [reaction.content for reaction in comment.get_reactions()] == ["eyes"]
    assert [(one["id"], one["user"]["login"], one["body"]) for one in hub.sticky(1)] == [(comment.id, BOT, "judged")]
    comment.delete()
    assert hub.sticky(1) == []
    with pytest.raises(UnknownObjectException):
        repo.get_issue(1).get_comment(comment.id)


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (lambda repo: repo.get_issue(1).create_comment("x" * 65537), "Validation Failed"),
        (lambda repo: repo.create_label("x" * 51, "ededed"), "Validation Failed"),
        (lambda repo: repo.get_commit("main").create_status("success", description="x" * 141), "Validation Failed"),
        (lambda repo: repo.get_issue(1).create_comment("  "), "Validation Failed"),
    ],
)
def test_texts_longer_than_githubs_limits_are_refused(repo, write, told):
    """With 422, as there."""
    with pytest.raises(github.GithubException, match=told) as refused:
        write(repo)
    assert refused.value.status == 422


def test_labels_are_added_set_and_removed(hub, repo):
    """A label that the repository lacks is made; a second of a name is refused."""
    pull = repo.get_pull(1)
    repo.create_label("ready", "00ff00", "May be judged")
    with pytest.raises(github.GithubException, match="already_exists"):
        repo.create_label("Ready", "00ff00")
    pull.add_to_labels("READY", "in-play")
    assert hub.labels(1) == [label.name for label in pull.get_labels()] == ["ready", "in-play"]
    pull.remove_from_labels("in-play")
    with pytest.raises(github.GithubException, match="Label does not exist"):
        pull.remove_from_labels("in-play")
    pull.set_labels("judged")
    assert hub.labels(1) == ["judged"]
    pull.delete_labels()
    assert hub.labels(1) == []
    assert repo.get_label("ready").description == "May be judged"
    assert [label.name for label in repo.get_labels()] == ["ready", "in-play", "judged"]


def test_issues_are_found_by_state_and_labels(hub, repo):
    """Pull requests are among the issues, and say so."""
    hub.open_issue("ada", "A competition", labels=["proposal", "easy"])
    assert [issue.number for issue in repo.get_issues()] == [2, 1]
    assert [issue.number for issue in repo.get_issues(labels=["proposal", "easy"])] == [2]
    assert [issue.number for issue in repo.get_issues(labels=["proposal", "hard"])] == []
    assert [issue.number for issue in repo.get_issues(creator="bob", direction="asc")] == [1]
    assert repo.get_issue(1).pull_request is not None
    assert repo.get_issue(2).pull_request is None
    with pytest.raises(UnknownObjectException):
        repo.get_pull(2)


def test_statuses_are_listed_and_combined(hub, repo):
    """The latest of each context counts."""
    commit = repo.get_commit(hub.head(1))
    assert commit.get_combined_status().state == "pending"
    commit.create_status("pending", "http://127.0.0.1/run", "is being judged", "referee/score")
    commit.create_status("success", description="27.8", context="referee/score")
    assert [status.state for status in commit.get_statuses()] == ["success", "pending"]
    combined = commit.get_combined_status()
    assert (combined.state, combined.total_count, combined.statuses[0].description) == ("success", 1, "27.8")
    commit.create_status("error", context="other")
    assert commit.get_combined_status().state == "failure"
    assert [status["context"] for status in hub.statuses(hub.head(1))] == ["other", "referee/score", "referee/score"]


def test_the_repository_its_people_and_the_server_describe_themselves(hub):
    """What a program asks before it begins."""
    with client(hub, hub.token({})) as made:
        assert made.get_repo("golf/league").default_branch == "main"
        assert made.get_user("bob").login == "bob"
        assert made.requester.requestJsonAndCheck("GET", "/meta")[1]["verifiable_password_authentication"] is False
        assert made.get_rate_limit().rate.limit == 5000
        with pytest.raises(UnknownObjectException):
            made.get_repo("golf/other")


def test_each_answer_counts_the_callers_requests(hub):
    """In the headers that PyGithub and programs read."""
    answer = requests.get(f"{hub.api_url}/meta", timeout=9)
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("60", "59")
    assert hub.requests[-1].login is None
