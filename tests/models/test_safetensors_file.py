"""Weights for the host's graph: exactly its tensors, or nothing."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save

from referee.ground.errors import InvalidModel
from referee.models.safetensors_file import read

SHAPES = {"weight": (2, 3), "bias": (2,)}
HONEST = {"weight": np.arange(6, dtype=np.float32).reshape(2, 3), "bias": np.ones(2, np.float32)}


def refusal(content: bytes) -> str:
    with pytest.raises(InvalidModel) as refused:
        read(content, SHAPES)
    return str(refused.value)


def written(header: object, data: bytes = bytes(32)) -> bytes:
    """A file with any header; text is taken as it is."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


HEADER = {
    "weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "bias": {"dtype": "F32", "shape": [2], "data_offsets": [24, 32]},
}


def test_the_honest_weights_are_read():
    """In the order of the host's graph, whatever their order in the file."""
    found = read(save(HONEST), SHAPES)
    assert list(found) == ["weight", "bias"]
    assert all((found[name] == HONEST[name]).all() and found[name].dtype == np.float32 for name in SHAPES)
    assert read(written(HEADER), SHAPES)["weight"].shape == (2, 3)


def test_metadata_is_ignored():
    """It is no tensor, and nobody reads it."""
    found = read(save(HONEST, metadata={"format": "pt", "author": "golfer"}), SHAPES)
    assert (found["weight"] == HONEST["weight"]).all()


@settings(deadline=None, max_examples=50, derandomize=True)
@given(arrays.arrays(np.float32, (2, 3), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)))
def test_values_are_read_to_the_last_bit(weight):
    """Subnormals included; only the sign of zero is dropped."""
    found = read(save({**HONEST, "weight": weight}), SHAPES)["weight"]
    assert found.tobytes() == (weight + np.float32(0)).tobytes()


def test_a_tensor_without_axes_is_read():
    """A gain."""
    assert read(save({"gain": np.array(2, np.float32)}), {"gain": ()})["gain"] == 2


def test_minus_zero_becomes_zero():
    """Or it would cost bytes and count as a value."""
    found = read(save({**HONEST, "bias": np.array([-0.0, 1], np.float32)}), SHAPES)["bias"]
    assert not np.signbit(found).any()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weight": None}, 'tensor "weight" is missing'),
        ({"extra": np.ones(2, np.float32)}, 'there is no tensor "extra" in the reference; known: bias, weight'),
        ({"weigth": HONEST["weight"]}, 'there is no tensor "weigth" in the reference; did you mean "weight"?'),
        ({"weight": HONEST["weight"].T.copy()}, 'tensor "weight" has the shape (3, 2), expected (2, 3)'),
        ({"weight": HONEST["weight"].ravel()}, 'tensor "weight" has the shape (6,), expected (2, 3)'),
        ({"bias": np.ones((2, 1), np.float32)}, 'tensor "bias" has the shape (2, 1), expected (2,)'),
        ({"bias": np.zeros((0,), np.float32)}, 'tensor "bias" has the shape (0,), expected (2,)'),
        ({"bias": np.ones(2)}, 'tensor "bias" is float64, expected float32'),
        ({"bias": np.ones(2, np.float16)}, 'tensor "bias" is float16, expected float32'),
        ({"bias": np.ones(2, np.int8)}, 'tensor "bias" is int8, expected float32'),
        ({"bias": np.array([True, False])}, 'tensor "bias" is bool, expected float32'),
        ({"bias": np.array([math.nan, 1], np.float32)}, 'tensor "bias" holds NaN or infinity'),
        ({"bias": np.array([1, math.inf], np.float32)}, 'tensor "bias" holds NaN or infinity'),
        ({"bias": np.array([1, -math.inf], np.float32)}, 'tensor "bias" holds NaN or infinity'),
    ],
    ids=str,
)
def test_weights_that_are_not_the_references_are_refused(changes, said):
    """By the tensor's name."""
    tensors = {name: array for name, array in {**HONEST, **changes}.items() if array is not None}
    assert refusal(save(tensors)) == said


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 7,
        save(HONEST)[:20],
        save(HONEST) + b"\0",
        (2**64 - 1).to_bytes(8, "little"),
        written(b"{"),
        written(b"\xff\xfe{"),
        written({"weight": {}}),
        written({**HEADER, "bias": {**HEADER["bias"], "data_offsets": [0, 8]}}),
        written({**HEADER, "bias": {"dtype": "BF16", "shape": [4], "data_offsets": [24, 32]}}),
        written({**HEADER, "bias": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [24, 32]}}),
        written({**HEADER, "bias": {"dtype": "F4", "shape": [16], "data_offsets": [24, 32]}}),
        written({**HEADER, "__metadata__": 7}),
        written(HEADER, bytes(40)),
        written(HEADER, b""),
    ],
    ids=range(14),
)
def test_a_file_that_is_damaged_or_holds_other_types_is_refused(content):
    """More of them, whole attacks and files of other formats, stand in tests/artifacts."""
    refusal(content)


@pytest.mark.parametrize(
    "header",
    [
        json.dumps(HEADER)[:-1] + ', "bias": ' + json.dumps(HEADER["bias"]) + "}",
        json.dumps(HEADER)[:-1] + ', "b\\u0069as": ' + json.dumps(HEADER["bias"]) + "}",
        json.dumps(HEADER).replace('"shape": [2]', '"shape": [3], "shape": [2]'),
    ],
    ids=["name", "escaped name", "field"],
)
def test_a_name_that_stands_there_twice_is_refused(header):
    """The library takes the last: two readers could see two models."""
    assert refusal(written(header.encode())) == "model.safetensors names a tensor twice"
