"""What the workflows may do, read from their files: pinned actions, one line a step, no right that nobody needs.

zizmor, actionlint and the schemas (`make lint`) say what is wrong in general; this says what is agreed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[2] / ".github"
FILES = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("workflows/*"))}
ACTIONS = {path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("actions/*/*"))}

PERMISSIONS = {
    "check.yml": {"check": {"contents": "read"}},
    "ci.yml": {"test": {"contents": "read"}},
    "command.yml": {
        "command": {"contents": "read", "pull-requests": "write", "issues": "write", "actions": "write", "statuses": "write"}
    },
    "pages.yml": {"build": {"contents": "read"}, "deploy": {"pages": "write", "id-token": "write"}},
    "record.yml": {
        "collect": {"contents": "read", "actions": "read", "attestations": "read"},
        "record": {"contents": "write", "pull-requests": "write", "actions": "write", "attestations": "read"},
    },
    "referee.yml": {
        "plan": {"contents": "read", "pull-requests": "write", "statuses": "write", "actions": "read"},
        "train": {},
        "judge": {"contents": "read", "actions": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "report": {"contents": "read", "pull-requests": "write", "statuses": "write", "actions": "write"},
    },
    "rejudge.yml": {"rejudge": {"contents": "read", "actions": "write"}},
    "sweep.yml": {"sweep": {"contents": "read", "pull-requests": "write", "actions": "read"}},
    "welcome.yml": {"welcome": {"contents": "read", "pull-requests": "write", "actions": "read", "statuses": "read"}},
}
"""workflow -> job -> what its token may; the rights of a league are these and no others"""

LOCAL = "$/.github/actions/referee"
"""of the commit whose workflow runs, whatever is checked out"""
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+|\$/\.github/actions/[a-z-]+")
ARGUMENT = r"""(?: [\w./:=@,+-]+| '[\w./:=@,+\[\]-]+'| "[\w./:=@,+\[\]-]*(?:\$[A-Z_]+[\w./-]*)?")"""
RUNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:python -m )?referee ci [a-z-]+{ARGUMENT}*",
        rf"python -m pip install{ARGUMENT}+",
        r"python -m mkdocs build --strict",
        r"bash \.ci/run",
        r"sudo sysctl --write kernel\.apparmor_restrict_unprivileged_userns=0",
    )
)
HOSTED = re.compile(r"ubuntu-[0-9]{2}\.[0-9]{2}")
SECRET = re.compile(r"\bsecrets\b|\bgithub\s*(?:\.\s*token|\[\s*'token')|\btoJSON\(\s*github\s*\)", re.IGNORECASE)
OWN = {"main", "${{ needs.plan.outputs.base }}"}
"""what a checkout may name where the token may write; the base is the commit of main that planned the run"""
LONGEST = 360
"""minutes that a hosted job may take"""


def read(text: str) -> dict[str, Any]:
    """A workflow or an action, every scalar as it is written: `on` is no truth value here."""
    content: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    return content


def jobs(text: str) -> dict[str, dict[str, Any]]:
    """Id -> job; an action counts as one."""
    content = read(text)
    return content["jobs"] if "jobs" in content else {"action": content["runs"]}


def steps(text: str) -> Iterator[dict[str, Any]]:
    """Every step of every job."""
    for job in jobs(text).values():
        yield from job.get("steps", ())


def triggers(text: str) -> set[str]:
    """What starts a workflow."""
    on = read(text).get("on", ())
    return {on} if isinstance(on, str) else set(on)


def self_hosted(job: dict[str, Any]) -> bool:
    """Whether a job runs on anything but a machine of GitHub's that is named outright."""
    where = job.get("runs-on")
    return where is not None and not (isinstance(where, str) and HOSTED.fullmatch(where))


def unpinned(text: str) -> list[str]:
    """Actions that another may change, or that are not GitHub's own."""
    written = re.findall(r"""\buses["']?\s*:\s*(.*)""", text)
    read_uses = [one["uses"] for one in (*steps(text), *jobs(text).values()) if "uses" in one]
    hidden = [] if len(written) == len(read_uses) else [f"{len(read_uses)} actions on {len(written)} lines"]
    return hidden + [uses for uses in written if not PINNED.fullmatch(uses)]


