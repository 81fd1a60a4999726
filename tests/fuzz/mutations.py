"""Honest files with a few things changed in them: in the messages of ONNX, in headers, in words, in bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st
from onnx import ModelProto

Draw = Callable[[st.SearchStrategy[Any]], Any]
WHOLE = st.one_of(
    st.integers(-3, 17), st.sampled_from([64, 1024, 2**16, 2**31 - 1, 2**31, 2**40, 2**62, 2**63 - 1, -(2**31), -(2**63)])
)
REAL = st.one_of(st.floats(width=32), st.sampled_from([0.0, -0.0, 1e-45, 3e38, 1e-8]))
OPERATORS = st.sampled_from(
    "Relu Add Mul Div Gemm MatMul Conv MaxPool Reshape Shape Gather Slice Concat Pad Expand Tile Cast Split TopK ReduceSum "
    "Squeeze Unsqueeze Transpose Flatten Where CumSum BatchNormalization LayerNormalization Softmax Pow Mod Identity".split()
)


@st.composite
def bytes_changed(draw: Draw, seeds: Sequence[bytes]) -> bytes:
    """A few bytes set, cut out, put in or doubled."""
    changed = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(changed) - 1)))
        kind = draw(st.sampled_from(["set", "set", "cut", "put", "double"]))
        if kind == "set" and changed:
            changed[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del changed[at : at + draw(st.integers(1, 8))]
        elif kind == "put":
            changed[at:at] = draw(st.binary(min_size=1, max_size=8))
        else:
            changed[at:at] = changed[at : at + draw(st.integers(1, 40))]
    return bytes(changed)


@st.composite
def messages_changed(draw: Draw, seeds: Sequence[bytes]) -> bytes:
    """A few fields of an ONNX model set, cleared, doubled, or taken from elsewhere in it."""
    model = ModelProto.FromString(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 3))):
        # The outer messages are few and hold what is rarely allowed: most changes go to nodes and tensors.
        inner = [one for one in _messages(model.graph) if one is not model.graph]
        everything = draw(st.integers(0, 9)) == 0 or not inner
        _change(draw, draw(st.sampled_from(list(_messages(model)) if everything else inner)), model)
    try:
        return model.SerializeToString()
    except ValueError:
        return b""


def _messages(message: Message) -> Iterator[Message]:
    yield message
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for one in value if field.is_repeated else [value]:
                yield from _messages(one)


def _change(draw: Draw, message: Message, model: ModelProto) -> None:
    filled = [field.name for field, _ in message.ListFields()]
    if filled and draw(st.integers(0, 4)):
        field = message.DESCRIPTOR.fields_by_name[draw(st.sampled_from(filled))]
    else:
        field = draw(st.sampled_from(list(message.DESCRIPTOR.fields)))
    if field.is_repeated:
        _change_list(draw, getattr(message, field.name), field, model)
    elif draw(st.integers(0, 5)) == 0:
        message.ClearField(field.name)
    elif field.type == FieldDescriptor.TYPE_MESSAGE:
        getattr(message, field.name).CopyFrom(_another(draw, field, model))
    else:
        _put(lambda value: setattr(message, field.name, value), _value(draw, field, model))


def _change_list(draw: Draw, values: Any, field: FieldDescriptor, model: ModelProto) -> None:
    kind = draw(st.sampled_from(["set", "set", "cut", "double", "put", "swap"]))
    places = st.integers(0, max(0, len(values) - 1))
    if kind == "cut" and len(values):
        del values[draw(places)]
    elif kind == "swap" and len(values) > 1:
        order = draw(st.permutations(list(values)))
        del values[:]
        values.extend(order)
    elif kind == "double" and len(values):
        values.append(values[draw(places)])
    elif field.type == FieldDescriptor.TYPE_MESSAGE:
        values.append(_another(draw, field, model))
    elif kind == "set" and len(values):
        place, value = draw(places), _value(draw, field, model)
        _put(lambda value: values.__setitem__(place, value), value)
    else:
        _put(values.append, _value(draw, field, model))


def _another(draw: Draw, field: FieldDescriptor, model: ModelProto) -> Message:
    """A message of the field's type from elsewhere in the model, or an empty one."""
    alike = [one for one in _messages(model) if one.DESCRIPTOR is field.message_type]
    if not alike:
        return getattr(_holder(field), "add", _holder(field).SetInParent)() or _holder(field)
    copy = type(alike[0])()
    copy.CopyFrom(draw(st.sampled_from(alike)))
    return copy


def _holder(field: FieldDescriptor) -> Any:
    from google.protobuf.message_factory import GetMessageClass

    return GetMessageClass(field.message_type)()


