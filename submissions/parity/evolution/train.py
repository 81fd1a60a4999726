"""Evolve which bits are summed, and where the answer bends; the score itself is a part of the fitness.

A genome says which bits are looked at, and holds a list of hidden units. Each unit sees the sum of those bits, has a
bend somewhere on that line and faces left or right; the weights out of the units are solved for by least squares. Of
two genomes the better one has more of the answers explained or, if both get all rows right, fewer non-zero weights. A
count has no gradient, and evolution doesn't ask for one.

At the start all ten bits are looked at. Their sum explains hardly anything, but a little more once a bit that
doesn't matter is left out, and nothing at all once one that matters is; so selection can feel its way. That needs the
whole table: a sample's noise would drown it.

Sources:
    Evolutionsstrategie. I. Rechenberg, 1973: a parent population, mutated children, the best of both survive.
    Evolving Neural Networks through Augmenting Topologies. K. O. Stanley, R. Miikkulainen, 2002: growing and cutting.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from referee import contestant

PARENTS, CHILDREN, UNITS, GENERATIONS = 20, 60, 12, 1200


def judged(genome):
    """(what selection sorts by, weights out) of a genome: bits (10,), bends (units,), facing (units,), constant."""
    bits, bends, facing, constant = genome
    sums = x @ bits
    lines = np.unique(sums)
    place = np.searchsorted(lines, sums)
    rows = np.bincount(place)
    target = np.bincount(place, sign) / rows
    units = np.maximum(facing * (lines[:, None] - bends), 0)
    units = np.hstack([units, np.full((len(lines), 1), float(constant))])
    weight = np.sqrt(rows)
    out = np.linalg.lstsq(units * weight[:, None], target * weight)[0]
    answer = units @ out
    margin = (answer * np.sign(target)).min() if (abs(target) == 1).all() else -1
    if margin < 0.02:
        return (1, float(((answer - target) ** 2 * rows).sum() - (target**2 * rows).sum())), out
    return (0, len(bends) * (bits.sum() + 1) + np.count_nonzero(bends) + constant), out * (1.01 / margin)


def mutated(genome):
    bits, bends, facing, constant = genome[0].copy(), genome[1].copy(), genome[2].copy(), genome[3]
    for _ in range(random.integers(1, 4)):
        unit, change = random.integers(len(bends)), random.integers(7)
        if change == 0:
            bit = random.integers(len(bits))
            bits[bit] = 1 - bits[bit]
        elif change == 1:
            bends[unit] += random.normal()
        elif change == 2:
            bends[unit] = 0
        elif change == 3:
            facing[unit] *= -1
        elif change == 4:
            constant = 1 - constant
        elif change == 5 and len(bends) > 1:
            bends, facing = np.delete(bends, unit), np.delete(facing, unit)
        elif change == 6 and len(bends) < UNITS:
            bends, facing = np.append(bends, random.uniform(-9, 9)), np.append(facing, random.choice([-1, 1]))
    return bits, bends, facing, constant


def network(genome, out):
    bits, bends, facing, constant = genome
    w = {name: np.zeros(shape) for name, shape in contestant.reference_shapes().items()}
    units = slice(0, len(bends))
    w["hidden.weight"][units], w["hidden.bias"][units] = facing[:, None] * bits, -facing * bends
    w["output.weight"][0, units], w["output.bias"][0] = out[:-1], out[-1] * constant
    return w


x, y = contestant.load()
x, sign = x.astype(float), 2.0 * y - 1
random = np.random.default_rng(contestant.seed())
genomes = [(np.ones(10), random.uniform(-9, 9, UNITS), random.choice([-1, 1], UNITS), 1) for _ in range(PARENTS)]
population = [(*judged(genome), genome) for genome in genomes]
best = population[0]

for generation in range(GENERATIONS):
    children = [mutated(population[random.integers(len(population))][2]) for _ in range(CHILDREN)]
    population += [(*judged(child), child) for child in children]
    population.sort(key=lambda one: one[0])
    population = population[:PARENTS]
    if population[0][0] < best[0]:
        best = population[0]
        contestant.report(generation, max(0.0, 1 + best[0][1] / len(y)) if best[0][0] else 0.0)
        if best[0][0] == 0:
            contestant.save(network(best[2], best[1]))
