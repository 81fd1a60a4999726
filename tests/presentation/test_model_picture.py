"""The tensors of a model in numbers: against numpy, against the recorded scores, and for what is odd or hostile."""

from __future__ import annotations

import math
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import load, save
from sample_graphs import branches, residual

from referee.files import store
from referee.files.league import Game, League
from referee.ground.competition import Architecture
from referee.ground.errors import InvalidModel
from referee.ground.graph import Array
from referee.ground.result import Result
from referee.models import onnx_file
from referee.presentation.site.model import picture as model_picture
from referee.presentation.site.model.picture import (
    BINS,
    DRAWN_FROM,
    LISTED,
    PICTURED,
    TensorPicture,
    picture,
    read_model,
    tensors,
)

REPOSITORY = Path(__file__).resolve().parents[2]
RECORDED = sorted(file.relative_to(REPOSITORY) for file in REPOSITORY.glob("submissions/*/*/results/*.yaml"))
HOSTILE = (
    "<script>alert(1)</script>",
    '" onload="alert(1)',
    "</td></table><b>",
    "a\n\n# b\n```",
    "\u202egnp\x00",
    "{0}{",
    "Z" * 999,
)


@pytest.fixture(scope="module")
def league() -> League:
    return League(REPOSITORY)


@pytest.fixture
def free(league, tmp_path) -> Game:
    rules = league.game("digits").rules
    return Game("free", tmp_path, replace(rules, architecture=Architecture(rule="free")))


def one(array: Array) -> TensorPicture:
    (found,) = tensors({"w": array})
    return found


