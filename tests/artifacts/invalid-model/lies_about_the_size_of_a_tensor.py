"""States a shape that its data don't have."""

from hostile import hostile
from onnx import TensorProto

ATTACK = 29
UNREADABLE = 'tensor "b1" can\'t be read'


@hostile('tensor "b1" has 8 elements by its shape, 0 in the file')
def without_data(given):
    given.graph.initializer[1].ClearField("raw_data")


@hostile('tensor "b1" has 8 elements by its shape, 7 in the file')
def with_too_little(given):
    given.graph.initializer[1].raw_data = given.graph.initializer[1].raw_data[:-4]


@hostile(UNREADABLE)
def with_a_part_of_a_number(given):
    given.graph.initializer[1].raw_data += b"\0"


@hostile('tensor "b1" has 1099511627776 elements by its shape, 8 in the file')
def of_a_terabyte(given):
    given.graph.initializer[1].dims[:] = [2**20, 2**20]


@hostile('tensor "b1" has a negative size')
def negative(given):
    given.graph.initializer[1].dims[:] = [-8, -1]


@hostile(UNREADABLE)
def with_a_hundred_axes(given):
    given.graph.initializer[1].dims[:] = [8] + [1] * 99


@hostile(UNREADABLE)
def empty_in_a_huge_shape(given):
    given.graph.initializer[1].CopyFrom(TensorProto(name="b1", data_type=TensorProto.FLOAT, dims=[0, 2**62, 8]))
