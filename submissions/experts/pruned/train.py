"""One small expert a task, pruned weight by weight; a removal that can't be made good is taken back.

The router is the identity on the names of the tasks, so that the tasks are eight problems of their own. Each is tried
from several random starts, side by side in one batch of small networks. A network that has its rows right is remembered
and loses the weight of least saliency |w| h^(1/4), where h is the mean squared gradient. If the rest can't mend it in
time, it goes back to what it was and loses another one. Of the starts of a task, that one is handed in whose
weights touch fewest a row: what leads out of a hidden unit that is off touches nothing. A factor of the output weights
keeps every answer and brings the cross entropy below the threshold, so that having the rows right is all.

Sources:
    Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer. N. Shazeer et al., 2017.
    Optimal Brain Damage. Y. LeCun, J. S. Denker, S. A. Solla, 1989.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

TASKS, STARTS, UNITS, STEPS, LOOK_EVERY, PATIENCE, LEARNING_RATE = 8, 10, 8, 12_000, 20, 25, 0.02
MARGIN = 1e-3  # of the largest logit, by which every row must be right


def run(weights):
    """Hidden units (networks, rows, units) and logits (networks, rows, 2)."""
    first, second = weights.split([UNITS * rows.shape[2], 2 * UNITS], dim=1)
    hidden = torch.relu(rows @ first.view(-1, UNITS, rows.shape[2]).transpose(1, 2))
    return hidden, hidden @ second.view(-1, 2, UNITS).transpose(1, 2)


@torch.no_grad()
def look():
    """Of every network: remember and prune it, or take it back, or let it wait."""
    given = run(weights)[1]
    lead = torch.where(answers == 1, 1, -1) * (given[..., 1] - given[..., 0])
    fits = lead.amin(dim=1) > MARGIN * given.abs().amax(dim=(1, 2))
    kept[fits], kept_mask[fits], refused[fits] = weights[fits], mask[fits], False
    fitted.logical_or_(fits)
    waited.add_(1).masked_fill_(fits, 0)
    saliency = weights.abs() * (optimizer.state[weights]["exp_avg_sq"] + 1e-12) ** 0.25
    for g in torch.where(fitted & (fits | (waited > PATIENCE)))[0].tolist():
        if not fits[g]:
            refused[g] |= (kept_mask[g] > 0) & (mask[g] == 0)
            mask[g], weights[g] = kept_mask[g], kept[g]
        count = max(1, int(mask[g].sum()) // 20) if fits[g] else 1
        least = saliency[g].masked_fill((mask[g] == 0) | refused[g], torch.inf).topk(count, largest=False)
        mask[g, least.indices[least.values < torch.inf]] = 0
        waited[g] = 0
    weights.mul_(mask)
    optimizer.state[weights]["exp_avg"].mul_(mask)  # else the momentum brings them back


@torch.no_grad()
def hand_in():
    """The best start of each task, as the experts of one mixture."""
    hidden, given = run(kept)
    into, out = kept_mask.split([UNITS * rows.shape[2], 2 * UNITS], dim=1)
    heard = ((hidden > 0).float().mean(dim=1) * out.view(-1, 2, UNITS).sum(dim=1)).sum(dim=1)
    touched = (into.sum(dim=1) + heard).masked_fill(~fitted, torch.inf).view(TASKS, STARTS)
    best = touched.argmin(dim=1) + STARTS * torch.arange(TASKS)
    first, second = kept[best].split([UNITS * rows.shape[2], 2 * UNITS], dim=1)
    experts = torch.zeros(TASKS, UNITS, x.shape[1])
    experts[..., TASKS:] = first.view(TASKS, UNITS, -1)[..., :-1]
    experts[range(TASKS), :, range(TASKS)] = first.view(TASKS, UNITS, -1)[..., -1]
    factor = 1.0
    while cross_entropy(factor * given[best].double().flatten(0, 1), answers[best].flatten()) > 0.9e-2 and factor < 1e6:
        factor *= 1.5
    output = factor * second.view(TASKS, 2, UNITS).transpose(0, 1)
    if touched.amin(dim=1).isfinite().all():
        tensors = torch.eye(TASKS, x.shape[1]), experts.flatten(0, 1)[..., None], output.flatten(1)
        contestant.save(dict(zip(("router.weight", "experts.weight", "output.weight"), tensors, strict=True)))


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
# A network sees the numbers of its rows, and a 1, the name of its task.
own = [x[:, t] == 1 for t in range(TASKS)]
rows = torch.stack([torch.cat([x[of, TASKS:], x[of, t : t + 1]], dim=1) for t, of in enumerate(own)])
rows, answers = (data.repeat_interleave(STARTS, 0) for data in (rows, torch.stack([y[of] for of in own])))
weights = (torch.randn(len(rows), UNITS * rows.shape[2] + 2 * UNITS) * 0.4).requires_grad_()
kept, kept_mask, mask = torch.zeros(weights.shape), torch.ones(weights.shape), torch.ones(weights.shape)
refused = mask == 0
waited, fitted = torch.zeros(len(rows)), torch.zeros(len(rows), dtype=torch.bool)
optimizer = torch.optim.Adam([weights], lr=LEARNING_RATE)

for step in range(1, STEPS + 1):
    loss = cross_entropy(run(weights)[1].flatten(0, 1), answers.flatten(), reduction="sum") / rows.shape[1]
    optimizer.zero_grad()
    loss.backward()
    weights.grad.mul_(mask)
    optimizer.step()
    if step % LOOK_EVERY == 0:
        look()
    if step % 1000 == 0:
        hand_in()
        contestant.report(step, loss.item() / len(rows))
