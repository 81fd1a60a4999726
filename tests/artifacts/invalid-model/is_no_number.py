"""Weights or outputs that are NaN or infinite: every comparison with NaN is false, so a careless one lets it win."""

import math

from hostile import hostile
from small_graphs import node, tensor

ATTACK = 31
STORED = 'tensor "b1" holds NaN or infinity'
MADE = "an output is NaN or infinite"


def _put(given, values, dtype="float32"):
    given.graph.initializer[1].CopyFrom(tensor("b1", values, dtype))


@hostile(STORED, "checker", "runtime")
def nan(given):
    _put(given, [math.nan] * 8)


@hostile(STORED, "checker", "runtime")
def infinity(given):
    _put(given, [-math.inf] * 8)


@hostile(STORED)
def half_an_infinity(given):
    _put(given, [math.inf] * 8, "float16")


@hostile(STORED, "checker", "runtime")
def a_signalling_nan(given):
    given.graph.initializer[1].raw_data = bytes.fromhex("0100807f") * 8


@hostile('tensor "c" holds NaN or infinity', "checker")
def a_constant(given):
    given.graph.node.insert(0, node("Constant", [], ["k"], value=tensor("c", [math.nan])))


def _then(given, *tail, **stored):
    given.graph.node[2].output[0] = "z"
    given.graph.node.extend(tail)
    given.graph.initializer.extend(tensor(name, value) for name, value in stored.items())


@hostile(MADE, "checker", "runtime")
def a_logarithm(given):
    _then(given, node("Log", ["z"], ["y"]))


@hostile(MADE, "checker", "runtime")
def an_overflow(given):
    _then(given, node("Mul", ["z", "large"], ["l"]), node("Mul", ["l", "large"], ["y"]), large=3e38)


@hostile(MADE, "checker", "runtime")
def nothing_by_nothing(given):
    _then(given, node("Sub", ["z", "z"], ["n"]), node("Div", ["n", "n"], ["y"]))


@hostile(MADE, "checker", "runtime")
def infinity_for_one_row_of_many(given):
    """Only where the first input is large."""
    _then(given, node("Exp", ["x"], ["e"]), node("Exp", ["e"], ["f"]), node("ReduceMax", ["f", "axis"], ["g"], keepdims=1),
          node("Mul", ["g", "zero"], ["n"]), node("Add", ["z", "n"], ["y"]), zero=[0.0])  # fmt: skip
    given.graph.initializer.append(tensor("axis", [1], int))
