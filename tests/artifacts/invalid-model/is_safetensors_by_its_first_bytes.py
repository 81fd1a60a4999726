"""Files that begin like safetensors: headers that lie, overlap, repeat or never end; tensors that the graph does not have."""

import json
import math

import numpy as np
from hostile import hostile
from safetensors.numpy import save

ATTACK = 28
RULES = ("fixed",)
SHAPES = {"w1": (8, 4), "b1": (8,), "w2": (8, 3), "b2": (3,)}
UNREADABLE = "model.safetensors can't be read: "
CUT = "model.safetensors is cut short or no safetensors file"
NO_JSON = "the header of model.safetensors is no JSON"


def _header():
    header, end = {}, 0
    for name, shape in SHAPES.items():
        size = 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    return header


def _written(header, data=None):
    """A file with any header; bytes are taken as they are."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + (bytes(4 * 67) if data is None else data)


def _with(**changes):
    tensors = {name: np.ones(shape, np.float32) for name, shape in SHAPES.items()}
    return save({name: array for name, array in {**tensors, **changes}.items() if array is not None})


def _field(name, **changes):
    return _written({**_header(), name: {**_header()[name], **changes}})


@hostile(CUT)
def a_header_longer_than_any_file():
    return (2**63).to_bytes(8, "little") + b"{}"


@hostile(CUT)
def a_header_of_a_hundred_megabytes():
    return (100_000_001).to_bytes(8, "little") + b"{}"


@hostile(NO_JSON)
def a_huge_header():
    """A megabyte of brackets, which a parser would nest."""
    return _written(b"[" * 2**20)


@hostile(NO_JSON)
def a_header_of_nothing():
    return _written(b"")


@hostile(UNREADABLE)
def a_header_that_is_a_list():
    return _written([])


@hostile(UNREADABLE)
def a_tensor_that_is_a_number():
    return _written({**_header(), "b2": 7})


@hostile(UNREADABLE)
def offsets_that_overlap():
    header = _header()
    header["b1"]["data_offsets"] = header["b2"]["data_offsets"] = [128, 140]
    header["b1"]["shape"] = [3]
    return _written(header)


@hostile(UNREADABLE)
def offsets_backwards():
    return _field("b2", data_offsets=[268, 256])


@hostile(UNREADABLE)
def offsets_far_away():
    return _field("b2", data_offsets=[2**62, 2**62 + 12])


@hostile(UNREADABLE)
def offsets_of_half_a_tensor():
    return _field("b2", data_offsets=[256, 262])


@hostile(UNREADABLE)
def a_shape_of_yottabytes():
    return _field("w1", shape=[2**40, 2**40])


@hostile(UNREADABLE)
def a_negative_shape():
    return _field("w1", shape=[-8, -4])


@hostile(UNREADABLE)
def a_type_that_nobody_knows():
    return _field("w1", dtype="PICKLE")


@hostile(UNREADABLE)
def bytes_behind_the_last_tensor():
    return _with() + b"hidden weights"


@hostile("model.safetensors names a tensor twice", "safetensors")
def a_name_twice():
    """The library takes the last."""
    return _written((json.dumps(_header())[:-1] + ', "b2": ' + json.dumps(_header()["b2"]) + "}").encode())


@hostile("model.safetensors names a tensor twice", "safetensors")
def a_name_twice_once_escaped():
    return _written((json.dumps(_header())[:-1] + ', "b\\u0032": ' + json.dumps(_header()["b2"]) + "}").encode())


@hostile('there is no tensor "extra" in the reference', "safetensors")
def a_tensor_too_many():
    return _with(extra=np.ones(2, np.float32))


@hostile('tensor "b2" is missing', "safetensors")
def a_tensor_too_few():
    return _with(b2=None)


@hostile('tensor "w1" has the shape (4, 8), expected (8, 4)', "safetensors")
def another_shape():
    return _with(w1=np.ones((4, 8), np.float32))


@hostile('tensor "w1" is float64, expected float32', "safetensors")
def doubles():
    return _with(w1=np.ones((8, 4)))


@hostile('tensor "w1" is int8, expected float32', "safetensors")
def bytes_for_floats():
    return _with(w1=np.ones((8, 4), np.int8))


@hostile('tensor "w1" holds NaN or infinity', "safetensors")
def nan():
    return _with(w1=np.full((8, 4), np.nan, np.float32))


@hostile('tensor "b1" holds NaN or infinity', "safetensors")
def infinity():
    return _with(b1=np.full(8, -np.inf, np.float32))
