"""A few hundred bytes that take terabytes or days: refused by their shapes, before anything runs."""

import numpy as np
from hostile import hostile
from onnx import TensorProto, helper
from small_graphs import model, node, tensor

ATTACK = 30


def summed(nodes, tensors=()):
    """x plus nothing times the sum of `huge`, so that huge must be computed."""
    tail = [node("ReduceSum", ["huge"], ["sum"], keepdims=0), node("Mul", ["sum", "zero"], ["nothing"])]
    whole = [*nodes, *tail, node("Add", ["x", "nothing"], ["y"])]
    return model(whole, [*tensors, tensor("zero", [0])]).SerializeToString()


def sizes(name, *values):
    return tensor(name, values, np.int64)


@hostile("node 0 (ConstantOfShape): the operator is not allowed", "checker", "runtime")
def constant_of_shape():
    value = helper.make_tensor("v", TensorProto.FLOAT, [1], [0.0])
    return summed([node("ConstantOfShape", ["s"], ["huge"], value=value)], [sizes("s", 2**40)])


@hostile("node 0 (Range): the operator is not allowed", "checker")
def counting_to_a_trillion():
    return summed([node("Range", ["a", "b", "c"], ["r"]), node("Cast", ["r"], ["huge"], to=1)],
                  [tensor(name, value, np.int64) for name, value in (("a", 0), ("b", 2**40), ("c", 1))])  # fmt: skip


@hostile("node 0 (Expand): one example needs", "checker")
def expand():
    return summed([node("Expand", ["k", "s"], ["huge"])], [tensor("k", [[1]]), sizes("s", 2**20, 2**20)])


@hostile("node 0 (Tile): one example needs", "checker")
def tile():
    return summed([node("Tile", ["k", "s"], ["huge"])], [tensor("k", [[1]]), sizes("s", 2**20, 2**20)])


@hostile("node 0 (Pad): one example needs", "checker")
def padding():
    return summed([node("Pad", ["k", "p"], ["huge"])], [tensor("k", [1]), sizes("p", 0, 2**40)])


@hostile("node 2 (MatMul): one example needs", "checker")
def an_outer_product():
    long = [node("Expand", ["k", "s"], ["a"]), node("Transpose", ["a"], ["b"]), node("MatMul", ["a", "b"], ["huge"])]
    return summed(long, [tensor("k", [[1]]), sizes("s", 2**20, 1)])


@hostile("node 1 (Mul): one example needs", "checker")
def broadcasting():
    return summed([node("Reshape", ["k", "s"], ["t"]), node("Mul", ["k", "t"], ["huge"])],
                  [tensor("k", np.ones((1, 2**16))), sizes("s", 2**16, 1)])  # fmt: skip


@hostile("(Concat): one example needs", "checker")
def doubling_forty_times():
    doubled = [node("Concat", [f"c{n}", f"c{n}"], [f"c{n + 1}"], axis=1) for n in range(40)]
    return summed([node("Identity", ["x"], ["c0"]), *doubled, node("Identity", ["c40"], ["huge"])])


@hostile("its output would have the shape")
def more_axes_than_there_are():
    whole = [node("Unsqueeze", ["x", "a"], ["u"]), node("Squeeze", ["u", "a"], ["y"])]
    return model(whole, [sizes("a", *range(2, 30))]).SerializeToString()


@hostile("multiply-adds for one example, at most 100000000 here", "checker")
def two_hundred_products():
    """Folded at load, where a runtime optimises: 200 products of 1000 x 1000."""
    large = [node("Expand", ["k", "s"], ["m0"])]
    chain = [node("MatMul", [f"m{n}", "m0"], [f"m{n + 1}"]) for n in range(200)]
    return summed([*large, *chain, node("Identity", ["m200"], ["huge"])], [tensor("k", [[1e-3]]), sizes("s", 1000, 1000)])


@hostile("multiply-adds for one example, at most 100000000 here", "checker")
def a_convolution_over_everything():
    spread = [
        node("Unsqueeze", ["x", "one"], ["u"]),
        node("Expand", ["u", "wide"], ["image"]),
        node("Expand", ["k", "many"], ["kernel"]),
        node("Conv", ["image", "kernel"], ["c"], pads=[999, 999]),
        node("ReduceMean", ["c", "two"], ["y"], keepdims=0),
    ]
    shapes = [sizes("one", 1), sizes("two", 2), sizes("wide", 1, 512, 4), sizes("many", 3, 512, 1000)]
    return model(spread, [*shapes, tensor("k", [[[1.0]]])]).SerializeToString()
