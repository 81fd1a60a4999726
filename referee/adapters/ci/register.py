"""`referee ci register`: ask GitHub for what an ephemeral runner starts from. Run by root on the machine that is lent."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from referee.adapters.cli.main import FINE, league_of
from referee.files import store
from referee.ground.errors import InputError, nearest


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the step's arguments."""
    parser.add_argument("--repository", metavar="OWNER/NAME", required=True, help="that the runner works for")
    parser.add_argument("--hardware", metavar="NAME", required=True, help="whose labels it carries, as laptop")
    parser.add_argument("--name", metavar="RUNNER", required=True, help="how GitHub lists it; each registration a new one")
    parser.add_argument("--token-file", metavar="FILE", type=Path, help="holds the token (default: GITHUB_TOKEN)")
    parser.add_argument("--api", metavar="URL", default="https://api.github.com", help="default: GitHub's own")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="for `run.sh --jitconfig`; of mode 0600")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Write the configuration."""
    hardware = league_of(parsed).hardware
    if parsed.hardware not in hardware:
        raise InputError(f'--hardware: unknown hardware "{parsed.hardware}"{nearest(parsed.hardware, hardware)}')
    from referee.adapters.github import Hub

    hub = Hub(parsed.repository, _token(parsed.token_file), parsed.api)
    configuration = hub.runner_configuration(parsed.name, hardware[parsed.hardware].labels)
    store.write_bytes(parsed.out, configuration.encode("ascii"), mode=0o600)
    print(f"{parsed.name}: registered for one job")
    return FINE


def _token(file: Path | None) -> str:
    try:
        token = file.read_text(encoding="ascii").strip() if file else os.environ.get("GITHUB_TOKEN", "")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--token-file {file}: {error}") from None
    if not token:
        raise InputError("no token; give --token-file, or GITHUB_TOKEN in the environment")
    return token
