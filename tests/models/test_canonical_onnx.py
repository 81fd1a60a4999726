"""What of a graph counts: the canonical file is the same for the same graph, and says the same as what was handed in."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper
from small_graphs import mlp, model, node, tensor

from referee.models import onnx_file
from referee.models.operators import ALLOWED, OPERATORS, OPSETS


def canonical(given: ModelProto) -> bytes:
    return onnx_file.write(onnx_file.read(given.SerializeToString()))


def outputs(content: bytes, rows: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: rows})[0]


def renamed(given: ModelProto, names: dict[str, str]) -> ModelProto:
    changed = ModelProto()
    changed.CopyFrom(given)
    for value in (*changed.graph.input, *changed.graph.output, *changed.graph.initializer):
        value.name = names.get(value.name, value.name)
    for one in changed.graph.node:
        one.input[:] = [names.get(name, name) for name in one.input]
        one.output[:] = [names.get(name, name) for name in one.output]
    return changed


@settings(deadline=None, max_examples=50, derandomize=True)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=8, max_size=8, unique=True))
def test_names_do_not_matter(names):
    """Of values, tensors, input and output: long ones cost nothing, short ones win nothing."""
    known = ["x", "w1", "b1", "h", "a", "w2", "b2", "y"]
    assert canonical(renamed(mlp(), dict(zip(known, names, strict=True)))) == canonical(mlp())


def test_metadata_does_not_matter():
    """Paths, source lines, producers, comments: exporters write them, and nothing can hide there."""
    told = mlp()
    told.doc_string = told.graph.doc_string = told.graph.name = "secret"
    told.producer_name = told.producer_version = told.domain = "secret"
    told.model_version, told.ir_version = 7, 8
    told.metadata_props.add(key="path", value="secret")
    told.graph.metadata_props.add(key="path", value="secret")
    told.graph.input[0].doc_string = "secret"
    told.graph.value_info.append(helper.make_tensor_value_info("h", TensorProto.FLOAT, ["batch", 8]))
    told.graph.quantization_annotation.add().tensor_name = "secret"
    for one in (*told.graph.node, *told.graph.initializer):
        one.name, one.doc_string = one.name or "secret", "secret"
        one.metadata_props.add(key="line", value="secret")
    for attribute in told.graph.node[0].attribute:
        attribute.doc_string = "secret"
    assert canonical(told) == canonical(mlp())
    assert b"secret" in told.SerializeToString() and b"secret" not in canonical(told)


def test_the_default_domain_has_two_spellings():
    """`ai.onnx` is ONNX itself."""
    spelt = mlp()
    spelt.opset_import[0].domain = spelt.graph.node[0].domain = "ai.onnx"
    assert canonical(spelt) == canonical(mlp())


def test_the_order_of_tensors_does_not_matter():
    """They are written in the order in which the nodes use them."""
    turned = mlp()
    tensors = list(turned.graph.initializer)
    turned.graph.ClearField("initializer")
    turned.graph.initializer.extend(reversed(tensors))
    assert canonical(turned) == canonical(mlp())


def test_how_a_tensor_is_stored_does_not_matter():
    """As raw bytes, as a list of numbers, as a Constant node."""
    listed, constant = mlp(), mlp()
    values = onnx.numpy_helper.to_array(listed.graph.initializer[1])
    listed.graph.initializer[1].CopyFrom(helper.make_tensor("b1", TensorProto.FLOAT, [8], values.tolist()))
    del constant.graph.initializer[1]
    constant.graph.node.insert(0, node("Constant", [], ["b1"], value=tensor("", values)))
    assert canonical(listed) == canonical(constant) == canonical(mlp())


def test_minus_zero_does_not_matter():
    """It is equal to zero and compresses worse."""

    def with_zero(zero: float) -> ModelProto:
        nodes = [node("Add", ["x", "w"], ["h"]), node("Cast", ["s"], ["t"], to=1), node("Mul", ["h", "t"], ["y"])]
        return model(nodes, [tensor("w", [zero, 1, zero, 2]), tensor("s", [zero], np.float16)])

    assert canonical(with_zero(-0.0)) == canonical(with_zero(0.0))
    assert canonical(with_zero(-0.0)) != canonical(with_zero(1.0))


def test_a_truth_value_has_one_spelling():
    """A boolean's byte can hold 256 values and means two."""

    def masked(byte: bytes) -> ModelProto:
        mask = TensorProto(name="m", data_type=TensorProto.BOOL, dims=[4], raw_data=byte * 4)
        return model([node("Cast", ["m"], ["f"], to=TensorProto.FLOAT), node("Mul", ["x", "f"], ["y"])], [mask])

    assert canonical(masked(b"\x05")) == canonical(masked(b"\x01"))


