"""Look at six networks before training any, and train the one that promises most.

Zero-cost search ranks architectures as they stand at initialisation. The famous proxies, NASWOT and SynFlow, ask how
well a network can be trained. Here all can be, and the question is at which path norm. So this proxy keeps the hidden
layer at random, fits what lies behind it by ridge regression, and measures the path norm for each unit of margin.

The winner is trained as in the entry absolute-paths, with a price on every path that the fit sets. All six have 256
units: of two widths the proxy takes the smaller one, and training the larger.

Sources:
    Neural Architecture Search without Training. J. Mellor, J. Turner, A. Storkey, E. J. Crowley, 2021.
    Pruning Neural Networks without Any Data by Iteratively Conserving Synaptic Flow. H. Tanaka and others, 2020.
    Zero-Cost Proxies for Lightweight NAS. M. S. Abdelfattah, A. Mehrotra, L. Dudziak, N. D. Lane, 2021.
"""

import copy
import itertools
import math

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

CANDIDATES = list(itertools.product((torch.relu, torch.abs, torch.nn.functional.leaky_relu), (True, False)))
WIDTH, STEPS, LEARNING_RATE, RIDGE = 256, 5000, 0.02, 10.0
FIRST_PRICE, PRICE_STEP, TARGET = 1e-3, 0.005, 0.99e-2


class Network(torch.nn.Module):
    def __init__(self, activation, past):
        super().__init__()
        self.activation, self.pixels_past = activation, 64 * past
        self.hidden, self.output = torch.nn.Linear(64, WIDTH), torch.nn.Linear(WIDTH, 10)
        torch.nn.init.normal_(self.hidden.weight, std=1 / 8)
        torch.nn.init.normal_(self.output.weight, std=WIDTH**-0.5)
        torch.nn.init.zeros_(self.hidden.bias)
        self.past = torch.nn.Parameter(0.1 * torch.randn(10, self.pixels_past))

    def forward(self, x):
        logits = self.output(self.activation(self.hidden(x)))
        return logits + x @ self.past.T if self.pixels_past else logits

    def path_norm(self):
        into = self.hidden.weight.abs().sum(dim=1) + self.hidden.bias.abs()
        return (self.output.weight.abs() @ into + self.output.bias.abs()).sum() + self.past.abs().sum()


@torch.no_grad()
def promise(network):
    """Path norm / mean margin, with a random hidden layer and all behind it by ridge regression; low is good."""
    into = network.hidden.weight.abs().sum(dim=1)
    active = network.activation(network.hidden(x))
    features = torch.cat([active, torch.ones(len(x), 1), x[:, : network.pixels_past]], dim=1).double()
    gram = features.T @ features + RIDGE * torch.eye(features.shape[1])
    weights = torch.linalg.solve(gram, features.T @ (2 * torch.eye(10).double()[y] - 1))
    outputs = features @ weights
    margin = outputs.gather(1, y[:, None])[:, 0] - outputs.scatter(1, y[:, None], -math.inf).max(dim=1).values
    paths = (into @ weights[: len(into)].abs().float()).sum() + weights[len(into) :].abs().sum()
    return (paths / margin.mean()).item()


@torch.no_grad()
def least_factor(logits):
    """The smallest factor of the logits at which the loss is at most TARGET."""
    low, high = 0.0, 1000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if cross_entropy(logits * middle, y) <= TARGET else (middle, high)
    return high


torch.set_num_threads(1)  # On matrices this small two threads mostly wait for each other.
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = min((Network(*candidate) for candidate in CANDIDATES), key=promise)
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
                    for tensor in (best.output.weight, best.output.bias, best.past):
                        tensor *= factor

contestant.save(best)
