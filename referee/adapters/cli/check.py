"""`referee check [PATH...]`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from referee.adapters.cli.main import FAULTS, FINE, league_of, print_json
from referee.files import checks
from referee.files.league import League
from referee.ground.errors import Fault, InputError


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "path",
        nargs="*",
        metavar="PATH",
        help="a competition's or an entry's folder, or their names, as digits or digits/adam (default: the whole league)",
    )
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Print every fault; 1 if there is any."""
    league = league_of(parsed)
    faults = list(dict.fromkeys(fault for path in parsed.path or [""] for fault in _faults(league, path)))
    doubts = list(dict.fromkeys(doubt for path in parsed.path or [""] for doubt in _doubts(league, path)))
    if parsed.json:
        print_json([{**asdict(one), "doubt": one in doubts} for one in (*faults, *doubts)])
        return FAULTS if faults else FINE
    for doubt in doubts:
        print(f"doubt: {doubt}")
    for fault in faults:
        print(fault)
    print(f"{len(faults)} fault{'s' * (len(faults) > 1)} found" if faults else "nothing is wrong")
    return FAULTS if faults else FINE


def _faults(league: League, path: str) -> Iterator[Fault]:
    parts = _parts(league, path)
    if not parts or parts == ("competitions",) or parts == ("submissions",):
        yield from checks.league_faults(league)
        yield from _graph_faults(league, league.competitions())
    elif (parts[0] == "competitions" and len(parts) == 2) or len(parts) == 1:
        yield from checks.competition_faults(league, parts[-1])
        yield from _graph_faults(league, [parts[-1]])
    elif parts[0] == "submissions" and len(parts) == 2:
        for entry in league.entries(parts[1]):
            yield from checks.entry_faults(league, f"{parts[1]}/{entry}")
    elif len(parts) == 2 or (parts[0] == "submissions" and len(parts) == 3):
        yield from checks.entry_faults(league, "/".join(parts[-2:]))
    else:
        raise InputError(f'"{path}" is no competition and no entry; name digits, digits/adam or a folder of the league')


def _doubts(league: League, path: str) -> Iterator[Fault]:
    """What a host should know about the competitions that were asked for; nothing that keeps them from being played."""
    parts = _parts(league, path)
    named = parts[-1:] if len(parts) == 1 or parts[:1] == ("competitions",) else ()
    for name in league.competitions():
        if not parts or named in ((name,), ("competitions",)):
            yield from checks.competition_doubts(league, name)


def _parts(league: League, path: str) -> tuple[str, ...]:
    """A path inside the league, from its root; names are taken as they are."""
    resolved = (Path.cwd() / path).resolve()
    if resolved.exists() and resolved.is_relative_to(league.root):
        return resolved.relative_to(league.root).parts if path else ()
    return Path(path).parts


def _graph_faults(league: League, names: list[str]) -> Iterator[Fault]:
    """Faults of the hosts' graphs, which take the onnx library to read."""
    for name in names:
        if list(checks.competition_faults(league, name)):
            continue
        game = league.game(name)
        if game.reference is None:
            continue
        from referee.models import architecture

        shown = league.shown(game.reference)
        try:
            graph = architecture.read_reference(game.reference, shown)
        except InputError as error:
            yield from error.faults
        else:
            yield from architecture.reference_faults(graph, game.rules, shown)
