"""The window and the width of the baseline, but whole numbers of four bits for weights, most of them zero.

Only the largest logit counts here, and a ReLU lets any positive factor through. So the weights need no scale: they
are whole numbers from -7 to 7, rounded on the way forward and not on the way back (the straight-through estimator). A
growing penalty on their sizes makes most round to zero, which the file's compression likes. Then the zeros stay, the
penalty goes, and the rest learns to be sure. Saved is the model whose least sure answer to our own sums is surest.

Source: Estimating or Propagating Gradients Through Stochastic Neurons. Y. Bengio, N. Leonard, A. Courville, 2013.
"""

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.nn.functional import cross_entropy, one_hot

from referee import contestant

HIDDEN, STEPS, PRUNED, BATCH, PENALTY, UNKNOWN = 48, 18000, 12000, 512, 8e-5, 10
ASKED = 600 * 11  # the last rows, not trained on


def windows(x):
    """Left, right and answer at the place before the first unknown one, then the same there; (rows, 6)."""
    edge = torch.full((len(x), 1), UNKNOWN)
    places = torch.cat([edge, x[:, :10], edge, edge, x[:, 10:20], edge, edge, x[:, 20:]], dim=1).view(-1, 3, 12)
    place = (x[:, 20:] == UNKNOWN).int().argmax(dim=1)
    before, now = (places.gather(2, (place + later).view(-1, 1, 1).expand(-1, 3, 1))[:, :, 0] for later in (0, 1))
    return torch.cat([before, now], dim=1)


def as_onnx(weights):
    """The window is picked by a 1 at the first unknown place; then whole numbers, made floats by a Cast."""
    nodes = [
        ("Slice", ["x", "20", "31", "1"], "answer", {}),
        ("Slice", ["x", "0", "10", "1"], "left", {}),
        ("Slice", ["x", "10", "20", "1"], "right", {}),
        ("Slice", ["answer", "10", "11", "1"], "edge", {}),  # The last digit of the answer is always unknown.
        ("Concat", ["edge", "left", "edge", "edge", "right", "edge", "edge", "answer"], "flat", {"axis": 1}),
        ("Reshape", ["flat", "lines"], "places", {}),
        ("Equal", ["answer", "edge"], "is_unknown", {}),
        ("Cast", ["is_unknown"], "open", {"to": TensorProto.FLOAT}),
        ("CumSum", ["open", "axis"], "flat_count", {}),
        ("Unsqueeze", ["flat_count", "1"], "count", {}),
        ("Equal", ["count", "unit"], "is_first", {}),
        ("Cast", ["is_first"], "first", {"to": TensorProto.FLOAT}),
        ("Slice", ["places", "0", "11", "2"], "before", {}),
        ("Slice", ["places", "1", "12", "2"], "now", {}),
        ("Concat", ["before", "now"], "both", {"axis": 1}),
        ("Mul", ["both", "first"], "picked", {}),
        ("ReduceSum", ["picked", "2"], "column", {}),
        ("Equal", ["column", "tokens"], "is_token", {}),
        ("Cast", ["is_token"], "one_hot", {"to": TensorProto.FLOAT}),
        ("Flatten", ["one_hot"], "features", {}),
        *(("Cast", [name], f"{name}_float", {"to": TensorProto.FLOAT}) for name in weights),
        ("Gemm", ["features", "w1_float", "b1_float"], "hidden", {}),
        ("Relu", ["hidden"], "active", {}),
        ("Gemm", ["active", "w2_float", "b2_float"], "logits", {}),
    ]
    known = {f"{number}": np.array([number]) for number in (0, 1, 2, 10, 11, 12, 20, 31)} | weights
    known |= {"lines": np.array([-1, 3, 12]), "unit": np.float32(1), "axis": np.array(1), "tokens": np.float32(range(11))}
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, [output], **more) for kind, inputs, output, more in nodes],
        "adder",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 31])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in known.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
features = one_hot(windows(x.long()), 11).flatten(1).float()
shapes = {"w1": (66, HIDDEN), "b1": (HIDDEN,), "w2": (HIDDEN, 10), "b2": (10,)}
weights = {name: torch.randn(shape).requires_grad_() for name, shape in shapes.items()}
optimizer = torch.optim.Adam(weights.values(), lr=0.1)
masks, surest = dict.fromkeys(shapes, torch.tensor(1.0)), -(10**9)
for step in range(1, STEPS + 1):
    optimizer.param_groups[0]["lr"] = 0.1 * (1 - step / (STEPS + 1))
    some = torch.randint(len(x) - ASKED, (BATCH,))
    now = {name: masks[name] * (w + (w.round().clamp(-7, 7) - w).detach()) for name, w in weights.items()}
    logits = torch.relu(features[some] @ now["w1"] + now["b1"]) @ now["w2"] + now["b2"]
    loss = cross_entropy(logits / 20, y[some])
    if step % 200 == 0:
        contestant.report(step, loss.item())
    masks = {name: (weight != 0).float() for name, weight in now.items()} if step == PRUNED else masks
    if step >= PRUNED and step % 100 == 0:
        with torch.no_grad():
            asked = torch.relu(features[-ASKED:] @ now["w1"] + now["b1"]) @ now["w2"] + now["b2"]
            right = asked.gather(1, y[-ASKED:, None])[:, 0]
            sure = (right - asked.scatter(1, y[-ASKED:, None], -1e9).max(dim=1).values).min()  # below 1, a sum is wrong
        if sure > surest:
            surest = sure
            contestant.save(as_onnx({name: weight.detach().numpy().astype(np.int8) for name, weight in now.items()}))
    optimizer.zero_grad()
    penalty = PENALTY * step / PRUNED * (step < PRUNED)
    (loss + penalty * sum(weight.abs().sum() for weight in weights.values())).backward()
    optimizer.step()
