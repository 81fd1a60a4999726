"""The operators that a graph may use. Their attributes, types and defaults come from ONNX's own schemas."""

from __future__ import annotations

OPSETS = range(17, 24)
"""Opset versions that are read; torch exports 20 by default."""

ALLOWED = frozenset(
    """
    Abs Add AveragePool BatchNormalization Cast Clip Concat Constant Conv Cos DequantizeLinear Div Elu Erf Exp Expand
    Flatten Gather Gelu Gemm GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Identity LayerNormalization LeakyRelu
    Log LogSoftmax MatMul Max MaxPool Mean Min Mish Mul Neg Pad Pow PRelu Reciprocal ReduceMax ReduceMean ReduceMin
    ReduceSum Relu Reshape Selu Sigmoid Sign Sin Slice Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh Transpose
    Unsqueeze
    """.split()
)
"""Deterministic functions of one example and of the stored tensors: no control flow, no randomness, nothing that makes
large tensors out of small numbers (ConstantOfShape, Range), nothing that looks up strings."""
