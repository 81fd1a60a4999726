"""What running a model may take: from the walk over its graph, so that no slow machine decides about an honest one."""

from __future__ import annotations

import os
from dataclasses import dataclass

from referee.ground.errors import InvalidModel
from referee.ground.graph import Graph
from referee.models.walk import walk

HEAVY = 2e10
"""operations from which on optimising the graph and several threads pay for their start"""
BATCH_BYTES = 2**24
"""of values that live at one time, for the size of a batch: what stays near the processor runs faster"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the child may use."""

    memory_bytes: int = 3 * 2**30
    cpu_seconds: int = 30
    wall_seconds: int = 120
    batch_rows: int = 1024
    single_rows: int = 256
    """rows that are run one by one as well"""
    opinion_rows: int = 8
    """rows that the second opinion is asked about"""
    threads: int = 1
    optimize: bool = False


def budget_for(graph: Graph, rows: int) -> Budget:
    """What running a graph on `rows` rows may take.

    Raises:
        InvalidModel: its shapes don't fit a batch, or it needs too much memory.
    """
    one = walk(graph, 1)
    heavy = one.operations * rows > HEAVY
    batch = next(size for size in (1024, 256, 64, 16, 4, 1) if size == 1 or size * one.peak_bytes <= BATCH_BYTES)
    made = walk(graph, batch).values[graph.output].shape
    if made[:1] != (batch,):
        raise InvalidModel(f"the output must have a row for each example; for {batch} it has the shape {made}")
    single = 64 if heavy else 256
    seconds = 30 + one.operations * rows / 5e8 + len(graph.nodes) * (rows / batch + single) * 1e-4
    return Budget(
        cpu_seconds=int(seconds),
        wall_seconds=int(90 + seconds),
        batch_rows=batch,
        single_rows=single,
        opinion_rows=2 if one.operations > 10**7 else 8,
        threads=len(_processors()) if heavy else 1,
        optimize=heavy,
    )


def _processors() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
