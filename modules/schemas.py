"""JSON Schemas of a bundle: an operation's own, with the definitions it reaches, checked within a budget.

Schemas come from documents that nobody here wrote, and values from services that nobody here runs. So a check has a
budget of references, regular expressions are judged before they are used, and what cannot be decided is said to be
undecided instead of wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import UnknownType, ValidationError
from jsonschema.exceptions import best_match as _best_match  # pyright: ignore[reportUnknownVariableType]
from jsonschema.protocols import Validator
from jsonschema.validators import extend as _extend  # pyright: ignore[reportUnknownVariableType]
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from core.errors import InvalidInput
from modules.builder.openapi.patterns import python_pattern

BASE: Final = "bundle:/"
REFERENCES: Final = 20_000
ERRORS: Final = 50
MATCHING_STEPS: Final = 10_000_000
LONGEST_SENTENCE: Final = 300
_DEFINITION: Final = re.compile(r"(definitions/[A-Za-z0-9_][A-Za-z0-9._-]*\.json)(#.*)?")
_REPEATED_GROUP: Final = re.compile(r"\)(?:[*+]|\{\d*,\d*\})")
_REPETITION: Final = re.compile(r"[*+]|\{\d*,\d*\}")
_OF_SCHEMAS: Final = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_LISTS_OF_SCHEMAS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SCHEMAS: Final = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "contentSchema"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
_left: ContextVar[list[int]] = ContextVar("references left to a schema check")

Definitions = Mapping[str, Any]


class _Undecided(Exception):
    """The check would take too long, or the schema refers to nothing."""


# The library trusts a schema to be one: what a broken keyword raises is Python's, and means no more than that.
_NO_VERDICT: Final = (
    _Undecided,
    Unresolvable,
    UnknownType,
    RecursionError,
    TypeError,
    AttributeError,
    ValueError,
    KeyError,
)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The most telling fault of a value. ``place`` is a JSON pointer into it; ``decided`` is false for no verdict."""

    place: str
    sentence: str
    decided: bool = True


class Schema:
    """One schema of an operation, with every definition that it reaches."""

    def __init__(self, schema: Any, definitions: Definitions) -> None:
        self._schema = schema
        self._definitions = definitions

    def mismatch(self, value: Any, *, budget: int = REFERENCES) -> Mismatch | None:
        """Why ``value`` does not fit, or ``None`` if it does; undecided after ``budget`` references were followed."""
        spent = _left.set([budget])
        try:
            error = best_match(islice(self._validator.iter_errors(value), ERRORS))
        except _NO_VERDICT as reason:
            return Mismatch("", f"The schema cannot be checked: {type(reason).__name__}.", decided=False)
        finally:
            _left.reset(spent)
        return None if error is None else Mismatch(_pointer(_path(error)), _sentence(error))

    @cached_property
    def self_contained(self) -> Any:
        """The schema for use outside the bundle: its definitions under ``$defs``, recursion kept."""
        names = {path: _definition_name(path) for path in self._definitions}
        inside = _rewritten(self._schema, lambda ref: _defs_reference(ref, names))
        if not self._definitions or not isinstance(inside, dict):
            return inside
        defs = {
            names[path]: _rewritten(schema, lambda ref: _defs_reference(ref, names))
            for path, schema in sorted(self._definitions.items())
        }
        return {**cast("dict[str, Any]", inside), "$defs": defs}

    @cached_property
    def _validator(self) -> Validator:
        resources = [
            (BASE + path, cast("Resource[Any]", DRAFT202012.create_resource(_rewritten(schema, _absolute))))
            for path, schema in self._definitions.items()
        ]
        registry: Registry[Any] = Registry[Any]().with_resources(resources).crawl()
        return _CarefulValidator(_rewritten(self._schema, _absolute), registry=registry)


def references(schema: Any) -> set[str]:
    """Paths of the definitions that ``schema`` refers to directly."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, dict):
            continue
        for key, value in cast("dict[str, Any]", part).items():
            if key == "$ref" and isinstance(value, str):
                match = _DEFINITION.fullmatch(value)
                if match:
                    found.add(match[1])
            elif key in _SCHEMAS:
                waiting.append(value)
            elif key in _OF_SCHEMAS and isinstance(value, dict):
                waiting += cast("dict[str, Any]", value).values()
            elif key in _LISTS_OF_SCHEMAS and isinstance(value, list):
                waiting += cast("list[Any]", value)
    return found


def parse_json(content: bytes, place: str) -> Any:
    """JSON of a bundle's file. Raises ``InvalidInput``."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{place} is no JSON: {error}.") from error


