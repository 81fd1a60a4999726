"""The one word that a run ends in."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """How a round, and so an entry, came out."""

    QUALIFIED = "qualified"
    DID_NOT_FIT = "did-not-fit"
    OVER_TIME = "over-time"
    OVER_MEMORY = "over-memory"
    OVER_OUTPUT = "over-output"
    CRASHED = "crashed"
    INVALID_MODEL = "invalid-model"
    RULE_BROKEN = "rule-broken"
    REFEREE_ERROR = "referee-error"

    @property
    def sentence(self) -> str:
        """What it means, for a reader of the board."""
        return _SENTENCES[self]


_SENTENCES = {
    Verdict.QUALIFIED: "fits the data perfectly, within the time",
    Verdict.DID_NOT_FIT: "a model was handed in, but it does not fit every training row",
    Verdict.OVER_TIME: "the time was over and no model had been handed in",
    Verdict.OVER_MEMORY: "asked for more memory than its class has",
    Verdict.OVER_OUTPUT: "wrote more than the output folder or the artifact may hold",
    Verdict.CRASHED: "train.py ended with an error",
    Verdict.INVALID_MODEL: "what was handed in is no model by the competition's rules",
    Verdict.RULE_BROKEN: "broke a rule of the game",
    Verdict.REFEREE_ERROR: "the referee failed; never held against an entry, the retry is free",
}
