"""One expert a task: the router is written down, not learned, and a row meets an eighth of the network.

The first eight numbers of a row say which task it is. So a router that is the identity on them opens one gate, at
exactly 1, and leaves seven at exactly 0. What remains are eight small networks that have nothing to do with each other,
and they are trained side by side. No weight is removed: this is what routing alone is worth.

Sources:
    Adaptive Mixtures of Local Experts. R. A. Jacobs, M. I. Jordan, S. J. Nowlan, G. E. Hinton, 1991.
    Outrageously Large Neural Networks: The Sparsely-Gated Mixture-of-Experts Layer. N. Shazeer et al., 2017.
    Adam: A Method for Stochastic Optimization. D. P. Kingma, J. Ba, 2014.
"""

import torch
from torch.nn.functional import cross_entropy

from referee import contestant

TARGET, TASKS, STEPS = 0.3e-3, 8, 4000  # ln(2) / 2048 = 0.34e-3: below that no row is wrong.

torch.set_num_threads(1)
torch.manual_seed(contestant.seed())
x, y = (torch.from_numpy(array) for array in contestant.load())
shapes = contestant.reference_shapes()
# An expert sees the name of its own task alone, where it stands for a bias. What would meet the other names is zero.
names = torch.eye(TASKS)[:, None, :]
mask = torch.cat([names, torch.ones(TASKS, 1, x.shape[1] - TASKS)], dim=2)
router = torch.eye(TASKS, x.shape[1])


def trained():
    """Experts (tasks, units, inputs), output weights and loss, from a random start."""
    experts = torch.randn(shapes["experts.weight"]).mul_(0.4).view(TASKS, -1, x.shape[1]).requires_grad_()
    output = torch.randn(shapes["output.weight"]).mul_(0.5).requires_grad_()
    optimizer = torch.optim.Adam([experts, output], lr=0.01)
    for step in range(1, STEPS + 1):
        hidden = torch.relu(torch.einsum("ne,ni,eui->neu", x[:, :TASKS], x, experts * mask))
        loss = cross_entropy(hidden.flatten(1) @ output.T, y, reduction="none").double().view(-1)
        of_task = x[:, :TASKS].T.double() @ loss / (y.numel() / TASKS)
        if step % 100 == 0:
            contestant.report(step, of_task.mean().item())
        if of_task.max() <= TARGET:
            break
        optimizer.zero_grad()
        loss.mean().backward()
        optimizer.step()
    return (experts * mask).detach(), output.detach(), of_task.detach()


# Now and then an expert is stuck with a row wrong. Of each task, the better of the starts is kept.
experts, output, losses = trained()
while losses.max() > TARGET:
    others = trained()
    better = others[2] < losses
    experts[better], losses[better] = others[0][better], others[2][better]
    by_task, others_by_task = (weights.view(2, TASKS, -1) for weights in (output, others[1]))
    by_task[:, better] = others_by_task[:, better]
contestant.save({"router.weight": router, "experts.weight": experts.reshape(shapes["experts.weight"]), "output.weight": output})
