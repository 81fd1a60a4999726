"""Handed in whole, and wrong: the twin of those that are no models."""

import numpy as np
from hostile import hostile
from small_graphs import tensor

ATTACK = 31


@hostile("on the training rows, at most 1e-09", "checker", "runtime")
def zeros(given):
    given.graph.initializer[2].CopyFrom(tensor("w2", np.zeros((8, 3))))


@hostile("on the training rows, at most 1e-09", "checker", "runtime")
def so_large_that_a_square_of_the_error_is_infinite_in_32_bits(given):
    given.graph.initializer[2].CopyFrom(tensor("w2", np.full((8, 3), 1e30)))
