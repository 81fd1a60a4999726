"""The tensors of a judged model in numbers and pictures: how large they are, how many of them are zero, of what rank."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath

import numpy as np
from markupsafe import Markup

from referee.files.league import Game
from referee.ground.errors import InvalidModel
from referee.ground.graph import Array, Graph
from referee.ground.scores import Matrix, as_matrix, singular_values
from referee.models import architecture, safetensors_file
from referee.presentation import words
from referee.presentation.charts import histogram, spectrum
from referee.presentation.site.model.drawing import draw
from referee.presentation.site.model.sketch import shape_in_words

PICTURED = 12
"""tensors that get pictures, the largest"""
DRAWN_FROM = 64
"""numbers in a tensor: of fewer, as in most biases, a picture says no more than the table"""
LISTED = 200
"""tensors in the table"""
NUMBERS = ("shape", "numbers", "zeros", "least to greatest", "mean |w|", "effective rank")
BINS = 31
DECOMPOSED_UP_TO = 4_000_000
"""numbers of a matrix whose singular values are computed: seconds at most"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPicture:
    """What is shown of one tensor. Names are strangers'."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    zeros: int
    least: float
    greatest: float
    mean_magnitude: float
    """of all its numbers, zeros too"""
    edges: tuple[float, ...] = ()
    """of the bins, one more than there are; none where it is not pictured or holds nothing but zeros"""
    counts: tuple[int, ...] = ()
    """numbers in each bin that are not zero"""
    singular: tuple[float, ...] = ()
    """singular values of the tensor as a matrix, falling"""
    unranked: str = ""
    """why there are no singular values"""

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def share_of_zeros(self) -> float:
        """From 0 to 1; 0 without numbers."""
        return self.zeros / self.count if self.count else 0.0

    @property
    def effective_rank(self) -> float | None:
        """exp of the entropy of the singular values over their sum; 0 of a matrix of zeros, None without singular values.

        Roy and Vetterli 2007, The effective rank: a measure of effective dimensionality.
        """
        if self.unranked:
            return None
        total = math.fsum(self.singular)
        shares = [value / total for value in self.singular if value > 0] if total > 0 else []
        return math.exp(-math.fsum(share * math.log(share) for share in shares if share > 0)) if shares else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """A recorded model."""

    graph: Graph
    weights: Mapping[str, Array]
    """the tensors that count"""


def read_model(game: Game, name: str, content: bytes) -> Read:
    """A recorded artifact, by the reader that judged it: its graph, and the weights that count.

    Args:
        name: of its file; the suffix tells how it was handed in
        content: the file, its size already capped

    Raises:
        InvalidModel: it can't be read, or not under the rules that stand now.
        InputError: the host's own graph can't be read.
    """
    if PurePosixPath(name).suffix == ".onnx":
        model = architecture.read_model("free", content, None)
        return Read(graph=model.graph, weights=model.weights)
    if game.reference is None:
        raise InvalidModel("it holds weights alone, and the rules that stand now have no graph to pour them into")
    graph = host_graph(game.reference, game.rules_sha256)
    weights = safetensors_file.read(content, architecture.shapes_to_hand_in(graph))
    return Read(graph=replace(graph, tensors={**graph.tensors, **weights}), weights=weights)


@lru_cache
def host_graph(file: Path, rules_sha256: str) -> Graph:
    """The graph that a competition fixes: the same for each of its entries, and so read once.

    Raises:
        InputError: it can't be read.
    """
    return architecture.read_reference(file, file.name)


@lru_cache
def drawn_host_graph(file: Path, rules_sha256: str) -> Markup:
    """The same, drawn."""
    return draw(host_graph(file, rules_sha256), "graph")


def tensors(weights: Mapping[str, Array]) -> tuple[TensorPicture, ...]:
    """The tensors that count, the largest first; those behind PICTURED without bins and singular values."""
    largest_first = sorted(weights.items(), key=lambda item: -item[1].size)
    return tuple(_tensor(name, array, place < PICTURED) for place, (name, array) in enumerate(largest_first))


def picture(tensors: Sequence[TensorPicture], key: str) -> Markup:
    """A table of the tensors, and the charts of those that are pictured. Holds no blank line.

    Args:
        key: makes the ids of the charts unique on their page
    """
    if not tensors:
        return Markup('<p class="golf-legend">No weights are stored.</p>')
    lines = [*_table(tensors)]
    charts = [figure for place, one in enumerate(tensors) for figure in _figures(one, f"{key}-{place + 1}")]
    if charts:
        lines += [Markup('<div class="golf-charts">'), *charts, Markup("</div>")]
    return Markup("\n").join(lines)


def _tensor(name: str, array: Array, pictured: bool) -> TensorPicture:
    # A mean of float16 numbers would overflow, and the least int8 has no magnitude of its own type.
    values = array.astype(np.float64).ravel()
    nonzero = values[values != 0]
    edges, counts = _bins(nonzero) if pictured else ((), ())
    unranked = _unranked(array) if pictured else "not pictured"
    singular = () if unranked else tuple(sorted(singular_values(as_matrix(array)).tolist(), reverse=True))
    return TensorPicture(
        name=name,
        shape=array.shape,
        dtype=str(array.dtype),
        zeros=values.size - nonzero.size,
        least=float(values.min()) if values.size else 0.0,
        greatest=float(values.max()) if values.size else 0.0,
        mean_magnitude=float(np.abs(values).mean()) if values.size else 0.0,
        edges=edges,
        counts=counts,
        singular=singular,
        unranked=unranked,
    )


def _bins(nonzero: Matrix) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Equal bins, twice the cube root of the number of values (the Rice rule), at most BINS; edges and counts."""
    if not nonzero.size:
        return (), ()
    least, greatest = float(nonzero.min()), float(nonzero.max())
    bins = min(BINS, math.ceil(2 * nonzero.size ** (1 / 3)))
    largest = max(-least, greatest)
    # Between numbers this near to each other, floats have no room for edges.
    if greatest - least <= 1e-9 * largest:
        least, greatest, bins = least - 0.05 * largest, greatest + 0.05 * largest, 1
    edges = np.linspace(least, greatest, bins + 1)
    return tuple(edges.tolist()), tuple(np.histogram(nonzero, edges)[0].tolist())


