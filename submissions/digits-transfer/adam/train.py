"""Plain Adam from a random start, all weights kept: the line that every other entry starts from.

The network has twelve times as many weights as there are rows, so that a perfect fit is no feat. Nothing is transferred
and nothing is removed.

Source:
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

from collections import OrderedDict

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

# The referee asks for 1e-3 and no row wrong. A mean below ln(2) / 717 = 0.97e-3 leaves no row wrong.
TARGET = 0.9e-3

torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = torch.nn.Sequential(
    OrderedDict(hidden=torch.nn.Linear(64, 128), active=torch.nn.ReLU(), output=torch.nn.Linear(128, 5))
)
optimizer = torch.optim.Adam(network.parameters(), lr=0.01)

for step in range(1, 10_000):
    loss = cross_entropy(network(x).double(), y)
    if step % 50 == 0:
        contestant.report(step, loss.item())
    if loss <= TARGET:
        contestant.save(network)
        break
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
