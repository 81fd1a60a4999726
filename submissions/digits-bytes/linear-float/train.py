"""A linear softmax in float32, stored as it comes: the line that every other entry starts from.

The digits of a draw can be told apart by one hyperplane a symbol, so that the loss has no minimum: it falls for ever
as the weights grow. L-BFGS, which learns the curvature of the loss from its own last steps, is at the threshold in a
second. Then 64 x 10 weights and 10 biases are handed in with all their 32 bits, most of which are noise. That noise
can't be compressed, and is what the other entries save.

Source:
    On the Limited Memory BFGS Method for Large Scale Optimization. D. C. Liu, J. Nocedal, 1989.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

# The referee asks for 1e-3 and no row wrong. A mean below ln(2) / 1437 = 0.48e-3 leaves no row wrong.
TARGET = 0.4e-3

torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = torch.nn.Linear(64, 10)
optimizer = torch.optim.LBFGS(network.parameters(), max_iter=50, history_size=20, line_search_fn="strong_wolfe")


def slope():
    optimizer.zero_grad()
    loss = cross_entropy(network(x).double(), y)
    loss.backward()
    return loss


for step in range(1, 200):
    loss = optimizer.step(slope)
    contestant.report(step, loss.item())
    if cross_entropy(network(x).double(), y) <= TARGET:
        contestant.save(network)
        break
