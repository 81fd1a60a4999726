"""Plain Adam: the line that every other entry starts from.

One label in ten is wrong, and no rule says which, so the network learns them by heart. It has the room: 19 210
weights for 1437 rows, and a width at which gradient descent fits random labels as well. Nothing here asks for a small
norm.

Sources:
    Understanding deep learning requires rethinking generalization. C. Zhang, S. Bengio, M. Hardt, B. Recht, O. Vinyals,
        2016.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

TARGET = 0.98e-2

torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
optimizer = torch.optim.Adam(network.parameters(), lr=0.003)

for step in range(1, 20_000):
    logits = network(x)
    loss = cross_entropy(logits.double(), y)
    if step % 50 == 0:
        contestant.report(step, loss.item())
    if loss <= TARGET and (logits.argmax(dim=1) == y).all():
        contestant.save(network)
        break
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
