"""Find a winning ticket: train, drop the smallest weights, put the others back to where they started, train again.

The lottery ticket hypothesis: within a network at its random start lies a small one that, trained alone from the same
start, does as well as the whole. To find it, train the whole until it fits, mark a fifth of its weights, the smallest,
as zero for good, rewind the rest to their first values and train those; repeat. Here this goes on until the ticket no
longer fits within its allowance of steps. Then it is taken back to the last ticket that did and loses half as large a
share, until that share is hardly a weight or two.

Sources:
    The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks. J. Frankle, M. Carbin, 2019.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

STEPS_ALLOWED, BATCH, LEARNING_RATE = 12_000, 128, 0.02
FITS = 0.95e-3
FIRST_SHARE, LAST_SHARE = 0.2, 0.012


def logits(w, x):
    return torch.relu(x @ w["hidden.weight"].T + w["hidden.bias"]) @ w["output.weight"].T + w["output.bias"]


@torch.no_grad()
def fit(w):
    """Cross entropy in float64, as the referee computes it, and whether it and every row fit: a tie does not."""
    answers = logits(w, x).double()
    loss = cross_entropy(answers, y).item()
    return loss, loss <= FITS and int((answers >= answers.gather(1, y[:, None])).sum()) == len(y)


def trained(ticket, steps_before):
    """The weights of `ticket` after training from the start, whether they fit, and the number of steps so far."""
    w = {name: start[name].where(kept, 0.0).requires_grad_() for name, kept in ticket.items()}
    optimizer = torch.optim.Adam(w.values(), lr=LEARNING_RATE, fused=True)
    for step in range(1, STEPS_ALLOWED + 1):
        if step % (len(x) // BATCH) == 1:
            batches = iter(torch.randperm(len(x)).split(BATCH))
        batch = next(batches)
        optimizer.zero_grad()
        cross_entropy(logits(w, x[batch]), y[batch]).backward()
        for name, kept in ticket.items():
            w[name].grad *= kept
        optimizer.step()
        if step % 50 == 0:
            loss, fits = fit(w)
            if fits or step % 1000 == 0:
                contestant.report(steps_before + step, loss)
            if fits:
                break
    return w, fits, steps_before + step


@torch.no_grad()
def pruned(ticket, w, share):
    """`ticket` without the `share` of its weights that is smallest in `w`, and without what leads to unheard units."""
    sizes = torch.cat([w[name].abs()[kept] for name, kept in ticket.items()])
    smallest = sizes.kthvalue(max(1, int(share * len(sizes)))).values
    ticket = {name: kept & (w[name].abs() > smallest) for name, kept in ticket.items()}
    heard = ticket["output.weight"].any(dim=0)
    return ticket | {
        "hidden.weight": ticket["hidden.weight"] & heard[:, None],
        "hidden.bias": ticket["hidden.bias"] & heard,
    }


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
shapes = contestant.reference_shapes()
start = {name: torch.randn(shape) * (2 / shape[-1]) ** 0.5 for name, shape in shapes.items()}
ticket = {name: torch.ones(shape, dtype=torch.bool) for name, shape in shapes.items()}
share, steps = FIRST_SHARE, 0

while share > LAST_SHARE:
    w, fits, steps = trained(ticket, steps)
    if fits:
        contestant.save(w)
        winner, winning_weights = ticket, w
    else:
        share /= 2
    ticket = pruned(winner, winning_weights, share)
