"""Plain values into the frozen values of the ground floor, strictly, and back.

A field's type is its rule: an unknown key, a missing key or a wrong type is a fault with its dotted place, and all of them
are found at once. What types can't say, a value says itself in `faults()`. A trailing underscore of a field's name, there
because the plain name is a keyword, is no part of its key.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from referee.ground.errors import Fault, InputError, nearest

T = TypeVar("T")
Place = tuple[str | int, ...]
"""keys and indices from the top of a file"""
Faults = list[tuple[Place, str]]
Reader = Callable[[Any, Place, Faults], Any]
"""a plain value, where it stands, where to add faults -> the value"""
_FAULTY: Any = object()
_UNIONS = (typing.Union, types.UnionType)
_AS_THEY_CAME = (str, int, float, bool, type(None))


def decode(cls: type[T], plain: Any, path: str) -> T:
    """Build a `cls` from what a YAML file holds.

    Raises:
        InputError: with every fault.
    """
    faults: Faults = []
    value = _reader(typing.cast(Any, cls))(plain, (), faults)
    if faults:
        raise InputError([Fault(path, _dotted(place), message) for place, message in faults])
    return typing.cast(T, value)


def encode(value: Any) -> Any:
    """The plain form of a value, in the order of its fields; `decode` reads it back."""
    if dataclasses.is_dataclass(value):
        return {_key(field.name): encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, str) else value


def stated(value: Any) -> Any:
    """As `encode`, without the fields that stand at their default: a new optional field changes no old value's form."""
    if not dataclasses.is_dataclass(value):
        return encode(value)
    fields = ((field, getattr(value, field.name)) for field in dataclasses.fields(value))
    return {_key(field.name): stated(held) for field, held in fields if held != _default(field)}


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default


def _refuse(place: Place, faults: Faults, message: str) -> Any:
    faults.append((place, message))
    return _FAULTY


@cache
def _reader(kind: Any) -> Reader:
    """What reads values of a type. Made once for each: a league has thousands of files of few types."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in _UNIONS:
        return _optional(next(argument for argument in arguments if argument is not type(None)))
    if origin is typing.Literal:
        return _word({word: word for word in arguments})
    if origin is tuple:
        return _sequence(arguments[0])
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(arguments[1])
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    if issubclass(kind, Enum):
        return _word({member.value: member for member in kind})
    return _text(kind) if issubclass(kind, str) and kind is not str else _scalar(kind)


def _optional(kind: Any) -> Reader:
    # Looked up when it is needed: a type may hold itself.
    return lambda plain, place, faults: None if plain is None else _reader(kind)(plain, place, faults)


def _dataclass(cls: Any) -> Reader:
    fields = {
        key: (name, _as_it_is(kind), _reader(kind), kind, required) for key, (name, kind, required) in _fields(cls).items()
    }
    has_faults = hasattr(cls, "faults")

    def read(plain: Any, place: Place, faults: Faults) -> Any:
        if not isinstance(plain, dict):
            return _refuse(place, faults, f"expected keys and values, got {_shown(plain)}")
        before = len(faults)
        if not plain.keys() <= fields.keys():
            for key in [key for key in plain if key not in fields]:
                _refuse((*place, key[:60]), faults, f"unknown key{nearest(key, fields)}")
        values = {}
        for key, (name, as_it_is, reader, kind, required) in fields.items():
            if key in plain:
                item = plain[key]
                values[name] = item if type(item) in as_it_is else reader(item, (*place, key), faults)
            elif required:
                _refuse((*place, key), faults, f"is missing; expected {_name(kind)}")
        if len(faults) > before:
            return _FAULTY
        value = cls(**values)
        if has_faults:
            faults += (((*place, field) if field else place, message) for field, message in value.faults())
        return _FAULTY if len(faults) > before else value

    return read


def _as_it_is(kind: Any) -> tuple[type, ...]:
    """Types whose values a reader of this kind returns as they came: most of what stands in files."""
    either = typing.get_args(kind) if typing.get_origin(kind) in _UNIONS else (kind,)
    return tuple(one for one in either if one in _AS_THEY_CAME)


def _sequence(kind: Any) -> Reader:
    reader = _reader(kind)

    def read(plain: Any, place: Place, faults: Faults) -> Any:
        if not isinstance(plain, list):
            return _refuse(place, faults, f"expected a list, got {_shown(plain)}")
        return tuple(reader(item, (*place, number), faults) for number, item in enumerate(plain))

    return read


def _mapping(kind: Any) -> Reader:
    reader = _reader(kind)

    def read(plain: Any, place: Place, faults: Faults) -> Any:
        if not isinstance(plain, dict):
            return _refuse(place, faults, f"expected keys and values, got {_shown(plain)}")
        return {key: reader(item, (*place, key), faults) for key, item in plain.items()}

    return read


def _word(words: Mapping[str, Any]) -> Reader:
    def read(plain: Any, place: Place, faults: Faults) -> Any:
        if isinstance(plain, str) and plain in words:
            return words[plain]
        return _refuse(place, faults, f"expected one of {', '.join(words)}, got {_shown(plain)}")

    return read


def _text(kind: Any) -> Reader:
    """Text that has a form, and says itself where it breaks it."""

    def read(plain: Any, place: Place, faults: Faults) -> Any:
        if not isinstance(plain, str):
            return _refuse(place, faults, f"expected text, got {_shown(plain)}")
        value = kind(plain)
        faults += ((place, message) for _, message in value.faults())
        return value

    return read


def _scalar(kind: type) -> Reader:
    def read(plain: Any, place: Place, faults: Faults) -> Any:
        if type(plain) is kind:
            return plain
        if kind is float and type(plain) is int:
            return float(plain)
        return _refuse(place, faults, f"expected {_name(kind)}, got {_shown(plain)}")

    return read


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


def _dotted(place: Place) -> str:
    """`rounds[0].fit.loss`"""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


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
