"""From what is written to a JSON value that a schema allows. What does not fit is no value: nothing is bent."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, cast
from uuid import UUID

from gateway.builtin.words import name_parts, stem
from gateway.messages import JsonObject
from gateway.schema import choices, type_of

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
_TRUE = frozenset({"true", "yes", "on", "enabled", "y"})
_FALSE = frozenset({"false", "no", "off", "disabled", "n"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_OPEN_REPEAT = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\d*\})")
_GROUP_REPEAT = re.compile(r"\)\s*(?:[*+]|\{)")


class Unfit(Exception):
    """The text is no value that the schema allows; the message says why, for a question."""


def value_of(schema: JsonObject, text: str) -> Any:
    """What ``text`` stands for under the schema. Raises ``Unfit``."""
    text = text.strip()
    if found := choices(schema):
        return _chosen(schema, text, [choice for choice in found if _names(choice.labels, text)])
    value = _PARSERS.get(type_of(schema), _string)(schema, text)
    return checked(schema, value)


def checked(schema: JsonObject, value: Any) -> Any:
    """The value itself, when type, range, length, pattern and format allow it. Raises ``Unfit``."""
    kind = type_of(schema)
    if found := choices(schema):
        if not any(_same(choice.value, value) for choice in found):
            raise Unfit("it is not one of the allowed values")
    elif not _is_of_type(kind, value):
        raise Unfit(f"it is not {_A_TYPE.get(kind, kind)}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(schema, value)
    if isinstance(value, str):
        _check_string(schema, value)
    if isinstance(value, list):
        _check_list(schema, cast(list[Any], value))
    return cast(Any, value)


def fits(schema: JsonObject, value: Any) -> bool:
    """Whether ``checked`` would take it."""
    try:
        checked(schema, value)
    except Unfit:
        return False
    return True


_A_TYPE = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
    "string": "a text",
    "array": "a list",
    "object": "a JSON object",
}


def _is_of_type(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind in ("boolean", "any")
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if kind == "number":
        return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    expected = {"string": str, "array": list, "object": dict}.get(kind)
    return expected is None or isinstance(value, expected)


def _same(allowed: Any, value: Any) -> bool:
    return allowed == value and isinstance(allowed, bool) == isinstance(value, bool)


def _chosen(schema: JsonObject, text: str, found: list[Any]) -> Any:
    exact = [choice for choice in found if text in choice.labels]
    matching = exact or found
    if len(matching) != 1:
        raise Unfit("it is not one of the allowed values" if not matching else "it fits more than one allowed value")
    return matching[0].value


def _names(labels: tuple[str, ...], text: str) -> bool:
    said = [stem(part) for part in name_parts(text)]
    return bool(said) and any([stem(part) for part in name_parts(label)] == said for label in labels)


def _string(schema: JsonObject, text: str) -> Any:
    return text


def _integer(schema: JsonObject, text: str) -> Any:
    value = _number(schema, text)
    if isinstance(value, float):
        if not value.is_integer():
            raise Unfit("it is not a whole number")
        return int(value)
    return value


def _number(schema: JsonObject, text: str) -> Any:
    lowered = text.lower().rstrip("%").strip()
    if lowered in NUMBER_WORDS:
        return NUMBER_WORDS[lowered]
    cleaned = lowered.replace("−", "-")
    if re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", cleaned):
        cleaned = cleaned.replace(",", "")
    if re.fullmatch(r"[-+]?\d{1,300}", cleaned):
        return int(cleaned)
    if re.fullmatch(r"[-+]?(?:\d{1,300}\.\d*|\.?\d{1,300})(?:e[-+]?\d{1,3})?", cleaned):
        return float(cleaned)
    raise Unfit("it is not a number")


def _boolean(schema: JsonObject, text: str) -> Any:
    lowered = text.lower()
    if lowered in _TRUE or lowered in _FALSE:
        return lowered in _TRUE
    raise Unfit("it is not yes or no")


def _array(schema: JsonObject, text: str) -> Any:
    items: Any = schema.get("items")
    inner = cast(JsonObject, items) if isinstance(items, dict) else {}
    pieces = [piece for piece in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*;\s*", text) if piece]
    return [value_of(inner, piece) for piece in pieces]


def _object(schema: JsonObject, text: str) -> Any:
    raise Unfit("it is not a JSON object")


_PARSERS = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}


def _check_number(schema: JsonObject, value: float) -> None:
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(least, int | float) and (value < least or (above is True and value == least)):
        raise Unfit(f"it is less than {least}")
    if isinstance(most, int | float) and (value > most or (below is True and value == most)):
        raise Unfit(f"it is more than {most}")
    if isinstance(above, int | float) and not isinstance(above, bool) and value <= above:
        raise Unfit(f"it is not more than {above}")
    if isinstance(below, int | float) and not isinstance(below, bool) and value >= below:
        raise Unfit(f"it is not less than {below}")
    step = schema.get("multipleOf")
    if isinstance(step, int) and step > 0 and value % step:
        raise Unfit(f"it is not a multiple of {step}")


def _check_string(schema: JsonObject, value: str) -> None:
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and len(value) < least:
        raise Unfit(f"it is shorter than {least} characters")
    if isinstance(most, int) and len(value) > most:
        raise Unfit(f"it is longer than {most} characters")
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and len(value) <= 200 and not _matches(pattern, value):
        raise Unfit(f"it does not have the form {pattern}")
    _check_format(schema.get("format"), value)


def _check_format(name: Any, value: str) -> None:
    try:
        if name == "date":
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                raise ValueError
            date.fromisoformat(value)
        elif name == "date-time":
            if datetime.fromisoformat(value).tzinfo is None:
                raise ValueError
        elif name == "uuid":
            UUID(value)
        elif name in ("ipv4", "ipv6"):
            ip_address(value)
        elif (name == "email" and not _EMAIL.fullmatch(value)) or (
            name in ("uri", "url") and not _URI.fullmatch(value)
        ):
            raise ValueError
    except ValueError:
        raise Unfit(f"it is not {_FORMATS.get(str(name), name)}") from None


_FORMATS = {
    "date": "a date like 2025-01-31",
    "date-time": "a date with a time and a zone like 2025-01-31T15:00:00Z",
    "uuid": "a UUID",
    "ipv4": "an IP address",
    "ipv6": "an IP address",
    "email": "an e-mail address",
    "uri": "an address with its scheme",
    "url": "an address with its scheme",
}


def _check_list(schema: JsonObject, values: list[Any]) -> None:
    least, most = schema.get("minItems"), schema.get("maxItems")
    if isinstance(least, int) and len(values) < least:
        raise Unfit(f"there are fewer than {least}")
    if isinstance(most, int) and len(values) > most:
        raise Unfit(f"there are more than {most}")
    items: Any = schema.get("items")
    if isinstance(items, dict):
        for value in values:
            checked(cast(JsonObject, items), value)


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(value) is not None


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """None for a pattern that is not checked here: it comes from a foreign document and might never end."""
    if len(pattern) > 300 or _GROUP_REPEAT.search(pattern) or len(_OPEN_REPEAT.findall(pattern)) > 2:
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
