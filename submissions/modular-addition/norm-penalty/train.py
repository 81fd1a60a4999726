"""Put the norm itself into the loss, at a price that the fit sets: then the network groks at once.

AdamW's decay shrinks every weight by the same share, however steep the loss is there, so it ends near the smallest norm
and not at it. Here the squared norm is part of what Adam descends: cross entropy + price x (|hidden|^2 + |output|^2).
The sum of the two norms is smallest where they are equal, and there it is least when the sum of the squares is.

Which price? At the best fit that is still allowed the constraint binds, and its multiplier is found by dual ascent: the
price rises while the loss is lower than it may be, and falls while it is higher. It starts high, so small weights come
first and the fit second, and there is hardly a time in which the table is memorised: sines and cosines are what is cheap
from the start. The learning rate falls to zero at the end.

Then the weights are shrunk without changing an answer: what goes into a unit and what comes out of it get equal norms,
and a common factor takes the loss to just below the threshold.

Sources:
    Grokking: Generalization Beyond Overfitting on Small Algorithmic Datasets. A. Power, Y. Burda, H. Edwards,
        I. Babuschkin, V. Misra, 2022.
    Constrained Differential Optimization. J. C. Platt, A. H. Barr, 1987.
    Feature Emergence via Margin Maximization: Case Studies in Algebraic Tasks. D. Morwani, B. L. Edelman, C.-A. Oncescu,
        R. Zhao, S. Kakade, 2023.
"""

import math

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

STEPS, LEARNING_RATE = 5000, 0.03
FIRST_PRICE, PRICE_STEP, TARGET = 3e-5, 0.005, 0.999e-3


def shrunk(hidden, output, logits, y):
    """The same answers from the smallest weights; everything in float64.

    Unit by unit, what goes in is multiplied by a and what comes out is divided by a, so that both have the same norm. The
    common factor is found by bisection on the scale of the logits. A unit that says nothing is left out.
    """
    into, out = hidden.norm(dim=1), output.norm(dim=0)
    live = into * out > 1e-9
    balance = torch.where(live, (out / into.clamp_min(1e-30)).sqrt(), 1)
    too_small, large_enough = 0.0, 1.0
    while cross_entropy(logits * large_enough, y) > TARGET:
        large_enough *= 2
    for _ in range(40):
        middle = (too_small + large_enough) / 2
        if cross_entropy(logits * middle, y) <= TARGET:
            large_enough = middle
        else:
            too_small = middle
    factor = large_enough**0.5 * live
    return {"hidden.weight": (factor * balance)[:, None] * hidden, "output.weight": factor / balance * output}


torch.set_num_threads(1)  # On matrices this small two threads mostly wait for each other.
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
shapes = contestant.reference_shapes()
hidden, output = (torch.randn(shapes[name]) for name in ("hidden.weight", "output.weight"))
hidden.mul_(shapes["hidden.weight"][1] ** -0.5).requires_grad_()
output.mul_((2 / shapes["output.weight"][1]) ** 0.5).requires_grad_()
optimizer = torch.optim.Adam([hidden, output], betas=(0.9, 0.98))
price, level = FIRST_PRICE, math.log(shapes["output.weight"][0])

for step in range(1, STEPS + 1):
    optimizer.param_groups[0]["lr"] = LEARNING_RATE * (1 + math.cos(math.pi * step / STEPS)) / 2 + 1e-5
    loss = cross_entropy(torch.relu(x @ hidden.T) @ output.T, y)
    if step % 50 == 0:
        contestant.report(step, loss.item())
    optimizer.zero_grad()
    (loss + price * (hidden.square().sum() + output.square().sum())).backward()
    optimizer.step()
    level += 0.2 * (loss.item() - level)
    price *= math.exp(PRICE_STEP * max(-1, min(1, math.log(TARGET / level))))

with torch.no_grad():
    logits = (torch.relu(x @ hidden.T) @ output.T).double()
    if (logits.argmax(dim=1) == y).all():
        contestant.save(shrunk(hidden.double(), output.double(), logits, y))
