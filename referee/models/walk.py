"""A walk over a graph before anything runs: shapes, arithmetic, memory. What would explode is refused here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import onnx
from onnx import AttributeProto

from referee.ground.errors import InvalidModel
from referee.ground.graph import Array, Attribute, Graph, Node
from referee.models.operators import OPERATORS, OPSETS
from referee.models.shapes.call import FLOAT, MOST_AXES, Call, Value
from referee.models.shapes.sizes import KNOWN_UP_TO, followed

PEAK_BYTES = 2**30
"""of values that one example may need at one time"""


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What a batch takes."""

    values: Mapping[str, Value]
    """every value by name: stored ones, the input, what nodes make"""
    operations: int
    """multiply-adds, and one for each number of any other arithmetic"""
    peak_bytes: int
    """of the values that live at one time, without the stored ones"""


@lru_cache(maxsize=4)
def walk(graph: Graph, batch: int) -> Walk:
    """Follow a batch through a graph by its shapes alone.

    Raises:
        InvalidModel: shapes don't fit, a shape depends on values, one example needs too much memory.
    """
    values = {name: _stored(array) for name, array in graph.tensors.items()}
    values[graph.input] = Value(FLOAT, (batch, *graph.input_shape))
    last_use = {name: number for number, node in enumerate(graph.nodes) for name in node.inputs}
    live = {graph.input: values[graph.input].nbytes}
    now = peak = values[graph.input].nbytes
    operations = 0
    for number, node in enumerate(graph.nodes):
        try:
            call = call_of(node, graph.opset, values)
            made = _made(call)
        except InvalidModel as refusal:
            raise InvalidModel(f"{label(node, number)}: {refusal}") from None
        values.update(made)
        live |= {name: value.nbytes for name, value in made.items()}
        now += sum(value.nbytes for value in made.values())
        if now > PEAK_BYTES * batch:
            gib = now / batch / 2**30
            raise InvalidModel(f"{label(node, number)}: one example needs {gib:.3g} GiB there, at most {PEAK_BYTES // 2**30}")
        peak, operations = max(peak, now), operations + OPERATORS[node.op].work(call, values[node.outputs[0]].shape)
        for name in (*node.inputs, *made):
            if last_use.get(name, -1) <= number and name != graph.output:
                now -= live.pop(name, 0)
    return Walk(values, operations, peak)


def call_of(node: Node, opset: int, values: Mapping[str, Value]) -> Call:
    """A node with what is known of its inputs and of its attributes' defaults."""
    return Call(node, tuple(values[name] if name else None for name in node.inputs), defaults(node.op, opset))


def label(node: Node, number: int) -> str:
    """How errors name a node: its place among those that the output needs, its operator, its own name."""
    return f"node {number} ({node.op}{f' {node.name[:60]!r}' if node.name else ''})"


def free_prefix(names: Iterable[str]) -> str:
    """What none of the names begins with: a new value of that name can't be taken for a contestant's."""
    return "/" * (1 + max(len(name) - len(name.lstrip("/")) for name in names))


@cache
def first_opset(operator: str) -> int:
    """The first of OPSETS in which an operator of the list is read: ONNX has it there, and the table allows it."""
    since = OPERATORS[operator].since if operator in OPERATORS else 0
    return next(opset for opset in OPSETS if opset >= since and _has(operator, opset))


def _has(operator: str, opset: int) -> bool:
    try:
        onnx.defs.get_schema(operator, opset, "")
    except onnx.defs.SchemaError:
        return False
    return True


@cache
def defaults(operator: str, opset: int) -> Mapping[str, Attribute]:
    """Attribute -> default, by ONNX's schema."""
    schema = onnx.defs.get_schema(operator, opset, "")
    stated = ((name, attribute.default_value) for name, attribute in schema.attributes.items())
    return {name: ATTRIBUTES[default.type](default) for name, default in stated if default.type in ATTRIBUTES}


ATTRIBUTES: Mapping[int, Callable[[AttributeProto], Attribute]] = {
    AttributeProto.INT: lambda attribute: attribute.i,
    AttributeProto.FLOAT: lambda attribute: attribute.f,
    AttributeProto.STRING: lambda attribute: attribute.s.decode("utf-8", "replace"),
    AttributeProto.INTS: lambda attribute: tuple(attribute.ints),
    AttributeProto.FLOATS: lambda attribute: tuple(attribute.floats),
}
"""type of an attribute -> its plain value"""


def structure(graph: Graph) -> set[str]:
    """Stored whole numbers that do nothing but decide shapes: a part of the architecture, no weights."""
    uses = {(name, node.op, place) for node in graph.nodes for place, name in enumerate(node.inputs)}
    weighed = {name for name, operator, place in uses if place not in OPERATORS[operator].structure}
    return {name for name, array in graph.tensors.items() if array.dtype.kind in "iu" and name not in weighed}


def needed(graph: Graph) -> Graph:
    """A graph without what its output does not depend on: that could only pad or hide."""
    needed, nodes = {graph.output}, []
    for node in reversed(graph.nodes):
        if needed & set(node.outputs):
            nodes.append(node)
            needed |= set(node.inputs) - {""}
    tensors = {name: array for name, array in graph.tensors.items() if name in needed}
    return replace(graph, nodes=tuple(reversed(nodes)), tensors=tensors)


def _stored(array: Array) -> Value:
    follow = array.dtype.kind in "iu" and array.size <= KNOWN_UP_TO
    return Value(array.dtype, array.shape, stored=True, known=array if follow else None)


def _made(call: Call) -> dict[str, Value]:
    if not call.node.outputs[0]:
        raise InvalidModel("its first output has no name")
    shapes = OPERATORS[call.node.op].shape(call)
    if len(call.node.outputs) > len(shapes):
        raise InvalidModel(f"it has {len(call.node.outputs)} outputs, at most {len(shapes)}")
    stored = call.node.op == "Shape" or all(value is None or value.stored for value in call.inputs)
    made = {}
    for name, (dtype, shape) in zip(call.node.outputs, shapes, strict=False):
        if len(shape) > MOST_AXES or min(shape, default=1) < 0:
            raise InvalidModel(f"its output would have the shape {shape}")
        if name:
            made[name] = Value(dtype, shape, stored)
    if stored and call.node.outputs[0] in made and (known := followed(call)) is not None:
        made[call.node.outputs[0]] = replace(made[call.node.outputs[0]], known=known)
    return made
