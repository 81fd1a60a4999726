"""What several commands print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from referee.adapters.cli.main import FAULTS, FINE, OURS, print_json
from referee.files.decode import encode
from referee.ground.result import Result
from referee.ground.verdict import Verdict

if TYPE_CHECKING:
    from referee.play.match import Match
    from referee.presentation.explanation import Explanation
    from referee.untrusted.sandbox import Sandbox


def tell_result(
    match: Match,
    result: Result,
    file: Path | None,
    as_json: bool,
    explained: Sequence[Explanation] = (),
    *,
    practice: bool = False,
) -> int:
    """Print a result with its rank, and what it rests on where that was asked for; give the exit code of its verdict.

    Args:
        practice: also the board as it would be, and which place this is on it
    """
    # Slow to import, and `train` has no use for them.
    from referee.adapters.cli.screen import screen
    from referee.play.running import place
    from referee.presentation import sentences, terminal
    from referee.presentation.explanation import explanation_of

    row, rows = place(match, result)
    board = match.league.board(match.game, str(match.played)) if practice else ()
    replaced = next((one for one in board if one.result.pins.entry == match.entry.name), None)
    recorded = match.league.shown(file) if file else None
    if as_json:
        standing: dict[str, object] = {"rank": row.rank, "of": sum(one.rank is not None for one in rows), "gap": row.gap}
        if practice:
            due = match.game.rules.rounds_in(match.played)
            standing |= {"told": sentences.you_would_be(row, rows, due), "within_noise": row.within_noise}
            standing |= {"rounds": len(result.rounds), "rounds_due": due, "replaces": replaced is not None}
        explanation = {"explanation": encode(list(explained))} if explained else {}
        print_json({**encode(result), "recorded": recorded, "standing": standing, **explanation})
    else:
        for one in explained:
            screen().print(explanation_of(one))
        screen().print(terminal.result_card(match.game, result, row, rows, recorded))
        if practice:
            screen().print(terminal.practice_board(match.game, row, rows, replaced))
    return exit_code(result.verdict)


def exit_code(verdict: Verdict | None) -> int:
    """0 qualified or not yet judged, 3 our failure, 1 anything else."""
    if verdict is None or verdict is Verdict.QUALIFIED:
        return FINE
    return OURS if verdict is Verdict.REFEREE_ERROR else FAULTS


def warn_unconfined(sandbox: Sandbox) -> None:
    """Say in red that nothing protects this machine."""
    if not sandbox.confines:
        warning = f"UNCONFINED PRACTICE: train.py runs as you, with all that you may do; {getattr(sandbox, 'reason', '')}"
        from rich.console import Console
        from rich.text import Text

        Console(stderr=True, highlight=False).print(Text(warning, "bold red"))
