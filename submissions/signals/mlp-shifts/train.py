"""The entry mlp, shown every row at other places too: what a dense network can't know, its data can tell it.

Each batch holds its rows twice, as they are and moved by up to ten samples to either side; what leaves the window comes
in again at its other end. Where that cuts a shape in two, the label still holds, and the network is told so. At the end
it is trained for a little on the rows as they are, as those are the ones that must fit.

Sources:
    Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis. P. Simard, D. Steinkraus,
        J. Platt, 2003: more rows by moving those there are.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

STEPS, MORE_STEPS, BATCH, FARTHEST = 4000, 6000, 300, 10
TARGET = 0.4e-3


def moved(rows):
    by = torch.randint(-FARTHEST, FARTHEST + 1, (len(rows), 1))
    return rows.gather(1, (torch.arange(64) - by) % 64)


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
network = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS, eta_min=0.001)

for step in range(1, STEPS + 1):
    batch = torch.randint(len(x), (BATCH,))
    loss = cross_entropy(network(torch.cat([x[batch], moved(x[batch])])), y[batch].repeat(2))
    if step % 200 == 0:
        contestant.report(step, loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()

for step in range(STEPS + 1, STEPS + MORE_STEPS + 1):
    loss = cross_entropy(network(x).double(), y)
    if step % 200 == 0:
        contestant.report(step, loss.item())
    if loss <= TARGET:
        contestant.save(network)
        break
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