def defaulted() -> list[tuple[int, str]]:
    """Operators with attributes that have defaults, at the first and the last opset where they are."""
    found = []
    for operator in sorted(OPERATORS):
        there = [opset for opset in OPSETS if opset >= OPERATORS[operator].since and _has(operator, opset)]
        found += [(opset, operator) for opset in sorted({there[0], there[-1]}) if _defaults(operator, opset)]
    return found


def _has(operator: str, opset: int) -> bool:
    try:
        onnx.defs.get_schema(operator, opset, "")
    except onnx.defs.SchemaError:
        return False
    return True


def _defaults(operator: str, opset: int) -> list[onnx.AttributeProto]:
    schema = onnx.defs.get_schema(operator, opset, "")
    return [one.default_value for one in schema.attributes.values() if one.default_value.type != onnx.AttributeProto.UNDEFINED]


ROW, IMAGE, CHANNELS = (4,), (4, 2, 2), (4, 6)
SAMPLES = {
    "Gemm": (["x", "4x4"], {}, ROW),
    "Mod": (["x!", "int"], {}, ROW),
    "Cast": (["x"], {"to": TensorProto.FLOAT}, ROW),
    "Conv": (["x", "2x4x3"], {}, CHANNELS),
    "ConvTranspose": (["x", "4x2x3"], {}, CHANNELS),
    "MaxPool": (["x"], {"kernel_shape": [2]}, CHANNELS),
    "AveragePool": (["x"], {"kernel_shape": [2]}, CHANNELS),
    "BatchNormalization": (["x", "4", "4", "4", "4"], {}, ROW),
    "InstanceNormalization": (["x", "4", "4"], {}, CHANNELS),
    "GroupNormalization": (["x", "4", "4"], {"num_groups": 2}, CHANNELS),
    "LayerNormalization": (["x", "4"], {}, ROW),
    "RMSNormalization": (["x", "4"], {}, ROW),
    "QuantizeLinear": (["x", "one"], {}, ROW),
    "DequantizeLinear": (["uint8", "one"], {}, ROW),
    "DepthToSpace": (["x"], {"blocksize": 2}, IMAGE),
    "Gather": (["x", "place"], {}, ROW),
    "GatherElements": (["x", "places"], {}, ROW),
    "Reshape": (["x", "shape"], {}, ROW),
    "Pad": (["x", "pads"], {}, ROW),
    "TopK": (["x", "k"], {}, ROW),
    "CumSum": (["x", "axis"], {}, ROW),
    "Trilu": (["x"], {}, CHANNELS),
    "Shape": (["x"], {}, (2,)),
}
"""operator -> inputs, attributes without a default, shape of a row; where nothing stands, one row of numbers"""
STORED = {
    "4": np.ones(4), "4x4": np.ones((4, 4)), "2x4x3": np.ones((2, 4, 3)), "4x2x3": np.ones((4, 2, 3)), "one": 1.0,
    "int": np.ones(4, np.int64), "uint8": np.ones(4, np.uint8), "place": np.zeros(1, np.int64),
    "places": np.zeros((1, 4), np.int64), "shape": np.array([-1, 4]), "pads": np.array([0, 1, 0, 1]), "k": np.array([2]),
    "axis": np.array(1),
}  # fmt: skip


def sample(operator: str, opset: int, **attributes: object) -> ModelProto:
    """A model of one node of that operator, the second of four: whole numbers on the way in and out are cast."""
    inputs, needed, width = SAMPLES.get(operator, (["x"], {}, ROW))
    stored = {name: np.asarray(STORED[name]) for name in inputs if name not in ("x", "x!")}
    return model(
        [
            node("Cast", ["x"], ["x!"], to=TensorProto.INT64),
            node(operator, inputs, ["made", "places"] if operator == "TopK" else ["made"], **needed, **attributes),
            node("Cast", ["made"], ["cast"], to=TensorProto.FLOAT),
            node("Add", ["cast", "x"], ["y"]) if operator in ("Shape", "DequantizeLinear") else node("Abs", ["cast"], ["y"]),
        ],
        [tensor(name, array, np.float32 if array.dtype.kind == "f" else array.dtype.type) for name, array in stored.items()],
        width=width,
        opset=opset,
    )


