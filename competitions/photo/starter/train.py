"""A first entry: cosines fitted by least squares in numpy, until the fit holds. It stores 32 bits for each coefficient.

The contract: hand in an ONNX graph that takes (n, 2) places and gives (n, 3) colours, with `contestant.save`, while
`contestant.seconds_left()` > 0. Save as often as you like; what was saved last is judged, so save only what fits.
All else here is yours to replace. Fewer bits, fewer coefficients and fewer nodes all make the file smaller.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

TARGET = 0.99e-4  # The referee asks for 40 dB, which is a mean squared error of at most 1e-4.

x, y = contestant.load()  # (896, 2) float32 from -1 to 1, and (896, 3) float32 from 0 to 1


def waves(most):
    """Frequencies (2, waves) and phases: cos(a (u + 1) pi / 2 + b (v + 1) pi / 2), for a >= 0 and |b| up to `most`."""
    pairs = [(a, b) for a in range(most + 1) for b in range(-most, most + 1) if a * a + b * b <= most * most]
    frequencies = np.float32(np.pi / 2) * np.array([pair for pair in pairs if pair[0] or pair[1] >= 0], np.float32).T
    return frequencies, frequencies.sum(axis=0)


def graph(frequencies, phases, colours):
    tensors = {"frequencies": frequencies, "phases": phases, "colours": colours}
    nodes = [
        helper.make_node("Gemm", ["x", "frequencies", "phases"], ["angles"]),
        helper.make_node("Cos", ["angles"], ["waves"]),
        helper.make_node("MatMul", ["waves", "colours"], ["y"]),
    ]
    stored = [numpy_helper.from_array(np.asarray(tensor, np.float32), name) for name, tensor in tensors.items()]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in (("x", 2), ("y", 3))]
    made = helper.make_graph(nodes, "waves", ends[:1], ends[1:], stored)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


for most in range(4, 32):
    frequencies, phases = waves(most)
    basis = np.cos(x @ frequencies + phases).astype(np.float64)
    # A little ridge keeps what the rows do not say small.
    colours = np.linalg.solve(basis.T @ basis + 1e-3 * np.eye(basis.shape[1]), basis.T @ y)
    error = ((basis @ colours.astype(np.float32) - y) ** 2).mean()
    contestant.report(most, error)
    if error <= TARGET:
        contestant.save(graph(frequencies, phases, colours))
        break
