"""`/referee` in comments: who may ask for what, of which commit, and that nothing happens twice."""

from __future__ import annotations

import itertools

import pytest
import season as seasons
from season import RUNNER, Season
from season_lab import Lab
from standin import BOT

from referee.ground.verdict import Verdict

LAB = Lab(verdict=Verdict.CRASHED)
DONE, REFUSED = "rocket", "confused"


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A league whose claims each have a pull request of their own."""
    with seasons.season(tmp_path_factory.mktemp("commands"), lab=LAB) as made:
        yield made


@pytest.fixture
def number(season: Season, request):
    """A pull request that is to be played."""
    season.actions.world.runners = dict(RUNNER)
    return season.bring()[0]


def plays(season: Season, number: int) -> list[str | None]:
    """How the runs of the referee for a pull request ended; None while one is on its way."""
    return [ran.conclusion for ran in season.ran("referee.yml") if ran.title.partition(" again")[0].endswith(f"#{number}")]


def test_only_maintainers_have_something_played(season, number):
    """A stranger and the author are told so, whatever their comments claim."""
    for login, word in itertools.product(("eve", "gauss"), ("run", "rejudge")):
        season.say(number, login, f"/referee {word} {season.hub.head(number)}")
        assert season.answers(number) == [f"<!-- ml-golf:answer -->\nOnly maintainers can ask for `/referee {word}`.\n"]
    assert [signs for signs in season.reactions(number) if signs] == [[REFUSED]] * 4
    assert (plays(season, number), season.state(number)) == ([], ([], []))


def test_a_maintainer_approves_the_whole_id_of_the_head(season, number):
    """A short id, another commit, the head of yesterday: refused, with the line that would do; in capitals it is the same."""
    head, old = season.hub.head(number), season.hub.head(number)
    wrong = [head[:12], head[:-1] + ("0" if head[-1] != "0" else "1"), season.hub.main(), ""]
    for commit in wrong:
        season.say(number, "rival-host", f"/referee run {commit}")
        [answer] = season.answers(number)
        assert f"/referee run {head}\n" in answer
    head = season.push(number, {f"submissions/line/e{number - 1}/notes.md": "New.\n"})
    season.say(number, "host", f"/referee run {old}")
    assert "The head has moved" in season.answers(number)[0] and f"/referee run {head}\n" in season.answers(number)[0]
    assert plays(season, number) == []
    season.say(number, "rival-host", f"/referee  run  {head.upper()} \nThank you!")
    assert (plays(season, number), season.state(number)) == (["success"], (["judged"], ["failure", "pending"]))


def test_what_is_no_command_is_answered_with_help_or_not_at_all(season, number):
    """An unknown word and a bad id get the help, talk gets nothing, and one answer is kept up to date."""
    for body in (
        "/referee",
        "/referee help",
        "/referee dance",
        "/referee run $(reboot)",
        "/referee run `x` ${{ github.token }}",
    ):
        season.say(number, "eve", body)
        [answer] = season.answers(number)
        assert "`/referee run SHA` plays that commit" in answer
    before = len(season.ran("command.yml"))
    for body in ("I like /referee run", "", "> /referee run"):
        season.say(number, "host", body or "-")
    assert [ran.jobs["command"].result for ran in season.ran("command.yml")[before:]] == ["skipped"] * 3
    given = [signs for signs in season.reactions(number) if signs]
    assert given == [[DONE], [DONE], [REFUSED], [REFUSED], [REFUSED]]
    assert plays(season, number) == []


def test_a_comment_on_an_issue_or_by_the_referee_starts_nothing(season, number):
    """An issue is no pull request; what the bot writes is no event, though it quotes a command."""
    issue = season.hub.open_issue("eve", "A question")
    season.say(issue, "host", "/referee help")
    assert season.job("command.yml", "command").result == "skipped" and season.silent(issue)
    before = len(season.actions.ran)
    season.hub.comment(number, BOT, "/referee help")
    season.actions.run()
    # Where GitHub delivered it all the same, the bot would be one who may not write.
    season.hub.comment(number, BOT, f"/referee run {season.hub.head(number)}")
    season.actions.run()
    assert len(season.actions.ran) == before + 2 and plays(season, number) == []
    assert season.state(number) == ([], [])


def test_two_approvals_at_once_are_one_run(season, number):
    """The second is told where the first one's run is, whoever gave it."""
    command = f"/referee run {season.hub.head(number)}"
    for login in ("host", "rival-host", "host"):
        season.hub.comment(number, login, command)
    season.actions.run()
    assert (plays(season, number), season.state(number)) == (["success"], (["judged"], ["failure", "pending"]))
    [answer] = season.answers(number)
    assert f"A run is on its way already: {season.hub.server_url}/golf/league/actions/runs/" in answer
    assert [signs for signs in season.reactions(number) if signs] == [[DONE], [REFUSED], [REFUSED]]


