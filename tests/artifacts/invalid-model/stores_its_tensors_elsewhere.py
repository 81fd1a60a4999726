"""Names other files as the places of its tensors, to be opened with the referee's rights."""

from hostile import hostile
from onnx import TensorProto
from small_graphs import node, tensor

ATTACK = 29
ELSEWHERE = 'tensor "w1" is stored in another file; store it inside'


@hostile(ELSEWHERE)
def by_an_absolute_path(given):
    w1 = given.graph.initializer[0]
    w1.ClearField("raw_data")
    w1.data_location = TensorProto.EXTERNAL
    w1.external_data.add(key="location", value="/etc/passwd")


@hostile(ELSEWHERE, "checker", "runtime")
def by_a_path_above_beside_its_data(given):
    given.graph.initializer[0].external_data.add(key="location", value="../../secret")


@hostile(ELSEWHERE)
def as_a_segment(given):
    given.graph.initializer[0].segment.end = 4


@hostile("sparse tensors are not allowed")
def through_a_sparse_tensor(given):
    sparse = given.graph.sparse_initializer.add()
    sparse.values.CopyFrom(tensor("w3", [1.0]))
    sparse.values.external_data.add(key="location", value="/etc/passwd")
    sparse.dims.append(2**40)


@hostile('tensor "c" is stored in another file; store it inside')
def in_a_constant(given):
    outside = TensorProto(name="c", data_type=TensorProto.FLOAT, dims=[8], data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value="/proc/self/mem")
    given.graph.node.insert(0, node("Constant", [], ["k"], value=outside))
