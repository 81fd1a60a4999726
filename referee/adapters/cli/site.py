"""`referee site export DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from referee.adapters.cli.main import FINE, league_of, print_json


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    kinds = parser.add_subparsers(metavar="WHAT", required=True)
    export = kinds.add_parser("export", help="the site's sources, for any generator that reads mkdocs.yml", allow_abbrev=False)
    export.add_argument("folder", metavar="DIR", type=Path, help="a new folder")
    export.add_argument("--address", metavar="URL", default="", help="of the published site, for feeds and citations")
    export.add_argument("--repository", metavar="OWNER/NAME", default="", help="of the league on GitHub, for links to code")
    export.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Write the folder, say how to build it."""
    from referee.adapters.site.export import export
    from referee.presentation.site.addresses import Published, with_slash

    published = Published(address=with_slash(parsed.address), repository=parsed.repository)
    files = export(league_of(parsed), parsed.folder, published)
    following = [f"cd {parsed.folder}", "mkdocs build   # or: properdocs build, zensical build"]
    if parsed.json:
        print_json({"folder": str(parsed.folder), "generated": files, "next": following})
    else:
        print("\n".join([f"wrote {parsed.folder} with {files} generated files", "next", *(f"  {line}" for line in following)]))
    return FINE