def long_winded(text: str) -> list[str]:
    """Steps that do more than call what is tested."""
    return [step["run"] for step in steps(text) if "run" in step and not any(one.fullmatch(step["run"]) for one in RUNS)]


def shells(text: str) -> list[str]:
    """Anything that changes what interprets a step's line."""
    named = [step["shell"] for step in steps(text) if step.get("shell", "bash") != "bash"]
    return named + [place for place in (read(text), *jobs(text).values()) if "defaults" in place]


def injections(text: str) -> list[str]:
    """Steps into whose line something is written before the shell reads it."""
    return [step["run"] for step in steps(text) if "${{" in step.get("run", "")]


def forbidden_triggers(text: str) -> list[str]:
    """Triggers that give strangers' code the league's rights."""
    return sorted(triggers(text) & {"pull_request_target"})


def unasked_rights(text: str, expected: dict[str, dict[str, str]]) -> list[str]:
    """Where the rights of a workflow are not those of the table, or not the jobs' own."""
    at_the_top = [] if read(text).get("permissions") == {} else ["the workflow grants something to every job"]
    given = {name: job.get("permissions", "whatever the workflow has") for name, job in jobs(text).items()}
    named = given.keys() | expected.keys()
    differing = [name for name in sorted(named) if given.get(name) != expected.get(name)]
    return at_the_top + [f"{name}: {given.get(name)}, expected {expected.get(name)}" for name in differing]


def endless(text: str) -> list[str]:
    """Jobs without a limit, or hosted ones with one that GitHub doesn't keep."""
    return [name for name, job in jobs(text).items() if not _limited(job)]


def _limited(job: dict[str, Any]) -> bool:
    minutes = job.get("timeout-minutes", "")
    if minutes.startswith("${{"):
        return self_hosted(job)
    return minutes.isdecimal() and int(minutes) <= LONGEST


def entrusted(text: str) -> list[str]:
    """Self-hosted jobs with a right, a secret or a token, and those that no reviewer of an environment lets through."""
    machines = {name: job for name, job in jobs(text).items() if self_hosted(job)}
    shared = _secrets(read(text).get("env", {})) if machines else []
    with_rights = [name for name, job in machines.items() if job.get("permissions") != {}]
    unguarded = [name for name, job in machines.items() if "environment" not in job]
    return shared + with_rights + unguarded + [one for job in machines.values() for one in _secrets(job)]


def _secrets(value: Any) -> list[str]:
    """Every scalar or key below a value that speaks of a secret."""
    if isinstance(value, dict):
        return [found for key, one in value.items() for found in (*_secrets(key), *_secrets(one))]
    if isinstance(value, list):
        return [found for one in value for found in _secrets(one)]
    return [value] if SECRET.search(value) else []


def strangers_code(text: str) -> list[str]:
    """Where a workflow that may write would check out something else than the league's own branch."""
    if not any(_writes(job) for job in jobs(text).values()):
        return []
    used = [step.get("with", {}) for step in steps(text) if step.get("uses", "").startswith("actions/checkout@")]
    fetched = [one["ref"] for one in used if "ref" in one and one["ref"] not in OWN]
    return fetched + [one["repository"] for one in used if "repository" in one] + sorted(triggers(text) & {"pull_request"})


def _writes(job: dict[str, Any]) -> bool:
    rights = job.get("permissions", "write-all")
    return "write" in rights.values() if isinstance(rights, dict) else rights != "read-all"


def unexplained(text: str) -> list[str]:
    """Findings of zizmor that are switched off without a reason."""
    return [line.strip() for line in text.splitlines() if re.search(r"zizmor: ignore\[[^\]]*\]\s*$", line)]


@pytest.mark.parametrize("name", FILES | ACTIONS)
def test_actions_are_pinned(name):
    """To the hash of a commit, with the version that it was, and all are GitHub's own."""
    assert unpinned((FILES | ACTIONS)[name]) == []


