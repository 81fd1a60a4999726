"""ONNX files into graphs and back. A contestant's bytes are walked here and never reach a runtime: what runs is rebuilt.

The walk comes before anything else looks at the file, because ONNX's own checker passes ConstantOfShape 2^40, foreign
domains and random operators, and can be held for a minute by nested functions; and onnxruntime takes a second, flatbuffer
format, duplicate initializers, and files that name other files.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from referee.ground.errors import InvalidModel, nearest
from referee.ground.graph import Attribute, Graph, Node, is_finite, zero_is_positive
from referee.models.operators import ALLOWED, OPERATORS, OPSETS
from referee.models.shapes.call import FLOAT
from referee.models.walk import ATTRIBUTES, defaults, first_opset, needed, walk

MOST_NODES = 10_000
IR_VERSION = 10
_LISTS = AttributeProto.INTS
_TYPES: Mapping[int, str] = {
    TensorProto.FLOAT: "float_data",
    TensorProto.FLOAT16: "int32_data",
    TensorProto.INT8: "int32_data",
    TensorProto.UINT8: "int32_data",
    TensorProto.INT32: "int32_data",
    TensorProto.INT64: "int64_data",
    TensorProto.BOOL: "int32_data",
}
"""Element types of stored tensors, and the typed field that holds them where raw_data does not."""
_DATA_FIELDS = ("raw_data", "float_data", "int32_data", "int64_data", "double_data", "uint64_data", "string_data")


def read(content: bytes) -> Graph:
    """Walk an ONNX file against the allow-list.

    Args:
        content: the whole file; its size must have been capped by the caller

    Returns:
        the graph: Constant nodes have become tensors, what nothing uses is gone, -0.0 is +0.0

    Raises:
        InvalidModel: anything else than one float32 input, one float32 output for each example, allowed operators, finite
            plain tensors, shapes that are known beforehand.
    """
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError:
        raise InvalidModel("not an ONNX file") from None
    _refuse_extras(model)
    tensors = _tensors(model.graph)
    name, shape = _input(model.graph, tensors)
    output = _output(model.graph)
    nodes = list(_nodes(model.graph, model.opset_import[0].version, {name}, tensors))
    if output not in {made for node in nodes for made in node.outputs}:
        raise InvalidModel(f'no node makes the output "{output}"')
    return _measured(
        needed(
            Graph(
                opset=model.opset_import[0].version,
                input=name,
                input_shape=shape,
                output=output,
                output_shape=(),
                nodes=tuple(nodes),
                tensors=tensors,
            )
        )
    )


def write(graph: Graph) -> bytes:
    """The canonical file of a graph: values renamed in order of use, default attributes left out, no metadata.

    The same graph gives the same bytes, whatever its names were.
    """
    names: dict[str, str] = {"": ""}

    def short(name: str) -> str:
        return names.setdefault(name, f"{len(names)}")

    source = helper.make_tensor_value_info(short(graph.input), TensorProto.FLOAT, ["n", *graph.input_shape])
    nodes = []
    for node in graph.nodes:
        inputs, outputs = [short(name) for name in node.inputs], [short(name) for name in node.outputs]
        made = helper.make_node(node.op, inputs, outputs)
        made.attribute.extend(
            helper.make_attribute(key, value, attr_type=_LISTS if value == () else None)
            for key, value in sorted(node.attributes.items())
            if value != defaults(node.op, graph.opset).get(key)
        )
        nodes.append(made)
    target = helper.make_tensor_value_info(short(graph.output), TensorProto.FLOAT, ["n", *graph.output_shape])
    stored = [
        numpy_helper.from_array(np.asarray(array, order="C"), short(name))
        for name, array in sorted(graph.tensors.items(), key=lambda item: int(short(item[0])))
    ]
    built = helper.make_graph(nodes, "g", [source], [target], stored)
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", graph.opset)], ir_version=IR_VERSION)
    return bytes(model.SerializeToString(deterministic=True))


def _refuse_extras(model: onnx.ModelProto) -> None:
    if model.functions:
        raise InvalidModel("local functions are not allowed; export the model inlined")
    if model.training_info:
        raise InvalidModel("training information is not allowed")
    domains = [(opset.domain, opset.version) for opset in model.opset_import]
    if len(domains) != 1 or domains[0][0] not in ("", "ai.onnx") or domains[0][1] not in OPSETS:
        raise InvalidModel(f"expected one opset of ONNX itself, {OPSETS[0]} to {OPSETS[-1]}, got {domains[:5]}")
    if model.graph.sparse_initializer:
        raise InvalidModel("sparse tensors are not allowed")
    if len(model.graph.node) > MOST_NODES:
        raise InvalidModel(f"{len(model.graph.node)} nodes, at most {MOST_NODES}")


def _tensors(graph: onnx.GraphProto) -> dict[str, Any]:
    tensors: dict[str, Any] = {}
    for proto in graph.initializer:
        if not proto.name or proto.name in tensors:
            raise InvalidModel(f'there are two initializers "{proto.name}"')
        tensors[proto.name] = _array(proto)
    return tensors


def _array(proto: TensorProto) -> Any:
    if proto.data_location == TensorProto.EXTERNAL or proto.external_data or proto.HasField("segment"):
        raise InvalidModel(f'tensor "{proto.name}" is stored in another file; store it inside')
    if proto.data_type not in _TYPES:
        raise InvalidModel(f'tensor "{proto.name}" is of a type that is not allowed')
    filled = [field for field in _DATA_FIELDS if len(getattr(proto, field))]
    if len(filled) > 1 or any(field not in ("raw_data", _TYPES[proto.data_type]) for field in filled):
        raise InvalidModel(f'tensor "{proto.name}" holds its data twice')
    if any(size < 0 for size in proto.dims):
        raise InvalidModel(f'tensor "{proto.name}" has a negative size')
    width = helper.tensor_dtype_to_np_dtype(proto.data_type).itemsize
    stored = sum(len(getattr(proto, field)) for field in filled) // (width if filled == ["raw_data"] else 1)
    if math.prod(proto.dims) != stored:
        raise InvalidModel(f'tensor "{proto.name}" has {math.prod(proto.dims)} elements by its shape, {stored} in the file')
    try:
        array = numpy_helper.to_array(proto)
    except (ValueError, OverflowError, TypeError) as error:
        raise InvalidModel(f'tensor "{proto.name}" can\'t be read: {error}') from None
    if not is_finite(array):
        raise InvalidModel(f'tensor "{proto.name}" holds NaN or infinity')
    # A boolean's byte may hold anything but means two things.
    return array.view(np.uint8) != 0 if array.dtype == bool else zero_is_positive(array)


def _input(graph: onnx.GraphProto, tensors: Mapping[str, Any]) -> tuple[str, tuple[int, ...]]:
    inputs = [value for value in graph.input if value.name not in tensors]
    if len(inputs) != 1:
        raise InvalidModel(f"expected one input, got {len(inputs)}")
    kind = inputs[0].type.tensor_type
    sizes = [dimension.dim_value for dimension in kind.shape.dim]
    if kind.elem_type != TensorProto.FLOAT or not sizes or any(size < 1 for size in sizes[1:]):
        raise InvalidModel("the input must be float32 (batch, ...) with all sizes but the batch's stated")
    if sizes[0] > 0:
        raise InvalidModel(f"the input takes batches of {sizes[0]} alone; export it with a dynamic batch axis")
    return inputs[0].name, tuple(sizes[1:])


def _output(graph: onnx.GraphProto) -> str:
    if len(graph.output) != 1:
        raise InvalidModel(f"expected one output, got {len(graph.output)}")
    if graph.output[0].type.tensor_type.elem_type != TensorProto.FLOAT:
        raise InvalidModel("the output must be float32")
    return str(graph.output[0].name)


def _nodes(graph: onnx.GraphProto, opset: int, known: set[str], tensors: dict[str, Any]) -> Iterator[Node]:
    known |= tensors.keys() | {""}
    for number, proto in enumerate(graph.node):
        where = f"node {number} ({proto.op_type[:40]})"
        if proto.domain not in ("", "ai.onnx") or proto.op_type not in ALLOWED:
            raise InvalidModel(f"{where}: the operator is not allowed{nearest(proto.op_type, ALLOWED)}")
        if opset < (first := first_opset(proto.op_type)):
            raise InvalidModel(f"{where}: the operator is read from opset {first} on, the model has {opset}")
        if missing := [name for name in proto.input if name not in known]:
            raise InvalidModel(f'{where}: the input "{missing[0][:60]}" is made by nothing before it')
        made = [name for name in proto.output if name]
        if not made or len(set(made)) < len(made) or any(name in known for name in made):
            raise InvalidModel(f"{where}: its outputs must have names of their own")
        known |= set(proto.output)
        if proto.op_type == "Constant":
            tensors[proto.output[0]] = _constant(proto, where)
        else:
            schema = onnx.defs.get_schema(proto.op_type, opset, "")
            _refuse_arity("inputs", len(proto.input), schema.min_input, schema.max_input, where)
            _refuse_arity("outputs", len(proto.output), schema.min_output, schema.max_output, where)
            attributes = dict(_attributes(proto, opset, where))
            yield Node(str(proto.name), proto.op_type, tuple(proto.input), tuple(proto.output), attributes)


def _refuse_arity(what: str, count: int, least: int, most: int, where: str) -> None:
    if not least <= count <= most:
        raise InvalidModel(f"{where}: has {count} {what}, expected {least if least == most else f'{least} to {most}'}")


def _constant(proto: onnx.NodeProto, where: str) -> Any:
    values = {attribute.name: attribute for attribute in proto.attribute}
    if len(proto.output) != 1 or set(values) != {"value"} or values["value"].type != AttributeProto.TENSOR:
        raise InvalidModel(f"{where}: a constant must be one tensor, in the attribute value")
    try:
        return _array(values["value"].t)
    except InvalidModel as refusal:
        raise InvalidModel(f"{where}: {refusal}") from None


def _attributes(proto: onnx.NodeProto, opset: int, where: str) -> Iterator[tuple[str, Attribute]]:
    known, seen = onnx.defs.get_schema(proto.op_type, opset, "").attributes, set()
    only = OPERATORS[proto.op_type].only or {}
    for attribute in proto.attribute:
        # Protobuf hands a name that is no UTF-8 over as bytes.
        named = isinstance(attribute.name, str) and attribute.name in known and not attribute.ref_attr_name
        if not named or attribute.name in seen or attribute.type not in ATTRIBUTES:
            raise InvalidModel(f"{where}: the attribute {attribute.name[:40]} is not allowed")
        if known[attribute.name].type != attribute.type:
            raise InvalidModel(f"{where}: the attribute {attribute.name} is of another type than ONNX says")
        seen.add(attribute.name)
        value = ATTRIBUTES[attribute.type](attribute)
        if attribute.name in only and value not in only[attribute.name]:
            allowed = " or ".join(map(str, only[attribute.name]))
            hint = "; export the model for inference" if attribute.name == "training_mode" else ""
            raise InvalidModel(f"{where}: the attribute {attribute.name} must be {allowed}{hint}")
        parts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(part, float) and not math.isfinite(part) for part in parts):
            raise InvalidModel(f"{where}: the attribute {attribute.name} is not finite")
        yield attribute.name, value


def _measured(graph: Graph) -> Graph:
    """The graph with the shape of its output, known from a walk with one example."""
    output = walk(graph, 1).values[graph.output]
    if output.dtype != FLOAT or output.shape[:1] != (1,):
        raise InvalidModel(f"the output must be float32, a row for each example; for one it is {output.dtype} {output.shape}")
    return replace(graph, output_shape=output.shape[1:])
