"""`referee ci STEP`: what the workflows call."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

STEPS = {
    "check": "check what a pull request changes, in its own workflow",
    "welcome": "after that, keep the comment on it up to date",
    "command": "do what a comment asks for",
    "plan": "fix what is played, before any of it runs",
    "train": "train one planned class, on the runner",
    "judge": "judge what was trained",
    "report": "answer on the pull request",
    "collect": "find what was judged of entries that were merged, and judge it again",
    "record": "put what was judged beside the entries that were merged",
    "rejudge": "play entries of the default branch again",
    "sweep": "find what ended without a word",
    "register": "get what an ephemeral runner starts from",
}


class Step(argparse.ArgumentParser):
    """A parser that imports its step when that is the one that is asked for."""

    module: str | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Arrange the step's own arguments, then parse."""
        if self.module is not None:
            import_module(self.module).arrange(self)
            self.module = None
        return super().parse_known_args(args, namespace)


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the steps."""
    steps = parser.add_subparsers(metavar="STEP", required=True, parser_class=Step)
    for name, about in STEPS.items():
        step = steps.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".", allow_abbrev=False)
        step.module = f"referee.adapters.ci.{name}"