@pytest.mark.parametrize("name", FILES | ACTIONS)
def test_a_step_is_one_line(name):
    """That calls the referee, or what a developer calls; everything else is tested Python."""
    assert long_winded((FILES | ACTIONS)[name]) == []
    assert shells((FILES | ACTIONS)[name]) == []


@pytest.mark.parametrize("name", FILES | ACTIONS)
def test_nothing_is_written_into_a_line(name):
    """A title or a branch's name reaches a step by its environment alone."""
    assert injections((FILES | ACTIONS)[name]) == []


@pytest.mark.parametrize("name", FILES)
def test_no_workflow_runs_for_a_pull_request_with_rights(name):
    """`pull_request_target` is not used."""
    assert forbidden_triggers(FILES[name]) == []


@pytest.mark.parametrize("name", FILES)
def test_a_job_may_what_the_table_says(name):
    """Nothing by the workflow, and each job what it needs."""
    assert unasked_rights(FILES[name], PERMISSIONS[Path(name).name]) == []


@pytest.mark.parametrize("name", FILES)
def test_every_job_ends(name):
    """By a limit of its own; the time of a class is computed."""
    assert endless(FILES[name]) == []


@pytest.mark.parametrize("name", FILES)
def test_a_lent_machine_is_trusted_with_nothing(name):
    """No right, no secret, no token; and a reviewer of its environment lets the job through."""
    assert entrusted(FILES[name]) == []


@pytest.mark.parametrize("name", FILES)
def test_who_may_write_runs_the_leagues_own_code(name):
    """No checkout of a pull request's head where the token may write."""
    assert strangers_code(FILES[name]) == []


@pytest.mark.parametrize("name", FILES | ACTIONS)
def test_an_exception_has_its_reason(name):
    """Beside the finding that is switched off."""
    assert unexplained((FILES | ACTIONS)[name]) == []


def test_the_table_names_every_workflow():
    """A new workflow needs its rights written down; a machine is lent by one of them."""
    assert {Path(name).name for name in FILES} == set(PERMISSIONS)
    assert any(self_hosted(job) for text in FILES.values() for job in jobs(text).values())


CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"
HONEST = f"""
on: {{workflow_dispatch: {{inputs: {{commit: {{required: true, type: string}}}}}}}}
permissions: {{}}
jobs:
  plan:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions: {{contents: read, statuses: write}}
    steps:
      - uses: {CHECKOUT} # v7.0.1
        with: {{persist-credentials: false}}
      - run: python -m pip install --constraint constraints.txt '.[judge,ci]'
      - run: referee ci plan --out "$RUNNER_TEMP/plan"
        env: {{COMMIT: "${{{{ inputs.commit }}}}", GITHUB_TOKEN: "${{{{ github.token }}}}"}}
  train:
    needs: plan
    runs-on: "${{{{ fromJSON(needs.plan.outputs.labels) }}}}"
    timeout-minutes: ${{{{ fromJSON(needs.plan.outputs.minutes) }}}}
    environment: runner
    permissions: {{}}
    steps:
      - uses: {LOCAL}
      - run: python -m referee ci train
"""
RIGHTS = {"plan": {"contents": "read", "statuses": "write"}, "train": {}}
CHECKS: dict[str, Callable[[str], list[Any]]] = {
    check.__name__: check
    for check in (
        unpinned,
        long_winded,
        shells,
        injections,
        forbidden_triggers,
        endless,
        entrusted,
        strangers_code,
        unexplained,
    )
} | {"unasked_rights": lambda text: unasked_rights(text, RIGHTS)}

