"""`referee board [COMPETITION]`."""

from __future__ import annotations

import argparse
from typing import Any

from referee.adapters.cli.main import FINE, league_of, print_json
from referee.files.decode import encode
from referee.ground.ranking import Row


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("competition", nargs="?", metavar="COMPETITION", help="one of the league's (default: all)")
    parser.add_argument("--class", dest="class_", metavar="CLASS", help="one class (default: all that were played)")
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Print the boards."""
    league = league_of(parsed)
    names = [parsed.competition] if parsed.competition else league.competitions()
    games = [league.game(name) for name in names]
    boards = {
        (game.name, class_): league.board(game, class_)
        for game in games
        for class_ in ([str(game.played(parsed.class_))] if parsed.class_ else game.rules.classes)
    }
    if parsed.json:
        print_json(
            [
                {"competition": name, "class": class_, "rows": [_plain(row) for row in rows]}
                for (name, class_), rows in boards.items()
            ]
        )
        return FINE
    from referee.adapters.cli.screen import screen
    from referee.presentation import terminal

    console = screen()
    for game in games:
        played = [class_ for name, class_ in boards if name == game.name and (boards[name, class_] or parsed.class_)]
        for class_ in played or [game.rules.classes[0]]:
            console.print(terminal.board(game, class_, boards[game.name, class_]))
    return FINE


def _plain(row: Row) -> dict[str, Any]:
    return {"rank": row.rank, "gap": row.gap, "within_noise": row.within_noise, "result": encode(row.result)}
