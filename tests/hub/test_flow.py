"""From the pull request to the record, by the workflow files themselves, against the stand-in for GitHub."""

from __future__ import annotations

import pytest
from actions import Actions
from conftest import needs_bubblewrap
from season import RUNNER, Season, league_files
from standin import GitHub


@pytest.fixture
def season(tmp_path):
    """A league with a host, two contestants, a stranger and one runner."""
    with GitHub(tmp_path / "hub", files=league_files(tmp_path / "files")) as hub:
        hub.add_user("host", "admin")
        for login in ("gauss", "euler", "eve"):
            hub.add_user(login)
        actions = Actions(hub, tmp_path / "jobs", runners=RUNNER)
        yield Season(hub, actions)
        assert hub.violations == []
        assert actions.unknown == []


@needs_bubblewrap
def test_an_entry_goes_from_the_pull_request_to_the_board(season):
    """Check, welcome, approval, plan, training, judgement, answer, merge, record, site."""
    number = season.enter()
    assert "Ready" in season.told(number)
    season.approve(number)
    assert "Qualified" in season.told(number)
    season.merge(number)
    assert "submissions/line/mine/results/laptop-ss.yaml" in season.files("submissions")
