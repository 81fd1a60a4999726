"""Plain Adam, all weights kept: the line that every other entry starts from.

The network has more weights than there are rows, so that a perfect fit is no feat: gradient descent finds one within a
second and, though nothing asks it to, one that is right on 97 of 100 digits that it never saw.

Source:
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

from collections import OrderedDict

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

# The referee asks for 1e-3 and no row wrong. A mean below ln(2) / 1437 = 0.48e-3 leaves no row wrong.
TARGET = 0.4e-3

torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = torch.nn.Sequential(
    OrderedDict(hidden=torch.nn.Linear(64, 32), active=torch.nn.ReLU(), output=torch.nn.Linear(32, 10))
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
