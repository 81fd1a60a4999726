"""Which score means something under which architecture rule. An unsound pair is refused, with the exploit named.

Effects were measured on digits, where an honest network has L2 27.8 and 2410 weights; `tests/exploits` measures them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RULES: Mapping[str, str] = {
    "fixed": "the entry hands in weights for the host's graph",
    "homogeneous": "the entry hands in its own graph, of operators that a positive scale passes through",
    "free": "the entry hands in its own graph, of any operator on the allow-list",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a score can be gamed under an architecture rule."""

    exploit: str
    """what an entry would do"""
    effect: str
    """what that was measured to do to the score"""
    refused: bool = True
    """else the pair may be played, and the doubt stands on the board"""
    unless_bytes: int | None = None
    """`limits.artifact_bytes` up to which the objection falls"""

    def __str__(self) -> str:
        return f"{self.exploit} ({self.effect})"


_GAIN = Objection("a constant gain, tying or a normalisation absorbs the scale of the weights", "L2 27.8 became 0.028")
_DEPTH = Objection(
    "depth is free: a chain of layers splits one large weight into several small ones", "L1 became 3.3 times less"
)
_EDGES = Objection("the weights are spelled as edges of the graph, which then holds none", "2410 weights became 0")
_FEWER = Objection("weights can be spelled as edges of the graph: copies, sums, paddings", "not measured to pay", refused=False)
_NO_GRAPH = "every entry has the host's graph"
_CONSTANT = Objection(_NO_GRAPH, "the score is the same for all; rank by nonzero instead")
_TABLE = Objection(
    "a table of the answers takes no arithmetic", "flops became 0; cap limits.artifact_bytes at 65536", unless_bytes=65536
)
_PRODUCTS = Objection("products of activations, Softmax and normalisation undo any scale", "the path norm is not even defined")

UNSOUND: Mapping[tuple[str, str], Objection] = {
    **{(score, "free"): _GAIN for score in ("l1", "l2", "nuclear", "spectral")},
    **{(score, "homogeneous"): _DEPTH for score in ("l1", "l2", "nuclear", "spectral")},
    **{(score, "free"): _EDGES for score in ("nonzero", "parameters", "bits", "active_nonzero")},
    **{(score, "homogeneous"): _FEWER for score in ("nonzero", "parameters", "bits", "active_nonzero")},
    **{(score, "fixed"): _CONSTANT for score in ("parameters", "flops")},
    **{("flops", rule): _TABLE for rule in ("homogeneous", "free")},
    ("path_norm", "free"): _PRODUCTS,
}
"""(score, architecture rule) -> objection; a pair that is not here is sound"""

SCALE_FREE_OPERATORS = ("BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization")
"""Under these a norm of the weights before them means nothing: the next layer undoes any scale (L2 27.8 became 14)."""
NORMS = ("l1", "l2", "nuclear", "spectral")


def objection(score: str, rule: str, artifact_bytes: int) -> Objection | None:
    """Why `score` can be gamed under `rule`; None where it is sound.

    Args:
        artifact_bytes: the competition's cap on the model file
    """
    found = UNSOUND.get((score, rule))
    if found is not None and found.unless_bytes is not None and artifact_bytes <= found.unless_bytes:
        return None
    return found
