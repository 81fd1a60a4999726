"""`referee doctor`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.text import Text

from referee.adapters.cli.main import FAULTS, FINE, league_of, print_json
from referee.adapters.cli.screen import screen
from referee.files.decode import encode
from referee.ground.errors import InputError, nearest
from referee.ground.hardware import Hardware
from referee.presentation import words
from referee.presentation.machine_report import doctor_screen, probe_screen, registration


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--hardware", metavar="NAME", help="look at this one alone, as laptop (default: all of the league's)")
    parser.add_argument("--selfcheck", action="store_true", help="attack the sandbox with hostile programs; under a minute")
    parser.add_argument("--label", action="store_true", help="print this machine's labels, and how to register it as a runner")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Report; 1 where something fails, or gets through."""
    hardware = _hardware(parsed)
    if parsed.label:
        return _label(parsed, hardware)
    return _selfcheck(parsed, hardware) if parsed.selfcheck else _examine(parsed, hardware)


def _label(parsed: argparse.Namespace, hardware: Mapping[str, Hardware]) -> int:
    from referee.untrusted.doctor import fitting
    from referee.untrusted.machine.fingerprint import fingerprint

    fits = fitting(hardware, fingerprint())
    if parsed.json:
        print_json({name: list(one.labels) for name, one in fits.items()})
    else:
        print(registration(fits, _remote(Path(parsed.league or "."))))
    return FINE if fits else FAULTS


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
