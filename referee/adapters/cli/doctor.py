"""`referee doctor`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from referee.adapters.cli.main import FAULTS, FINE, league_of, print_json
from referee.adapters.cli.screen import screen
from referee.files.decode import encode
from referee.files.store import write_bytes
from referee.ground.errors import InputError, nearest
from referee.ground.hardware import Hardware
from referee.presentation import words
from referee.presentation.machine_report import doctor_screen, probe_screen
from referee.presentation.runner_setup import UNKNOWN, Setup, files, registration, repository_of


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--hardware", metavar="NAME", help="look at this one alone, as laptop (default: all of the league's)")
    parser.add_argument("--selfcheck", action="store_true", help="attack the sandbox with hostile programs; under a minute")
    parser.add_argument("--label", action="store_true", help="print this machine's labels, and how to register it as a runner")
    parser.add_argument("--out", metavar="DIR", help="with --label: write the files that a runner is installed from")
    parser.add_argument("--repository", metavar="OWNER/NAME", help="with --label: at GitHub (default: the remote `origin`)")
    parser.add_argument("--branch", metavar="NAME", help="with --label: the default branch (default: main)")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Report; 1 where something fails, or gets through.

    Raises:
        InputError: wrong usage.
    """
    if not parsed.label and (parsed.out or parsed.repository or parsed.branch):
        raise InputError("--out, --repository and --branch belong to --label")
    hardware = _hardware(parsed)
    if parsed.label:
        return _label(parsed, hardware)
    return _selfcheck(parsed, hardware) if parsed.selfcheck else _examine(parsed, hardware)


def _label(parsed: argparse.Namespace, hardware: Mapping[str, Hardware]) -> int:
    from referee.untrusted.doctor import fitting
    from referee.untrusted.machine.fingerprint import fingerprint

    repository = parsed.repository or repository_of(_remote(Path(parsed.league or ".")))
    setups = [
        Setup(repository=repository or UNKNOWN, branch=parsed.branch or "main", hardware=name, labels=one.labels)
        for name, one in fitting(hardware, fingerprint()).items()
    ]
    if parsed.out and setups:
        _write(Path(parsed.out), files(_only(setups)))
    if parsed.json:
        known = repository is not None
        print_json({one.hardware: {"labels": list(one.labels), "files": files(one) if known else {}} for one in setups})
    elif parsed.out and setups:
        print(f"written to {parsed.out}; `referee doctor --label` says what else it takes")
    else:
        print(registration(setups))
    return FINE if setups else FAULTS


def _only(setups: Sequence[Setup]) -> Setup:
    """What this machine is set up for.

    Raises:
        InputError: that is not clear.
    """
    if setups[0].repository == UNKNOWN:
        raise InputError("the league has no remote `origin` at GitHub; name its repository with --repository OWNER/NAME")
    if len(setups) > 1:
        raise InputError(f"this machine may be {' or '.join(one.hardware for one in setups)}; say which, with --hardware NAME")
    return setups[0]


def _write(folder: Path, contents: Mapping[str, str]) -> None:
    """Write what is not there yet.

    Raises:
        InputError: something else is there. Nothing was written then.
    """
    there = {name: (folder / name).read_bytes() for name in contents if (folder / name).is_file()}
    if others := [f"{folder / name}" for name, content in there.items() if content != contents[name].encode()]:
        raise InputError(f"{', '.join(others)}: another content is there already; remove it, or name another folder")
    for name, content in contents.items():
        if name not in there:
            write_bytes(folder / name, content.encode())


def _examine(parsed: argparse.Namespace, hardware: Mapping[str, Hardware]) -> int:
    from referee.untrusted.doctor import State, examine
    from referee.untrusted.machine.calibration import calibrate
    from referee.untrusted.machine.fingerprint import fingerprint

    machine, speed = fingerprint(), calibrate()
    lines = list(examine(hardware, machine, speed))
    if parsed.json:
        print_json({"machine": encode(machine), "speed": encode(speed), "lines": [asdict(line) for line in lines]})
    else:
        screen().print(doctor_screen(lines))
    return FAULTS if any(line.state is State.FAIL for line in lines) else FINE


def _selfcheck(parsed: argparse.Namespace, hardware: Mapping[str, Hardware]) -> int:
    from referee.untrusted.backends import choose
    from referee.untrusted.selfcheck import check, probes

    wanted = hardware[parsed.hardware] if parsed.hardware else Hardware(title="this machine", labels=(), max_watts=1)
    sandbox = choose(wanted, practice=False)
    console = Console(stderr=True, highlight=False, quiet=parsed.json and not sys.stderr.isatty())
    findings = []
    for probe in probes():
        console.print(Text(f"{sandbox.name}: {words.plain(probe.name)}", "dim"), end="\r" if console.is_terminal else "\n")
        findings.append(check(sandbox, probe))
    if parsed.json:
        print_json([asdict(finding) for finding in findings])
    else:
        screen().print(probe_screen(sandbox.name, findings))
    return FINE if all(finding.held for finding in findings) else FAULTS


def _hardware(parsed: argparse.Namespace) -> Mapping[str, Hardware]:
    """The league's hardware, or the one that was asked for.

    Raises:
        InputError: it is not in the league.
    """
    try:
        known = league_of(parsed).hardware
    except InputError:
        if parsed.league or parsed.hardware:
            raise
        return {}
    if parsed.hardware and parsed.hardware not in known:
        raise InputError(f'--hardware: unknown hardware "{parsed.hardware}"{nearest(parsed.hardware, known)}')
    return {parsed.hardware: known[parsed.hardware]} if parsed.hardware else known


def _remote(folder: Path) -> str | None:
    """Address of the repository that the league is a clone of."""
    told = subprocess.run(
        ["git", "-C", str(folder), "remote", "get-url", "origin"], capture_output=True, text=True, check=False
    )
    return told.stdout.strip() or None
