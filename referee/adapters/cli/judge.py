"""`referee judge ENTRY --artifact DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from referee.adapters.cli.arguments import arrange_entry
from referee.models.child import Child


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    arrange_entry(parser)
    parser.add_argument("--artifact", metavar="DIR", type=Path, required=True, help="folder that `referee train` filled")
    parser.add_argument("--record", action="store_true", help="write the result into the entry's folder")
    parser.add_argument(
        "--explain", action="store_true", help="also what was counted, what each score says, how far it is from qualifying"
    )
    parser.set_defaults(command=main)


def main(parsed: argparse.Namespace) -> int:
    """Judge, print, record where asked."""
    # It imports what runs a model while this process imports what judges it.
    with Child() as child:
        return _judge(parsed, child)


def _judge(parsed: argparse.Namespace, child: Child) -> int:
    from referee.adapters.cli.audience import audience_of
    from referee.adapters.cli.main import league_of
    from referee.adapters.cli.told import tell_result
    from referee.ground.errors import InputError
    from referee.ground.result import TrainedRound
    from referee.play.judgement import Judgement
    from referee.play.judging import judge
    from referee.play.match import Match
    from referee.play.running import needs_confirmation, record
    from referee.presentation.explanation import Explanation, explain

    match = Match.of(league_of(parsed), parsed.entry, parsed.class_)
    if not parsed.artifact.is_dir():
        raise InputError(f"--artifact {parsed.artifact}: there is no such folder; make it with `referee train`")
    explained: list[Explanation] = []

    def hear(trained: TrainedRound, judgement: Judgement) -> None:
        if parsed.explain:
            explained.append(explain(match.game, trained.number, judgement))

    with audience_of(match, parsed.json) as audience:
        training, result, artifacts = judge(match, parsed.artifact, audience, hear=hear, child=child)
        if needs_confirmation(match, result) and not training.practice:
            audience.confirmation(len(result.rounds))
    file = record(match, training.practice, result, artifacts) if parsed.record else None
    return tell_result(match, result, file, parsed.json, explained)