class Elements(HTMLParser):
    """Elements with the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))


def test_there_are_recorded_artifacts_to_look_at():
    assert len(RECORDED) >= 5


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: "-".join(file.parts[1:3]))
def test_the_picture_of_a_recorded_model_agrees_with_its_recorded_scores(league, file):
    """What is not zero, the singular values, the number of weights: added up, they are the scores that the judge recorded."""
    result = store.read(Result, REPOSITORY / file, str(file))
    game = league.game(result.pins.competition)
    for judged in result.rounds:
        name = judged.trained.artifact.file
        content = (REPOSITORY / file.with_suffix("") / name).read_bytes()
        weights = read_model(game, name, content).weights
        found, stored = tensors(weights), load(content) if name.endswith(".safetensors") else weights
        assert {tensor.name: tensor.shape for tensor in found} == {name: array.shape for name, array in stored.items()}
        assert sum(tensor.count for tensor in found) == judged.scores["parameters"]
        assert sum(tensor.count - tensor.zeros for tensor in found) == judged.scores["nonzero"]
        assert sum(tensor.count * tensor.mean_magnitude for tensor in found) == pytest.approx(judged.scores["l1"])
        vectors = sum(float(np.linalg.norm(stored[tensor.name])) for tensor in found if tensor.unranked)
        assert sum(sum(tensor.singular) for tensor in found) + vectors == pytest.approx(judged.scores["nuclear"], rel=1e-5)


def test_the_graph_of_a_recorded_model_has_its_weights(league):
    file = next((REPOSITORY / "submissions/digits/adam/results/laptop-ss").glob("*.safetensors"))
    model, stored = read_model(league.game("digits"), file.name, file.read_bytes()), load(file.read_bytes())
    assert all((model.graph.tensors[name] == array).all() for name, array in stored.items())


def test_an_onnx_file_is_read_whatever_the_rule(free):
    graph = residual()
    assert len(read_model(free, "round-1-00000000.onnx", onnx_file.write(graph)).graph.nodes) == len(graph.nodes)


@pytest.mark.parametrize("name", ["round-1.onnx", "round-1.safetensors", "round-1"])
@pytest.mark.parametrize("content", [b"", b"junk", b"\0" * 100])
def test_what_is_no_model_is_refused(league, name, content):
    with pytest.raises(InvalidModel):
        read_model(league.game("digits"), name, content)


def test_weights_of_other_rules_are_refused(league, free):
    """Those of a graph that the host has replaced, and those of a game that has no graph any more."""
    with pytest.raises(InvalidModel, match="there is no tensor"):
        read_model(league.game("digits"), "round-1.safetensors", save({"other": np.zeros((2, 2), np.float32)}))
    with pytest.raises(InvalidModel, match="no graph to pour them into"):
        read_model(free, "round-1.safetensors", save({"other": np.zeros((2, 2), np.float32)}))


def test_numbers_are_those_of_numpy():
    array = np.random.default_rng(3).standard_normal((40, 7, 3)).astype(np.float32)
    array[np.abs(array) < 0.5] = 0
    found, values = one(array), array[array != 0].astype(float)
    assert (found.shape, found.count, found.dtype) == ((40, 7, 3), 840, "float32")
    assert found.zeros == (array == 0).sum() and found.share_of_zeros == found.zeros / 840
    assert (found.least, found.greatest) == (array.min(), array.max())
    assert found.mean_magnitude == pytest.approx(np.abs(array).mean())
    counts, edges = np.histogram(values, len(found.counts))
    assert found.counts == tuple(counts) and found.edges == pytest.approx(edges)
    assert found.singular == pytest.approx(np.linalg.svd(array.reshape(40, 21).astype(float), compute_uv=False))


def test_there_are_no_more_bins_than_can_be_told_apart():
    random = np.random.default_rng(0)
    assert [len(one(random.standard_normal(size)).counts) for size in (1, 8, 1000, 10**6)] == [1, 4, 20, BINS]


@given(
    arrays.arrays(
        st.sampled_from([np.float16, np.float32, np.int8, np.uint8, np.int32, np.int64, np.bool_]),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
        elements={"allow_nan": False, "allow_infinity": False},
    )
)
@settings(max_examples=300, deadline=None)
def test_every_number_of_any_tensor_is_a_zero_or_in_a_bin(array):
    found = one(array)
    assert found.zeros + sum(found.counts) == found.count == array.size
    assert list(found.edges) == sorted(set(found.edges))
    assert len(found.edges) == (len(found.counts) + 1 if found.counts else 0)
    assert bool(found.singular) != bool(found.unranked)
    assert found.effective_rank is None or 0 <= found.effective_rank <= len(found.singular) + 1e-9
    assert "\n\n" not in picture([found], "k")


@pytest.mark.parametrize(
    "array",
    [
        np.full((3, 3), 2.0**62, np.float64).astype(np.int64) + np.arange(9).reshape(3, 3),
        np.asarray([[1, np.nextafter(np.float32(1), np.float32(2))]] * 2, np.float32),
        np.full((2, 2), np.finfo(np.float32).smallest_subnormal),
        np.asarray([[-3.4e38, 3.4e38]] * 2, np.float32),
        np.full((2, 2), -128, np.int8),
        np.float32(7),
    ],
    ids=["adjacent-int64", "adjacent-floats", "subnormal", "huge", "least-int8", "scalar"],
)
def test_numbers_at_the_edge_of_their_type_have_bins(array):
    found = one(np.asarray(array))
    assert sum(found.counts) == found.count and list(found.edges) == sorted(set(found.edges))
    assert all(map(math.isfinite, (*found.edges, found.mean_magnitude, *found.singular)))


@pytest.mark.parametrize(
    ("matrix", "rank"),
    [(np.eye(5), 5), (7 * np.eye(5), 5), (np.ones((4, 9)), 1), (np.zeros((3, 3)), 0), (np.diag([1.0, 1, 0, 0]), 2)],
)
def test_the_effective_rank_counts_equal_singular_values(matrix, rank):
    assert one(matrix).effective_rank == pytest.approx(rank)


def test_the_effective_rank_is_the_exponential_of_the_entropy():
    """Of singular values 3 and 1: 2^2 / 3^(3/4)."""
    assert one(np.diag([3.0, 1.0])).effective_rank == pytest.approx(4 / 3**0.75)


@pytest.mark.parametrize("shape", [(5,), (1, 5), (5, 1), (), (0, 4), (4, 0)])
def test_what_is_no_matrix_has_no_rank(shape):
    found = one(np.ones(shape, np.float32))
    assert found.effective_rank is None and not found.singular and "vector" in found.unranked


def test_a_matrix_that_is_too_large_has_its_numbers_but_no_singular_values(monkeypatch):
    monkeypatch.setattr(model_picture, "DECOMPOSED_UP_TO", 24)
    assert not one(np.ones((4, 6))).unranked
    found = one(np.ones((5, 5)))
    assert found.unranked == "more than 24 numbers" and sum(found.counts) == 25
    assert "more than 24 numbers" in picture([found], "k") and "Singular values of" not in picture([found], "k")


def test_the_largest_tensors_are_pictured_and_the_others_named():
    found = tensors({f"w{size}": np.ones((8, size)) for size in range(1, 31)})
    html = picture(found, "k")
    assert [tensor.name for tensor in found] == [f"w{size}" for size in range(30, 0, -1)]
    assert [bool(tensor.counts) for tensor in found] == [True] * PICTURED + [False] * (30 - PICTURED)
    assert html.count("<figure") == 2 * PICTURED and html.count('<th scope="row">') == 30
    assert "The 12 largest of 30 tensors are pictured." in html


def test_a_tensor_of_a_few_numbers_stands_in_the_table_alone():
    html = picture(tensors({"bias": np.ones(DRAWN_FROM - 1), "large": np.ones(DRAWN_FROM)}), "k")
    assert html.count("<figure") == 1 and "Weights of large" in html and ">bias<" in html
    assert f"fewer than {DRAWN_FROM} numbers" in html


def test_a_long_table_ends_and_says_so():
    html = picture(tensors({f"w{number}": np.ones((2, 2)) for number in range(LISTED + 50)}), "k")
    assert html.count('<th scope="row">') == LISTED
    assert "… 50 tensors more, 200 numbers</td>" in html


def test_the_table_tells_sparsity_extent_and_rank():
    html = picture(tensors({"layer": np.diag([4.0, 4, 0, 0])}), "k")
    (row,) = (line for line in html.split("\n") if "layer" in line and line.startswith("<tr>"))
    for cell in ("4 × 4", "16", "14 (87.50 %)", "0 to 4", "0.5", "2.0 of 4"):
        assert f">{cell}</td>" in row


def test_a_tensor_of_zeros_has_a_row_and_no_charts():
    html = picture(tensors({"nothing": np.zeros((3, 3))}), "k")
    assert ">9 (100 %)</td>" in html and ">0.0 of 3</td>" in html
    assert "<figure" not in html and "golf-charts" not in html


def test_a_model_without_weights_says_so():
    assert picture((), "k") == '<p class="golf-legend">No weights are stored.</p>'


def test_ids_of_the_charts_are_unique():
    html = picture(tensors(residual().tensors), "k") + picture(tensors(branches(3).tensors), "l")
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert len(ids) == len(set(ids)) > 8


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_of_tensors_stay_text(hostile):
    html, twin = (str(picture(tensors({name: np.eye(3)}), "k")) for name in (hostile, "harmless"))
    assert Elements(html).found == Elements(twin).found
    assert all(line.startswith("<") for line in html.split("\n"))
