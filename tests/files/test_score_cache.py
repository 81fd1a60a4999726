"""Scores of large tensors are remembered, and a memory that is wrong or gone costs time alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from referee.files.score_cache import FROM_BYTES, ScoreCache, default_folder
from referee.ground.graph import Graph, Model
from referee.ground.scores import additive, all_scores, counted

LARGE = np.random.default_rng(1).standard_normal((300, 256)).astype(np.float32)
SCORED = additive(LARGE)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Of a cache that is empty yet."""
    return tmp_path / "scores"


class Computed:
    """Counts how often it was asked."""

    def __init__(self, scored: dict[str, float] = SCORED) -> None:
        self.scored, self.times = scored, 0

    def __call__(self) -> dict[str, float]:
        self.times += 1
        return dict(self.scored)


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*"))


def test_what_is_remembered_is_the_same_to_the_last_bit(folder):
    """And is not computed again, by another run either."""
    compute = Computed()
    assert [ScoreCache(folder)("tensor", LARGE, compute) for _ in range(3)] == [SCORED] * 3
    assert compute.times == 1 and len(kept(folder)) == 1


def test_a_model_scores_the_same_with_and_without_a_memory(folder):
    """In all its scores, the first and the second time."""
    graph = Graph(opset=20, input="x", input_shape=(1,), output="y", output_shape=(1,), nodes=(), tensors={})
    weights = {"large": LARGE, "small": LARGE[:2], "whole": np.ones((600, 600), np.int8)}
    model = Model(graph=graph, weights=weights, canonical=LARGE.tobytes())
    plain = all_scores(counted(model))
    assert [all_scores(counted(model, ScoreCache(folder))) for _ in range(2)] == [plain] * 2
    assert len(kept(folder)) == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b"null", b"7", b"{}", b'{"l1": NaN}', b'{"l1": Infinity}', b'{"l1": "1.0"}',
     b'{"l1": null}', b'{"l1": 1}', b'{"l1": true}'],
    ids=repr,
)  # fmt: skip
def test_a_damaged_file_is_computed_anew_and_mended(folder, content):
    """Cut short, of another kind, or holding what is no score."""
    ScoreCache(folder)("tensor", LARGE, Computed())
    (file,) = kept(folder)
    file.write_bytes(content)
    compute = Computed()
    assert ScoreCache(folder)("tensor", LARGE, compute) == SCORED and compute.times == 1
    assert json.loads(file.read_bytes()) == SCORED


def test_a_folder_in_the_place_of_a_file_costs_time_alone(folder):
    """Nothing is written then."""
    ScoreCache(folder)("tensor", LARGE, Computed())
    (file,) = kept(folder)
    file.unlink()
    file.mkdir()
    assert ScoreCache(folder)("tensor", LARGE, Computed()) == SCORED and kept(folder) == [file]


def test_a_place_that_cannot_be_written_costs_time_alone(tmp_path):
    """Below a file there is no folder."""
    (tmp_path / "file").write_text("")
    compute = Computed()
    for _ in range(2):
        assert ScoreCache(tmp_path / "file/scores")("tensor", LARGE, compute) == SCORED
    assert compute.times == 2


def test_a_small_tensor_is_never_written(folder):
    """It is counted faster than found."""
    just, almost = np.zeros(FROM_BYTES, np.int8), np.zeros(FROM_BYTES - 1, np.int8)
    ScoreCache(folder)("tensor", almost, Computed())
    assert not folder.exists()
    ScoreCache(folder)("tensor", just, Computed())
    assert len(kept(folder)) == 1


def test_a_cache_without_a_folder_forgets_everything():
    """For tests and for readers who trust nobody."""
    compute = Computed()
    for _ in range(2):
        ScoreCache(None)("tensor", LARGE, compute)
    assert compute.times == 2


def test_a_tensor_is_known_by_its_values_its_shape_and_its_type(folder):
    """The same bytes in another shape have another nuclear norm."""
    other_value = LARGE.copy()
    other_value[0, 0] += 1
    alike = [LARGE, LARGE.reshape(256, 300), LARGE.reshape(-1), LARGE.view(np.int32), LARGE.view(np.float16), other_value]
    for number, array in enumerate(alike):
        scored = {"l1": float(number)}
        assert ScoreCache(folder)("tensor", array, Computed(scored)) == scored
    assert len(kept(folder)) == len(alike)


def test_how_a_tensor_lies_in_memory_does_not_matter(folder):
    """Transposed back and forth it is the same."""
    compute = Computed()
    ScoreCache(folder)("tensor", LARGE, compute)
    ScoreCache(folder)("tensor", np.asfortranarray(LARGE), compute)
    ScoreCache(folder)("tensor", np.repeat(LARGE, 2, axis=0)[::2], compute)
    assert compute.times == 1


def test_the_folder_is_the_users_own_cache(monkeypatch, tmp_path):
    """Where the system says."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "ml-golf/scores"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/golfer")
    assert default_folder() == Path("/home/golfer/.cache/ml-golf/scores")


def test_a_file_of_another_referee_is_computed_anew(folder):
    """One that knew other scores."""
    ScoreCache(folder)("tensor", LARGE, Computed())
    (file,) = kept(folder)
    file.write_bytes(b'{"another": 1.0}')
    assert ScoreCache(folder)("tensor", LARGE, Computed()) == SCORED


def test_a_tensor_that_holds_the_bytes_of_a_file_is_not_taken_for_it(folder):
    """A second round's model may hold the first round's."""
    content = LARGE.tobytes()
    graph = Graph(opset=20, input="x", input_shape=(1,), output="y", output_shape=(1,), nodes=(), tensors={})
    first = Model(graph=graph, weights={}, canonical=content)
    second = Model(graph=graph, weights={"w": np.frombuffer(content, np.uint8)}, canonical=b"file")
    all_scores(counted(first, ScoreCache(folder)))
    assert all_scores(counted(second, ScoreCache(folder))) == all_scores(counted(second))
