"""From the pull request to the record, by the workflow files themselves, against the stand-in for GitHub."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import pytest
import season as seasons
from conftest import needs_bubblewrap
from season import ENTRIES, Season

HONEST = (ENTRIES / "qualified/honest/train.py").read_text()
RESULT = "submissions/line/{}/results/laptop-ss.yaml"


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """Three entries one after another, each truly trained, judged, merged in another way; the site is built after the first."""
    with seasons.season(tmp_path_factory.mktemp("flow"), site=True, preloaded=False) as made:
        yield made


@dataclass(frozen=True)
class Seen:
    """A pull request at one moment: its label, the states of its head, the referee's comment."""

    labels: list[str]
    scores: list[str]
    told: str


@pytest.fixture(scope="module")
def first(season: Season) -> dict[str, Seen]:
    """The first entry, by squash, at each stage of its way."""
    found, number = {}, season.enter("first")

    def see(stage: str) -> None:
        found[stage] = Seen(*season.state(number), season.told(number))

    see("checked")
    season.actions.world.runners = {}
    season.approve(number)
    see("approved")
    season.actions.world.runners = dict(seasons.RUNNER)
    season.actions.run()
    see("judged")
    season.merge(number)
    see("merged")
    season.steps.instead("mkdocs build", seasons.no_site)
    season.steps.preloaded = True
    return found


def played(season: Season, name: str, login: str, margin: float, method: str) -> int:
    """An honest entry with longer weights, which score higher, or shorter ones: from the pull request to the merge."""
    train = HONEST.replace("direction *= 10 /", f"direction *= {margin} /")
    number = season.enter(name, login=login, changes={f"submissions/line/{name}/train.py": train})
    season.approve(number)
    season.merge(number, method)
    assert season.recorded(name) == ["laptop-ss"]
    return number


@pytest.fixture(scope="module")
def second(season: Season, first) -> int:
    """A worse entry, by a merge commit."""
    return played(season, "second", "euler", 14, "merge")


@pytest.fixture(scope="module")
def third(season: Season, second) -> int:
    """A better entry, by a rebase."""
    return played(season, "third", "gauss", 8, "rebase")


@needs_bubblewrap
def test_an_entry_goes_from_the_pull_request_to_the_board(season, first):
    """Check, welcome, approval, plan, training, judgement, answer, merge, record: one comment, one label at a time."""
    assert {stage: seen.labels for stage, seen in first.items()} == {
        "checked": ["ready"],
        "approved": ["in-play"],
        "judged": ["judged"],
        "merged": ["judged"],
    }
    assert [seen.scores for seen in first.values()] == [[], ["pending"], *[["success", "pending"]] * 2]
    assert f"/referee run {season.hub.head(1)}\n" in first["checked"].told and "In play" in first["approved"].told
    assert "would be 1 of 1" in first["judged"].told
    assert "1 of 1" in first["merged"].told and "would be" not in first["merged"].told
    mine = [one for one in season.hub.sticky(1) if one["user"]["login"] == "github-actions[bot]"]
    assert len(mine) == 1 and season.reactions(1) == [[], ["rocket"]]
    assert season.ran("referee.yml")[0].jobs["report"].steps[-1].summary.strip() == first["judged"].told.strip()


@needs_bubblewrap
def test_what_is_recorded_is_what_was_judged_and_signed(season, first):
    """Byte for byte, with where it comes from; the digest of the plan was public before the run."""
    run = season.ran("referee.yml")[0].run_id
    content = season.file(RESULT.format("first")).encode()
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" in season.hub.state.attestations
    head = season.hub.head(1)
    [source] = re.findall(r"^source: \{(.*?)\}", content.decode(), re.DOTALL | re.MULTILINE)
    assert f"pull_request: 1, commit: {head}" in source and f"run: {run}" in source
    statuses = {one["context"]: one for one in season.hub.statuses(head)}
    assert re.fullmatch("plan [0-9a-f]{64}", statuses["referee/plan"]["description"])
    assert statuses["referee/score"]["target_url"].endswith(f"/actions/runs/{run}")
    kept = season.files("submissions/line/first/results/laptop-ss")
    assert len(kept) == 4, "the models of two rounds and of their confirmation"


@needs_bubblewrap
def test_the_site_is_built_at_the_merge_and_after_the_record(season, first):
    """The board names the entry, first as one that nobody has judged, then with its score."""
    before, after = [site["competitions/line/index.html"].decode() for site in season.actions.deployed[:2]]
    [score] = re.findall(r"^score: ([0-9.]+)$", season.file(RESULT.format("first")), re.MULTILINE)
    shown = f">{float(score):.5g}<"
    assert "first" in after and shown in after
    assert shown not in before


@needs_bubblewrap
def test_a_worse_entry_is_second_and_told_the_gap(season, second):
    """It plays no confirmation."""
    assert "2 of 2" in season.told(second) and "behind" in season.told(second)
    log = season.log("referee.yml", "train", 1)
    assert "round 2 of 2 begins" in log and "confirm" not in log


@needs_bubblewrap
def test_a_better_entry_leads_after_a_confirmation(season, third):
    """And every run of the three was a success."""
    assert "1 of 3" in season.told(third)
    assert "this would lead the board: 2 more rounds confirm it" in season.log("referee.yml", "train", 2)
    assert {ran.conclusion for ran in season.actions.ran} == {"success"}
