"""What an operator makes of the types and shapes of its inputs: a function for each family of operators.

A value that decides a shape (a target of Reshape, the axes of a sum) must be known before anything runs: stored, or computed
from sizes alone. So is a graph bounded before onnxruntime sees it.
"""
