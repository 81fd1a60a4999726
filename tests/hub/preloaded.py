"""Runs `referee ci` for tests: each call is a process of its own, forked from one that has imported everything already.

A line of JSON on standard input asks for a call; its exit status is the line that answers, negative where a signal ended it.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from referee.adapters.cli import main

LOADED = (
    "github",
    *(f"ci.{step}" for step in "check collect command entering judge plan record rejudge report sweep welcome".split()),
)


def serve() -> None:
    """Answer until standard input ends."""
    for name in LOADED:
        importlib.import_module(f"referee.adapters.{name}")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(become(asked))
        _, status = os.waitpid(child, 0)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(status), flush=True)


def become(asked: dict[str, Any]) -> int:
    """Be the process that was asked for; gives its exit status."""
    os.setsid()
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(asked["directory"])
    os.environ.clear()
    os.environ.update(asked["variables"])
    signal.alarm(max(1, int(asked["seconds"])))
    try:
        code = main(asked["words"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 2
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))
    serve()
