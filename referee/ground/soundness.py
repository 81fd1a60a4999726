"""Which score means something under which architecture rule. An unsound pair is refused, with the exploit named.

Effects were measured on digits, where an honest network has L2 27.8 and 2410 weights.
"""

from __future__ import annotations

from collections.abc import Mapping

RULES: Mapping[str, str] = {
    "fixed": "the entry hands in weights for the host's graph",
    "free": "the entry hands in its own graph, of any operator on the allow-list",
}

_NORM = "constants, tying and free depth absorb the scale (a constant gain of 1e6 took L2 from 27.8 to 0.028)"
UNSOUND: Mapping[tuple[str, str], str] = {
    ("l1", "free"): _NORM,
    ("l2", "free"): _NORM,
    ("nuclear", "free"): _NORM,
    ("spectral", "free"): _NORM,
    ("nonzero", "free"): "a graph can spell its weights as edges and hold none (2410 became 0)",
    ("parameters", "free"): "a graph can spell its weights as edges and hold none (2410 became 0)",
    ("parameters", "fixed"): "every entry has the same number of parameters; rank by nonzero instead",
}

SCALE_FREE_OPERATORS = ("BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization")
"""Under these a norm of the weights before them means nothing: the next layer undoes any scale (L2 27.8 became 14)."""
NORMS = ("l1", "l2", "nuclear", "spectral")


def objection(score: str, rule: str) -> str | None:
    """Why `score` can be gamed under `rule`; None where it is sound."""
    return UNSOUND.get((score, rule))