CHANGES = [
    ("unpinned", f"{CHECKOUT} # v7.0.1", "actions/checkout@v7.0.1"),
    ("unpinned", f"{CHECKOUT} # v7.0.1", CHECKOUT),
    ("unpinned", f"{CHECKOUT} # v7.0.1", f"{CHECKOUT[:-1]} # v7.0.1"),
    ("unpinned", "actions/checkout@", "golfer/checkout@"),
    ("unpinned", LOCAL, "./.github/actions/referee"),
    ("unpinned", LOCAL, "docker://alpine:3"),
    ("unpinned", "- uses: $", '- "us\\x65s": $'),
    ("long_winded", "referee ci train", "referee train digits/adam"),
    ("long_winded", "referee ci train", "referee ci train; id"),
    ("long_winded", "referee ci train", "referee ci train && id"),
    ("long_winded", "referee ci train", "referee ci train $(id)"),
    ("long_winded", "referee ci train", "referee ci train `id`"),
    ("long_winded", "referee ci train", "referee ci train > ../out"),
    ("long_winded", '"$RUNNER_TEMP/plan"', "$RUNNER_TEMP/plan"),
    ("long_winded", "run: python -m referee ci train", "run: |\n          referee ci train"),
    ("long_winded", "run: python -m referee ci train", "run: curl https://example.org"),
    ("long_winded", "'.[judge,ci]'", "--index-url 'https://example.org?a'"),
    ("shells", "run: python -m referee ci train", "run: python -m referee ci train\n        shell: python {0}"),
    ("shells", "permissions: {}\njobs", "permissions: {}\ndefaults: {run: {shell: sh}}\njobs"),
    ("injections", "referee ci train", "referee ci train ${{ inputs.commit }}"),
    ("forbidden_triggers", "on: {workflow_dispatch:", "on: {pull_request_target: {}, workflow_dispatch:"),
    ("unasked_rights", "permissions: {}\njobs", "permissions: read-all\njobs"),
    ("unasked_rights", "permissions: {}\njobs", "jobs"),
    ("unasked_rights", "statuses: write}", "statuses: write, issues: write}"),
    ("unasked_rights", "permissions: {contents: read, statuses: write}", "env: {}"),
    ("unasked_rights", "  train:", "  more: {runs-on: ubuntu-24.04}\n  train:"),
    ("unasked_rights", "  train:", "  trains:"),
    ("endless", "timeout-minutes: 10", "name: plan"),
    ("endless", "timeout-minutes: 10", "timeout-minutes: 3600"),
    ("endless", "timeout-minutes: 10", "timeout-minutes: ${{ fromJSON(inputs.commit) }}"),
    ("entrusted", "    permissions: {}\n", "    permissions: {contents: read}\n"),
    ("entrusted", "    permissions: {}\n", ""),
    ("entrusted", "    environment: runner\n", ""),
    ("entrusted", "runs-on: ubuntu-24.04", "runs-on: [self-hosted, mlgolf-laptop]"),
    ("entrusted", "    environment: runner", "    environment: runner\n    env: {KEY: '${{ secrets.KEY }}'}"),
    ("entrusted", "    environment: runner", "    environment: runner\n    env: {KEY: '${{ github.token }}'}"),
    ("entrusted", "    environment: runner", "    environment: runner\n    env: {KEY: \"${{ github['token'] }}\"}"),
    ("entrusted", "    environment: runner", "    environment: runner\n    env: {ALL: '${{ toJSON(github) }}'}"),
    ("entrusted", "    environment: runner", "    environment: runner\n    secrets: inherit"),
    ("entrusted", "permissions: {}\njobs", "permissions: {}\nenv: {KEY: '${{ secrets.KEY }}'}\njobs"),
    ("strangers_code", "persist-credentials: false", "ref: '${{ inputs.commit }}'"),
    ("strangers_code", "persist-credentials: false", "ref: refs/pull/1/head"),
    ("strangers_code", "persist-credentials: false", "repository: golfer/league"),
    ("strangers_code", "on: {workflow_dispatch:", "on: {pull_request: {}, workflow_dispatch:"),
    ("unexplained", "# v7.0.1", "# v7.0.1 # zizmor: ignore[artipacked]"),
]


@pytest.mark.parametrize("check", CHECKS)
def test_an_honest_workflow_passes(check):
    """Each check has something to let through."""
    assert CHECKS[check](HONEST) == []


@pytest.mark.parametrize(("check", "old", "new"), CHANGES)
def test_a_fault_is_found(check, old, new):
    """Each check can fail."""
    assert HONEST.count(old) == 1
    assert CHECKS[check](HONEST.replace(old, new)) != []


def test_every_check_can_fail():
    """No check is without its fault."""
    assert {check for check, _, _ in CHANGES} == set(CHECKS)
