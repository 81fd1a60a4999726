"""Sets variables, outputs and paths of the steps that come after it, as a workflow's own commands do."""

import os

from attempts import PLANTED, attempt, done, through

for name in (
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_STATE",
    "RUNNER_TEMP",
    "GITHUB_TOKEN",
):
    if name in os.environ:
        through(f"{name} is {os.environ[name]}")


def append(path):
    with open(path, "a") as file:
        return file.write("PATH=/tmp/forged\n")


for root in ("", "/proc/1/root", "/proc/self/root/..", "/proc/1/cwd/../../.."):
    attempt(f"the runner's file at {root}/", lambda root=root: append(root + PLANTED["commands"]))
done()
