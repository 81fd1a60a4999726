"""Commits of results, on top of the default branch as it is when they are pushed."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from referee.adapters.ci.job import Job
from referee.adapters.github import BOT, Hub
from referee.files.git import GitRefused, authorised, git
from referee.ground.errors import RefereeFault

KEY_VARIABLE = "MLGOLF_RECORD_KEY"
"""of the environment: a deploy key that may push where the default branch is protected; else the job's token pushes"""
_BOTS_ADDRESS = f"41898282+{BOT}@users.noreply.github.com"
PERSON = {
    f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in (("NAME", BOT), ("EMAIL", _BOTS_ADDRESS))
}
"""environment of a commit that is the workflow's own"""
_OUTRUN = ("[rejected]", "cannot lock ref")
"""what Git says where somebody else has pushed; `[remote rejected]` is a refusal of another kind"""


def renew(job: Job, folder: Path, branch: str) -> None:
    """Make a checkout hold the branch as it is now, and nothing else.

    Raises:
        GitRefused: the repository can't be read.
    """
    with _access(job, None) as (url, environment):
        git(folder, "fetch", "--quiet", "--no-tags", "--depth=1", url, branch, environment=environment)
    git(folder, "reset", "--quiet", "--hard", "FETCH_HEAD")
    git(folder, "clean", "--quiet", "--force", "-d", "--", "submissions")


def push(job: Job, hub: Hub, folder: Path, branch: str, message: str) -> bool:
    """Commit everything below `submissions` and push it; False where the branch has moved in the meantime.

    Where it stands there already, as in a job that is run again, nothing is pushed.

    Raises:
        RefereeFault: for any other reason, a branch protection for example.
    """
    git(folder, "add", "--all", "--force", "--", "submissions")
    if not git(folder, "diff", "--cached", "--name-only"):
        return True
    git(folder, "commit", "--quiet", "--no-verify", "--file=-", given=message.encode(), environment=PERSON)
    try:
        with _access(job, hub) as (url, environment):
            git(folder, "push", "--quiet", url, f"HEAD:refs/heads/{branch}", environment=environment)
    except GitRefused as refusal:
        if any(word in refusal.told for word in _OUTRUN):
            return False
        hint = f"where {branch} is protected, give the environment `record` a deploy key as {KEY_VARIABLE}"
        raise RefereeFault(f"{refusal}; {hint}") from None
    return True


@contextmanager
def _access(job: Job, hub: Hub | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The repository's address, and what Git needs to be let in; with a hub, to write."""
    key = os.environ.get(KEY_VARIABLE)
    if hub is None or not key:
        yield job.address, authorised(job.server, job.token)
        return
    host = urlsplit(job.server).hostname
    with TemporaryDirectory(prefix="mlgolf-key-") as folder:
        file, known = Path(folder) / "key", Path(folder) / "known_hosts"
        file.touch(mode=0o600)
        file.write_text(key.strip() + "\n", encoding="ascii")
        known.write_text("".join(f"{host} {line}\n" for line in hub.ssh_keys()), encoding="ascii")
        options = f"-i {shlex.quote(str(file))} -o IdentitiesOnly=yes -o UserKnownHostsFile={shlex.quote(str(known))}"
        command = f"ssh {options} -o StrictHostKeyChecking=yes -o BatchMode=yes"
        yield f"git@{host}:{job.repository}.git", {"GIT_SSH_COMMAND": command}
