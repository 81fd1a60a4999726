"""A league on the stand-in for GitHub, with this repository's own workflow files, and the people who use it."""

from __future__ import annotations

import html
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from actions import Actions, JobRan, Ran
from actions_place import Finished
from season_lab import Lab
from season_steps import Steps
from standin import GitHub
from standin_git import Changes

from referee.untrusted.machine import lock

PROJECT = Path(__file__).resolve().parents[2]
ENTRIES = PROJECT / "tests/entries"
ABOUT = "title: {title}\nauthors: [{author}]\nclasses: [{classes}]\n"
RUNNER = {"lab-1": ("self-hosted", "test")}
STICKY, ANSWER = "<!-- ml-golf:referee -->", "<!-- ml-golf:answer -->"


def league_files(folder: Path, folders: tuple[str, ...] = ("referee", "site")) -> Path:
    """What the league's repository holds: this project's workflows, some of its folders, the tests' own competition."""
    listed = ("ls-files", "-z", "--cached", "--others", "--exclude-standard", ".github", *folders)
    tracked = subprocess.run(["git", "-C", str(PROJECT), *listed], capture_output=True, check=True)
    # The project's own tests would run themselves.
    files = [Path(name) for name in tracked.stdout.decode().split("\0") if name and name != ".github/workflows/ci.yml"]
    for name in [*files, *map(Path, ("mkdocs.yml", "pyproject.toml", "constraints.txt", "README.md"))]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    shutil.copytree(PROJECT / "tests/league/competitions", folder / "competitions")
    (folder / "submissions/line").mkdir(parents=True)
    (folder / "submissions/line/README.md").write_text("One folder an entry.\n")
    return folder


def entry_files(
    name: str, which: str = "qualified/honest", *, author: str = "gauss", title: str | None = None, classes: str = "laptop-ss"
) -> dict[str, str]:
    """Path -> content of an entry of the competition `line`."""
    where = f"submissions/line/{name}"
    return {
        f"{where}/train.py": (ENTRIES / which / "train.py").read_text(),
        f"{where}/honest.py": (ENTRIES / "qualified/honest/train.py").read_text(),
        f"{where}/submission.yaml": ABOUT.format(title=title or name, author=author, classes=classes),
    }


@contextmanager
def season(
    folder: Path, *, lab: Lab | None = None, site: bool = False, preloaded: bool = True, **settings: Any
) -> Iterator[Season]:
    """A league with a host, contestants, a stranger and one runner; at its end nothing has contradicted GitHub's document.

    Args:
        lab: plays in place of the sandbox; None trains truly
        site: whether it is built
        preloaded: as for `Steps`
        settings: of `Actions`
    """
    steps = Steps(preloaded=preloaded)
    if lab is not None:
        steps.instead("referee ci train", lab)
    if not site:
        steps.instead("mkdocs build", no_site)
    # A double and a site that is not built do without the referee's code, which makes every checkout faster.
    folders = ("referee", "site") if site or lab is None else ()
    with GitHub(folder / "hub", files=league_files(folder / "files", folders)) as hub, steps.followed(folder):
        hub.add_user("host", "admin")
        hub.add_user("rival-host", "maintain")
        for login in ("gauss", "euler", "eve"):
            hub.add_user(login)
        # Nor does a training wait for who else plays on this machine.
        apart = {lock.VARIABLE: str(folder / "lock")}
        actions = Actions(hub, folder / "jobs", **{"runners": dict(RUNNER), "environment": apart, **settings})
        yield Season(hub, actions, steps, lab)
        assert hub.violations == []
        assert actions.unknown == []
        assert [one for one in hub.state.faults if one.left] == []


def no_site(directory: Path, variables: Mapping[str, str]) -> Finished:
    """In place of a site, a page."""
    (directory / ".build/site").mkdir(parents=True)
    (directory / ".build/site/index.html").write_text("none\n")
    return Finished(0, "", "")