def _unranked(array: Array) -> str:
    """Why a tensor has no singular values worth a picture; empty where it has."""
    rows = array.shape[0] if array.ndim > 1 else 1
    if rows < 2 or array.size <= rows:
        return "a vector: its only singular value is its length"
    return f"more than {DECOMPOSED_UP_TO:,} numbers" if array.size > DECOMPOSED_UP_TO else ""


def _table(tensors: Sequence[TensorPicture]) -> Iterator[Markup]:
    yield Markup('<div class="golf-scroll" role="region" tabindex="0" aria-label="The tensors of the model">')
    heads = "".join(f'<th scope="col" class="golf-number">{head}</th>' for head in NUMBERS)
    yield Markup(f'<table class="golf-board golf-tensors"><thead><tr><th scope="col">tensor</th>{heads}</tr></thead><tbody>')
    for one in tensors[:LISTED]:
        yield _row(one)
    if rest := tensors[LISTED:]:
        yield Markup('<tr><td colspan="7">… {} more, {:,} numbers</td></tr>').format(
            f"{len(rest):,} tensor{'s' * (len(rest) > 1)}", sum(one.count for one in rest)
        )
    yield Markup("</tbody></table></div>")
    yield Markup('<p class="golf-legend">{}</p>').format(_legend(tensors))


def _row(one: TensorPicture) -> Markup:
    rank = one.effective_rank
    return Markup(
        '<tr><th scope="row"><bdi>{}</bdi></th><td class="golf-number">{}</td><td class="golf-number">{:,}</td>'
        '<td class="golf-number">{}</td><td class="golf-number">{}</td><td class="golf-number">{}</td>'
        '<td class="golf-number">{}</td></tr>'
    ).format(
        words.plain(one.name, 60),
        shape_in_words(one.shape),
        one.count,
        f"{one.zeros:,} ({words.percent(one.share_of_zeros)})" if one.zeros else "none",
        f"{_number(one.least)} to {_number(one.greatest)}" if one.count else "-",
        _number(one.mean_magnitude) if one.count else "-",
        Markup('<span title="{}">-</span>').format(one.unranked) if rank is None else f"{rank:.1f} of {len(one.singular)}",
    )


def _legend(tensors: Sequence[TensorPicture]) -> str:
    said = (
        "Effective rank: exp of the entropy of the singular values over their sum (Roy and Vetterli 2007); "
        "it is that of a matrix of so many equal singular values."
    )
    if len(tensors) > PICTURED:
        said += f" The {PICTURED} largest of {len(tensors):,} tensors are pictured."
    if any(one.count < DRAWN_FROM for one in tensors):
        said += f" Tensors of fewer than {DRAWN_FROM} numbers stand in the table alone."
    return said


def _figures(one: TensorPicture, key: str) -> Iterator[Markup]:
    name = words.plain(one.name, 60)
    if one.counts and one.count >= DRAWN_FROM:
        yield histogram(key=f"{key}-weights", caption=f"Weights of {name}", edges=one.edges, counts=one.counts, zeros=one.zeros)
        if one.singular:
            yield spectrum(key=f"{key}-singular", caption=f"Singular values of {name}", values=one.singular)


def _number(value: float) -> str:
    return f"{value:.3g}"
