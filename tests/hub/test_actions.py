"""The follower of workflow files: small workflows in the stand-in, each for one thing that GitHub does with it."""

from __future__ import annotations

import io
import json
import textwrap
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from actions import Actions, Ran, WorkflowError
from standin import Event, GitHub

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
UPLOAD = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0"
DOWNLOAD = "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1"
ATTEST = "actions/attest@1e69f48acb82d1966a394da916b4c1698aa569d6 # v4.2.2"
UPLOAD_PAGES = "actions/upload-pages-artifact@fc324d3547104276b827a68afc52ff2a11cc49c9 # v5.0.0"
DEPLOY_PAGES = "actions/deploy-pages@cd2ce8fcbc39b97be8ca5fce6e763baed58fa128 # v5.0.0"
COMMENT = """
import json, os, urllib.request
url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/issues/1/comments"
body, headers = json.dumps({"body": "from a job"}).encode(), {"Authorization": f"Bearer {os.environ['TOKEN']}"}
try:
    print(urllib.request.urlopen(urllib.request.Request(url, body, headers)).status)
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
    raise SystemExit(1)
"""
ENTRY = {"submissions/line/mine/train.py": "print('mine')\n"}


def steps(*lines: str) -> str:
    """Steps of a job, each a script or, with `uses:` before it, an action."""
    return "".join(
        f"\n      - {line if line.startswith(('uses:', 'id:', 'if:', 'name:')) else 'run: ' + line}" for line in lines
    )


def workflow(on: str, *lines: str, above: str = "", job: str = "") -> str:
    """A workflow of one job."""
    extra = "".join(f"    {line}\n" for line in job.splitlines())
    return f"on: {on}\n{above}\njobs:\n  one:\n    runs-on: ubuntu-latest\n{extra}    steps:{steps(*lines)}\n"


Start = Callable[..., tuple[GitHub, Actions]]


