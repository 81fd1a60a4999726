"""Fine-tuning, as it is mostly done: start from the host's model and train every weight.

It moves most of the weights a little. To a score that counts what moved, a little is as much as a lot. What it leaves
alone leads from pixels that are always white, or to units that never answer. The output layer is drawn anew, as the host
cut its own off.

Sources:
    How Transferable Are Features in Deep Neural Networks? J. Yosinski, J. Clune, Y. Bengio, H. Lipson, 2014.
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
torch.nn.init.kaiming_normal_(network.output.weight)
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