@pytest.mark.parametrize(("opset", "operator"), defaulted())
def test_an_attribute_at_its_default_does_not_matter(opset, operator):
    """Exporters spell alpha = 1.0 out; that must not cost bytes."""
    plain, spelt = sample(operator, opset), sample(operator, opset)
    stated = {attribute.name for attribute in spelt.graph.node[1].attribute}
    spelt.graph.node[1].attribute.extend(one for one in _defaults(operator, opset) if one.name not in stated)
    assert spelt.SerializeToString() != plain.SerializeToString()
    assert canonical(spelt) == canonical(plain)


@pytest.mark.parametrize(
    ("operator", "attributes"),
    [
        ("Gemm", {"alpha": 2.0}),
        ("Gemm", {"transB": 1}),
        ("LeakyRelu", {"alpha": 0.5}),
        ("Softmax", {"axis": 0}),
        ("Gelu", {"approximate": "tanh"}),
        ("CumSum", {"reverse": 1}),
    ],
)
def test_an_attribute_off_its_default_matters(operator, attributes):
    """It is part of the graph."""
    assert canonical(sample(operator, 20, **attributes)) != canonical(sample(operator, 20))


def test_a_list_of_numbers_in_an_attribute_matters():
    """Axes in another order are another graph."""

    def transposed(*perm: int) -> bytes:
        return canonical(model([node("Transpose", ["x"], ["y"], perm=perm)], width=(2, 3)))

    assert transposed(0, 2, 1) != transposed(0, 1, 2)


def test_what_the_output_does_not_need_is_gone():
    """Dead nodes, unused tensors, constants of constants: they could only pad or hide."""
    padded = mlp()
    padded.graph.initializer.append(tensor("unused", np.arange(1000)))
    padded.graph.node.insert(1, node("Constant", [], ["forgotten"], value=tensor("", np.arange(1000))))
    padded.graph.node.append(node("Relu", ["h"], ["dead"]))
    padded.graph.node.append(node("Add", ["dead", "unused"], ["deader"]))
    graph = onnx_file.read(padded.SerializeToString())
    assert set(graph.tensors) == {"w1", "b1", "w2", "b2"} and len(graph.nodes) == 3
    assert canonical(padded) == canonical(mlp())


def test_an_omitted_input_keeps_nothing_alive():
    """The empty name is no value."""
    nodes = [node("LayerNormalization", ["x", "s"], ["dead", "", "also"]), node("Clip", ["x", "", "hi"], ["y"])]
    graph = onnx_file.read(model(nodes, [tensor("s", np.ones(4)), tensor("hi", 0.0)]).SerializeToString())
    assert [one.op for one in graph.nodes] == ["Clip"] and set(graph.tensors) == {"hi"}