@pytest.fixture
def start(tmp_path) -> Iterator[Start]:
    """Starts a repository with some workflow files, and who follows them; in the end nothing contradicted GitHub's document."""
    hubs = []

    def begin(files: Mapping[str, str], **settings) -> tuple[GitHub, Actions]:
        root = tmp_path / "files"
        for name, text in {"README.md": "A league\n", "tool.py": COMMENT, **files}.items():
            path = root / (f".github/workflows/{name}" if name.endswith(".yml") and "/" not in name else name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        hub = GitHub(tmp_path / "hub", files=root)
        hubs.append(hub)
        hub.__enter__()
        hub.add_user("host", "admin")
        return hub, Actions(hub, tmp_path / "jobs", **settings)

    yield begin
    for hub in hubs:
        hub.__exit__(None, None, None)
        assert hub.violations == []


@pytest.fixture
def once(start) -> Callable[..., Ran]:
    """Follows one workflow after a push to main; gives its run."""

    def push(text: str, **settings) -> Ran:
        hub, actions = start({"only.yml": text}, **settings)
        hub.commit("host", {"new.txt": "new\n"})
        (ran,) = actions.run()
        assert actions.unknown == []
        return ran

    return push


def test_a_script_sees_what_github_sets_and_nothing_of_the_tests(once, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_TESTS", "x")
    ran = once(
        workflow("push", "env", above="env: {A: file, B: file}", job="env: {B: job}\nname: x"), environment={"LEAGUE": "yes"}
    )
    seen = dict(line.partition("=")[::2] for line in ran.jobs["one"].steps[0].stdout.splitlines())
    assert ran.conclusion == "success" and "SECRET_OF_THE_TESTS" not in seen and "GITHUB_TOKEN" not in seen
    assert (seen["A"], seen["B"], seen["CI"], seen["GITHUB_ACTIONS"], seen["LEAGUE"]) == ("file", "job", "true", "true", "yes")
    assert (seen["GITHUB_REPOSITORY"], seen["GITHUB_REF"], seen["GITHUB_EVENT_NAME"]) == (
        "golf/league",
        "refs/heads/main",
        "push",
    )
    assert (seen["GITHUB_RUN_ATTEMPT"], seen["GITHUB_ACTOR"], seen["RUNNER_ENVIRONMENT"]) == ("1", "host", "github-hosted")


@pytest.mark.parametrize(
    ("lines", "conclusion"),
    [
        (["false | true"], "success"),
        (["name: x\n        shell: bash\n        run: false | true"], "failure"),
        (["name: x\n        run: |\n          false\n          true"], "failure"),
        (["name: x\n        continue-on-error: true\n        run: exit 3"], "success"),
        (["echo '::error::told'"], "success"),
        (["echo '::set-env name=A::b'"], "failure"),
        (["echo nonsense >> $GITHUB_OUTPUT"], "failure"),
    ],
)
def test_a_step_fails_as_on_a_runner(once, lines, conclusion):
    assert once(workflow("push", *lines)).conclusion == conclusion


def gone(process: Path) -> bool:
    """Whether a process ends within seconds; one that nobody has waited for yet has ended."""
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        try:
            if process.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_a_step_ends_at_its_time_limit_and_with_it_what_it_started(once):
    ran = once(workflow("push", "sleep 600 & echo $!; sleep 600", job="timeout-minutes: 0.005"))
    step = ran.jobs["one"].steps[0]
    assert (step.rc, step.outcome, ran.jobs["one"].minutes) == (None, "failure", 0.005)
    assert gone(Path(f"/proc/{step.stdout.strip()}/stat"))


def test_github_shows_ten_annotations_of_a_step_and_no_summary_above_its_limit(once):
    lines = [
        'for i in $(seq 12); do echo "::error::$i"; done',
        "head -c 1100000 /dev/zero | tr '\\0' x >> $GITHUB_STEP_SUMMARY",
    ]
    job = once(workflow("push", *lines)).jobs["one"]
    assert [one.message for one in job.annotations[:10]] == [str(number) for number in range(1, 11)]
    assert len(job.annotations) == 11 and "1024k" in job.annotations[10].message and job.steps[1].summary == ""


@pytest.mark.parametrize(
    ("runs_on", "labels", "group"),
    [
        ("ubuntu-24.04", ["ubuntu-24.04"], None),
        ("[self-hosted, Linux, gpu]", ["self-hosted", "Linux", "gpu"], None),
        ('${{ fromJSON(\'["self-hosted", "gpu"]\') }}', ["self-hosted", "gpu"], None),
        ("{group: golf, labels: [gpu]}", ["gpu"], "golf"),
    ],
)
def test_a_job_names_its_runner_in_each_of_the_forms(once, runs_on, labels, group):
    ran = once(workflow("push", "true").replace("ubuntu-latest", runs_on), runners={"box": ["GPU", "cpu"]})
    job = ran.jobs["one"]
    assert (job.labels, job.group, job.runner) == (labels, group, "GitHub Actions 1" if "ubuntu-24.04" in labels else "box")


def test_after_a_failure_only_steps_run_that_ask_for_it(once):
    lines = ["exit 7", "echo skipped", "if: failure()\n        run: echo said", "if: always()\n        run: echo too"]
    ran = once(workflow("push", *lines))
    assert [step.outcome for step in ran.jobs["one"].steps] == ["failure", "skipped", "success", "success"]
    assert ran.jobs["one"].steps[0].rc == 7 and ran.conclusion == "failure"


def test_steps_hand_on_outputs_variables_paths_and_summaries(once):
    first = r"""id: first
        run: |
          echo "color=red" >> $GITHUB_OUTPUT
          printf 'LONG<<END\none\ntwo\nEND\nGITHUB_SHA=mine\n' >> $GITHUB_ENV
          mkdir bin && printf '#!/bin/sh\necho found' > bin/tool && chmod +x bin/tool
          echo "$PWD/bin" >> $GITHUB_PATH
          echo "# Said" >> $GITHUB_STEP_SUMMARY"""
    then = """id: then
        env: {COLOR: "${{ steps.first.outputs.color }}"}
        run: echo "$COLOR $LONG $GITHUB_SHA $(tool)" """
    ran = once(workflow("push", first, then))
    job = ran.jobs["one"]
    assert job.step("first").summary == "# Said\n" and job.step("first").outputs == {"color": "red"}
    red, one, two = job.step("then").stdout.split(" ")[0], "one", job.step("then").stdout.splitlines()[1]
    assert (red, two.split(" ")[0], two.split(" ")[2]) == ("red", "two", "found") and one in job.step("then").stdout
    assert "mine" not in two


def test_a_log_shows_no_secret(once):
    lines = [
        'name: x\n        env: {KEY: "${{ secrets.KEY }}", TOKEN: "${{ github.token }}"}\n        run: echo "$KEY $TOKEN"',
        "echo '::add-mask::hidden'; echo hidden",
        'id: out\n        env: {KEY: "${{ secrets.KEY }}"}\n        run: printf "key=$KEY\\nno=1\\n" >> $GITHUB_OUTPUT',
    ]
    outputs = 'outputs: {key: "${{ steps.out.outputs.key }}", no: "${{ steps.out.outputs.no }}"}'
    ran = once(workflow("push", *lines, job=outputs), secrets={"KEY": "a long secret"})
    said = [step.stdout for step in ran.jobs["one"].steps]
    assert said == ["*** ***\n", "::add-mask::***\n***\n", ""]
    assert ran.jobs["one"].outputs == {"no": "1"}


def test_what_a_contestant_prints_issues_no_command_while_commands_are_stopped(once):
    line = """printf '::stop-commands::t0ken\\n::error::mine\\n##[add-mask]x\\n::t0ken::\\n::notice::ours\\n'"""
    job = once(workflow("push", f'name: x\n        run: "{line}"'.replace("\\", "\\\\"))).jobs["one"]
    assert [(one.level, one.message) for one in job.annotations] == [("notice", "ours")]
    assert "::error::mine" in job.steps[0].stdout
    assert job.steps[0].commands == ["::stop-commands::t0ken", "::notice::ours"]


CHAIN = """
on: push
jobs:
  plan:
    runs-on: ubuntu-latest
    outputs:
      list: ${{ steps.a.outputs.list }}
    steps:
      - id: a
        run: |
          echo 'list={"include": [{"class": "ss", "minutes": 5}, {"class": "a", "minutes": 90}]}' >> $GITHUB_OUTPUT
  train:
    needs: plan
    strategy:
      fail-fast: false
      matrix: ${{ fromJSON(needs.plan.outputs.list) }}
    runs-on: [self-hosted, "${{ matrix.class }}"]
    timeout-minutes: ${{ matrix.minutes }}
    permissions: {}
    concurrency: machine-${{ matrix.class }}
    outputs:
      last: ${{ matrix.class }}
    steps:
      - run: test "$CLASS" != broken && echo "$CLASS of $TOTAL"
        env: {CLASS: "${{ matrix.class }}", TOTAL: "${{ strategy.job-total }}"}
  judge:
    needs: [plan, train]
    runs-on: ubuntu-latest
    steps:
      - run: echo "$LAST"
        env: {LAST: "${{ needs.train.outputs.last }} ${{ needs.train.result }}"}
  report:
    if: ${{ !cancelled() }}
    needs: judge
    runs-on: ubuntu-latest
    steps:
      - run: echo "$RESULT"
        env: {RESULT: "${{ needs.judge.result }}"}
"""


def test_outputs_and_results_go_along_the_needs(once):
    ran = once(CHAIN, runners={"box": ["ss"], "tower": ["a", "gpu"]})
    assert list(ran.jobs) == ["plan", "train (ss, 5)", "train (a, 90)", "train", "judge", "report"]
    first, second = ran.spread("train")
    assert (first.runner, second.runner) == ("box", "tower") and second.labels == ["self-hosted", "a"]
    assert (first.minutes, second.minutes, first.permissions) == (5, 90, {})
    assert second.concurrency == {"group": "machine-a"} and second.steps[0].stdout == "a of 2\n"
    assert ran.jobs["judge"].steps[0].stdout == "a success\n" and ran.conclusion == "success"


def test_a_job_waits_for_a_runner_with_all_its_labels(start):
    runners = {"box": ["ss"]}
    hub, actions = start({"only.yml": CHAIN}, runners=runners)
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert [job.result for job in ran.spread("train")] == ["success", "queued"] and ran.conclusion is None
    assert hub.runs[ran.run_id].status == "queued" and "judge" not in ran.jobs
    runners["tower"] = ["a"]
    assert actions.run() == [ran] and ran.conclusion == "success"


@pytest.mark.parametrize(("answer", "conclusion"), [(True, "success"), (False, "failure"), (None, None)])
def test_an_environment_asks_its_reviewer(once, answer, conclusion):
    asked = []
    ran = once(
        workflow("push", "true", job="environment: {name: golf}"), on_environment=lambda name: asked.append(name) or answer
    )
    assert asked == ["golf"] and ran.jobs["one"].environment == "golf" and ran.conclusion == conclusion


def test_a_failure_skips_what_needs_it_unless_that_asks_otherwise(once):
    ran = once(CHAIN.replace('class": "a', 'class": "broken'), runners={"box": ["ss", "broken"]})
    results = {name: job.result for name, job in ran.jobs.items() if "(" not in name}
    assert results == {"plan": "success", "train": "failure", "judge": "skipped", "report": "success"}
    assert ran.jobs["report"].steps[0].stdout == "skipped\n" and ran.conclusion == "failure"


def test_a_job_after_a_skipped_one_is_skipped_too(once):
    text = """
on: push
jobs:
  a: {runs-on: ubuntu-latest, if: false, steps: [run: "true"]}
  b: {runs-on: ubuntu-latest, needs: a, if: always(), steps: [run: "true"]}
  c: {runs-on: ubuntu-latest, needs: b, steps: [run: "true"]}
"""
    assert {name: job.result for name, job in once(text).jobs.items()} == {"a": "skipped", "b": "success", "c": "skipped"}


def test_a_cancelled_run_stops_between_steps_and_lets_always_run(start):
    text = workflow("push", "true", "echo never", "if: always()\n        run: echo cleared")
    hub, actions = start(
        {"only.yml": text + "  after: {runs-on: ubuntu-latest, needs: one, if: always(), steps: [run: echo after]}\n"}
    )
    hub.commit("host", {"a": "b"})
    hub.cancelled = lambda run_id: len(actions.transcript) > 3
    (ran,) = actions.run()
    assert [step.outcome for step in ran.jobs["one"].steps] == ["success", "skipped", "success"]
    assert (ran.jobs["one"].result, ran.jobs["after"].result, ran.conclusion) == ("cancelled", "success", "cancelled")


def comments(name: str, permissions: str) -> str:
    """A workflow that comments on the first pull request."""
    post = 'name: post\n        env: {TOKEN: "${{ github.token }}"}\n        run: python tool.py'
    return f"name: {name}\n" + workflow("push", f"uses: {CHECKOUT}", post, above=f"permissions: {permissions}")


@pytest.mark.parametrize(("permissions", "status"), [("{contents: read}", "403"), ("{}", "403"), ("{issues: write}", "201")])
def test_a_token_does_what_its_job_declares_and_no_more(start, permissions, status):
    hub, actions = start({"only.yml": comments("Only", permissions)})
    number = hub.open_pull_request("golfer", "mine", ENTRY)
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert ran.jobs["one"].step("post").stdout.startswith(status)
    assert ran.conclusion == ("success" if status == "201" else "failure")
    assert len(hub.sticky(number)) == (status == "201")


def test_a_fork_runs_its_own_file_with_a_token_that_only_reads_and_no_secrets(start):
    honest = workflow("pull_request", "echo honest", above="permissions: {issues: write, contents: write}")
    post = 'name: post\n        env: {TOKEN: "${{ github.token }}"}\n        run: python tool.py'
    show = 'name: show\n        run: echo "<${{ secrets.KEY }}${{ vars.NAME }}> ${{ github.event.pull_request.title }}"'
    push = "name: push\n        if: always()\n        run: git push origin HEAD:refs/heads/main"
    evil = honest.replace("run: echo honest", steps(f"uses: {CHECKOUT}", show, post, push).strip()[2:])
    hub, actions = start({"only.yml": honest}, secrets={"KEY": "s3cret"}, variables={"NAME": "league"})
    before = hub.main()
    changes = {".github/workflows/only.yml": evil, **ENTRY}
    hub.open_pull_request("golfer", "mine", changes, title='"; echo injected "')
    (ran,) = actions.run()
    job = ran.jobs["one"]
    assert job.permissions == {"issues": "read", "contents": "read"}
    assert job.step("show").stdout == "<> \ninjected \n", "the attack ran: GitHub hands a title to a script as it stands"
    assert "403" in job.step("post").stdout and job.step("push").rc
    assert hub.main() == before and hub.sticky(1) == [] and ran.conclusion == "failure"


def test_a_pull_request_is_checked_out_as_merged_into_main(start):
    text = workflow(
        "pull_request", f"uses: {CHECKOUT}", "ls; git log --format=%s -1; git rev-list --count HEAD; cat .git/config"
    )
    hub, actions = start({"only.yml": text})
    hub.open_pull_request("golfer", "mine", ENTRY)
    (ran,) = actions.run()
    said = ran.jobs["one"].steps[1].stdout
    assert "submissions" in said and "Merge " in said and "\n1\n" in said
    assert "AUTHORIZATION" not in said and "includeif" in said.lower()


@pytest.mark.parametrize(("persist", "pushed"), [("true", True), ("false", False)])
def test_a_checkout_leaves_credentials_only_where_it_is_asked_to(start, persist, pushed):
    push = """name: push
        run: |
          git config user.name golf && git config user.email golf@example.org
          git commit -q --allow-empty -m results && GIT_TERMINAL_PROMPT=0 git push -q origin HEAD:main"""
    checkout = f"uses: {CHECKOUT}\n        with: {{persist-credentials: {persist}, fetch-depth: 0}}"
    hub, actions = start({"only.yml": workflow("push", checkout, push, above="permissions: {contents: write}")})
    before = hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    checked_out, tried = ran.jobs["one"].steps
    assert checked_out.outcome == "success" and (tried.rc == 0) is pushed is (hub.main() != before)
    assert pushed or "could not read Username" in tried.stderr


def test_an_event_starts_the_workflows_whose_filters_it_passes(start):
    files = {
        "a.yml": workflow("{push: {branches: [main], paths: ['submissions/**', '!**.md']}}", "true"),
        "b.yml": workflow("{issue_comment: {types: [created]}}", "true"),
        "c.yml": workflow("{pull_request: {types: [closed]}}", "true"),
        "d.yml": workflow("{schedule: [{cron: '5 4 * * *'}]}", "true"),
    }
    hub, actions = start(files)
    number = hub.open_pull_request("golfer", "mine", {**ENTRY, "submissions/line/mine/notes.md": "x"})
    assert actions.run() == []
    hub.comment(number, "golfer", "/referee help")
    assert [ran.workflow for ran in actions.run()] == ["b.yml"]
    hub.merge(number, "host")
    assert [ran.workflow for ran in actions.run()] == ["c.yml", "a.yml"]
    hub.commit("host", {"submissions/line/mine/more.md": "x"})
    assert actions.run() == []
    assert [ran.workflow for ran in actions.schedule("d.yml")] == ["d.yml"]


def test_a_run_that_ends_starts_who_waits_for_it_with_main_s_own_file(start):
    show = """name: show
        env: {SEEN: "${{ github.event.workflow_run.conclusion }} ${{ github.event.workflow_run.head_branch }}"}
        run: echo "$SEEN $GITHUB_EVENT_NAME $GITHUB_SHA" """
    files = {
        "check.yml": "name: Check\n" + workflow("pull_request", "false"),
        "welcome.yml": workflow(
            "{workflow_run: {workflows: [Check], types: [completed]}}", show, above="run-name: Of ${{ github.actor }}"
        ),
    }
    hub, actions = start(files)
    evil = {".github/workflows/welcome.yml": "on: nonsense\n", **ENTRY}
    hub.open_pull_request("golfer", "mine", evil)
    check, welcome = actions.run()
    assert (check.conclusion, welcome.conclusion, welcome.title) == ("failure", "success", "Of golfer")
    assert welcome.jobs["one"].step("show").stdout.startswith(f"failure mine workflow_run {hub.main()}")
    assert hub.completed(check.run_id).payload["workflow_run"]["pull_requests"] == []


DISPATCHED = """
on:
  workflow_dispatch:
    inputs:
      number: {required: true, type: string}
      dry: {type: boolean, default: false}
run-name: Referee ${{ inputs.number }}
concurrency: {group: "referee-${{ inputs.number }}", cancel-in-progress: false}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$DRY"; cat "$GITHUB_EVENT_PATH"
        env: {DRY: "${{ inputs.dry == false }} ${{ github.event.inputs.dry }}"}
"""
DISPATCH = """
import json, os, urllib.request
url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/actions/workflows/referee.yml/dispatches"
body = json.dumps({"ref": "main", "inputs": {"number": "1"}, "return_run_details": True}).encode()
answer = urllib.request.urlopen(urllib.request.Request(url, body, {"Authorization": f"Bearer {os.environ['TOKEN']}"}))
print(json.load(answer)["workflow_run_id"])
"""


def test_a_token_dispatches_a_workflow_and_starts_no_other(start):
    go = 'name: go\n        env: {TOKEN: "${{ secrets.GITHUB_TOKEN }}"}\n        run: python dispatch.py && python tool.py'
    lines = [f"uses: {CHECKOUT}", go]
    permissions = "permissions: {actions: write, issues: write}"
    files = {
        "dispatch.py": DISPATCH,
        "referee.yml": DISPATCHED,
        "command.yml": workflow("{issue_comment: {types: [created]}}", *lines, above=permissions),
    }
    hub, actions = start(files)
    number = hub.open_pull_request("golfer", "mine", ENTRY)
    hub.comment(number, "host", "/referee run")
    command, referee = actions.run()
    assert (command.conclusion, referee.conclusion, len(hub.sticky(number))) == ("success", "success", 2)
    assert command.jobs["one"].step("go").stdout.split() == [str(referee.run_id), "201"]
    assert (referee.title, referee.concurrency) == ("Referee 1", {"group": "referee-1", "cancel-in-progress": False})
    said, _, payload = referee.jobs["one"].steps[0].stdout.partition("\n")
    assert said == "true false"
    assert {"inputs", "ref", "repository", "sender", "workflow"} <= set(json.loads(payload))


HOP = f"""
on: push
permissions: {{}}
jobs:
  make:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir -p out/deep .cache; echo 1 > out/a.txt; echo 2 > out/deep/b.txt; echo 3 > out/.hidden; chmod 755 out/a.txt
      - uses: {UPLOAD}
        with: {{name: one, path: out, if-no-files-found: error}}
      - uses: {UPLOAD}
        with: {{name: two, path: "out/a.txt"}}
      - uses: {UPLOAD}
        id: again
        continue-on-error: true
        with: {{name: two, path: out}}
      - uses: {UPLOAD}
        id: nothing
        continue-on-error: true
        with: {{name: three, path: "gone/*", if-no-files-found: error}}
  take:
    needs: make
    runs-on: ubuntu-latest
    steps:
      - uses: {DOWNLOAD}
        with: {{name: one, path: single}}
      - uses: {DOWNLOAD}
        with: {{path: all}}
      - uses: {DOWNLOAD}
        with: {{pattern: "t*", path: merged, merge-multiple: true}}
      - id: list
        run: find . -type f | sort; test ! -x single/a.txt
      - uses: {DOWNLOAD}
        with: {{name: gone}}
"""


def test_artifacts_carry_files_from_job_to_job(once):
    ran = once(HOP)
    made, taken = ran.jobs["make"], ran.jobs["take"]
    assert (made.step("again").outcome, made.step("nothing").outcome) == ("failure", "failure")
    assert "already exists" in made.step("again").stdout and made.result == "success"
    wanted = "all/one/a.txt all/one/deep/b.txt all/two/a.txt merged/a.txt single/a.txt single/deep/b.txt"
    assert taken.step("list").stdout.split() == [f"./{path}" for path in wanted.split()]
    assert taken.result == "failure" and "Artifact not found for name: gone" in taken.steps[-1].stdout


def test_an_artifact_of_another_run_takes_a_token_that_may_read_actions(start):
    take = (
        f"uses: {DOWNLOAD}\n        with: {{name: x, run-id: '${{{{ vars.RUN }}}}', github-token: '${{{{ github.token }}}}'}}"
    )
    variables = {}
    files = {
        "may.yml": workflow("push", take, "cat a.txt", above="permissions: {actions: read}"),
        "not.yml": workflow("push", take, above="permissions: {contents: read}"),
    }
    hub, actions = start(files, variables=variables)
    variables["RUN"] = str(
        hub.start_run(
            workflow="may.yml", event="push", display_title="x", head_branch="main", head_sha=hub.main(), actor="host"
        )
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "carried")
    hub.put_artifact(int(variables["RUN"]), "x", packed.getvalue())
    hub.commit("host", {"a": "b"})
    may, refused = actions.run()
    assert may.jobs["one"].steps[1].stdout == "carried"
    assert refused.conclusion == "failure" and "403" in refused.jobs["one"].steps[0].stdout


def test_an_artifact_with_a_path_that_leaves_its_folder_is_not_unpacked(start):
    hub, actions = start({"only.yml": workflow("push", f"uses: {DOWNLOAD}\n        with: {{name: x, path: in}}")})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("fine.txt", "x")
        archive.writestr("../../out.txt", "x")
    begin = hub.start_run
    hub.start_run = lambda **told: (number := begin(**told), hub.put_artifact(number, "x", packed.getvalue()))[0]
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert "Malformed extraction path" in ran.jobs["one"].steps[0].stdout
    assert not list(ran.jobs["one"].workspace.rglob("*.txt"))


SITE = f"""
on: push
permissions: {{}}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir -p .build/site/deep; echo hello > .build/site/deep/index.html
      - uses: {UPLOAD_PAGES}
        with: {{path: .build/site}}
  deploy:
    needs: build
    runs-on: ubuntu-latest
    permissions: {{pages: write, id-token: write}}
    environment: {{name: github-pages, url: "${{{{ steps.put.outputs.page_url }}}}"}}
    steps:
      - id: put
        uses: {DEPLOY_PAGES}
"""


@pytest.mark.parametrize("lacking", ["", "pages: write, ", ", id-token: write"])
def test_a_site_is_deployed_by_who_may(start, lacking):
    hub, actions = start({"only.yml": SITE.replace(lacking, "") if lacking else SITE})
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert ran.conclusion == ("failure" if lacking else "success")
    assert actions.deployed == ([] if lacking else [{"deep/index.html": b"hello\n"}])


@pytest.mark.parametrize(
    ("permissions", "result"), [("attestations: write, id-token: write", "success"), ("attestations: write", "failure")]
)
def test_a_provenance_is_attested_by_who_may(once, permissions, result):
    lines = ["echo 1 > model.onnx", f"uses: {ATTEST}\n        with: {{subject-path: '*.onnx'}}"]
    ran = once(workflow("push", *lines, above=f"permissions: {{{permissions}}}"))
    assert ran.conclusion == result
    assert result == "success" or "403" in ran.jobs["one"].steps[1].stdout


def test_each_line_of_checksums_is_attested(start):
    text = workflow(
        "push",
        f"uses: {ATTEST}\n        with: {{subject-checksums: '${{{{ vars.SUMS }}}}'}}",
        above="permissions: {attestations: write, id-token: write}",
    )
    digests = ["1" * 64, "2" * 64]
    hub, actions = start({"only.yml": text}, variables={"SUMS": f"{digests[0]}  a.onnx\n{digests[1]} *b.onnx\n"})
    hub.commit("host", {"a": "b"})
    assert [ran.conclusion for ran in actions.run()] == ["success"]
    assert list(hub.state.attestations) == [f"sha256:{digest}" for digest in digests]


COMPOSITE = """
name: Greet
inputs:
  who: {required: true}
  word: {default: hello}
outputs:
  said: {value: "${{ steps.say.outputs.said }}"}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      env: {WHO: "${{ inputs.who }}", WORD: "${{ inputs.word }}"}
      run: echo "said=$WORD $WHO" >> $GITHUB_OUTPUT
"""


@pytest.mark.parametrize(
    ("root", "word"), [("./", "bye"), ("$/", "hello")], ids=["of the workspace", "of the commit that runs"]
)
def test_a_composite_action_of_the_repository_runs_its_steps(start, root, word):
    lines = [
        f"uses: {CHECKOUT}",
        "sed -i s/hello/bye/ .github/actions/greet/action.yml",
        f"id: greet\n        uses: {root}.github/actions/greet\n        with: {{who: golf}}",
        'id: show\n        env: {SAID: "${{ steps.greet.outputs.said }}"}\n        run: echo "$SAID"',
    ]
    hub, actions = start({"only.yml": workflow("push", *lines), ".github/actions/greet/action.yml": COMPOSITE})
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert ran.jobs["one"].step("show").stdout == f"{word} golf\n"


def test_a_run_or_what_failed_of_it_is_run_again_with_another_attempt(start):
    text = """
on: push
jobs:
  a: {runs-on: ubuntu-latest, steps: [run: echo $GITHUB_RUN_ATTEMPT]}
  b: {runs-on: ubuntu-latest, needs: a, steps: [run: test $GITHUB_RUN_ATTEMPT = 2]}
  c: {runs-on: ubuntu-latest, needs: b, steps: [run: echo $GITHUB_RUN_ATTEMPT]}
"""
    hub, actions = start({"only.yml": text})
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert ran.conclusion == "failure" and ran.jobs["c"].result == "skipped"
    actions.rerun(ran.run_id, failed=True)
    assert (ran.attempt, ran.conclusion, hub.runs[ran.run_id].attempt) == (2, "success", 2)
    assert (ran.jobs["a"].steps[0].stdout, ran.jobs["c"].steps[0].stdout) == ("1\n", "2\n")
    actions.rerun(ran.run_id)
    assert ran.jobs["a"].steps[0].stdout == "3\n" and ran.conclusion == "failure"


def test_the_same_event_twice_starts_two_runs(start):
    hub, actions = start({"only.yml": workflow("push", "true")})
    hub.commit("host", {"a": "b"})
    event: Event = hub.events[0]
    hub.events.append(event)
    assert len({ran.run_id for ran in actions.run()}) == 2


def test_the_api_shows_runs_and_their_jobs(start):
    hub, actions = start({"only.yml": workflow("push", "false", above="name: Only\nrun-name: For ${{ github.actor }}")})
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    shown = hub.runs[ran.run_id]
    assert (shown.display_title, shown.status, shown.conclusion) == ("For host", "completed", "failure")
    assert [(job.name, job.status, job.conclusion) for job in shown.jobs] == [("one", "completed", "failure")]


@pytest.mark.parametrize(("name", "title"), [("Train in ${{ matrix.class }}", "Train in a"), ("Train", "Train (a, 90)")])
def test_the_api_shows_a_job_by_its_name(start, name, title):
    hub, actions = start(
        {"only.yml": CHAIN.replace("    needs: plan\n", f"    needs: plan\n    name: {name}\n")}, runners={"x": ["ss", "a"]}
    )
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert title in [job.name for job in hub.runs[ran.run_id].jobs] and ran.conclusion == "success"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('name: x\n        run: echo "${{ github.event.head_commit.message }}"', "an injection"),
        ("uses: actions/checkout@v7", "not pinned"),
        ("uses: actions/cache@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "not known here"),
        (f"uses: {CHECKOUT}\n        with: {{fetch_depth: 0}}", "has no input fetch_depth"),
        ("uses: ./.github/actions/gone", "Did you forget to run actions/checkout"),
        ("python -m pip install '.[jugde]'", "there is no extra jugde"),
    ],
)
def test_a_mistake_in_main_s_own_file_is_an_error_and_no_failed_run(start, line, said):
    hub, actions = start({"only.yml": workflow("push", line)})
    hub.commit("host", {"a": "b"})
    with pytest.raises(WorkflowError, match=said):
        actions.run()


def test_a_renamed_output_is_told(start):
    hub, actions = start(
        {"only.yml": CHAIN.replace("needs.train.outputs.last", "needs.train.outputs.first")}, runners={"box": ["ss", "a"]}
    )
    hub.commit("host", {"a": "b"})
    actions.run()
    assert actions.unknown == ["only.yml: needs.train.outputs.first"]


def test_the_transcript_tells_who_did_what(start):
    hub, actions = start({"only.yml": workflow("push", "id: say\n        run: echo hello")})
    hub.commit("host", {"a": "b"})
    (ran,) = actions.run()
    assert actions.transcript[0] == "event push by host"
    assert [line.strip() for line in actions.transcript[1:]] == [
        f"workflow only.yml: run {ran.run_id}, 'A change'",
        "job one on GitHub Actions 1, permissions {'contents': 'read', 'packages': 'read'}",
        "step say: success",
        "hello",
        "job one: success",
        "workflow only.yml: success",
        "event workflow_run/completed by host",
    ]
