"""Products of matrices."""

from __future__ import annotations

import re
from typing import Any

from referee.models.shapes.call import Call, DType, Shape, refuse, stretched


def gemm(call: Call) -> list[tuple[DType, Shape]]:
    """(m, k) x (k, n) + something that stretches to (m, n)."""
    (m, k), (k2, n) = _turned(call.shape(0), call.get("transA")), _turned(call.shape(1), call.get("transB"))
    if k != k2:
        refuse(f"it multiplies {call.shape(0)} with {call.shape(1)}")
    if call.has(2) and stretched((m, n), call.shape(2)) != (m, n):
        refuse(f"it adds {call.shape(2)} to {(m, n)}")
    return [(call.value(0).dtype, (m, n))]


def _turned(shape: Shape, turn: Any) -> tuple[int, int]:
    if len(shape) != 2:
        refuse(f"expected a matrix, got the shape {shape}")
    return (shape[1], shape[0]) if turn else (shape[0], shape[1])


def matmul(call: Call) -> list[tuple[DType, Shape]]:
    """As numpy.matmul: vectors, matrices, stacks of matrices."""
    one, other = call.shape(0), call.shape(1)
    if not one or not other:
        refuse("a single number can't be multiplied as a matrix")
    left, right = one if len(one) > 1 else (1, *one), other if len(other) > 1 else (*other, 1)
    if left[-1] != right[-2]:
        refuse(f"it multiplies {one} with {other}")
    made = (*stretched(left[:-2], right[:-2]), left[-2], right[-1])
    made = made if len(one) > 1 else (*made[:-2], made[-1])
    return [(call.value(0).dtype, made if len(other) > 1 else made[:-1])]


def einsum(call: Call) -> list[tuple[DType, Shape]]:
    """One or two inputs and all axes by their letters: `nij,jk->nik`."""
    sizes, made = einsum_sizes(call)
    return [(call.value(0).dtype, tuple(sizes[letter] for letter in made))]


def einsum_sizes(call: Call) -> tuple[dict[str, int], str]:
    """Letter -> size of its axis, and the letters of the output."""
    equation = call.get("equation").replace(" ", "")
    if not re.fullmatch(r"[A-Za-z]*(,[A-Za-z]*)?->[A-Za-z]*", equation):
        refuse(f"the equation {equation[:40]} is none of one or two inputs, all axes by their letters, as nij,jk->nik")
    terms, made = equation.split("->")
    sizes: dict[str, int] = {}
    for place, term in enumerate(terms.split(",")):
        if len(term) != len(call.shape(place)) or len(call.inputs) != len(terms.split(",")):
            refuse(f"the equation {equation[:40]} does not fit an input of {call.shape(place)}")
        for letter, size in zip(term, call.shape(place), strict=True):
            if sizes.setdefault(letter, size) != size:
                refuse(f"axis {letter} of the equation {equation[:40]} is of size {sizes[letter]} and of size {size}")
    if any(len(set(term)) < len(term) for term in (*terms.split(","), made)) or not set(made) <= set(sizes):
        refuse(f"the equation {equation[:40]} names an axis twice, or one that no input has")
    return sizes, made
