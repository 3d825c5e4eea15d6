"""The globals of restricted code: its builtins, and the functions that RestrictedPython's rewriting calls."""

from __future__ import annotations

import builtins
import operator
import string
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any, cast

from RestrictedPython import Guards

_ADDED = (
    "list dict set frozenset tuple bytes bytearray sorted reversed zip min max sum enumerate map filter any all "
    "iter next object property staticmethod classmethod format ascii bin "
    "NotImplemented ExceptionGroup StopAsyncIteration RecursionError TimeoutError ConnectionError "
    "ModuleNotFoundError FileNotFoundError PermissionError"
)
_REMOVED = ("id", "setattr", "delattr", "_getattr_")
_guards = cast(Any, Guards)  # untyped
_operators = cast(Any, operator)
_parse_format = string.Formatter().parse
_WRITABLE = (dict, list, defaultdict, OrderedDict, Counter, ChainMap, deque, bytearray)
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+=": _operators.iadd, "-=": _operators.isub, "*=": _operators.imul, "/=": _operators.itruediv,
    "%=": _operators.imod, "**=": _operators.ipow, "<<=": _operators.ilshift, ">>=": _operators.irshift,
    "|=": _operators.ior, "^=": _operators.ixor, "&=": _operators.iand, "//=": _operators.ifloordiv,
    "@=": _operators.imatmul,
}  # fmt: skip
_DENIED_ATTRIBUTES = frozenset({"mro", "format_map"})
_FORMAT_DEPTH = 2


def format_text(template: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> str:
    """``str.format`` for plain fields: ``{}``, ``{0}``, ``{name}`` with a conversion and a format specification.

    Fields that walk attributes or items are refused: that walk would pass by every guard.
    """
    return _format(template, arguments, named, count(), _FORMAT_DEPTH)


def _format(
    template: str, arguments: tuple[Any, ...], named: dict[str, Any], positions: Iterator[int], depth: int
) -> str:
    if depth == 0:
        raise ValueError("the format specification is nested too deep")
    parts: list[str] = []
    for literal, field, specification, conversion in _parse_format(template):
        parts.append(literal)
        if field is None:
            continue
        if "." in field or "[" in field:
            raise AttributeError("a format field cannot read attributes or items here; use an f-string")
        key = field or str(next(positions))
        value = arguments[int(key)] if key.isdecimal() else named[key]
        if conversion:
            value = {"s": str, "r": repr, "a": ascii}[conversion](value)
        inner = _format(specification, arguments, named, positions, depth - 1) if specification else ""
        parts.append(format(value, inner))
    return "".join(parts)


class Template:
    """What ``text.format`` is inside: callable, and nothing more."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, *arguments: Any, **named: Any) -> str:
        return format_text(self._text, arguments, named)


def get_attribute(target: Any, name: str) -> Any:
    """``target.name`` under RestrictedPython's rules, and without the walks that they leave open."""
    if name == "format" and type(target) is str:
        return Template(target)
    if name in _DENIED_ATTRIBUTES or (name == "obj" and isinstance(target, AttributeError)):
        raise AttributeError(f"'{name}' cannot be read inside the sandbox")
    return _guards.safer_getattr_raise(target, name)


def _getattr(target: Any, name: str, *default: Any) -> Any:
    try:
        return get_attribute(target, name)
    except AttributeError:
        if not default:
            raise
        return default[0]


def _hasattr(target: Any, name: str) -> bool:
    try:
        get_attribute(target, name)
    except AttributeError:
        return False
    return True


def writable(target: Any) -> Any:
    """``target`` if restricted code may write its items or attributes: plain containers and its own objects."""
    if type(target) in _WRITABLE or getattr(target, "_guarded_writes", False) is True:
        return target
    raise TypeError(f"'{type(target).__name__}' cannot be changed inside the sandbox")


def in_place(operation: str, left: Any, right: Any) -> Any:
    """``left operation right`` for an augmented assignment."""
    return _OPERATORS[operation](left, right)


def apply(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """A call with starred arguments."""
    return function(*arguments, **named)


def make_class(name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> type:
    """The metaclass of restricted classes: their objects may be written by restricted code."""
    return type(name, bases, {**namespace, "_guarded_writes": True})


def _same(value: Iterable[Any]) -> Iterable[Any]:
    return value


class Printer:
    """Collects ``print``: text goes to the run's log."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def __call__(self, _getattr: Any = None) -> Printer:
        return self

    def _call_print(self, *objects: Any, sep: str | None = " ", end: str = "\n", **_: Any) -> None:
        self._write((" " if sep is None else sep).join(str(item) for item in objects))


def restricted_builtins(import_: Callable[..., Any]) -> dict[str, Any]:
    """The builtins that restricted code sees."""
    allowed = {name: value for name, value in _guards.safe_builtins.items() if name not in _REMOVED}
    allowed.update({name: getattr(builtins, name) for name in _ADDED.split() if hasattr(builtins, name)})
    allowed.update({"getattr": _getattr, "hasattr": _hasattr, "__import__": import_})
    return allowed


def restricted_globals(name: str, allowed: dict[str, Any], printer: Printer) -> dict[str, Any]:
    """A fresh global namespace for the module ``name``."""
    return {
        "__builtins__": allowed,
        "__name__": name,
        "__metaclass__": make_class,
        "_getattr_": get_attribute,
        "_getitem_": operator.getitem,
        "_getiter_": _same,
        "_iter_unpack_sequence_": _guards.guarded_iter_unpack_sequence,
        "_unpack_sequence_": _guards.guarded_unpack_sequence,
        "_write_": writable,
        "_inplacevar_": in_place,
        "_apply_": apply,
        "_print_": printer,
    }


BUILTIN_NAMES = frozenset(restricted_builtins(_same)) | {"print"}
"""What restricted code may use without defining or importing it."""
