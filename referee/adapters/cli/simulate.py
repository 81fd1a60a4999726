"""`referee simulate CLASS=A_DAY...`."""

from __future__ import annotations

import argparse
import math
import re
from collections import defaultdict
from dataclasses import asdict

from referee.adapters.cli.arguments import count_to, duration
from referee.adapters.cli.main import FINE, print_json
from referee.ground.classes import HOUR, CompetitionClass, parse_class
from referee.ground.errors import InputError

_LOAD = re.compile(r"(?P<class_>[^=]+)=(?P<a_day>[0-9]+(?:\.[0-9]+)?)")
MOST_A_DAY, MOST = 100_000, 3650


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    say = parser.add_argument
    say("load", metavar="CLASS=A_DAY", nargs="+", help="entries of a class that come on a day, as single-gpu-ss=48")
    say("--days", type=_positive, default=45, help="of a season (default: 45)")
    say("--wait", type=duration, default=HOUR, metavar="TIME", help="what 19 waits in 20 may be at most (default: 1h)")
    say("--used", type=_share, default=1, metavar="SHARE", help="of its time that a round uses (default: 1)")
    say(
        "--confirmed",
        type=_share,
        default=0.1,
        metavar="SHARE",
        help="of entries that would lead, and play twice (default: 0.1)",
    )
    say("--rush", type=_positive, default=1, metavar="N", help="times as many a day on the last tenth of the days (default: 1)")
    say("--between-failures", type=duration, metavar="TIME", help="of a machine, as 30d (default: never)")
    say("--repair", type=duration, default=HOUR, metavar="TIME", help="until it is back (default: 1h)")
    say("--machines", type=count_to(MOST), metavar="N", help="so many of each hardware (default: as many as it takes)")
    say("--seed", type=int, default=1, help="of the random numbers (default: 1)")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Print, for each hardware, what so many machines would mean."""
    from referee.play import simulation

    kinds = defaultdict(list)
    for text in parsed.load:
        class_, a_day = _load(text)
        kinds[class_.hardware].append(simulation.stream(class_, a_day, parsed.used, parsed.confirmed))
    machines = simulation.Machines(
        count=parsed.machines or 1, seconds_between_failures=parsed.between_failures or math.inf, repair_seconds=parsed.repair
    )
    found = {
        hardware: [simulation.staffing(streams, machines, parsed.days, parsed.seed, parsed.rush)]
        if parsed.machines
        else simulation.enough(streams, machines, parsed.days, parsed.wait, parsed.seed, parsed.rush)
        for hardware, streams in kinds.items()
    }
    if parsed.json:
        print_json({hardware: [asdict(one) for one in tried] for hardware, tried in found.items()})
        return FINE
    from referee.adapters.cli.screen import screen
    from referee.presentation import terminal

    for hardware, tried in found.items():
        screen().print(terminal.staffing(hardware, tried, parsed.wait))
    return FINE


def _load(text: str) -> tuple[CompetitionClass, float]:
    found = _LOAD.fullmatch(text)
    if found is None or not 0 < float(found["a_day"]) <= MOST_A_DAY:
        raise InputError(f'"{text}" is no load; write CLASS=A_DAY, for example single-gpu-ss=48')
    return parse_class(found["class_"]), float(found["a_day"])


def _positive(text: str) -> float:
    found = float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else 0
    if not 0 < found <= MOST:
        raise argparse.ArgumentTypeError(f"expected a number above 0, at most {MOST}, got {text}")
    return found


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"expected 0 to 1, got {text}")
    return share
