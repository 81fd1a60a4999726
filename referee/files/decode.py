"""Plain values into the frozen values of the ground floor, strictly, and back.

A field's type is its rule: an unknown key, a missing key or a wrong type is a fault with its dotted place, and all of them
are found at once. What types can't say, a value says itself in `faults()`. A trailing underscore of a field's name, there
because the plain name is a keyword, is no part of its key.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from referee.ground.errors import Fault, InputError, nearest

T = TypeVar("T")
_FAULTY: Any = object()


def decode(cls: type[T], plain: Any, path: str) -> T:
    """Build a `cls` from what a YAML file holds.

    Raises:
        InputError: with every fault.
    """
    decoder = _Decoder(path)
    value = decoder.value(cls, plain, "")
    if decoder.faults:
        raise InputError(decoder.faults)
    return typing.cast(T, value)


def encode(value: Any) -> Any:
    """The plain form of a value, in the order of its fields; `decode` reads it back."""
    if dataclasses.is_dataclass(value):
        return {_key(field.name): encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def stated(value: Any) -> Any:
    """As `encode`, without the fields that stand at their default: a new optional field changes no old value's form."""
    if not dataclasses.is_dataclass(value):
        return encode(value)
    fields = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
    return {_key(field.name): stated(held) for field, held in fields if held != _default(field)}


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


class _Decoder:
    def __init__(self, path: str) -> None:
        self.path = path
        self.faults: list[Fault] = []

    def value(self, kind: Any, plain: Any, place: str) -> Any:
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in (typing.Union, types.UnionType):
            some = next(argument for argument in arguments if argument is not type(None))
            return None if plain is None else self.value(some, plain, place)
        if origin is typing.Literal:
            return self.word(arguments, plain, place)
        if origin is tuple:
            return self.sequence(arguments[0], plain, place)
        if origin is not None and issubclass(origin, Mapping):
            return self.mapping(arguments[1], plain, place)
        if dataclasses.is_dataclass(kind):
            return self.dataclass(kind, plain, place)
        if issubclass(kind, Enum):
            word = self.word([member.value for member in kind], plain, place)
            return _FAULTY if word is _FAULTY else kind(word)
        return self.scalar(kind, plain, place)

    def dataclass(self, cls: Any, plain: Any, place: str) -> Any:
        if not isinstance(plain, dict):
            return self.fault(place, f"expected keys and values, got {_shown(plain)}")
        fields = _fields(cls)
        before = len(self.faults)
        for key in plain:
            if key not in fields:
                self.fault(_join(place, key[:60]), f"unknown key{nearest(key, fields)}")
        values = {}
        for key, (name, kind, required) in fields.items():
            if key in plain:
                values[name] = self.value(kind, plain[key], _join(place, key))
            elif required:
                self.fault(_join(place, key), f"is missing; expected {_name(kind)}")
        if len(self.faults) > before:
            return _FAULTY
        value = cls(**values)
        if hasattr(value, "faults"):
            for field, message in value.faults():
                self.fault(_join(place, field), message)
        return _FAULTY if len(self.faults) > before else value

    def sequence(self, kind: Any, plain: Any, place: str) -> Any:
        if not isinstance(plain, list):
            return self.fault(place, f"expected a list, got {_shown(plain)}")
        return tuple(self.value(kind, item, f"{place}[{number}]") for number, item in enumerate(plain))

    def mapping(self, kind: Any, plain: Any, place: str) -> Any:
        if not isinstance(plain, dict):
            return self.fault(place, f"expected keys and values, got {_shown(plain)}")
        return {key: self.value(kind, item, _join(place, key)) for key, item in plain.items()}

    def word(self, words: Iterable[str], plain: Any, place: str) -> Any:
        if plain in words:
            return plain
        return self.fault(place, f"expected one of {', '.join(words)}, got {_shown(plain)}")

    def scalar(self, kind: type, plain: Any, place: str) -> Any:
        if kind is float and type(plain) is int:
            return float(plain)
        if type(plain) is kind:
            return plain
        return self.fault(place, f"expected {_name(kind)}, got {_shown(plain)}")

    def fault(self, place: str, message: str) -> Any:
        self.faults.append(Fault(self.path, place, message))
        return _FAULTY


@cache
def _fields(cls: Any) -> dict[str, tuple[str, Any, bool]]:
    """Key -> name, type, whether it must be there."""
    hints = typing.get_type_hints(cls)
    missing = dataclasses.MISSING
    return {
        _key(field.name): (
            field.name,
            hints[field.name],
            field.default is missing and field.default_factory is missing,
        )
        for field in dataclasses.fields(cls)
    }


def _key(name: str) -> str:
    return name.removesuffix("_")


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place and key else place or key


def _name(kind: Any) -> str:
    names = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    if kind in names:
        return names[kind]
    return "a list" if typing.get_origin(kind) is tuple else "keys and values"


def _shown(plain: Any) -> str:
    if isinstance(plain, dict | list):
        return "a list" if isinstance(plain, list) else "keys and values"
    if isinstance(plain, str):
        return f'"{plain[:60]}"'
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return "nothing" if plain is None else str(plain)[:60]
