"""Charts: Vega-Lite specifications, checked against Vega-Lite's own schema, that draw inline data and fetch nothing.

What a chart is refused for here stands in it as written. Expressions (``calculate``, ``filter``, ``expr``) are let
through: Vega parses them itself, and they know arithmetic, dates, texts and colours, but no address. What they can
do is waste the time of the page that draws them, and build a text such as ``url(...)`` for a colour. So the page that
draws charts gives Vega a loader that refuses everything and its expression interpreter, and has a
Content-Security-Policy without foreign origins: docs/decisions/sandbox-artifacts-by-content.md.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend as _extend  # pyright: ignore[reportUnknownVariableType]

from sandbox.artifacts.limits import ArtifactLimits
from sandbox.artifacts.refusal import ArtifactRefused

VERSIONS: Final = ("v5", "v6")
_SCHEMA: Final = re.compile(r"https://vega\.github\.io/schema/vega-lite/(v\d+)(?:\.\d+){0,2}\.json")
# `usermeta.embedOptions` is obeyed by vega-embed, which then fetches and runs what it says. `bind.element` reaches for
# any element of the page.
_FORBIDDEN: Final = {
    "url": "Put the data inline, as data.values; a chart fetches nothing, and no image.",
    "href": "Leave links out of the chart.",
    "usermeta": "Leave usermeta out; a viewer may obey what it says.",
    "element": "Leave bind.element out; the chart reaches nothing outside itself.",
}
# What makes a specification one of several views, and the definition that such a one follows.
_COMPOSED: Final = {
    "layer": "TopLevelLayerSpec",
    "facet": "TopLevelFacetSpec",
    "repeat": "TopLevelRepeatSpec",
    "concat": "TopLevelConcatSpec",
    "vconcat": "TopLevelVConcatSpec",
    "hconcat": "TopLevelHConcatSpec",
}
_SHOWN: Final = 200
_left: ContextVar[list[int]] = ContextVar("steps left to a chart's check")


def is_chart(value: Any) -> bool:
    """Whether a JSON value says of itself that it is a Vega-Lite specification, of whatever version."""
    schema = cast("dict[str, Any]", value).get("$schema") if isinstance(value, dict) else None
    return isinstance(schema, str) and "/schema/vega-lite/" in schema


def check_chart(chart: dict[str, Any], limits: ArtifactLimits) -> str:
    """The chart's version, such as ``v6``. Raises ``ArtifactRefused``.

    Takes a millisecond or two, and half a second for one made to be slow.
    """
    match = _SCHEMA.fullmatch(chart["$schema"])
    if match is None or match[1] not in VERSIONS:
        raise ArtifactRefused(
            "The chart's $schema is not one that is known.",
            mend="Write https://vega.github.io/schema/vega-lite/v6.json, or v5.json.",
        )
    spec = _without_rows(chart, None, "")
    if len(json.dumps(spec)) > limits.chart_size:
        raise ArtifactRefused(
            f"The chart is larger than {limits.chart_size} bytes without its rows.",
            mend="Say less, or make two charts.",
        )
    # Checked as the one kind that it is, a chart's fault is told better than "none of seven kinds".
    kind = next((_COMPOSED[key] for key in _COMPOSED if key in spec and "mark" not in spec), "TopLevelUnitSpec")
    spent = _left.set([limits.chart_steps])
    try:
        error = next(iter(_validator(match[1], kind).iter_errors(spec)), None)
    except _TooLong:
        raise ArtifactRefused(
            "The chart is too intricate to be checked.", mend="Say less: shorter lists, fewer layers."
        ) from None
    finally:
        _left.reset(spent)
    if error is not None:
        place = "/".join(str(part) for part in error.absolute_path)
        raise ArtifactRefused(
            f"The chart is no valid Vega-Lite {match[1]}: at /{place[:_SHOWN]}: {error.message[:_SHOWN]}.",
            mend=f"Correct it after the schema of Vega-Lite {match[1]}.",
        )
    return match[1]


def _without_rows(part: Any, key: str | None, place: str) -> Any:
    """The chart with one row of each kind in place of all: rows are data, and the schema asks only for their kind."""
    if isinstance(part, list):
        return [_without_rows(each, None, place) for each in cast("list[Any]", part)]
    if not isinstance(part, dict):
        return part
    made: dict[str, Any] = {}
    for name, value in cast("dict[str, Any]", part).items():
        if name in _FORBIDDEN:
            raise ArtifactRefused(f"The chart holds {name!r}, at {place or '/'}.", mend=_FORBIDDEN[name])
        if (key == "data" and name == "values") or key == "datasets":
            made[name] = _kinds(value)
        else:
            made[name] = _without_rows(value, name, f"{place}/{name}"[:_SHOWN])
    return made


def _kinds(rows: Any) -> Any:
    if isinstance(rows, list):
        kinds: dict[type, Any] = {type(row): _empty(row) for row in cast("list[Any]", rows)}
        return list(kinds.values())
    return _empty(rows)


def _empty(row: Any) -> Any:
    return {} if isinstance(row, dict) else [] if isinstance(row, list) else "" if isinstance(row, str) else row


class _TooLong(Exception):
    """The check has made its steps."""


def _spend(instance: Any) -> None:
    left = _left.get()
    left[0] -= 1 + (len(cast("list[Any]", instance)) // 8 if isinstance(instance, list | dict) else 0)
    if left[0] < 0:
        raise _TooLong


def _reference(validator: Any, ref: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    _spend(instance)
    yield from _builtin("$ref")(validator, ref, instance, schema)


def _items(validator: Any, items: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, list):
        for _ in cast("list[Any]", instance):
            _spend(None)
    yield from _builtin("items")(validator, items, instance, schema)


# The library writes the whole value into each error, and of these a chart has hundreds that nobody sees: one for each
# alternative that it is not.
def _type(validator: Any, types: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    wanted = cast("list[str]", [types] if isinstance(types, str) else types)
    if not any(validator.is_type(instance, kind) for kind in wanted):
        yield ValidationError(f"{_short(instance)} is not of type {' or '.join(wanted)}")


def _enum(validator: Any, enums: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not any(instance == each and isinstance(instance, bool) == isinstance(each, bool) for each in enums):
        yield ValidationError(f"{_short(instance)} is not one of {', '.join(map(repr, enums))}")


def _any_of(validator: Any, alternatives: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """The faults of the nearest alternative, which are what its author can mend."""
    nearest: list[ValidationError] = []
    for alternative in alternatives:
        errors: list[ValidationError] = list(validator.descend(instance, alternative))
        if not errors:
            return
        if not nearest or _distance(errors) < _distance(nearest):
            nearest = errors
    yield from nearest


def _distance(errors: list[ValidationError]) -> int:
    """How far a value is from an alternative: another kind of value is farther than any number of slips inside, and a
    constant that is not met tells that the alternative was not meant."""
    return sum(
        1000 if error.validator == "type" and not error.path else 10 if error.validator == "const" else 1
        for error in errors
    )


def _additional(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if allowed is not False or not isinstance(instance, dict):
        yield from _builtin("additionalProperties")(validator, allowed, instance, schema)
        return
    known = schema.get("properties", {})
    unknown = next((name for name in cast("dict[str, Any]", instance) if name not in known), None)
    if unknown is not None:
        yield ValidationError(f"there is no {_short(unknown)} here")


def _short(value: Any) -> str:
    """A value as text: containers by their size alone."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(cast('list[Any]', value))}"
    return repr(value if not isinstance(value, str) else value[:60])


def _builtin(keyword: str) -> Callable[..., Iterator[ValidationError]]:
    return Draft7Validator.VALIDATORS[keyword]


@cache
def _schema(version: str) -> dict[str, Any]:
    packed = files("sandbox.artifacts").joinpath("vega_lite_schemas", f"{version}.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))


@cache
def _validator(version: str, kind: str) -> Validator:
    """A version's validator of one kind of chart, made when it is first asked for, in the thread of who asks."""
    return _ChartValidator({**_schema(version), "$ref": f"#/definitions/{kind}"})


_ChartValidator: Final = cast(
    "Callable[..., Validator]",
    _extend(
        Draft7Validator,
        {
            "$ref": _reference,
            "items": _items,
            "type": _type,
            "enum": _enum,
            "anyOf": _any_of,
            "additionalProperties": _additional,
        },
    ),
)
