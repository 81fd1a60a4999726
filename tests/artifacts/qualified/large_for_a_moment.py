"""Needs a few megabytes for an example, for which it gets smaller batches."""

import numpy as np
from hostile import honest
from small_graphs import node, tensor

ATTACK = 30


@honest
def expands_and_sums_up(given):
    given.graph.node[2].output[0] = "z"
    given.graph.node.extend([
        node("Unsqueeze", ["z", "one"], ["u"]),
        node("Expand", ["u", "wide"], ["e"]),
        node("ReduceMax", ["e", "one"], ["y"], keepdims=0),
    ])  # fmt: skip
    given.graph.initializer.extend([tensor("one", [1], np.int64), tensor("wide", [1, 2**16, 1], np.int64)])
