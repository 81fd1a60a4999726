"""Follows the workflow files of a repository in the stand-in for GitHub: from events to runs, jobs and steps.

What is followed: the filters of `on`, `needs`, `if`, `outputs`, `strategy`, `permissions`, `environment`, `runs-on`,
expressions, the commands and files by which steps speak to the runner, the actions of `actions_uses.TABLE`, composite actions
of the repository. What is only written down: `concurrency`, for runs never overlap here. What is not known is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import actions_events
import standin_shapes
from actions_expressions import fill
from actions_ran import JobRan, Ran, StepRan
from actions_run import OPEN, Run, concurrency
from actions_values import WorkflowError, as_text
from actions_workflow import Workflow
from actions_world import Facts, World
from standin import Event, GitHub

__all__ = ["Actions", "JobRan", "Ran", "StepRan", "WorkflowError"]
PROJECT = Path(__file__).resolve().parents[2]


class Actions:
    """GitHub Actions for one repository of the stand-in.

    Args:
        folder: where jobs have their workspaces, all of them kept
        environment: variables that every step gets, beside GitHub's own
        environment_secrets: environment -> what only its jobs see
        runners: a self-hosted runner -> its labels; may be changed while jobs wait
        on_environment: the reviewer of environments: yes, no, or None for "not yet"
    """

    def __init__(
        self,
        hub: GitHub,
        folder: Path,
        *,
        environment: Mapping[str, str] = {},
        variables: Mapping[str, str] = {},
        secrets: Mapping[str, str] = {},
        environment_secrets: Mapping[str, Mapping[str, str]] = {},
        runners: Mapping[str, Collection[str]] = {},
        project: Path = PROJECT,
        on_environment: Callable[[str], bool | None] = lambda name: True,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.hub = hub
        self.world = World(
            hub, folder.resolve(), environment, variables, secrets, environment_secrets, runners, project, on_environment
        )
        self.ran: list[Ran] = []
        self.waiting: dict[int, Run] = {}
        self.done: dict[int, tuple[Run, Event]] = {}
        """every run with its event, for a further attempt"""
        hub.state.title = self._title

    @property
    def transcript(self) -> list[str]:
        """Lines to read: event, workflow, job, step, what it printed."""
        return self.world.transcript

    @property
    def unknown(self) -> list[str]:
        """What workflow files read of contexts though nobody sets it; on GitHub an empty text, here a mistake to assert on."""
        return self.world.unknown

    @property
    def deployed(self) -> list[dict[str, bytes]]:
        """The sites that were deployed, each as path -> content."""
        return self.world.deployed

    def run(self, *, most: int = 50) -> list[Ran]:
        """Follow events until none is left; jobs that waited are tried again. Gives the runs that began or went on.

        Raises:
            WorkflowError: a mistake in one of main's workflow files, or more than `most` runs.
        """
        moved = [self._further(run) for run in list(self.waiting.values())]
        while self.hub.events:
            moved += self._event(self.hub.events.popleft())
            # A run that waits for a runner ends at once when it is cancelled.
            moved += [self._further(run) for number, run in list(self.waiting.items()) if self.hub.cancelled(number)]
            if len(moved) > most:
                raise WorkflowError(f"more than {most} runs: {[ran.workflow for ran in moved]}")
        return list({id(ran): ran for ran in moved}.values())

    def schedule(self, file: str) -> list[Ran]:
        """Run a workflow as its schedule would."""
        state = self.hub.state
        payload = {
            "schedule": "0 * * * *",
            "workflow": file,
            "repository": standin_shapes.repository(state),
            "sender": standin_shapes.user(state, state.owner),
        }
        self.hub.events.append(Event("schedule", None, payload, state.owner, "refs/heads/main", self.hub.main()))
        return self.run()

    def rerun(self, run_id: int, *, failed: bool = False) -> Ran:
        """Run a finished run again: all of it, or the jobs that failed and those that need them."""
        run, event = self.done.pop(run_id)
        attempt = self.hub.runs[run_id].attempt + 1
        self.hub.set_run(run_id, attempt=attempt)
        kept = {name for name, one in run.results.items() if failed and one["result"] == "success"}
        kept = {name for name in kept if run.workflow.ancestors(name) <= kept}
        again = self._prepared(run.workflow, event, run_id)
        again.ran = run.ran
        again.ran.attempt, again.ran.conclusion = attempt, None
        again.results = {name: run.results[name] for name in kept}
        for name, job in list(run.ran.jobs.items()):
            if not failed or (name.partition(" (")[0] not in kept and job.result != "success"):
                del run.ran.jobs[name]
        self.world.say(1, f"run {run_id} of {run.workflow.file} again, attempt {attempt}")
        return self._further(again)

    def _event(self, event: Event) -> list[Ran]:
        self.world.say(0, f"event {event.name}{f'/{event.action}' if event.action else ''} by {event.actor}")
        stranger = actions_events.from_fork(self.hub, event)
        commit = actions_events.commit_of(self.hub, event)
        found = []
        for file, content in actions_events.files(self.hub, commit):
            try:
                workflow = Workflow.read(file, content, commit, stranger=stranger)
            except WorkflowError as error:
                if not stranger:
                    raise
                self.world.say(1, f"{file} is refused: {error}")
                continue
            if actions_events.wants(self.hub, workflow, event):
                found.append(self._begin(workflow, event))
        return found

    def _begin(self, workflow: Workflow, event: Event) -> Ran:
        """Register a run and take it as far as it goes."""
        run = event.payload.get("workflow_run", {})
        pull = event.payload.get("pull_request", {}) if event.name == "pull_request" else {}
        run_id = self.hub.start_run(
            run_id=event.run_id,
            workflow=workflow.path,
            event=event.name,
            display_title=actions_events.title(event, workflow),
            head_branch=pull["head"]["ref"] if pull else event.ref.removeprefix("refs/heads/"),
            head_sha=pull["head"]["sha"] if pull else workflow.commit,
            actor=event.actor,
            # GitHub leaves the list empty for pull requests from forks.
            pull_requests=() if not pull or actions_events.from_fork(self.hub, event) else (event.payload["number"],),
            head_repository=pull["head"]["repo"]["full_name"] if pull else None,
        )
        prepared = self._prepared(workflow, event, run_id)
        self.ran.append(prepared.ran)
        self.hub.runs[run_id].display_title = prepared.ran.title
        after = f", after {run['name']}" if run else ""
        self.world.say(1, f"workflow {workflow.file}: run {run_id}, {prepared.ran.title!r}{after}")
        return self._further(prepared)

    def _prepared(self, workflow: Workflow, event: Event, run_id: int) -> Run:
        shown = self.hub.runs[run_id]
        github = actions_events.context(self.hub, event, workflow, run_id=run_id, number=shown.number, attempt=shown.attempt)
        inputs, fork = actions_events.inputs(workflow, event), actions_events.from_fork(self.hub, event)
        facts = Facts(self.world, workflow, run_id, shown.attempt, github, inputs, fork)
        ran = Ran(workflow.file, event.name, run_id, _named(facts, event), attempt=shown.attempt)
        ran.concurrency = concurrency(fill(workflow.plain.get("concurrency"), facts.scope("concurrency", facts.early)))
        run = Run(facts, ran)
        self.done[run_id] = (run, event)
        return run

    def _title(self, path: str, event: Event) -> str:
        """What a run that was only asked for will be called."""
        file = path.rpartition("/")[2]
        content = self.hub.state.repository.content(event.sha, path)
        workflow = Workflow.read(file, f"{content}\n".encode(), event.sha)
        github = actions_events.context(self.hub, event, workflow, run_id=0, number=0, attempt=1)
        return _named(Facts(self.world, workflow, 0, 1, github, actions_events.inputs(workflow, event), False), event)

    def _further(self, run: Run) -> Ran:
        """Take a run as far as it goes; one that ends is an event."""
        number = run.ran.run_id
        ended = run.advance()
        self._show_jobs(run)
        self.waiting.pop(number, None)
        if not ended:
            self.waiting[number] = run
            waiting = any(job.result == "waiting" for job in run.ran.jobs.values())
            self.hub.set_run(number, status="waiting" if waiting else "queued")
            return run.ran
        self.hub.set_run(number, status="completed", conclusion=run.ran.conclusion)
        self.world.say(1, f"workflow {run.workflow.file}: {run.ran.conclusion}")
        self.hub.events.append(self.hub.completed(number))
        return run.ran

    def _show_jobs(self, run: Run) -> None:
        """Tell the API of the jobs of a run; of a matrix only its parts are jobs."""
        for name, job in run.ran.jobs.items():
            if not any(True for _ in run.ran.spread(name)):
                open_ = job.result in OPEN
                status, conclusion = (job.result, None) if open_ else ("completed", job.result)
                self.hub.set_job(run.ran.run_id, job.title or name, status=status, conclusion=conclusion, labels=job.labels)


def _named(facts: Facts, event: Event) -> str:
    """What a run is called: its `run-name`, or what GitHub takes in its place."""
    named = as_text(fill(facts.workflow.plain.get("run-name", ""), facts.scope("run-name", facts.early))).strip()
    return named or actions_events.title(event, facts.workflow)
