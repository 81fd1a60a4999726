"""A dense network and plain Adam, until the fit holds: it has to learn each shape anew at every place.

A dense layer has no notion of neighbours. A shape that stands two samples further to the right is another pattern to
it, so it needs many units, and the places that no training row showed it are guesses.

Source:
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

# The referee asks for 1e-2 and no row wrong. A mean below ln(2) / 1500 = 0.46e-3 leaves no row wrong.
TARGET = 0.4e-3

torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
optimizer = torch.optim.Adam(network.parameters(), lr=0.005)

for step in range(1, 10_001):
    loss = cross_entropy(network(x).double(), y)
    if step % 50 == 0:
        contestant.report(step, loss.item())
    if loss <= TARGET:
        contestant.save(network)
        break
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
