"""A run of a workflow: its jobs in the order of their needs, as far as runners and reviewers let them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions_expressions import condition, fill
from actions_job import Job
from actions_matrix import combinations, shown
from actions_ran import JobRan, Ran
from actions_values import WorkflowError, as_text, truth
from actions_workflow import in_order
from actions_world import Facts

OPEN = ("queued", "waiting")


class Run:
    """A run that is under way; `advance` takes it as far as it goes."""

    def __init__(self, facts: Facts, ran: Ran) -> None:
        self.facts, self.ran, self.workflow = facts, ran, facts.workflow
        self.results: dict[str, dict[str, Any]] = {}
        """job -> its result and outputs, once all of it is done"""

    def advance(self) -> bool:
        """Run each job whose needs are done; true if none is left."""
        for name in in_order(self.workflow):
            if name not in self.results and set(self.workflow.needs(name)) <= set(self.results):
                self._job(name)
        if len(self.results) < len(self.workflow.jobs):
            return False
        results = [one["result"] for one in self.results.values()]
        found = [result for result in ("failure", "cancelled", "success") if result in results]
        self.ran.conclusion = found[0] if found else "skipped"
        return True

    def _job(self, name: str) -> None:
        plain, facts = self.workflow.jobs[name], self.facts
        contexts = {**facts.early, "needs": {need: self.results[need] for need in self.workflow.needs(name)}}
        if not condition(plain.get("if"), facts.scope("jobs.if", contexts, self._status(name))):
            result = "cancelled" if self._cancelled() else "skipped"
            self.ran.jobs[name] = JobRan(result)
            self.results[name] = {"result": result, "outputs": {}}
            facts.world.say(2, f"job {name}: {result}")
            return
        try:
            strategy = fill(plain.get("strategy", {}), facts.scope("jobs.strategy", contexts))
            parts = self._parts(name, strategy, contexts)
        except WorkflowError as error:
            if not facts.fork:
                raise
            facts.world.say(2, f"job {name}: {error}")
            parts = [JobRan("failure")]
        self.ran.jobs[name] = self._together(parts)
        if not any(part.result in OPEN for part in parts):
            self.results[name] = {"result": self.ran.jobs[name].result, "outputs": self.ran.jobs[name].outputs}

    def _parts(self, name: str, strategy: Mapping[str, Any], contexts: Mapping[str, Any]) -> list[JobRan]:
        """Run the jobs of a matrix one after another, or the only one."""
        spread = combinations(strategy["matrix"]) if "matrix" in strategy else [{}]
        parts: list[JobRan] = []
        # A job that begins in spite of a cancellation runs to its end.
        before = self._cancelled()
        for index, combination in enumerate(spread):
            label = shown(name, combination) if "matrix" in strategy else name
            known = {
                "matrix": combination,
                "strategy": {
                    "job-index": index,
                    "job-total": len(spread),
                    "fail-fast": strategy.get("fail-fast", True),
                    "max-parallel": strategy.get("max-parallel", len(spread)),
                },
            }
            earlier = self.ran.jobs.get(label)
            if earlier is None or earlier.result in OPEN:
                stop = known["strategy"]["fail-fast"] and any(part.result == "failure" for part in parts)
                stop = stop or (self._cancelled() and not before)
                earlier = JobRan("cancelled") if stop else self._start(name, label, {**contexts, **known})
                self.ran.jobs[label] = earlier
            parts.append(earlier)
        return parts

    def _start(self, name: str, label: str, contexts: Mapping[str, Any]) -> JobRan:
        """Run a job, if a reviewer and a runner let it."""
        world, plain = self.facts.world, self.workflow.jobs[name]
        keys = ("runs-on", "environment", "concurrency", "timeout-minutes", "continue-on-error")
        # The address of an environment is shown when the job is over, and sees its steps.
        early = {key: plain[key] for key in keys if key in plain}
        early["name"] = label.replace(name, plain.get("name", name), 1) if "${{" not in plain.get("name", "") else plain["name"]
        if isinstance(early.get("environment"), Mapping):
            early["environment"] = early["environment"]["name"]
        seen = fill(early, self.facts.scope("jobs", contexts))
        ran = JobRan("queued", matrix=contexts["matrix"], environment=seen.get("environment") or None)
        ran.title = as_text(seen["name"])
        ran.labels, ran.group = _labels(seen["runs-on"])
        ran.concurrency = concurrency(seen.get("concurrency"))
        ran.permissions = self.workflow.permissions(name, fork=self.facts.fork)
        ran.minutes = seen.get("timeout-minutes", ran.minutes)
        if isinstance(ran.minutes, bool) or not isinstance(ran.minutes, (int, float)) or ran.minutes <= 0:
            raise WorkflowError(f"{self.workflow.file}: job {label}: timeout-minutes is {ran.minutes!r}")
        agreed = True if ran.environment is None else world.on_environment(ran.environment)
        ran.runner = world.runner(ran.labels)
        if agreed and ran.runner is not None:
            world.say(2, f"job {label} on {ran.runner}, permissions {ran.permissions}")
            Job(self.facts, name, contexts, ran).run()
        elif not agreed:
            ran.result = "waiting" if agreed is None else "failure"
        if ran.result == "failure" and truth(seen.get("continue-on-error")):
            ran.result = "success"
        world.say(2, f"job {label}: {ran.result}")
        return ran

    def _together(self, parts: list[JobRan]) -> JobRan:
        """What the jobs of a matrix are to those that need them."""
        if len(parts) == 1:
            return parts[0]
        order = (*OPEN, "failure", "cancelled", "success")
        result = next(result for result in order if any(part.result == result for part in parts))
        outputs: dict[str, str] = {}
        for part in parts:
            outputs.update({name: value for name, value in part.outputs.items() if value or name not in outputs})
        return JobRan(result, outputs=outputs)

    def _cancelled(self) -> bool:
        return bool(self.facts.world.hub.cancelled(self.facts.run_id))

    def _status(self, name: str) -> dict[str, Any]:
        """The functions of a job's `if`: about all the jobs before it, also those that it does not name."""
        before = [self.results[one]["result"] for one in self.workflow.ancestors(name)]
        cancelled = self._cancelled()
        return {
            "success": lambda: not cancelled and all(result == "success" for result in before),
            "failure": lambda: not cancelled and "failure" in before,
            "cancelled": lambda: cancelled,
            "always": lambda: True,
        }


def _labels(runs_on: Any) -> tuple[list[str], str | None]:
    group = None
    if isinstance(runs_on, Mapping):
        group, runs_on = runs_on.get("group"), runs_on.get("labels", [])
    labels = [runs_on] if isinstance(runs_on, str) else runs_on
    if not isinstance(labels, list) or not all(isinstance(label, str) and label for label in labels):
        raise WorkflowError(f"runs-on is {runs_on!r}")
    return labels, group


def concurrency(value: Any) -> dict[str, Any] | None:
    """`concurrency` as a mapping."""
    if value is None:
        return None
    return dict(value) if isinstance(value, Mapping) else {"group": str(value)}
