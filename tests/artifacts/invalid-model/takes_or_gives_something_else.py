"""Has other inputs or outputs than one float32 row in and one out."""

from hostile import hostile
from onnx import TensorProto, helper
from small_graphs import node, tensor

ATTACK = 29
STATED = "the input must be float32 (batch, ...) with all sizes but the batch's stated"


@hostile("expected one input, got 2", "runtime")
def the_labels_as_well(given):
    given.graph.input.append(helper.make_tensor_value_info("labels", TensorProto.FLOAT, ["batch"]))


@hostile("expected one input, got 2")
def its_input_twice(given):
    given.graph.input.append(given.graph.input[0])


@hostile("expected one input, got 0")
def no_input(given):
    given.graph.ClearField("input")


@hostile(STATED)
def integers(given):
    given.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64


@hostile(STATED)
def rows_of_any_width(given):
    given.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "width"


@hostile(STATED)
def a_single_number(given):
    given.graph.input[0].type.tensor_type.shape.ClearField("dim")


@hostile(STATED)
def a_sequence(given):
    given.graph.input[0].type.sequence_type.elem_type.tensor_type.elem_type = TensorProto.FLOAT


@hostile("the input takes batches of 32 alone; export it with a dynamic batch axis", "checker", "runtime")
def one_size_of_batch(given):
    given.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 32


@hostile("expected one output, got 2", "runtime")
def two_outputs(given):
    given.graph.output.append(helper.make_tensor_value_info("a", TensorProto.FLOAT, None))


@hostile("expected one output, got 0")
def no_output(given):
    given.graph.ClearField("output")


@hostile("the output must be float32")
def integers_out(given):
    given.graph.output[0].type.tensor_type.elem_type = TensorProto.INT64


@hostile("the output must be float32, a row for each example; for one it is int64 (1, 3)")
def integers_after_all(given):
    given.graph.node[2].output[0] = "z"
    given.graph.node.append(node("Cast", ["z"], ["y"], to=TensorProto.INT64))


@hostile('no node makes the output "labels"')
def what_nothing_makes(given):
    given.graph.output[0].name = "labels"


@hostile('no node makes the output "x"')
def its_input(given):
    given.graph.output[0].name = "x"


@hostile('no node makes the output "w2"')
def a_tensor(given):
    given.graph.output[0].name = "w2"


@hostile("an output row has 4 numbers, expected 3")
def another_width(given):
    given.graph.node[2].output[0] = "z"
    given.graph.node.append(node("Concat", ["z", "one"], ["y"], axis=1))
    given.graph.node.insert(0, node("ReduceSum", ["x", "axes"], ["one"]))
    given.graph.initializer.append(tensor("axes", [1], int))


@hostile("the input takes rows of shape (5,), the data's are (4,)")
def wider_rows(given):
    given.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 5
    given.graph.initializer[0].CopyFrom(tensor("w1", [[0.0] * 5] * 8))
