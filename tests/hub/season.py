"""A league on the stand-in for GitHub, with this repository's own workflow files, and the people who use it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from actions import Actions, Ran
from standin import GitHub

PROJECT = Path(__file__).resolve().parents[2]
ENTRIES = PROJECT / "tests/entries"
ABOUT = "title: {title}\nauthors: [{author}]\nclasses: [{classes}]\n"
RUNNER = {"lab-1": ("self-hosted", "test")}


def league_files(folder: Path) -> Path:
    """What the league's repository holds: this project with the tests' own competition."""
    tracked = subprocess.run(
        ["git", "-C", str(PROJECT), "ls-files", "-z", "--cached", "--others", "--exclude-standard", ".github", "referee", "site"],
        capture_output=True,
        check=True,
    )
    # The project's own tests would run themselves.
    files = [Path(name) for name in tracked.stdout.decode().split("\0") if name and name != ".github/workflows/ci.yml"]
    for name in [*files, *map(Path, ("mkdocs.yml", "pyproject.toml", "constraints.txt", "README.md"))]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    shutil.copytree(PROJECT / "tests/league/competitions", folder / "competitions")
    (folder / "submissions/line").mkdir(parents=True)
    (folder / "submissions/line/README.md").write_text("One folder an entry.\n")
    return folder


def entry_files(name: str, which: str = "qualified/honest", *, author: str = "gauss", title: str | None = None, classes: str = "laptop-ss") -> dict[str, str]:
    """Path -> content of an entry of the competition `line`."""
    where = f"submissions/line/{name}"
    return {
        f"{where}/train.py": (ENTRIES / which / "train.py").read_text(),
        f"{where}/honest.py": (ENTRIES / "qualified/honest/train.py").read_text(),
        f"{where}/submission.yaml": ABOUT.format(title=title or name, author=author, classes=classes),
    }


class Season:
    """One league for the length of a test."""

    def __init__(self, hub: GitHub, actions: Actions) -> None:
        self.hub, self.actions = hub, actions

    def enter(self, name: str = "mine", which: str = "qualified/honest", *, login: str = "gauss", **more: object) -> int:
        """A contestant opens a pull request; what it starts has run."""
        files = {**entry_files(name, which, author=login), **more.pop("changes", {})}
        number = self.hub.open_pull_request(login, f"add-{name}", files, **more)
        self.actions.run()
        return number

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

    def told(self, number: int) -> str:
        """The referee's one comment."""
        [body] = [one["body"] for one in self.hub.sticky(number) if one["body"].startswith("<!-- ml-golf:referee -->")]
        return str(body)

    def answers(self, number: int) -> list[str]:
        """What the referee has answered to commands."""
        return [one["body"] for one in self.hub.sticky(number) if one["body"].startswith("<!-- ml-golf:answer -->")]

    def file(self, path: str) -> str:
        """A file of main as it is now."""
        shown = ["git", "-C", str(self.hub.git), "show", f"main:{path}"]
        return subprocess.run(shown, capture_output=True, check=True, text=True).stdout

    def files(self, path: str) -> list[str]:
        """Paths below one of main's folders."""
        listed = ["git", "-C", str(self.hub.git), "ls-tree", "-r", "--name-only", "main", "--", path]
        return subprocess.run(listed, capture_output=True, check=True, text=True).stdout.split()
