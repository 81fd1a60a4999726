"""Train until it fits, remove the weights that seem to matter least, train again; repeat.

The loss is the squared shortfall of each row's margin, so it is zero once every row has its margin, and from then on
nothing pulls at the weights. Then a few of them go: those with the least |w| h^(1/4), where h is the mean squared
gradient that Adam keeps, half-way between size and optimal brain damage. If the rest can't recover within its
allowance, the last network that fitted comes back, and a smaller share goes, chosen with some noise so that it isn't
the same.

Sources:
    Optimal Brain Damage. Y. LeCun, J. S. Denker, S. A. Solla, 1989.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch

from referee import contestant

STEPS_ALLOWED, SECONDS, LEARNING_RATE, MARGIN = 3000, 90, 0.01, 1.5
FIRST_SHARE, NOISE = 0.1, 0.3


def margins(w):
    hidden = torch.relu(x @ w["hidden.weight"].T + w["hidden.bias"])
    return sign * (hidden @ w["output.weight"].T + w["output.bias"])[:, 0]


def trained(start, kept, steps_allowed):
    """Weights that fit, or None; and for each its mean squared gradient."""
    w = {name: (tensor * kept[name]).requires_grad_() for name, tensor in start.items()}
    optimizer = torch.optim.Adam(w.values(), lr=LEARNING_RATE, fused=True)
    for step in range(steps_allowed):
        short = torch.relu(MARGIN - (all_margins := margins(w)))
        if step >= 50 and all_margins.min() >= 1.01:
            squares = {name: optimizer.state[tensor]["exp_avg_sq"] for name, tensor in w.items()}
            return {name: tensor.detach() for name, tensor in w.items()}, squares
        optimizer.zero_grad()
        short.square().mean().backward()
        for name, tensor in w.items():
            tensor.grad *= kept[name]
        optimizer.step()
    return None, None


def pruned(w, kept, squares, share):
    """`kept` without the least salient `share` of the weights, at least one, and without units that nobody hears."""
    saliency = {name: w[name].abs() * squares[name] ** 0.25 for name in w}
    saliency = {name: values * torch.exp(NOISE * torch.randn(values.shape)) for name, values in saliency.items()}
    left = torch.cat([values[kept[name]] for name, values in saliency.items()])
    limit = left.kthvalue(max(1, int(share * len(left)))).values
    kept = {name: kept[name] & (values > limit) for name, values in saliency.items()}
    used = kept["output.weight"][0] & (kept["hidden.weight"].any(dim=1) | kept["hidden.bias"])
    kept["output.weight"] = used[None]
    kept["hidden.weight"], kept["hidden.bias"] = kept["hidden.weight"] & used[:, None], kept["hidden.bias"] & used
    return kept


torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
sign = 2 * y - 1
w = {name: torch.randn(shape).mul_((2 / shape[-1]) ** 0.5) for name, shape in contestant.reference_shapes().items()}
kept = {name: torch.ones_like(tensor, dtype=torch.bool) for name, tensor in w.items()}
best, squares = trained(w, kept, 50_000)
contestant.save(best)
end, share, rounds = contestant.seconds_left() - SECONDS, FIRST_SHARE, 0

while contestant.seconds_left() > end:
    fewer = pruned(best, kept, squares, share)
    w, new_squares = trained(best, fewer, STEPS_ALLOWED)
    if w is None:
        share /= 2
        continue
    best, kept, squares, rounds = w, fewer, new_squares, rounds + 1
    contestant.save(best)
    contestant.report(rounds, torch.relu(MARGIN - margins(best)).square().mean().item())
