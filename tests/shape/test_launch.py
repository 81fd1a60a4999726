"""The league in the browser: the files that Binder and Codespaces read, and the buttons that lead there."""

from __future__ import annotations

import json
import re
import tomllib
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import REPOSITORY

BINDER = REPOSITORY / ".binder"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README, TUTORIAL, HOST = (
    (REPOSITORY / name).read_text(encoding="utf-8") for name in ("README.md", "site/pages/tutorial.md", "site/pages/host.md")
)
LAUNCHED = re.compile(r"\(https://mybinder\.org/v2/gh/([^/]+/[^/]+)/HEAD\?([^)]+)\)")


def lines(name: str) -> list[str]:
    """Of a file of Binder's, without comments."""
    return [line for line in (BINDER / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def extras(text: str) -> set[str]:
    """Of the package, that a text installs."""
    (named,) = re.findall(r"\.\[([\w,]+)\]", text)
    return set(named.split(","))


def installed_by_the_readme() -> set[str]:
    """Debian packages."""
    (named,) = re.findall(r"^sudo apt-get install (.+)$", README, flags=re.MULTILINE)
    return set(named.split())


def test_binder_installs_the_league_as_it_is_pinned():
    """From the repository's root, in which pip looks for `.`; the constraints are looked for beside the file itself."""
    constraints, editable = lines("requirements.txt")
    assert constraints.split() == ["--constraint", "../constraints.txt"]
    assert (BINDER / constraints.split()[1]).resolve() == REPOSITORY / "constraints.txt"
    assert editable.split()[0] == "--editable"
    assert extras(editable) <= PROJECT["optional-dependencies"].keys()


def test_what_make_play_installs_is_there():
    """The same extras, in all three places."""
    play = (REPOSITORY / "Makefile").read_text(encoding="utf-8").split(".venv/judge:")[1].split("touch")[0]
    devcontainer = (REPOSITORY / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    assert extras(play) == extras("\n".join(lines("requirements.txt"))) == extras(devcontainer)


def test_binders_python_is_the_oldest_that_the_package_takes():
    """As the other container has it."""
    (runtime,) = lines("runtime.txt")
    assert runtime == f"python-{PROJECT['requires-python'].removeprefix('>=')}"
    image = json.loads((REPOSITORY / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))["image"]
    assert image.split(":")[1].startswith(runtime.removeprefix("python-"))


def test_the_packages_are_those_of_the_readme():
    """Git, make and Python are in both containers."""
    assert set(lines("apt.txt")) == {"bubblewrap"} == installed_by_the_readme() - {"git", "make", "python3-venv"}
    commands = json.loads((REPOSITORY / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    (packages,) = re.findall(r"install --yes --no-install-recommends (.+)$", commands["onCreateCommand"])
    assert packages.split() == lines("apt.txt")


@pytest.mark.parametrize("text", [README, TUTORIAL], ids=["README.md", "tutorial.md"])
def test_the_button_launches_the_repository_that_hosts_are_told_to_clone(text):
    """And opens a file that is there, and says what can't be had."""
    ((repository, query),) = LAUNCHED.findall(text)
    (cloned,) = re.findall(r"git clone https://github\.com/(\S+)", HOST)
    assert repository == cloned
    (opened,) = parse_qs(query, strict_parsing=True)["labpath"]
    assert opened == "site/pages/tutorial.md" and (REPOSITORY / opened).is_file()
    assert urlsplit(f"https://mybinder.org/?{query}").query == query
    assert "No sandbox can run inside Binder's own" in " ".join(text.split())