@pytest.mark.parametrize("again", ["delivered", "rerun"])
def test_an_event_that_comes_twice_changes_nothing(season, again):
    """Delivered again by GitHub, or a workflow that somebody runs again: no second run, comment or reaction."""
    number = season.enter(f"again-{again}")
    season.approve(number)
    before, told = season.state(number), season.told(number)
    comments = len(season.hub.sticky(number))
    for workflow in ("check.yml", "welcome.yml", "command.yml"):
        ran = season.ran(workflow)[-1]
        if again == "rerun":
            season.actions.rerun(ran.run_id)
            season.actions.run()
        else:
            season.again(ran)
        assert season.ran(workflow)[-1].conclusion == "success"
    assert (season.state(number), season.told(number), len(season.hub.sticky(number))) == (before, told, comments)
    assert (plays(season, number), season.reactions(number)) == (["success"], [[], [DONE]])


def test_a_run_that_is_run_again_answers_in_the_same_comment(season, number):
    """It is played anew, which counts as a further attempt."""
    season.approve(number)
    plan = season.hub.artifact(season.ran("referee.yml")[-1].run_id, "plan")
    season.actions.rerun(season.ran("referee.yml")[-1].run_id)
    season.actions.run()
    assert plays(season, number) == ["success"] and len(season.hub.sticky(number)) == 2
    assert season.hub.artifact(season.ran("referee.yml")[-1].run_id, "plan") != plan
    assert "- **attempt**: 2\n" in season.told(number)


def test_judging_again_trains_nothing(season, number):
    """What was trained on the head is judged once more, by its own plan."""
    season.say(number, "host", "/referee rejudge")
    assert "Nothing was trained on this commit yet" in season.answers(number)[0]
    season.approve(number)
    trained = season.lab.played
    season.actions.world.runners = {}
    season.say(number, "host", "/referee rejudge")
    first, second = [ran for ran in season.ran("referee.yml") if f"#{number}" in ran.title]
    assert second.title == f"{first.title} again {first.run_id}"
    assert {name: job.result for name, job in second.jobs.items()} == {
        **dict.fromkeys(("plan", "judge", "attest", "report"), "success"),
        "train": "skipped",
    }
    assert season.lab.played == trained and season.state(number)[0] == ["judged"]
    assert f"/runs/{second.run_id})" in season.told(number)


def test_a_run_that_waits_for_a_runner_is_cancelled_and_played_later(season, number):
    """By its author as by a maintainer; a stranger is refused."""
    login = "gauss"
    season.actions.world.runners = {}
    season.approve(number)
    assert (plays(season, number), season.state(number)) == ([None], (["in-play"], ["pending"]))
    season.say(number, "eve", "/referee cancel")
    assert (plays(season, number), season.reactions(number)[2]) == ([None], [REFUSED])
    season.say(number, login, "/referee cancel")
    assert (plays(season, number), season.state(number)) == (["cancelled"], (["ready"], ["error", "pending"]))
    assert "the run was stopped" in season.told(number)
    season.say(number, login, "/referee cancel")
    assert "No run is on its way." in season.answers(number)[0]
    season.actions.world.runners = dict(RUNNER)
    season.approve(number)
    assert (plays(season, number), season.state(number)[0]) == (["cancelled", "success"], ["judged"])


def test_nothing_is_played_of_a_pull_request_that_is_closed(season, number):
    """Nor of one against another branch, whose rules nobody has read."""
    season.hub.close(number, "gauss")
    season.approve(number)
    assert "This pull request is closed" in season.answers(number)[0] and plays(season, number) == []


def test_a_run_that_vanished_is_found_by_the_sweep(season, number):
    """The machine was lost with all that it knew: the pull request says stopped, and may be played again."""
    season.actions.world.runners = {}
    season.approve(number)
    [lost] = [ran for ran in season.ran("referee.yml") if ran.conclusion is None]
    season.actions.schedule("sweep.yml")
    assert season.state(number)[0] == ["in-play"], "the run is still on its way"
    del season.actions.waiting[lost.run_id]
    season.hub.set_run(lost.run_id, conclusion="failure")
    season.actions.schedule("sweep.yml")
    assert season.ran("sweep.yml")[-1].conclusion == "success"
    assert season.state(number)[0] == ["ready"] and "the run ended without an answer" in season.told(number)
    season.actions.world.runners = dict(RUNNER)
    season.approve(number)
    assert season.state(number)[0] == ["judged"]