class Season:
    """One league for the length of a test."""

    def __init__(self, hub: GitHub, actions: Actions, steps: Steps | None = None, lab: Lab | None = None) -> None:
        self.hub, self.actions, self.steps, self.lab = hub, actions, steps or Steps(), lab or Lab()

    def enter(
        self,
        name: str = "mine",
        which: str = "qualified/honest",
        *,
        login: str = "gauss",
        changes: Changes | None = None,
        classes: str = "laptop-ss",
        **more: str,
    ) -> int:
        """A contestant opens a pull request; what it starts has run."""
        files: Changes = {**entry_files(name, which, author=login, classes=classes), **(changes or {})}
        return self.open(login, f"add-{name}-{len(self.hub.state.issues)}", files, **more)

    def bring(self, **more: str) -> tuple[int, str]:
        """A pull request with an entry of its own, before any check of it; gives its number and the entry's name."""
        name = f"e{len(self.hub.state.issues)}"
        number = self.hub.open_pull_request("gauss", f"add-{name}", entry_files(name, **more))
        self.hub.events.clear()
        return number, name

    def open(self, login: str, branch: str, changes: Changes, **more: str) -> int:
        """Somebody opens a pull request of any content; what it starts has run."""
        number = self.hub.open_pull_request(login, branch, changes, **more)
        self.actions.run()
        return number

    def push(self, number: int, changes: Changes, *, force: bool = False) -> str:
        """The contestant pushes; what it starts has run."""
        head = self.hub.push(number, changes, force=force)
        self.actions.run()
        return head

    def say(self, number: int, login: str, body: str) -> list[Ran]:
        """Somebody comments; what it starts has run."""
        self.hub.comment(number, login, body)
        return self.actions.run()

    def approve(self, number: int) -> list[Ran]:
        """A maintainer has it played."""
        return self.say(number, "host", f"/referee run {self.hub.head(number)}")

    def merge(self, number: int, method: str = "squash") -> list[Ran]:
        """A maintainer merges; what it starts has run."""
        self.hub.merge(number, "host", method)
        return self.actions.run()

    def start(self, workflow: str, **inputs: str) -> list[Ran]:
        """A maintainer starts a workflow by its button; what it starts has run."""
        asked = requests.post(
            f"{self.hub.api_url}/repos/{self.hub.repository}/actions/workflows/{workflow}/dispatches",
            json={"ref": "main", "inputs": inputs},
            headers={"Authorization": f"Bearer {self.hub.user_token('host')}"},
            timeout=60,
        )
        assert asked.status_code == 204, asked.text
        return self.actions.run()

    def again(self, ran: Ran) -> list[Ran]:
        """The event that started a run is delivered once more; what it starts has run."""
        self.hub.events.append(self.actions.done[ran.run_id][1])
        return self.actions.run()

    def told(self, number: int) -> str:
        """The referee's one comment."""
        [body] = [one["body"] for one in self.hub.sticky(number) if one["body"].startswith(STICKY)]
        return str(body)

    def silent(self, number: int) -> bool:
        """Whether the referee has said nothing there."""
        return not any(one["user"]["login"] == "github-actions[bot]" for one in self.hub.sticky(number))

    def answers(self, number: int) -> list[str]:
        """What the referee has answered to commands."""
        return [one["body"] for one in self.hub.sticky(number) if one["body"].startswith(ANSWER)]

    def reactions(self, number: int) -> list[list[str]]:
        """Of each comment, the signs that the referee put under it."""
        told = [one for one in self.hub.state.comments.values() if one.number == number]
        return [[sign.content for sign in one.reactions] for one in told]

    def state(self, number: int) -> tuple[list[str], list[str]]:
        """Labels of a pull request, and the states of `referee/score` on its head, the newest first."""
        return self.hub.labels(number), self.scores(self.hub.head(number))

    def scores(self, commit: str) -> list[str]:
        """The states of `referee/score` on a commit, the newest first."""
        return [one["state"] for one in self.hub.statuses(commit) if one["context"] == "referee/score"]

    def ran(self, workflow: str) -> list[Ran]:
        """The runs of a workflow, in order."""
        return [one for one in self.actions.ran if one.workflow == workflow]

    def job(self, workflow: str, name: str) -> JobRan:
        """A job of the latest run of a workflow."""
        return self.ran(workflow)[-1].jobs[name]

    def log(self, workflow: str, job: str, number: int = -1) -> str:
        """All that a job of a run printed; the latest run's by default."""
        return "".join(step.stdout + step.stderr for step in self.ran(workflow)[number].jobs[job].steps)

    def file(self, path: str) -> str:
        """A file of main as it is now."""
        shown = ["git", "-C", str(self.hub.git), "show", f"main:{path}"]
        return subprocess.run(shown, capture_output=True, check=True, text=True).stdout

    def files(self, path: str) -> list[str]:
        """Paths below one of main's folders."""
        listed = ["git", "-C", str(self.hub.git), "ls-tree", "-r", "--name-only", "main", "--", path]
        return subprocess.run(listed, capture_output=True, check=True, text=True).stdout.split()

    def recorded(self, name: str) -> list[str]:
        """The classes in which an entry has a result on main."""
        inside = f"submissions/line/{name}/results/"
        return [path.removeprefix(inside).removesuffix(".yaml") for path in self.files(inside) if path.endswith(".yaml")]


def shown(comment: str) -> str:
    """A comment with the contestants' words as a reader sees them."""
    return html.unescape(comment)
