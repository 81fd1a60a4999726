"""AdamW with a strong weight decay: first the network memorises, then it finds out that the box adds.

Everything fits within a second or two, and hardly any held-out pair is right. But the decay goes on pulling at the
weights, and the table of facts is a costly way to answer: after a few thousand steps the norm has fallen to that of a
solution made of sines and cosines, which is right on (nearly) all pairs. That is grokking. At the end the weights are
shrunk without changing a single answer, first by balancing each hidden unit, then by a common factor until the loss
stands just below the threshold: the network has no biases, so weights times c are logits times c^2.

Sources:
    Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets. A. Power, Y. Burda, H. Edwards,
        I. Babuschkin, V. Misra, 2022.
    Decoupled Weight Decay Regularization. I. Loshchilov, F. Hutter, 2017.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

STEPS, LEARNING_RATE, WEIGHT_DECAY = 4000, 0.01, 1.0
TARGET = 0.985e-3


def shrunk(hidden, output, logits, y):
    """The same answers from smaller weights; everything in float64.

    Multiplying what goes into a hidden unit by a and dividing what comes out of it by a changes nothing, and the sum of
    the norms is smallest where the two are equal. The common factor is found by bisection on the scale of the logits.
    """
    balance = (output.norm(dim=0) / hidden.norm(dim=1)).sqrt()
    too_small, large_enough = 0.0, 1.0
    while cross_entropy(logits * large_enough, y) > TARGET:
        large_enough *= 2
    for _ in range(40):
        middle = (too_small + large_enough) / 2
        if cross_entropy(logits * middle, y) <= TARGET:
            large_enough = middle
        else:
            too_small = middle
    factor = large_enough**0.5
    return {"hidden.weight": factor * balance[:, None] * hidden, "output.weight": factor * output / balance}


torch.set_num_threads(1)  # On matrices this small two threads mostly wait for each other.
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
shapes = contestant.reference_shapes()
hidden, output = (torch.randn(shapes[name]) for name in ("hidden.weight", "output.weight"))
hidden.mul_(shapes["hidden.weight"][1] ** -0.5).requires_grad_()
output.mul_((2 / shapes["output.weight"][1]) ** 0.5).requires_grad_()
optimizer = torch.optim.AdamW([hidden, output], lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=WEIGHT_DECAY)

for step in range(1, STEPS + 1):
    logits = torch.relu(x @ hidden.T) @ output.T
    loss = cross_entropy(logits, y)
    if step % 50 == 0:
        contestant.report(step, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

with torch.no_grad():
    logits = (torch.relu(x @ hidden.T) @ output.T).double()
    if (logits.argmax(dim=1) == y).all():
        contestant.save(shrunk(hidden.double(), output.double(), logits, y))
