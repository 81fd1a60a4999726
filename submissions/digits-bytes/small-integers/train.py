"""Whole numbers from the first step, pruned whenever they fit, then put in the order that compresses best.

Deep compression: prune, quantise, code. Both layers are whole numbers from -7 to 7 while they learn (straight-through
estimator: the slope for the rounded weight moves the float behind it). Whenever all rows are right, the model is kept
if it is the smallest so far, and one weight in thirty goes, the least salient: |w| h^(1/4), as in the entry
digits/numpy-prune. Most of those that are left end up at -7 or 7, which xz likes. Nothing else is stored: no bias, and
no scale, as whole numbers of this size make the logits large; where they don't, the last layer is doubled, tripled and
so on. At the end hidden units change places as long as the file becomes shorter, which no answer depends on.

Sources:
    Deep Compression: Compressing Deep Neural Networks with Pruning, Trained Quantization and Huffman Coding. S. Han,
        H. Mao, W. J. Dally, 2016.
    Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation. Y. Bengio, N. Léonard,
        A. Courville, 2013.
"""

import lzma
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # On matrices this small, threads mostly wait for each other.
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from referee import contestant

HIDDEN, LARGEST, GAIN, LEARNING_RATE, BATCH, PRUNED_AT_ONCE = 16, 7, 0.05, 0.04, 128, 0.03
STEPS, SWAPS = 150_000, 2000


def as_onnx(whole):
    """Relu(x @ first) @ second, int8, named as the referee names them in the file that it counts."""
    steps = ("Cast", "1", "2"), ("Gemm", "02", "3"), ("Relu", "3", "5"), ("Cast", "4", "6"), ("Gemm", "56", "7")
    nodes = [helper.make_node(op, [*i], [o], **{"to": TensorProto.FLOAT} if op == "Cast" else {}) for op, i, o in steps]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", n]) for name, n in (("0", 64), ("7", 10))]
    tensors = [numpy_helper.from_array(w.astype(np.int8), name) for w, name in zip(whole, "14", strict=True)]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10).SerializeToString()


def size(whole):
    coder = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 4096}
    return len(lzma.compress(as_onnx(whole), check=lzma.CHECK_NONE, filters=[coder]))


def fit(first, second):
    """Cross entropy in float64, as the referee computes it, and whether every row is right: a tie is not."""
    logits = (np.maximum(x @ first, 0) @ second).astype(np.float64)
    logits -= logits[np.arange(len(y)), y, None]
    return float(np.log(np.exp(np.minimum(logits, 500)).sum(axis=1)).mean()), int((logits >= 0).sum()) == len(y)


def split(flat):
    return flat[: 64 * HIDDEN].reshape(64, HIDDEN), flat[64 * HIDDEN :].reshape(HIDDEN, 10)


def finished(first, second):
    """The layers without idle units, the second one times the least whole number with which they fit."""
    used = first.any(axis=0) & second.any(axis=1)
    fitting = (times for times in range(1, 127 // LARGEST + 1) if fit(first, times * second)[0] <= 0.99e-3)
    return first[:, used], next(fitting, 127 // LARGEST) * second[used]


x, y = contestant.load()
random = np.random.default_rng(contestant.seed())
floats = np.concatenate([random.normal(0, 0.7, 64 * HIDDEN), random.normal(0, 1, HIDDEN * 10)]).astype(np.float32)
kept, mean, square = np.ones(len(floats), bool), np.zeros_like(floats), np.zeros_like(floats)
best, best_size, batches = None, np.inf, []
for step in range(1, STEPS + 1):
    batches = batches or [*random.permutation(len(x))[: len(x) // BATCH * BATCH].reshape(-1, BATCH)]
    batch = batches.pop()
    first, second = split(np.rint(floats))
    active = np.maximum(x[batch] @ first, 0)
    error = np.exp(GAIN * (active @ second - (active @ second).max(axis=1, keepdims=True)))
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(BATCH), y[batch]] -= 1
    back = (error @ second.T) * (active > 0)
    slope = np.concatenate([(x[batch].T @ back).ravel(), (active.T @ error).ravel()]) * kept / BATCH
    mean += 0.1 * (slope - mean)
    square += 0.001 * (slope * slope - square)
    floats -= LEARNING_RATE * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    np.clip(floats, -LARGEST - 0.4, LARGEST + 0.4, out=floats)
    if step % 25 == 0 and fit(*split(np.rint(floats)))[1]:
        layers = finished(*split(np.rint(floats)))
        if (layers_size := size(layers)) < best_size and (loss := fit(*layers)[0]) <= 1e-3:
            best, best_size = layers, layers_size
            contestant.report(step, loss)
            contestant.save(as_onnx(best))
        by_saliency = np.argsort(np.where(kept, np.abs(floats) * square**0.25, np.inf))
        kept[by_saliency[: max(1, int(PRUNED_AT_ONCE * kept.sum()))]] = False
        used = split(kept)[0].any(axis=0) & split(kept)[1].any(axis=1)
        kept &= np.concatenate([np.tile(used, 64), np.repeat(used, 10)])
        floats[~kept], mean[~kept] = 0, 0

for _ in range(SWAPS):
    order = np.arange(len(best[1]))
    pair = random.choice(order, 2, replace=False)
    order[pair] = pair[::-1]
    best = min((best[0][:, order], best[1][order]), best, key=size)
contestant.save(as_onnx(best))
