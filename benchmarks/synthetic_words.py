"""What contestants who don't exist say about their entries, and the programs that they hand in."""

from __future__ import annotations

import random
from collections.abc import Sequence

FIRST = "ada grace emmy sofia karl noether alan kurt david felix johann marie rosa lise pierre blaise evariste henri".split()
SECOND = "golfer putts birdie eagle bogey albatross wedge driver iron caddie fairway bunker links tee rough green fade".split()
HANDLES = [f"{one}-{two}" for one in FIRST for two in SECOND]
"""306 of them"""
HOW = "gradual one-shot greedy patient layered symmetric sparse quiet stubborn half-way two-step cyclic frugal".split()
WHAT = "pruning lottery damage annealing distillation descent shrinkage rounding sharing growth surgery dropout".split()
TECHNIQUES = (
    "gradual pruning",
    "optimal brain damage",
    "Adam",
    "lottery ticket",
    "weight decay",
    "cosine schedule",
    "L1 penalty",
    "sign descent",
    "knowledge distillation",
    "quantisation",
    "warm restarts",
    "full batches",
)
NOTES = (
    "The saliency lies half-way between the **size of a weight** and the rise in the loss that its removal would cause.",
    "What did not help: full batches, a longer warm-up, and `momentum` above 0.95.",
    "- pruning by size alone stopped half-way in the same time",
    "- by saliency alone it went on to about a third more",
    "About one run in twenty stops early, because a row ends up with all of its hidden units off.",
    "The last tenth of the time goes into _polishing_: a small learning rate, no pruning, the best model kept.",
    "See [the paper](https://arxiv.org/abs/1506.02626) for where the idea comes from; the schedule is our own.",
    "1. train dense until it fits\n2. prune a share of what is left\n3. train until it fits again",
    "The hidden layer keeps nine units; with eight no seed of fifty ever fitted.",
    "It is the simplest thing that worked, and most of the time went into finding out what could be left out.",
    "```python\nkept = saliency > numpy.quantile(saliency, share)\n```",
    "Energy was no aim here, but the early stop saves a third of it.",
)
PROGRAM = '''"""{title}."""

import numpy as np

from referee import contestant

RATE, SHARE, EVERY, BATCH = {rate}, {share}, {every}, {batch}
BETAS = ({beta}, 0.999)

x, y = contestant.load()
random = np.random.default_rng({seed})
shapes = contestant.reference_shapes()
weights = {{name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}}
kept = {{name: np.ones(shape, bool) for name, shape in shapes.items()}}
means = {{name: np.zeros(shape) for name, shape in shapes.items()}}
squares = {{name: np.zeros(shape) for name, shape in shapes.items()}}


def forward(rows):
    hidden = np.maximum(rows @ weights["hidden.weight"].T + weights["hidden.bias"], 0)
    return hidden, hidden @ weights["output.weight"].T + weights["output.bias"]


def gradients(rows, labels):
    hidden, logits = forward(rows)
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    chances = shifted / shifted.sum(1, keepdims=True)
    loss = -np.log(chances[np.arange(len(labels)), labels]).mean()
    chances[np.arange(len(labels)), labels] -= 1
    back = chances @ weights["output.weight"] * (hidden > 0)
    found = {{"output.weight": chances.T @ hidden, "output.bias": chances.sum(0)}}
    found |= {{"hidden.weight": back.T @ rows, "hidden.bias": back.sum(0)}}
    return loss, {{name: value / len(labels) for name, value in found.items()}}


def step(number, found):
    for name, gradient in found.items():
        means[name] += (1 - BETAS[0]) * (gradient - means[name])
        squares[name] += (1 - BETAS[1]) * (gradient**2 - squares[name])
        steady = means[name] / (1 - BETAS[0] ** number)
        weights[name] -= RATE * steady / (np.sqrt(squares[name] / (1 - BETAS[1] ** number)) + 1e-8)
        weights[name] *= kept[name]


def prune():
    for name, value in weights.items():
        saliency = np.abs(value) ** {power} * np.sqrt(squares[name])
        kept[name] &= saliency > np.quantile(saliency[kept[name]], SHARE)


number = 0
while contestant.seconds_left() > {reserve}:
    number += 1
    rows = random.integers(len(x), size=BATCH)
    loss, found = gradients(x[rows], y[rows])
    step(number, found)
    if number % EVERY == 0:
        contestant.report(number, loss)
        if (forward(x)[1].argmax(1) == y).all():
            contestant.save(weights)
            prune()
'''


class Words:
    """Draws texts.

    Args:
        dice: all chance comes from here
    """

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice

    def slug(self, number: int) -> str:
        """Words for the name of an entry."""
        return f"{HOW[number % len(HOW)]}-{WHAT[number // len(HOW) % len(WHAT)]}"

    def submission(self, name: str, classes: Sequence[str]) -> str:
        """A submission.yaml."""
        dice = self.dice
        authors = dice.sample(HANDLES, dice.choice((1, 1, 1, 2, 3)))
        notes = "\n\n".join(dice.sample(NOTES, dice.randint(2, 5))).replace("\n", "\n  ")
        return (
            f"title: {name.replace('-', ' ').capitalize()}, {dice.choice(TECHNIQUES)}\n"
            f"authors: [{', '.join(authors)}]\nclasses: [{', '.join(classes)}]\n"
            f"techniques: [{', '.join(dice.sample(TECHNIQUES, dice.randint(1, 4)))}]\n"
            "hyperparameters: Learning rate, batch size and the share pruned at once, by hand, a few values each.\n"
            f"tuning_compute: about {dice.randint(1, 40)} hours on 2 CPU cores\nnotes: |\n  {notes}\n"
        )

    def program(self) -> str:
        """A train.py of 60 lines."""
        dice = self.dice
        return PROGRAM.format(
            title=f"{dice.choice(HOW).capitalize()} {dice.choice(WHAT)}, with {dice.choice(TECHNIQUES)}",
            rate=dice.choice((0.01, 0.003, 0.001)),
            share=dice.choice((0.02, 0.05, 0.1)),
            every=dice.choice((100, 200, 500)),
            batch=dice.choice((64, 128, 256)),
            beta=dice.choice((0.9, 0.95)),
            power=dice.choice((1, 1.5, 2)),
            seed=dice.randrange(1000),
            reserve=dice.choice((1, 5, 20)),
        )
