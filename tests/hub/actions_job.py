"""A job of a run: its machine, its token, and its steps in order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import actions_commands as commands
import actions_installs as installs
import actions_uses as uses
from actions_call import ActionFailed, Call
from actions_composite import Composite
from actions_expressions import condition, fill
from actions_place import Place
from actions_ran import JobRan, StepRan
from actions_values import WorkflowError, as_text, truth
from actions_world import Facts

LARGEST_SUMMARY = 2**20
"""bytes of a step's summary; a larger one is not shown at all"""


@dataclass
class Frame:
    """Steps that see each other: those of a job, or of one composite action."""

    place: str
    """what of SEEN says what they see"""
    env: dict[str, str]
    inputs: Mapping[str, Any]
    steps: dict[str, Any] = field(default_factory=dict)
    """their context"""
    failed: bool = False
    action_path: Path | None = None


class Job:
    """One job, or one of a matrix."""

    def __init__(self, facts: Facts, name: str, contexts: Mapping[str, Any], ran: JobRan) -> None:
        self.facts, self.name, self.ran = facts, name, ran
        self.world, self.plain = facts.world, facts.workflow.jobs[name]
        self.contexts = dict(contexts)
        self.cancelled = False
        self.spared = facts.world.hub.cancelled(facts.run_id)
        """whether it began in spite of a cancellation; then it runs to its end"""
        number = sum(1 for _ in self.world.folder.glob(f"{facts.run_id}-*"))
        self.place = Place(self.world.folder / f"{facts.run_id}-{number}-{name}")
        ran.workspace = self.place.workspace
        self._contexts()

    def _contexts(self) -> None:
        world, facts = self.world, self.facts
        self.token = world.hub.token(self.ran.permissions)
        secrets = {} if facts.fork else {**world.secrets, **world.environment_secrets.get(self.ran.environment or "", {})}
        for secret in [self.token, *secrets.values()]:
            self.place.hide(secret)
        self.event_file = self.place.temp / "_github_workflow" / "event.json"
        self.event_file.parent.mkdir()
        self.event_file.write_text(json.dumps(facts.github["event"], indent=2))
        self.contexts["github"] = {
            **facts.github,
            "token": self.token,
            "job": self.name,
            "workspace": str(self.place.workspace),
            "event_path": str(self.event_file),
            "action": "__run",
            "action_path": "",
        }
        self.contexts["secrets"] = {**secrets, "GITHUB_TOKEN": self.token}
        self.contexts["runner"] = {
            "name": self.ran.runner,
            "os": "Linux",
            "arch": "X64",
            "temp": str(self.place.temp),
            "tool_cache": str(self.place.folder / "tools"),
            "environment": "github-hosted" if self.ran.runner == "GitHub Actions 1" else "self-hosted",
        }

    def run(self) -> None:
        """Run the steps; fill `ran`."""
        workflow, scope = self.facts.workflow, self.facts.scope
        env = fill(workflow.plain.get("env", {}), scope("env", self.contexts))
        env |= fill(self.plain.get("env", {}), scope("jobs.env", self.contexts))
        frame = Frame("steps", {name: as_text(value) for name, value in env.items()}, self.facts.inputs)
        self.steps(self.plain["steps"], frame)
        self.ran.result = "cancelled" if self.cancelled else "failure" if frame.failed else "success"
        outputs = fill(self.plain.get("outputs", {}), scope("jobs.outputs", self._seen(frame)))
        for name, value in outputs.items():
            if self.place.shown(as_text(value)) != as_text(value):
                self.world.say(3, f"Skip output '{name}' since it may contain secret.")
            else:
                self.ran.outputs[name] = as_text(value)

    def steps(self, steps: list[Mapping[str, Any]], frame: Frame) -> None:
        """Run steps of a job or of a composite action, each if its `if` holds."""
        for plain in steps:
            self.cancelled = not self.spared and self.world.hub.cancelled(self.facts.run_id)
            ran = StepRan(_shown(plain), "skipped", "skipped")
            if condition(plain.get("if"), self.facts.scope(_if(frame.place), self._seen(frame), self._status(frame))):
                self._step(plain, frame, ran)
            self.ran.steps.append(ran)
            if "id" in plain:
                frame.steps[plain["id"]] = {"outputs": ran.outputs, "outcome": ran.outcome, "conclusion": ran.conclusion}
            frame.failed = frame.failed or ran.conclusion == "failure"
            self.world.say(3, f"step {ran.name}: {ran.conclusion}")
            self.world.say(4, ran.stdout + ran.stderr)

    def _status(self, frame: Frame) -> dict[str, Any]:
        return {
            "success": lambda: not frame.failed and not self.cancelled,
            "failure": lambda: frame.failed and not self.cancelled,
            "cancelled": lambda: self.cancelled,
            "always": lambda: True,
            "hashfiles": lambda *patterns: "0" * 64,
        }

    def _seen(self, frame: Frame, env: Mapping[str, str] = {}) -> dict[str, Any]:
        status = "cancelled" if self.cancelled else "failure" if frame.failed else "success"
        github = {**self.contexts["github"], "action_path": str(frame.action_path or "")}
        known = {**self.contexts, "github": github, "inputs": frame.inputs, "steps": frame.steps, "job": {"status": status}}
        return {**known, "env": {**frame.env, **self.place.environment, **env}}

    def _step(self, plain: Mapping[str, Any], frame: Frame, ran: StepRan) -> None:
        functions = {"hashfiles": self._status(frame)["hashfiles"]}
        scope = self.facts.scope(frame.place, self._seen(frame), functions)
        own = {name: as_text(value) for name, value in fill(plain.get("env", {}), scope).items()}
        scope = self.facts.scope(frame.place, self._seen(frame, own), functions)
        seen = fill({key: plain[key] for key in plain if key not in ("if", "env", "id")}, scope)
        env = {**frame.env, **self.place.environment, **own}
        try:
            ran.outcome = self._script(seen, env, ran, frame) if "run" in seen else self._action(seen, env, ran, frame)
        except ActionFailed as error:
            ran.outcome, ran.stdout = "failure", ran.stdout + self.place.shown(f"Error: {error}\n")
            self.ran.annotations.append(commands.Annotation("error", self.place.shown(str(error))))
        ran.conclusion = "success" if truth(seen.get("continue-on-error")) else ran.outcome

    def _script(self, seen: Mapping[str, Any], env: Mapping[str, str], ran: StepRan, frame: Frame) -> str:
        files = self.place.command_files()
        blocks = [one.get("defaults", {}).get("run", {}) for one in (self.facts.workflow.plain, self.plain)]
        defaults = {**blocks[0], **blocks[1]} if frame.place == "steps" else {}
        directory = self.place.workspace / seen.get("working-directory", defaults.get("working-directory", "."))
        script = installs.without(as_text(seen["run"]), directory, self.world.project)
        action = {"GITHUB_ACTION_PATH": str(frame.action_path)} if frame.action_path else {}
        variables = self.place.variables({**self.world.environment, **env, **self._defaults(files), **action})
        minutes = float(seen.get("timeout-minutes", self.ran.minutes))
        done = self.place.run(script, seen.get("shell", defaults.get("shell")), directory, variables, 60 * minutes)
        told = commands.listen(done.stdout, done.stderr)
        for secret in told.masks:
            self.place.hide(secret)
        ran.rc, ran.stdout, ran.stderr = done.rc, self.place.shown(done.stdout), self.place.shown(done.stderr)
        ran.summary = self.place.shown(files["step_summary"].read_text(errors="replace"))
        if len(ran.summary.encode()) > LARGEST_SUMMARY:
            told.annotations.insert(0, commands.Annotation("error", "$GITHUB_STEP_SUMMARY upload aborted: more than 1024k"))
            ran.summary = ""
        ran.commands = [self.place.shown(line) for line in told.obeyed]
        self.ran.annotations += [replace(one, message=self.place.shown(one.message)) for one in told.kept()]
        try:
            ran.outputs = {**told.outputs, **commands.pairs(files["output"].read_text(errors="replace"), "output")}
            self.place.remember(commands.pairs(files["env"].read_text(errors="replace"), "env"), files["path"].read_text())
        except WorkflowError as error:
            raise ActionFailed(str(error)) from None
        return "success" if done.rc == 0 and not told.refused else "failure"

    def _action(self, seen: Mapping[str, Any], env: Mapping[str, str], ran: StepRan, frame: Frame) -> str:
        inputs = {name: as_text(value) for name, value in seen.get("with", {}).items()}
        if seen["uses"].startswith(("./", "$/")):
            return self._composite(seen["uses"], inputs, env, ran)
        github = self._seen(frame)["github"]
        call = Call(
            self.world.hub,
            self.place,
            self.facts.run_id,
            github,
            self.ran.permissions,
            inputs,
            self.ran.environment,
            self.world.deployed,
        )
        try:
            ran.outputs = uses.follow(seen["uses"], call)
        finally:
            ran.stdout = self.place.shown("".join(f"{line}\n" for line in call.said))
        return "success"

    def _composite(self, path: str, inputs: Mapping[str, str], env: Mapping[str, str], ran: StepRan) -> str:
        """An action of the repository: `./` is what the workspace holds, `$/` this repository at the commit that runs."""
        root = self.place.workspace if path.startswith("./") else self._own(path.removeprefix("$/"))
        action = Composite.read(root / path.removeprefix("$/"), stranger=self.facts.fork)
        inside = Frame("composite", dict(env), action.inputs(inputs), action_path=action.folder)
        self.steps(action.steps, inside)
        scope = self.facts.scope("composite", self._seen(inside))
        ran.outputs = {name: as_text(value) for name, value in fill(action.outputs, scope).items()}
        return "failure" if inside.failed else "success"

    def _own(self, path: str) -> Path:
        """Lay out an action of the commit that runs, as the runner does; gives the folder in which its path lies."""
        root, file = self.place.folder / "_actions", f"{path}/action.yml"
        content = self.world.hub.state.repository.content(self.facts.workflow.commit, file)
        if content is not None:
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(content + "\n")
        return root

    def _defaults(self, files: Mapping[str, Path]) -> dict[str, str]:
        """The variables that GitHub sets for every step; a script can change none of them."""
        github, runner = self.contexts["github"], self.contexts["runner"]
        names = """action actor actor_id api_url base_ref event_name event_path graphql_url head_ref job ref ref_name
            ref_protected ref_type repository repository_id repository_owner repository_owner_id retention_days
            run_attempt run_id run_number server_url sha triggering_actor workflow workflow_ref workflow_sha workspace"""
        return {
            "GITHUB_ACTIONS": "true",
            **{f"GITHUB_{name.upper()}": as_text(github[name]) for name in names.split()},
            **{f"GITHUB_{name.upper()}": str(file) for name, file in files.items()},
            **{f"RUNNER_{name.upper()}": as_text(value) for name, value in runner.items()},
            "RUNNER_TRACKING_ID": f"github_{self.facts.run_id}-{datetime.now(UTC):%H%M%S%f}",
        }


def _shown(plain: Mapping[str, Any]) -> str:
    first = plain.get("id") or plain.get("name") or plain.get("uses", "").partition("@")[0]
    return str(first or as_text(plain["run"]).strip().splitlines()[0])


def _if(place: str) -> str:
    return "steps.if" if place == "steps" else place
