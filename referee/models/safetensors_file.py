"""safetensors files into named float32 tensors, by the shapes of the host's graph."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load

from referee.ground.errors import InvalidModel, nearest
from referee.ground.graph import is_finite, zero_is_positive

Array = npt.NDArray[Any]


def read(content: bytes, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """The tensors of a file that must hold exactly those of `shapes`.

    Returns:
        name -> float32 array, finite, -0.0 as +0.0, in the order of `shapes`

    Raises:
        InvalidModel: no safetensors file, or a tensor is missing, unknown, of another shape or type, or not finite.
    """
    _refuse_duplicates(content)
    try:
        tensors = load(content)
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise InvalidModel(f"model.safetensors can't be read: {error}") from None
    for name in tensors:
        if name not in shapes:
            raise InvalidModel(f'there is no tensor "{name[:60]}" in the reference{nearest(name, shapes)}')
    return {name: _checked(name, tensors.get(name), shape) for name, shape in shapes.items()}


def _checked(name: str, array: Array | None, shape: tuple[int, ...]) -> Array:
    if array is None:
        raise InvalidModel(f'tensor "{name}" is missing')
    if array.dtype != "float32":
        raise InvalidModel(f'tensor "{name}" is {array.dtype}, expected float32')
    if array.shape != shape:
        raise InvalidModel(f'tensor "{name}" has the shape {array.shape}, expected {shape}')
    if not is_finite(array):
        raise InvalidModel(f'tensor "{name}" holds NaN or infinity')
    return zero_is_positive(array)


def _refuse_duplicates(content: bytes) -> None:
    """The library takes the last of two tensors of one name: two readers could see two models."""
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > len(content) - 8:
        raise InvalidModel("model.safetensors is cut short or no safetensors file")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise InvalidModel("model.safetensors names a tensor twice")
        return dict(pairs)

    try:
        json.loads(content[8 : 8 + length], object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise InvalidModel("the header of model.safetensors is no JSON") from None
