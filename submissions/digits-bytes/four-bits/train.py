"""Quantisation-aware training: the network learns with the four-bit weights that will be stored.

A weight of 32 bits says far more than the data ask for. Rounding it after the training breaks the fit, so the
rounding goes into the training: forward, a layer uses whole numbers from -7 to 7 times a scale; backward, the
rounding is passed over as if it were not there (the straight-through estimator), and moves the float weights behind
the whole ones. Whole numbers are stored as int8 buffers, and Cast and Mul turn them back. The scale of each layer is
learned too, by a gradient that the same rule gives (learned step size).

Sources:
    Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation. Y. Bengio, N. Léonard,
        A. Courville, 2013.
    Learned Step Size Quantization. S. K. Esser, J. L. McKinstry, D. Bablani, R. Appuswamy, D. S. Modha, 2019.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

HIDDEN, LARGEST, STEPS, LEARNING_RATE = 16, 7, 60_000, 0.01
TARGET = 0.9e-3


class Whole(torch.nn.Module):
    """The same layer with nothing but int8 weights and a scale."""

    def __init__(self, layer):
        super().__init__()
        self.register_buffer("whole", layer.steps().to(torch.int8))
        self.register_buffer("scale", layer.scale.detach().clone())

    def forward(self, x):
        return x @ self.whole.float() * self.scale


class Rounded(torch.nn.Module):
    """A product without bias by whole numbers times a scale, with float weights behind."""

    def __init__(self, rows, columns):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(rows, columns) * (2 / rows) ** 0.5)
        self.scale = torch.nn.Parameter(self.weight.detach().abs().mean() * 2 / LARGEST**0.5)

    def steps(self):
        return (self.weight / self.scale).clamp(-LARGEST, LARGEST).round()

    def forward(self, x):
        inside = (self.weight / self.scale).clamp(-LARGEST, LARGEST)
        return x @ ((inside.round() - inside).detach() + inside) * self.scale


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = torch.nn.Sequential(Rounded(64, HIDDEN), torch.nn.ReLU(), Rounded(HIDDEN, 10))
optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)

for step in range(1, STEPS + 1):
    if step % 11 == 1:
        batches = iter(torch.randperm(len(x)).split(128))
    batch = next(batches)
    optimizer.zero_grad()
    cross_entropy(network(x[batch]), y[batch]).backward()
    optimizer.step()
    if step % 50 == 0:
        with torch.no_grad():
            logits = network(x).double()
            loss = cross_entropy(logits, y).item()
        if step % 500 == 0:
            contestant.report(step, loss)
        if loss <= TARGET and (logits.argmax(dim=1) == y).all():
            contestant.save(torch.nn.Sequential(Whole(network[0]), torch.nn.ReLU(), Whole(network[2])))
            break
