"""The parser, and the one place that turns errors into exit codes.

0 fine or qualified · 1 the entry did not qualify or a check found faults · 2 wrong usage or unreadable input · 3 the referee's
own failure.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from referee import __version__
from referee.ground.errors import GolfError, InputError

if TYPE_CHECKING:
    from referee.files.league import League

COMMANDS = {
    "check": "find everything that is wrong in competitions, submissions or the whole league",
    "run": "train and judge an entry, and write the result",
    "train": "only the sandboxed training, into a folder",
    "judge": "only fit and score, from such a folder",
    "verify": "judge recorded artifacts again and compare with the recorded numbers",
    "board": "the leaderboard",
    "site": "the leaderboard's site, to be built by a generator",
    "doctor": "whether this machine can be a runner: sandbox, limits, meters, labels",
    "simulate": "how many machines a league needs",
    "new": "start a competition or a submission",
    "ci": "the steps that the workflows call",
}
EXTRAS = {"ci": ("github", "requests"), "site": ("jinja2", "markupsafe", "markdown_it", "nh3", "resvg_py", "vl_convert")}
"""extra of the package -> modules that come with it; all others come with `judge`"""
FINE, FAULTS, OURS = 0, 1, 3
"""2 belongs to InputError and to argparse"""

_ABOUT = """ML Golf's referee: find the model with the lowest score that fits the data perfectly, in a fixed time.

exit codes: 0 fine or qualified, 1 not qualified or faults found, 2 wrong usage or unreadable input, 3 the referee failed"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    # What is loaded to begin with is no garbage, and looking for it takes as long as loading a part of it.
    gc.disable()
    try:
        parsed = _parser(arguments if arguments is not None else sys.argv[1:]).parse_args(arguments)
    except ModuleNotFoundError as error:
        return _lacks(error)
    finally:
        gc.enable()
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except GolfError as error:
        _explain(error, parsed.json)
        return error.exit_code
    except ModuleNotFoundError as error:
        return _lacks(error)
    except KeyboardInterrupt:
        print("referee: stopped; nothing was recorded", file=sys.stderr)
        return OURS
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except OSError as error:
        # A full disk, a folder that may not be written: the machine's fault, and so the referee's.
        print(f"referee: {error}; nothing was recorded", file=sys.stderr)
        return OURS


def league_of(parsed: argparse.Namespace) -> League:
    """The league that `--league` names, else the one around the working directory."""
    # Slow to import, and `judge` has its child to start first.
    from referee.files.league import League

    folder = Path(parsed.league or ".")
    if not folder.is_dir():
        raise InputError(f"--league {folder}: there is no such folder")
    return League.at(folder)


def print_json(value: Any) -> None:
    """Print plain values as JSON; the values hold no NaN."""
    print(json.dumps(value, indent=2, allow_nan=False))


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="referee", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"referee {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    asked = next((word for word in arguments if word in COMMANDS), None)
    for name, about in COMMANDS.items():
        sub = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".", allow_abbrev=False)
        # Only the command that is asked for is imported: `check` must not pay for `run`.
        if name == asked:
            import_module(f"referee.adapters.cli.{name}").arrange(sub)
            for leaf in _leaves(sub):
                leaf.add_argument("--league", metavar="DIR", help="folder of the league (default: the one around here)")
                leaf.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _leaves(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """A command's parser, or those of its own subcommands."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return [leaf for action in nested for leaf in action.choices.values()] or [parser]


def _lacks(error: ModuleNotFoundError) -> int:
    extra = next((name for name, modules in EXTRAS.items() if (error.name or "").split(".")[0] in modules), "judge")
    print(f"referee: {error.name} is not installed; pip install --editable '.[{extra}]'", file=sys.stderr)
    return OURS


def _explain(error: GolfError, as_json: bool) -> None:
    if as_json:
        faults = error.faults if isinstance(error, InputError) else ()
        told = {
            "error": str(error),
            "faults": [{"path": one.path, "field": one.field, "message": one.message} for one in faults],
        }
        print(json.dumps(told))
    else:
        print("\n".join(f"referee: {line}" for line in str(error).splitlines()), file=sys.stderr)
