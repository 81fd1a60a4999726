"""The picture itself: a table of colours in as few levels as the threshold allows, and straight lines between them.

The table has a place for each of the 32 x 32 pixels. Those that are not known get the mean of their neighbours. A place
x is turned into 32 numbers by hat functions, ReLU(1 - |x - middle|), of which at most two are not zero, for each of the
two coordinates; their products with the table are the colours. At the middle of a pixel this is the pixel, elsewhere it
is bilinear interpolation. Rounding to steps of size s costs a mean squared error of s^2 / 12, so that the step may be
about 0.034: thirty levels from black to white. This is the line to beat; xz finds what it can in the table.

Source:
    Spectra of quantized signals. W. R. Bennett, 1948: the error of rounding.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

SIDE, THRESHOLD = 32, 0.999e-4


def graph(table, step):
    tensors = {
        "s": np.float32(SIDE / 2),
        "k": np.arange(SIDE, dtype=np.float32) + np.float32(0.5 - SIDE / 2),
        "one": np.float32(1),
        "c": table.transpose(2, 0, 1).astype(np.int8),
        "step": np.float32(step),
        "halves": np.array([1, 1], np.int64),
    }
    nodes = [
        helper.make_node("DequantizeLinear", ["c", "step"], ["d"]),
        helper.make_node("Mul", ["x", "s"], ["p"]),
        helper.make_node("Split", ["p", "halves"], ["down", "right"], axis=1),
    ]
    for name in ("down", "right"):
        nodes += [
            helper.make_node("Sub", [name, "k"], [name + "1"]),
            helper.make_node("Abs", [name + "1"], [name + "2"]),
            helper.make_node("Sub", ["one", name + "2"], [name + "3"]),
            helper.make_node("Relu", [name + "3"], [name + "4"]),
        ]
    nodes += [
        helper.make_node("Einsum", ["down4", "d"], ["rows"], equation="bk,ckl->bcl"),
        helper.make_node("Einsum", ["rows", "right4"], ["y"], equation="bcl,bl->bc"),
    ]
    stored = [numpy_helper.from_array(np.asarray(tensor), name) for name, tensor in tensors.items()]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in (("x", 2), ("y", 3))]
    made = helper.make_graph(nodes, "g", ends[:1], ends[1:], stored)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10).SerializeToString()


x, y = contestant.load()
places = np.rint((x + 1) * SIDE / 2 - 0.5).astype(int)
known = np.zeros((SIDE, SIDE, 1), bool)
table = np.zeros((SIDE, SIDE, 3))
known[places[:, 0], places[:, 1]], table[places[:, 0], places[:, 1]] = True, y

filled = np.where(known, table, y.mean(axis=0))
for _ in range(50):
    around = np.pad(filled, ((1, 1), (1, 1), (0, 0)), mode="edge")
    means = (around[:-2, 1:-1] + around[2:, 1:-1] + around[1:-1, :-2] + around[1:-1, 2:]) / 4
    filled = np.where(known, table, means)

for step in np.linspace(0.038, 0.030, 81):
    levels = np.round(filled / step)
    error = (known * (levels * step - table) ** 2).sum() / y.size
    if error <= THRESHOLD:
        contestant.report(1, error)
        contestant.save(graph(levels, step))
        break