def _rewritten(schema: Any, change: Callable[[str], str]) -> Any:
    """``schema`` with each ``$ref`` changed; values (enum, const, default, examples) are left alone."""
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", schema).items():
        if key == "$ref" and isinstance(value, str):
            made[key] = change(value)
        elif key in _SCHEMAS:
            made[key] = _rewritten(value, change)
        elif key in _OF_SCHEMAS and isinstance(value, dict):
            made[key] = {name: _rewritten(part, change) for name, part in cast("dict[str, Any]", value).items()}
        elif key in _LISTS_OF_SCHEMAS and isinstance(value, list):
            made[key] = [_rewritten(part, change) for part in cast("list[Any]", value)]
        else:
            made[key] = value
    return made


def _absolute(ref: str) -> str:
    return BASE + ref if _DEFINITION.fullmatch(ref) else ref


def _definition_name(path: str) -> str:
    return path.removeprefix("definitions/").removesuffix(".json")


def _defs_reference(ref: str, names: Mapping[str, str]) -> str:
    match = _DEFINITION.fullmatch(ref)
    if match is None or match[1] not in names:
        return ref
    return f"#/$defs/{names[match[1]]}" + (match[2] or "").removeprefix("#")


def _path(error: ValidationError) -> list[str | int]:
    return list(cast("Iterable[str | int]", error.absolute_path))


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _sentence(error: ValidationError) -> str:
    place = ".".join(map(str, _path(error)))
    message = error.message if len(error.message) <= LONGEST_SENTENCE else error.message[:LONGEST_SENTENCE] + "…"
    return f"{place}: {message}" if place else message


def _checked_ref(validator: Any, ref: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    left = _left.get()
    left[0] -= 1
    if left[0] < 0:
        raise _Undecided
    yield from _builtin("$ref")(validator, ref, instance, schema)


def _checked_pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and isinstance(pattern, str):
        readable = _usable(pattern, len(instance))
        if readable is not None and not re.search(readable, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _checked_pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    longest = max(map(len, cast("Iterable[str]", instance)), default=0) if isinstance(instance, dict) else 0
    readable = {_usable(pattern, longest): part for pattern, part in patterns.items()}
    readable.pop(None, None)
    yield from _builtin("patternProperties")(validator, readable, instance, schema)


def _checked_additional(validator: Any, additional: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # Beside a pattern that cannot be used, nobody can tell which properties are additional.
    patterns = cast("Mapping[str, Any]", schema.get("patternProperties", {}))
    longest = max(map(len, cast("Iterable[str]", instance)), default=0) if isinstance(instance, dict) else 0
    if all(_usable(pattern, longest) == pattern for pattern in patterns):
        yield from _builtin("additionalProperties")(validator, additional, instance, schema)


def _checked_unique(validator: Any, unique: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    # The library compares every pair where items are objects.
    if unique and isinstance(instance, list):
        items = cast("list[Any]", instance)
        if len({json.dumps(item, sort_keys=True) for item in items}) != len(items):
            yield ValidationError("has items that are not unique")


def _usable(pattern: str, length: int) -> str | None:
    """The pattern as Python reads it, or ``None`` when matching a text of that length could take too long.

    A repeated choice can take exponential time, and each further repetition one more power of the length.
    """
    readable = python_pattern(pattern)
    if readable is None or ("|" in readable and _REPEATED_GROUP.search(readable)):
        return None
    powers = len(_REPETITION.findall(readable)) + (0 if readable.startswith("^") else 1)
    return readable if length**powers <= MATCHING_STEPS else None


def _builtin(keyword: str) -> Callable[..., Iterator[ValidationError]]:
    return Draft202012Validator.VALIDATORS[keyword]


best_match = cast("Callable[[Iterable[ValidationError]], ValidationError | None]", _best_match)
_CarefulValidator: Final = cast(
    "Callable[..., Validator]",
    _extend(
        Draft202012Validator,
        {
            "$ref": _checked_ref,
            "pattern": _checked_pattern,
            "patternProperties": _checked_pattern_properties,
            "additionalProperties": _checked_additional,
            "uniqueItems": _checked_unique,
        },
    ),
)