def _put(set_: Callable[[Any], None], value: Any) -> None:
    try:
        set_(value)
    except (ValueError, TypeError, OverflowError):
        return


def _value(draw: Draw, field: FieldDescriptor, model: ModelProto) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        names = [name for node in model.graph.node for name in (*node.input, *node.output)]
        return draw(OPERATORS if field.name == "op_type" else st.sampled_from([*names, "", "x", "y", "axis", "ai.onnx"]))
    if field.type == FieldDescriptor.TYPE_BYTES:
        return draw(st.one_of(st.binary(max_size=64), st.sampled_from([b"SAME_UPPER", b"constant", b"", b"\0" * 32])))
    if field.type in (FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE):
        return draw(REAL)
    return draw(WHOLE)


@st.composite
def headers_changed(draw: Draw, seeds: Sequence[bytes]) -> bytes:
    """A safetensors file with something else in its header."""
    content = draw(st.sampled_from(seeds))
    length = int.from_bytes(content[:8], "little")
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    for _ in range(draw(st.integers(1, 3))):
        entry = header[draw(st.sampled_from(sorted(header)))]
        key = draw(st.sampled_from(["dtype", "shape", "data_offsets", "other"]))
        if isinstance(entry, dict):
            entry[key] = draw(
                st.one_of(st.lists(WHOLE, max_size=4), st.sampled_from(["F32", "F16", "BF16", "I64", "BOOL", "F4", ""]), WHOLE,
                          st.recursive(st.none(), st.lists, max_leaves=4))
            )  # fmt: skip
        if draw(st.booleans()):
            header[draw(st.sampled_from(["w1", "__metadata__", "", "b1 "]))] = entry
    text = json.dumps(header).encode()
    stated = len(text) + draw(st.sampled_from([0, 0, 0, 0, 1, -1, 2**40]))
    return max(0, stated).to_bytes(8, "little") + text + data


@st.composite
def words_changed(draw: Draw, seeds: Sequence[bytes]) -> bytes:
    """YAML with words exchanged for others, with signs that mean something, and lines moved."""
    lines = draw(st.sampled_from(seeds)).decode().splitlines(keepends=True)
    signs = st.sampled_from(SIGNS)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["sign", "sign", "sign", "double", "cut", "swap", "text"]))
        line = lines[at]
        if kind in ("sign", "text"):
            place = draw(st.integers(0, len(line)))
            put = draw(signs if kind == "sign" else st.text(max_size=5))
            lines[at] = line[:place] + put + line[place + draw(st.integers(0, 6)) :]
        elif kind == "double":
            lines.insert(at, line)
        elif kind == "cut" and len(lines) > 1:
            del lines[at]
        else:
            lines[at], lines[0] = lines[0], line
    return "".join(lines).encode("utf-8", "replace")


SIGNS = [
    *("&a ", "*a", "!!str ", "!", "- ", "? ", ": ", "---\n", "...\n", "{", "}", "[", "]", "|\n", ">-\n", "'", '"', "#", "\t"),
    *("%YAML 1.1\n", "\0", "\x85", "\u2028", "\ufeff", "<<: ", "null", "no", "012", "1e999", ".inf", "9" * 120, "-0", "true"),
]
PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), WHOLE, st.floats(allow_nan=False), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)


@st.composite
def values_changed(draw: Draw, seeds: Sequence[Any]) -> Any:
    """Plain values with something else in a few places."""
    plain = json.loads(json.dumps(draw(st.sampled_from(seeds))))
    for _ in range(draw(st.integers(1, 3))):
        tables = [one for one in _tables(plain) if one]
        table = draw(st.sampled_from(tables)) if tables else {}
        if isinstance(table, dict):
            key = draw(st.one_of(*[st.sampled_from(sorted(table))] * bool(table), st.text(max_size=4)))
            table[key] = draw(_like(table.get(key)))
        elif table:
            place = draw(st.integers(0, len(table) - 1))
            table[place] = draw(_like(table[place]))
    return plain


def _like(value: Any) -> st.SearchStrategy[Any]:
    """Something of the same kind, or anything."""
    if isinstance(value, str):
        return st.one_of(st.text(max_size=6), st.just(value + "1"), PLAIN)
    if isinstance(value, int | float):
        return st.one_of(WHOLE, st.floats(allow_nan=False), PLAIN)
    return PLAIN


def _tables(plain: Any) -> Iterator[Any]:
    if isinstance(plain, dict | list):
        yield plain
        for one in plain.values() if isinstance(plain, dict) else plain:
            yield from _tables(one)
