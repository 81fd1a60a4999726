"""Empty, half-written, too large, packed, or of another format."""

import io
import json
import zipfile

from hostile import hostile
from onnx import AttributeProto
from safetensors.numpy import save
from small_graphs import mlp

ATTACK = 25
RULES = ("free", "fixed")


@hostile()
def empty():
    return b""


@hostile()
def one_byte():
    return b"\0"


@hostile()
def half_written():
    content = mlp().SerializeToString()
    return content[: len(content) // 2]


@hostile()
def all_but_the_end():
    return mlp().SerializeToString()[:-20]


@hostile()
def garbage():
    return b"garbage"


@hostile()
def zeros():
    return bytes(2**20)


@hostile()
def a_zip_bomb():
    """A gigabyte of zeros, four times packed."""
    content = bytes(2**24)
    for _ in range(3):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(f"{number}", content)
        content = stream.getvalue()
    return content


@hostile()
def as_onnxruntime_has_its_own():
    """Bytes that the runtime takes for its flatbuffer format, which no checker reads."""
    return b"\x08\x00\x00\x00ORTM" + bytes(100)


@hostile()
def groups_that_never_end():
    return b"\x12" * 1000


@hostile()
def a_length_beyond_the_end():
    return b"\x3a\xff\xff\xff\xff\x0f"


@hostile()
def as_json():
    return json.dumps({"model": "json"}).encode()


@hostile()
def nested_a_thousand_times():
    """A graph in a graph in a graph: however deep, no parser may crash."""
    content = mlp().graph.SerializeToString()
    for _ in range(1000):
        inner = AttributeProto(name="g", type=AttributeProto.GRAPH).SerializeToString() + b"\x32" + _sized(content)
        content = b"\x0a" + _sized(b"\x22\x02If" + b"\x2a" + _sized(inner))
    return b"\x08\x0a" + b"\x3a" + _sized(content)


def _sized(content):
    number, digits = len(content), b""
    while number > 127:
        digits, number = digits + bytes([number & 127 | 128]), number >> 7
    return digits + bytes([number]) + content


@hostile()
def safetensors_cut_short():
    import numpy as np

    return save({"w1": np.ones((8, 4), np.float32)})[:-1]
