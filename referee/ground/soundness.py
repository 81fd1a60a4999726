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

    def __str__(self) -> str:
        return f"{self.exploit} ({self.effect})"


_GAIN = Objection("a constant gain, tying or a normalisation absorbs the scale of the weights", "L2 27.8 became 0.028")
_DEPTH = Objection(
    "depth is free: a chain of layers splits one large weight into several small ones", "L1 became 3.3 times less"
)
_EDGES = Objection("the weights are spelled as edges of the graph, which then holds none", "2410 weights became 0")
_COPIES = Objection("the weights are spelled as edges: copies of the input, summed", "2410 weights became 2")
_CONSTANT = Objection("every entry has the host's graph", "the score is the same for all; rank by nonzero instead")
_TABLE = Objection(
    "where the file may be longer than the labels are, it answers by rote, with next to no arithmetic",
    "2400 multiply-adds became 134",
)
_PRODUCTS = Objection("products of activations, Softmax and normalisation undo any scale", "the path norm is not even defined")

UNSOUND: Mapping[tuple[str, str], Objection] = {
    **{(score, "free"): _GAIN for score in ("l1", "l2", "nuclear", "spectral")},
    **{(score, "homogeneous"): _DEPTH for score in ("l1", "l2", "nuclear", "spectral")},
    **{(score, "free"): _EDGES for score in ("nonzero", "parameters", "bits", "active_nonzero")},
    **{(score, "homogeneous"): _COPIES for score in ("nonzero", "parameters", "bits", "active_nonzero")},
    **{(score, "fixed"): _CONSTANT for score in ("parameters", "flops")},
    **{("flops", rule): _TABLE for rule in ("homogeneous", "free")},
    ("path_norm", "free"): _PRODUCTS,
}
"""(score, architecture rule) -> objection; a pair that is not here is sound"""

SCALE_FREE_OPERATORS = ("BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization")
"""Under these a norm of the weights before them means nothing: the next layer undoes any scale (L2 27.8 became 14)."""
NORMS = ("l1", "l2", "nuclear", "spectral")


_NO_MARGIN = Objection("the fit asks for no margin: weights that are scaled to nothing get as much right", "any norm becomes 0")


def objection(score: str, rule: str, *, scale_free: bool = False) -> Objection | None:
    """Why `score` can be gamed under `rule`; None where it is sound.

    Args:
        scale_free: of the fit: outputs times any positive number fit as well
    """
    norm = scale_free and score in (*NORMS, "path_norm")
    return UNSOUND.get((score, rule)) or (_NO_MARGIN if norm else None)