def zoo() -> dict[str, ModelProto]:
    """Honest graphs of the kinds that exporters write."""
    random = np.random.default_rng(4)

    def w(name: str, *shape: int) -> TensorProto:
        return tensor(name, random.standard_normal(shape))

    def i(name: str, values: object) -> TensorProto:
        return tensor(name, values, np.int64)

    kernel, image = w("k", 3, 1, 3, 3), (1, 6, 6)
    statistics = [w("s", 3), w("b", 3), w("m", 3), tensor("v", [1, 2, 3])]
    return {
        "mlp": mlp(),
        "residual": model([node("Gemm", ["x", "w"], ["h"]), node("Gelu", ["h"], ["g"]), node("Add", ["g", "x"], ["y"])],
                          [w("w", 4, 4)]),
        "convolution": model([node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1]), node("Relu", ["c"], ["r"]),
                              node("MaxPool", ["r"], ["m"], kernel_shape=[2, 2]), node("Flatten", ["m"], ["y"])],
                             [kernel], width=image),
        "batch normalisation": model([node("Conv", ["x", "k"], ["c"]),
                                      node("BatchNormalization", ["c", "s", "b", "m", "v"], ["n"]),
                                      node("GlobalAveragePool", ["n"], ["p"]), node("Flatten", ["p"], ["y"])],
                                     [kernel, *statistics], width=image),
        "layer normalisation": model([node("LayerNormalization", ["x", "s", "b"], ["n"], epsilon=1e-3),
                                      node("Softmax", ["n"], ["y"])], [w("s", 4), w("b", 4)]),
        "reshape": model([node("Reshape", ["x", "s"], ["r"]), node("ReduceSum", ["r", "a"], ["y"], keepdims=0)],
                         [i("s", [-1, 2, 2]), i("a", [1])]),
        "split": model([node("Split", ["x", "s"], ["l", "r"], axis=1), node("Mul", ["l", "r"], ["y"])], [i("s", [2, 2])]),
        "half precision": model([node("Cast", ["w"], ["f"], to=TensorProto.FLOAT), node("MatMul", ["x", "f"], ["y"])],
                                [tensor("w", random.standard_normal((4, 2)), np.float16)]),
        "clamp": model([node("Clip", ["x", "lo", "hi"], ["y"])], [tensor("lo", -0.5), tensor("hi", 0.5)]),
        "scalar gain": model([node("Mul", ["x", "g"], ["y"])], [tensor("g", 2.0)]),
        "one column": model([node("Gather", ["x", "i"], ["c"], axis=1), node("Unsqueeze", ["c", "a"], ["y"])],
                            [i("i", 2), i("a", [1])]),
        "padding": model([node("Pad", ["x", "p", "v"], ["y"])], [i("p", [0, 1, 0, 1]), tensor("v", 3.0)]),
        "quantised": model([node("DequantizeLinear", ["q", "s", "z"], ["w"]), node("MatMul", ["x", "w"], ["y"])],
                           [tensor("q", random.integers(-9, 9, (4, 2)), np.int8), tensor("s", 0.1), tensor("z", 1, np.int8)]),
        "select": model([node("Gather", ["w", "i"], ["r"], axis=0), node("MatMul", ["x", "r"], ["v"]),
                         node("Unsqueeze", ["v", "a"], ["y"])], [w("w", 3, 4), i("i", 1), i("a", [1])]),
    }  # fmt: skip


@pytest.mark.parametrize("name", zoo())
def test_the_canonical_file_computes_what_was_handed_in(name):
    """To the last bit, in shape and value."""
    handed_in = zoo()[name]
    width = onnx_file.read(handed_in.SerializeToString()).input_shape
    rows = np.random.default_rng(5).standard_normal((7, *width)).astype(np.float32)
    expected, found = outputs(handed_in.SerializeToString(), rows), outputs(canonical(handed_in), rows)
    assert found.shape == expected.shape
    assert (found == expected).all()


@pytest.mark.parametrize("name", zoo())
def test_tensors_keep_their_shapes_and_types(name):
    """What is scored is what was handed in."""
    once = onnx_file.read(zoo()[name].SerializeToString())
    twice = onnx_file.read(onnx_file.write(once))
    assert sorted((array.dtype.str, array.shape) for array in once.tensors.values()) == sorted(
        (array.dtype.str, array.shape) for array in twice.tensors.values()
    )


@pytest.mark.parametrize("name", zoo())
def test_the_canonical_file_of_a_canonical_file_is_itself(name):
    """So it can be recorded, read and recorded again."""
    once = canonical(zoo()[name])
    assert onnx_file.write(onnx_file.read(once)) == once


def test_the_canonical_file_states_the_shape_of_the_output():
    """As the walk found it, whatever the file said."""
    told = mlp()
    told.graph.output[0].CopyFrom(helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 77]))
    graph = onnx_file.read(told.SerializeToString())
    assert graph.output_shape == (3,)
    (output,) = onnx.load_from_string(onnx_file.write(graph)).graph.output
    assert [one.dim_param or one.dim_value for one in output.type.tensor_type.shape.dim] == ["n", 3]


@pytest.mark.parametrize("opset", OPSETS)
def test_every_opset_on_the_list_is_read_and_kept(opset):
    """An operator means what it meant in the opset that it was written for."""
    graph = onnx_file.read(model([node("Relu", ["x"], ["y"])], opset=opset).SerializeToString())
    assert onnx.load_from_string(onnx_file.write(graph)).opset_import[0].version == opset


@pytest.mark.parametrize("operator", sorted(ALLOWED))
def test_every_operator_on_the_list_is_one_of_onnx(operator):
    """In the newest opset that is read."""
    assert onnx.defs.get_schema(operator, OPSETS[-1], "").name == operator
