"""A torch module as an ONNX file whose weights are the module's: what is scored equals what was trained.

Like all of this package it is visible inside the sandbox and imports nothing else of the referee. torch, onnx_ir and
onnxscript are the contestant's; they are imported when a module is exported.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import numpy as np
import numpy.typing as npt


def exported(module: Any, x: npt.NDArray[Any]) -> bytes:
    """A torch module as an ONNX file that holds its weights and what computes with them, and nothing else.

    Args:
        x: rows of the data, (rows, ...) float32; the module is tried on two of them

    Raises:
        RuntimeError: the module can't be exported; the message says what to do.
    """
    try:
        import onnx_ir as ir
        import onnxscript  # noqa: F401  torch loads it halfway, and its own message is longer
    except ImportError as missing:
        raise RuntimeError(
            f"contestant.save: exporting a torch module needs {missing.name}; pip install --editable '.[judge,torch]'"
        ) from None
    with _quiet():
        model = _as_onnx(module, x)
        weights = set(model.graph.initializers.values())
        _compute_what_is_known(model, weights)
        _leave_out_what_does_nothing(model, weights)
        _bound_infinities(model, {name for name, _ in module.named_parameters(remove_duplicate=False)})
        return _bare(ir.serde.serialize_model(model))


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings, log or prints of the exporter: they are about its insides, and would fill the contestant's log."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _as_onnx(module: Any, x: npt.NDArray[Any]) -> Any:
    """The module as torch exports it (`onnx_ir.Model`), for any number of rows; its modes are as they were afterwards."""
    import torch

    example = _example(module, x)
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad():
            program: Any = torch.onnx.export(
                module,
                (example,),
                dynamo=True,
                # Optimising folds BatchNorm, transposes and renames weights, and breaks ties.
                optimize=False,
                verbose=False,
                external_data=False,
                opset_version=20,
                dynamic_shapes=({0: torch.export.Dim("batch")},),
            )
    except Exception as error:
        raise RuntimeError(_why_not(error)) from error
    finally:
        for part, training in modes.items():
            part.training = training
    _refuse_what_no_referee_reads(program.model)
    return program.model


def _refuse_what_no_referee_reads(model: Any) -> None:
    sources, targets = model.graph.inputs, model.graph.outputs
    if len(targets) != 1:
        raise RuntimeError(f"contestant.save: forward gives {len(targets)} tensors; it must give one, a row for each row of x")
    if len(sources) != 1 or isinstance(sources[0].shape[0], int):
        raise RuntimeError(
            "contestant.save: forward works for 2 rows alone, as it was tried; take the number of rows from x.shape[0], or "
            "write -1 for it"
        )
    for name, value in model.graph.initializers.items():
        if value.dtype.name in ("DOUBLE", "BFLOAT16"):
            raise RuntimeError(
                f"contestant.save: {name} is {value.dtype.name.lower()}; hand in copy.deepcopy(model).float(), whose forward "
                "leaves x as it comes, in float32"
            )


def _example(module: Any, x: npt.NDArray[Any]) -> Any:
    """Two rows of the data, (2, ...) float32, where the module is: of one row, torch would make a constant."""
    import torch

    tensors = [*module.parameters(), *module.buffers()]
    return torch.from_numpy(x[[0, -1]]).to(tensors[0].device if tensors else "cpu")


def _why_not(error: Exception) -> str:
    """One line for what torch says on pages."""
    root: BaseException = error
    while root.__cause__ is not None:
        root = root.__cause__
    said = next((line.strip() for line in str(root).splitlines() if line.strip()), "no reason given")
    return (
        f"contestant.save: torch can't export this module ({type(root).__name__}: {said}); its forward must take x alone, "
        "work for any number of rows, and not branch on values; or hand in an onnx.ModelProto"
    )


_A_FEW = 16
"""numbers that are stored rather than computed again; as many as a tensor has axes"""
_MUST_BE_FOLDED = ("Range", "ConstantOfShape", "EyeLike", "OneHot")
"""make large tensors out of small numbers, which the referee does not take: the tensors are stored"""


def _compute_what_is_known(model: Any, weights: set[Any]) -> None:
    """Fold shapes and small constants, in place. No operator that touches a weight is folded.

    What would grow beyond a few numbers stays an operator where the referee knows it: a causal mask of n rows is then four
    nodes, not n * n numbers that count.
    """
    from onnx_ir.passes import common
    from onnxscript.optimizer import fold_constants

    def is_free(node: Any) -> bool:
        return weights.isdisjoint(node.inputs)

    def is_free_and_must(node: Any) -> bool:
        return node.op_type in _MUST_BE_FOLDED and is_free(node)

    common.InlinePass()(model)
    for _ in range(2):
        fold_constants(model, onnx_shape_inference=True, output_size_limit=_A_FEW, should_fold=is_free)
        fold_constants(model, onnx_shape_inference=True, output_size_limit=2**31, should_fold=is_free_and_must)
        common.ShapeInferencePass(check_type=False, strict_mode=False)(model)
        _state_shapes(model.graph)


def _state_shapes(graph: Any) -> None:
    """Where all sizes of a reshaped tensor but one are known, the target needs no computing."""
    for node in graph:
        if node.op_type in ("Reshape", "Expand") and node.inputs[1].const_value is None and node.outputs[0].shape is not None:
            sizes = [size if isinstance(size, int) else -1 for size in node.outputs[0].shape]
            # -1 is no size to an Expand, and 0 means another size to a Reshape.
            if 0 not in sizes and sizes.count(-1) <= (node.op_type == "Reshape"):
                node.replace_input_with(1, _stored(graph, f"{node.outputs[0].name}_shape", sizes))


def _stored(graph: Any, name: str, sizes: list[int]) -> Any:
    """A new stored tensor of the graph, (n,) int64."""
    import onnx_ir as ir

    tensor = ir.tensor(np.array(sizes, dtype=np.int64), name=name)
    value = ir.val(name, const_value=tensor)
    graph.register_initializer(value)
    return value


def _leave_out_what_does_nothing(model: Any, weights: set[Any]) -> None:
    """Drop copies, whole slices, biases of zeros that no layer has, and constants that are there already; in place."""
    from onnx_ir.passes import common

    for node in list(model.graph):
        if node.op_type in ("Conv", "ConvTranspose") and len(node.inputs) > 2 and _is_made_of_zeros(node.inputs[2], weights):
            node.replace_input_with(2, None)
        elif (same := _what_it_copies(node)) is not None and not node.outputs[0].is_graph_output():
            node.outputs[0].replace_all_uses_with(same)
    common.IdentityEliminationPass()(model)
    common.LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model)
    _share_constants(model.graph, weights)
    common.CommonSubexpressionEliminationPass()(model)
    common.RemoveUnusedNodesPass()(model)


def _is_made_of_zeros(value: Any, weights: set[Any]) -> bool:
    if value is None or value in weights:
        return False
    made_by = value.producer()
    if made_by is not None and made_by.op_type == "Expand":
        return _is_made_of_zeros(made_by.inputs[0], weights)
    return value.const_value is not None and not value.const_value.numpy().any()


def _what_it_copies(node: Any) -> Any:
    """The input that a node gives back as it is; None where it does not."""
    if node.op_type == "Where":
        asked, kept = node.inputs[0].producer(), node.inputs[2].producer()
        # Torch looks for rows of attention that are masked throughout; see `_bound_infinities`.
        unmasked = asked and kept and (asked.op_type, kept.op_type) == ("IsNaN", "Softmax")
        return node.inputs[2] if unmasked and asked.inputs[0] is node.inputs[2] else None
    return node.inputs[0] if node.op_type in ("Gather", "Slice") and _takes_everything(node) else None


def _takes_everything(node: Any) -> bool:
    """Whether a Gather or Slice takes its whole first input, as positions 0 to n - 1 of n learned ones do."""
    shape = node.inputs[0].shape
    if shape is None or shape != node.outputs[0].shape or any(getattr(size, "value", size) is None for size in shape):
        return False
    known = [None if value is None or value.const_value is None else value.const_value.numpy() for value in node.inputs]
    if node.op_type == "Slice":
        steps = known[4] if len(known) > 4 else np.ones(1)
        return steps is not None and bool((steps == 1).all())
    return known[1] is not None and np.array_equal(known[1], np.arange(known[1].size))


def _share_constants(graph: Any, weights: set[Any]) -> None:
    """Keep one of equal constants. Weights that happen to be equal stay apart."""
    first: dict[Any, Any] = {}
    for name, value in list(graph.initializers.items()):
        if value not in weights:
            array = value.const_value.numpy()
            kept = first.setdefault((array.dtype.str, array.shape, array.tobytes()), value)
            if kept is not value:
                value.replace_all_uses_with(kept)
                del graph.initializers[name]


def _bound_infinities(model: Any, parameters: set[str]) -> None:
    """Masks say minus infinity, which no stored tensor may hold; the lowest float does the same before a softmax.

    Except in a row of attention that is masked throughout: it attends to everything, where torch gives zeros.
    """
    import onnx_ir as ir

    for name, value in model.graph.initializers.items():
        array = value.const_value.numpy()
        if name not in parameters and array.dtype == np.float32 and np.isinf(array).any():
            bounds = np.finfo(np.float32)
            value.const_value = ir.tensor(np.clip(array, bounds.min, bounds.max), name=name)


def _bare(proto: Any) -> bytes:
    """The file without paths, source lines, names of classes, and shapes in between."""
    graph = proto.graph
    for part in (proto, graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("value_info")
    proto.ClearField("producer_name")
    proto.ClearField("producer_version")
    return bytes(proto.SerializeToString(deterministic=True))
