"""Bytes to a JSON value: JSON by the standard library, YAML by libyaml's events and our own reading of scalars.

YAML is read as its JSON-compatible core: dates, ``yes`` and ``on`` stay text, keys are always text, tags make no
objects, and aliases may not grow a document beyond ``MOST_GROWTH`` times its own size.
"""

from __future__ import annotations

import json
from typing import Any, Final

from modules.builder.json_value import is_list, is_object
from modules.builder.refusal import Refused

DEEPEST = 400
"""Levels of nesting. Real documents have fewer than 60; every supported Python can decode this many."""

_MEND = "Send an OpenAPI or Swagger description as JSON or YAML, in UTF-8."


def read_value(document: bytes, limit: int) -> Any:
    """The JSON value in ``document``. Raises ``Refused`` when it is too large, too deep or neither JSON nor YAML."""
    if len(document) > limit:
        raise Refused(
            f"The document has {len(document)} bytes, the limit is {limit}.",
            mend="Send a smaller document, or raise `limits.document_bytes` in the settings.",
            code="too_large",
        )
    text = _text(document)
    if not text.strip():
        raise Refused("The document is empty.", mend=_MEND)
    value = _json(text) if text.lstrip()[0] in "{[" else _YAML
    if value is _YAML:
        value = _yaml(text)
    _check_depth(value)
    return _without_surrogates(value) if "\\ud" in text.lower() else value


_YAML: Any = object()


def _text(document: bytes) -> str:
    encoding = "utf-8-sig"
    if document[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    try:
        return document.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(f"The document is not UTF-8 text (byte {error.start}).", mend=_MEND) from error


def _json(text: str) -> Any:
    """The value, or ``_YAML`` when it is not JSON: a YAML flow mapping may start with a brace, too."""
    try:
        return json.loads(text, parse_constant=lambda name: None)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError:
        return _YAML


def _yaml(text: str) -> Any:
    from modules.builder.yaml_reading import read_yaml

    return read_yaml(text)


def _too_deep() -> Refused:
    return Refused(f"The document is nested more than {DEEPEST} levels deep.", mend="Send a flatter document.")


_NESTED: Final = (dict, list)


def _check_depth(value: Any) -> None:
    level: list[Any] = [value] if isinstance(value, _NESTED) else []
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for node in level:
            children = node.values() if is_object(node) else node
            deeper += [child for child in children if isinstance(child, _NESTED)]
        if not deeper:
            return
        level = deeper
    raise _too_deep()


def _without_surrogates(value: Any) -> Any:
    """Half of a surrogate pair is no character and cannot be written: U+FFFD stands in for it."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if is_object(value):
        return {_without_surrogates(key): _without_surrogates(child) for key, child in value.items()}
    if is_list(value):
        return [_without_surrogates(child) for child in value]
    return value
