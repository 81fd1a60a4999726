"""Stores weights in types that hold several of them, or none that is known."""

import numpy as np
from hostile import hostile
from onnx import TensorProto
from small_graphs import tensor

ATTACK = 29
REFUSED = 'tensor "b1" is of a type that is not allowed'


@hostile(REFUSED)
def doubles(given):
    given.graph.initializer[1].CopyFrom(tensor("b1", np.zeros(8), np.float64))


@hostile(REFUSED)
def complex_numbers(given):
    given.graph.initializer[1].CopyFrom(tensor("b1", np.zeros(8), np.complex64))


@hostile(REFUSED)
def a_type_that_nobody_knows(given):
    given.graph.initializer[1].data_type = 999


@hostile(REFUSED)
def no_type(given):
    given.graph.initializer[1].data_type = TensorProto.UNDEFINED
