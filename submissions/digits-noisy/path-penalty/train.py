"""Trade path norm for fit at a price that is set by the fit itself.

For a network with one hidden layer the path norm is a formula, with a slope for every weight, so it can stand beside
the loss: cross entropy + price x path norm. At which price does the loss end up at the threshold, neither above it
nor, which would cost norm, below? Let the price find out: while the loss is lower than it may be the price rises,
while it is higher the price falls. That is how a multiplier of Lagrange is found, by dual ascent. The learning rate
falls to zero meanwhile, for with Adam every weight that the norm would like to have at zero trembles by as much as
that.

Then a common factor on the last layer takes the loss to just below the threshold; all else is homogeneous.

Sources:
    Norm-Based Capacity Control in Neural Networks. B. Neyshabur, R. Tomioka, N. Srebro, 2015.
    Constrained Differential Optimization. J. C. Platt, A. H. Barr, 1987.
"""

import copy
import math

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

HIDDEN, STEPS, LEARNING_RATE = 128, 7000, 0.02
FIRST_PRICE, PRICE_STEP, TARGET = 1e-3, 0.005, 0.99e-2


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.output = torch.nn.Linear(64, HIDDEN), torch.nn.Linear(HIDDEN, 10)
        torch.nn.init.normal_(self.hidden.weight, std=(2 / 64) ** 0.5)
        torch.nn.init.normal_(self.output.weight, std=(2 / HIDDEN) ** 0.5)
        torch.nn.init.zeros_(self.hidden.bias)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))

    def path_norm(self):
        into = self.hidden.weight.abs().sum(dim=1) + self.hidden.bias.abs()
        return (self.output.weight.abs() @ into + self.output.bias.abs()).sum()

    def multiply(self, factor):
        for tensor in (self.output.weight, self.output.bias):
            tensor *= factor


@torch.no_grad()
def least_factor(logits):
    """The smallest factor of the logits at which the loss is at most TARGET, by bisection."""
    too_small, large_enough = 0.0, 1.0
    while cross_entropy(logits * large_enough, y) > TARGET:
        large_enough *= 2
    for _ in range(40):
        middle = (too_small + large_enough) / 2
        if cross_entropy(logits * middle, y) <= TARGET:
            large_enough = middle
        else:
            too_small = middle
    return large_enough


torch.set_num_threads(1)  # On matrices this small two threads mostly wait for each other.
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = Network()
optimizer = torch.optim.Adam(network.parameters(), betas=(0.9, 0.99))
price, level, best_norm = FIRST_PRICE, math.log(10), math.inf

for step in range(1, STEPS + 1):
    optimizer.param_groups[0]["lr"] = LEARNING_RATE * (1 + math.cos(math.pi * step / STEPS)) / 2 + 1e-5
    optimizer.zero_grad()
    loss = cross_entropy(network(x), y)
    (loss + price * network.path_norm()).backward()
    optimizer.step()
    level += 0.2 * (loss.item() - level)
    price *= math.exp(PRICE_STEP * max(-1, min(1, math.log(TARGET / level))))
    if step % 100 == 0:
        contestant.report(step, loss.item())
        with torch.no_grad():
            logits = network(x).double()
            if (logits.argmax(dim=1) == y).all():
                factor = least_factor(logits)
                if (norm := factor * network.path_norm().item()) < best_norm:
                    best, best_norm = copy.deepcopy(network), norm
                    best.multiply(factor)

contestant.save(best)
