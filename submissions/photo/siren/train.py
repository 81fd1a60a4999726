"""A small network of sines, trained with its weights already rounded, and with a price on the bits that they take.

A picture is a function from a place to a colour, and sin(W2 sin(W1 x + b)) W3 is good at such functions. A weight is
stored as a whole number of steps. In training it is rounded on the way forward, and the gradient passes as if it were
not; each layer's step is trained as well. The loss is the squared error plus a price times an estimate of the bits, as
if weights followed a Laplace distribution. The price rises while the fit leaves room. Whatever fits and compresses
better than before is handed in. Where nothing ever fits, all starts anew with four units more.

Sources:
    Implicit neural representations with periodic activation functions. V. Sitzmann et al., 2020.
    Estimating or propagating gradients through stochastic neurons for conditional computation. Y. Bengio et al., 2013.
    Learned step size quantization. S. K. Esser et al., 2020.
    Scalable model compression by entropy penalized reparameterization. D. Oktay et al., 2020.
"""

import lzma
import math

import torch
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

STEPS, FLOAT_STEPS, LEARNING_RATE = 24_000, 5000, 0.015
THRESHOLD = 0.998e-4


def rounded(weight, step):
    """Whole steps on the way forward, the weight on the way back."""
    return (weight / step + ((weight / step).round() - weight / step).detach()) * step


def bits(weight, step):
    """Estimate of the size of a layer: log2(2e b) a weight, where b is the mean size in steps (Laplace)."""
    return weight.numel() * torch.log2(1 + 2 * math.e * (weight / step).abs().mean())


def learning_rate(step):
    """Falls to almost nothing twice: as long as weights are floats, and, from a quarter, while they are rounded."""
    return min(1, step / 100) * (1.01 - step / FLOAT_STEPS) if step <= FLOAT_STEPS else 0.25 * (1.01 - step / STEPS)


def graph(weights, steps):
    """Whole numbers in int8, made into floats by a step each."""
    tensors, nodes = {"m": mean.numpy()}, []
    for name, weight, step in zip("abcd", weights, (0, 0, 1, 2), strict=True):
        tensors[name] = (weight / steps[step]).detach().round().to(torch.int8).numpy()
        tensors[f"s{step}"] = steps[step].detach().numpy()
        nodes.append(helper.make_node("DequantizeLinear", [name, f"s{step}"], [f"w{name}"]))
    layers = ("Gemm", "x wa wb", "p"), ("Sin", "p", "q"), ("MatMul", "q wc", "r"), ("Sin", "r", "t"), ("Gemm", "t wd m", "y")
    nodes += [helper.make_node(kind, inputs.split(), [output]) for kind, inputs, output in layers]
    stored = [numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()]
    ends = [[helper.make_tensor_value_info(end, TensorProto.FLOAT, ["n", size])] for end, size in (("x", 2), ("y", 3))]
    made = helper.make_graph(nodes, "g", *ends, stored)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 20)], ir_version=10).SerializeToString()


def trained(hidden):
    """Train a network of so many units, hand in the best that fits, and say how many bytes it takes."""
    shapes, sizes = ((2, hidden), (hidden,), (hidden, hidden), (hidden, 3)), (10, math.pi, 0.82, 0.14)
    w1, b1, w2, w3 = ((torch.rand(shape) * 2 - 1) * size for shape, size in zip(shapes, sizes, strict=True))
    w1[:, 0], b1[0] = 0, math.pi / 2  # The second layer has no bias: unit 0 of the first begins as a constant.
    weights = [weight.requires_grad_() for weight in (w1, b1, w2, w3)]
    logs = torch.tensor([0.1, 0.06, 0.004]).log().requires_grad_()
    groups = [{"params": weights}, {"params": [logs], "lr": 2 * LEARNING_RATE}]
    optimizer = torch.optim.Adam(groups, lr=LEARNING_RATE, betas=(0.9, 0.99))
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, learning_rate)
    price, best = 3e-8, math.inf
    for step in range(1, STEPS + 1):
        # A whole number has eight bits, so that a step is at least a 127th of the largest weight.
        least = torch.stack([torch.maximum(w1.abs().max(), b1.abs().max()), w2.abs().max(), w3.abs().max()]).detach() / 127
        steps = torch.maximum(logs.exp(), least)
        stepped = list(zip(weights, steps[[0, 0, 1, 2]], strict=True))
        used = [rounded(w, s) for w, s in stepped] if step > FLOAT_STEPS else weights
        error = ((torch.sin(torch.sin(x @ used[0] + used[1]) @ used[2]) @ used[3] + mean - y) ** 2).mean()
        loss = error + price * sum(bits(w, s) for w, s in stepped) if step > FLOAT_STEPS else error
        if step > FLOAT_STEPS:
            price *= 1.0005 if error < 0.95 * THRESHOLD else 1
            if error <= THRESHOLD and step % 5 == 0:
                model = graph(used, steps)
                if (size := len(lzma.compress(model, preset=9 | lzma.PRESET_EXTREME))) < best:
                    best = size
                    contestant.save(model)
        if step % 1000 == 0:
            contestant.report(step, error.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()
    return best


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
mean = y.mean(dim=0).bfloat16().float()  # Half of the bytes of each number are zero.
units = 20
while math.isinf(trained(units)):
    units += 4
