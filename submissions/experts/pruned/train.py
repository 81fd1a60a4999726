"""One small expert a task, pruned weight by weight; a removal that can't be made good is taken back.

The router is the identity on the names of the tasks, so that the tasks are eight problems of their own. Each is tried
from several random starts, all of them side by side in one batch of small networks. Whenever such a network has all of
its rows right, it is remembered and loses the weight with the least saliency |w| h^(1/4), where h is the mean squared
gradient. If the rest can't make up for it in time, the network goes back to what it was and loses another weight. Of
the starts of a task, the one counts whose weights touch fewest per row: what leads out of a hidden unit that is off
touches nothing.

There are no biases and any positive factor of the output weights keeps every answer, so that having the rows right is
all: the cross entropy is brought below the threshold at the end, by a factor.

Sources:
    Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer. N. Shazeer et al., 2017.
    Optimal Brain Damage. Y. LeCun, J. S. Denker, S. A. Solla, 1989.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

TASKS, STARTS, UNITS, STEPS, LOOK_EVERY, PATIENCE, LEARNING_RATE = 8, 10, 8, 12_000, 20, 25, 0.02
MARGIN = 1e-3


def logits(first, second):
    hidden = torch.relu(rows @ first.transpose(1, 2))
    return hidden, hidden @ second.transpose(1, 2)


def flat(first, second):
    return torch.cat([first.flatten(1), second.flatten(1)], dim=1)


@torch.no_grad()
def touched(first, second, mask):
    """Mean number of weights that touch a row, of each network, and its gate's one."""
    active = (logits(first, second)[0] > 0).float()
    return 1 + mask[:, : first[0].numel()].sum(1) + (active @ mask_of(mask, second).sum(1)[..., None])[..., 0].mean(1)


def mask_of(mask, second):
    return mask[:, -second[0].numel() :].view_as(second)


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
task = x[:, :TASKS].argmax(dim=1)
# A network sees the numbers of its row, and a 1: the name of its task.
rows = torch.stack([torch.cat([x[task == t, TASKS:], torch.ones(int((task == t).sum()), 1)], 1) for t in range(TASKS)])
answers = torch.stack([y[task == t] for t in range(TASKS)]).repeat_interleave(STARTS, 0)
rows = rows.repeat_interleave(STARTS, 0)
first = (torch.randn(len(rows), UNITS, rows.shape[2]) * 0.4).requires_grad_()
second = (torch.randn(len(rows), 2, UNITS) * 0.5).requires_grad_()
optimizer = torch.optim.Adam([first, second], lr=LEARNING_RATE)
mask = torch.ones_like(flat(first, second))
kept, kept_mask, refused = flat(first, second).detach().clone(), mask.clone(), torch.zeros_like(mask, dtype=torch.bool)
waited, fitted = torch.zeros(len(rows)), torch.zeros(len(rows), dtype=torch.bool)


@torch.no_grad()
def look():
    """Of every network: remember and prune it, or take it back, or let it wait."""
    global waited
    given = logits(first, second)[1]
    size = given.abs().amax(dim=(1, 2))
    lead = torch.where(answers == 1, 1, -1) * (given[..., 1] - given[..., 0])
    fits, weights = lead.amin(dim=1) > MARGIN * size, flat(first, second)
    curvature = flat(*(optimizer.state[weight]["exp_avg_sq"] for weight in (first, second)))
    kept[fits], kept_mask[fits], refused[fits] = weights[fits], mask[fits], False
    fitted.logical_or_(fits)
    waited = torch.where(fits, 0, waited + 1)
    for g in torch.where(fitted & (fits | (waited > PATIENCE)))[0].tolist():
        if not fits[g]:
            refused[g] |= (kept_mask[g] > 0) & (mask[g] == 0)
            mask[g], weights[g] = kept_mask[g], kept[g]
        saliency = (weights[g].abs() * (curvature[g] + 1e-12) ** 0.25).masked_fill((mask[g] == 0) | refused[g], torch.inf)
        count = max(1, int(mask[g].sum()) // 20) if fits[g] else 1
        least = saliency.topk(count, largest=False)
        mask[g, least.indices[least.values < torch.inf]] = 0
        waited[g] = 0
    weights *= mask
    first.copy_(weights[:, : first[0].numel()].view_as(first))
    second.copy_(mask_of(weights, second))


@torch.no_grad()
def hand_in():
    """The best start of each task, as the experts of one mixture."""
    w1, w2 = kept[:, : first[0].numel()].view_as(first) * kept_mask[:, : first[0].numel()].view_as(first), None
    w2 = mask_of(kept * kept_mask, second)
    counts = touched(w1, w2, kept_mask).masked_fill(~fitted, torch.inf).view(TASKS, STARTS)
    best = counts.argmin(dim=1) + STARTS * torch.arange(TASKS)
    for factor in torch.logspace(0, 6, 25):
        if cross_entropy(factor * logits(w1, w2)[1][best].double().flatten(0, 1), answers[best].flatten()) < 0.9e-2:
            break
    experts = torch.cat([torch.zeros(TASKS, UNITS, TASKS), w1[best][..., :-1]], dim=2)
    experts[torch.arange(TASKS), :, torch.arange(TASKS)] = w1[best][..., -1]
    output = factor * w2[best].transpose(0, 1).reshape(2, -1)
    router = torch.eye(TASKS, x.shape[1])
    if fitted.view(TASKS, STARTS).any(dim=1).all():
        contestant.save(
            {"router.weight": router, "experts.weight": experts.reshape(-1, x.shape[1], 1), "output.weight": output}
        )
    return counts.amin(dim=1)


for step in range(1, STEPS + 1):
    loss = cross_entropy(logits(first, second)[1].flatten(0, 1), answers.flatten(), reduction="sum") / rows.shape[1]
    optimizer.zero_grad()
    loss.backward()
    with torch.no_grad():
        first.grad *= mask[:, : first[0].numel()].view_as(first)
        second.grad *= mask_of(mask, second)
    optimizer.step()
    if step % LOOK_EVERY == 0:
        look()
    if step % 1000 == 0:
        counts = hand_in()
        contestant.report(step, loss.item() / len(rows))
        print(step, counts.mean().item(), counts.tolist(), flush=True)
