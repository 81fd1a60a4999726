"""A linear probe: the host's features as they are, and a new output layer upon them.

The 128 hidden units were trained on the digits 0 to 4 and are frozen here. Their answers to 5 to 9 can still be told apart
by planes, so at most 645 changed weights of 8965 are enough, fewer where units
never answer. What is left is a convex problem.

Sources:
    Understanding Intermediate Layers Using Linear Classifier Probes. G. Alain, Y. Bengio, 2016.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import os
from collections import OrderedDict

import torch
from safetensors.torch import load_file
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
network.load_state_dict(load_file(os.environ["MLGOLF_PRETRAINED"]))
optimizer = torch.optim.Adam(network.output.parameters(), lr=0.05)

with torch.no_grad():
    features = network.active(network.hidden(x))

for step in range(1, 20_000):
    loss = cross_entropy(network.output(features).double(), y)
    if step % 50 == 0:
        contestant.report(step, loss.item())
    if loss <= TARGET:
        contestant.save(network)
        break
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
