"""The words of `referee doctor --label`, and what may go into files for a shell and for systemd."""

from __future__ import annotations

from dataclasses import replace

import pytest

from referee.ground.errors import InputError
from referee.presentation.runner_setup import FILES, PROTECTS, UNKNOWN, Setup, files, registration, repository_of

SETUP = Setup(repository="golf/league", branch="main", hardware="laptop", labels=("self-hosted", "mlgolf-laptop"))
ODD = [
    "",
    " ",
    "a b",
    "a'b",
    'a"b',
    "a$b",
    "a`b`",
    "a;b",
    "a\nb",
    "a\n",
    "-a",
    "a%ib",
    "a@b",
    "a{b}",
    "a\\b",
    "ä",
    "a\x00",
    "../a",
]


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/golf/league",
        "https://github.com/golf/league.git",
        "https://github.com/golf/league/",
        "git@github.com:golf/league.git",
        "ssh://git@github.com/golf/league",
    ],
)
def test_a_repository_is_known_by_its_remote(remote: str) -> None:
    """However it was cloned."""
    assert repository_of(remote) == "golf/league"


@pytest.mark.parametrize(
    "remote", [None, "", "/srv/league", "https://example.org/golf/league", "https://github.com.evil.org/a/b"]
)
def test_a_remote_elsewhere_is_no_repository_of_github(remote: str | None) -> None:
    """It is asked for instead."""
    assert repository_of(remote) is None


@pytest.mark.parametrize(
    "word", ["golf", "golf/", "/league", "a/b/c", "golf/..", "golf/.", *(f"golf/{odd}" for odd in ODD if odd != "-a"), "-a/b"]
)
def test_an_odd_repository_is_refused(word: str) -> None:
    """As a remote and as a word."""
    with pytest.raises(InputError, match="can't be the repository of a runner"):
        replace(SETUP, repository=word)
    with pytest.raises(InputError, match="is no repository of GitHub"):
        repository_of(f"https://github.com/{word}")


@pytest.mark.parametrize("word", [*ODD, "a/../b", "a//b", "a/.b", "a.lock", "a/", "a."])
def test_an_odd_branch_is_refused(word: str) -> None:
    """Those among them that git would take, too."""
    with pytest.raises(InputError, match="can't be the branch of a runner"):
        replace(SETUP, branch=word)


@pytest.mark.parametrize("word", [*ODD, "a/b", "a,b"])
def test_an_odd_label_or_hardware_is_refused(word: str) -> None:
    """Those of a league are the host's own words, and still go to root's shell."""
    with pytest.raises(InputError, match="can't be the hardware of a runner"):
        replace(SETUP, hardware=word)
    with pytest.raises(InputError, match="can't be the label of a runner"):
        replace(SETUP, labels=("self-hosted", word))


def test_names_that_github_gives_are_taken() -> None:
    """The honest twin."""
    setup = Setup(repository="a-b/.github", branch="release/2.0_x", hardware="single-gpu.2", labels=("self-hosted", "X64"))
    assert set(files(setup)) == {file.name for file in FILES.iterdir()} == set(PROTECTS)


def test_every_blank_is_filled_in() -> None:
    """And each file holds what it is about."""
    for content in files(SETUP).values():
        assert "@{" not in content and "@@" not in content and "golf/league" in content


def test_commands_of_all_hardware_that_fits() -> None:
    """A machine gets the labels of one of them."""
    other = replace(SETUP, hardware="single-gpu", labels=("self-hosted", "mlgolf-gpu"))
    told = registration([SETUP, other])
    assert told.startswith("laptop: self-hosted, mlgolf-laptop\nsingle-gpu: self-hosted, mlgolf-gpu\n")
    assert "--labels mlgolf-laptop --ephemeral" in told and "--labels mlgolf-gpu --ephemeral" in told
    assert "--hardware NAME --out" in told and "--hardware laptop --out" in registration([SETUP])


def test_without_a_repository_there_is_a_place_for_it() -> None:
    """The commands can be read before there is one."""
    told = registration([replace(SETUP, repository=UNKNOWN)])
    assert "--url https://github.com/OWNER/REPOSITORY --token TOKEN" in told


def test_a_machine_that_fits_nothing_is_told_so() -> None:
    """It gets no commands."""
    assert registration([]) == "this machine is none of the league's hardware; `referee doctor` says why"
