"""A convolution, its largest answer anywhere, one dense layer, and nothing but small integers for weights.

A kernel looks for its shape everywhere, and the largest of its answers says whether, not where. As only the largest
counts, neither a bias nor a ReLU is needed, and without those the network is homogeneous: a single gain, stored as an
attribute, holds the scale of everything.

So the weights may be integers. They are rounded in the forward pass, and the gradient passes as if they were not. When
the network fits, its file is written and all weights shrink by a few percent, so that more of them become zero and the
others smaller, which the compressor turns into fewer bytes, until it no longer fits; the longer it takes to fit again,
the smaller the steps. Then all starts anew, with one kernel more if the last start never fitted.

Sources:
    Gradient-Based Learning Applied to Document Recognition. Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, 1998.
    Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation. Y. Bengio, N. Léonard,
        A. Courville, 2013: the straight-through estimator.
"""

import itertools
import lzma

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn.functional import conv1d, cross_entropy

from referee import contestant

KERNELS, WIDTH, BATCH, LEARNING_RATE, DECAY = 6, 15, 250, 0.02, 0.95
WARM_UP, STEPS_ALLOWED, SECONDS, START, FITS = 1500, 3000, 100, 4.0, 0.98e-2


def logits(kernels, output, gain, x):
    return gain.exp() * conv1d(x[:, None], kernels[:, None]).amax(2) @ output


def rounded(latent):
    return latent + (latent.round() - latent).detach()


def as_onnx(kernels, output, gain):
    tensors = [
        numpy_helper.from_array(kernels[:, None].numpy().astype(np.int8), "k"),
        numpy_helper.from_array(output.numpy().astype(np.int8), "o"),
        numpy_helper.from_array(np.array([1]), "a"),
    ]
    nodes = [
        helper.make_node("Unsqueeze", ["x", "a"], ["b"]),
        helper.make_node("Cast", ["k"], ["c"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["b", "c"], ["d"]),
        helper.make_node("ReduceMax", ["d"], ["e"], axes=[2], keepdims=0),
        helper.make_node("Cast", ["o"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Gemm", ["e", "f"], ["y"], alpha=gain),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", s]) for n, s in (("x", 64), ("y", 10))]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def smallest_of_one_start(count, smallest):
    """Train `count` kernels from a random start and save whenever the file is shorter than `smallest` bytes."""
    gain = torch.tensor(-np.log(WIDTH**0.5 * START**2), dtype=torch.float32, requires_grad=True)
    kernels, output = (torch.randn(count, n).mul_(START).requires_grad_() for n in (WIDTH, 10))
    optimizer = torch.optim.Adam([{"params": [kernels, output]}, {"params": [gain], "lr": LEARNING_RATE}])
    since = -WARM_UP
    while since < STEPS_ALLOWED and contestant.seconds_left() > end:
        since, step = since + 1, next(steps)
        batch = torch.randint(len(x), (BATCH,))
        k, o = (kernels, output) if since <= 0 else (rounded(kernels), rounded(output))
        loss = cross_entropy(logits(k, o, gain, x[batch]), y[batch])
        optimizer.param_groups[0]["lr"] = LEARNING_RATE * START * (1 - max(0, since) / STEPS_ALLOWED)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if since <= 0 or since % 10:
            continue
        with torch.no_grad():
            k, o = kernels.round(), output.round()
            answers = logits(k, o, gain, x).double()
            loss = cross_entropy(answers, y).item()
            if loss <= FITS and int((answers >= answers.gather(1, y[:, None])).sum()) == len(y):
                model = as_onnx(k, o, gain.exp().item())
                size = len(lzma.compress(model.SerializeToString(), preset=9 | lzma.PRESET_EXTREME))
                if size < smallest:
                    smallest = size
                    contestant.save(model)
                    contestant.report(step, loss)
                kernels.mul_(DECAY), output.mul_(DECAY), gain.sub_(2 * np.log(DECAY))
                since = 0
    return smallest


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
end = contestant.seconds_left() - SECONDS
count, smallest, steps = KERNELS, np.inf, itertools.count()
while contestant.seconds_left() > end:
    smallest = smallest_of_one_start(count, smallest)
    count += smallest == np.inf
