"""Holds two tensors, or two contents of one, where two readers would take a different one each."""

import numpy as np
from hostile import hostile
from onnx import TensorProto
from small_graphs import node, tensor

ATTACK = 29


@hostile('there are two initializers "w1"', "runtime")
def by_one_name(given):
    given.graph.initializer.append(tensor("w1", np.zeros((8, 4))))


@hostile('there are two initializers ""')
def without_a_name(given):
    given.graph.initializer.append(tensor("", [1.0]))


@hostile('tensor "b1" holds its data twice')
def raw_and_typed(given):
    given.graph.initializer[1].float_data.extend([0.0] * 8)


@hostile('tensor "b1" holds its data twice')
def as_another_type(given):
    given.graph.initializer[1].ClearField("raw_data")
    given.graph.initializer[1].int64_data.extend([0] * 8)


@hostile("node 0 (Constant): its outputs must have names of their own")
def as_a_constant_too(given):
    given.graph.node.insert(0, node("Constant", [], ["w1"], value=tensor("", np.zeros((8, 4)))))


@hostile("expected one input, got 0", "checker")
def in_place_of_its_input(given):
    """A default value of the input, by the older versions of the format."""
    given.graph.initializer.append(tensor("x", np.zeros((1, 4))))


@hostile('tensor "b1" is of a type that is not allowed')
def as_strings(given):
    given.graph.initializer[1].CopyFrom(
        TensorProto(name="b1", data_type=TensorProto.STRING, dims=[1], string_data=[b"0.1 0.2"])
    )
