"""What a person typed: JSON that is strictly JSON, text that is text, and ids that stay one part of a path."""

from __future__ import annotations

import json
import sys
from typing import Any
from urllib.parse import quote

from core.errors import InvalidInput


def read_json(text: str) -> Any:
    """The value of ``text``. Raises ``ValueError`` where it is no JSON, as which Python takes NaN and Infinity."""
    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def read_object(option: str, text: str | None, example: str) -> dict[str, Any]:
    """The object that an option holds; empty without one. Raises ``InvalidInput``."""
    try:
        found = read_json(text) if text else {}
    except ValueError as error:
        raise InvalidInput(f"{option} is no JSON: {error}.", mend=f"For example {option} '{example}'") from None
    if not isinstance(found, dict):
        raise InvalidInput(f"{option} is no JSON object.", mend=f"For example {option} '{example}'")
    return found


def standard_input(*, line: bool = False) -> str:
    """All of standard input, or its first ``line``. Raises ``InvalidInput`` where it is no text."""
    source = sys.stdin.buffer
    try:
        return (source.readline() if line else source.read()).decode()
    except UnicodeDecodeError:
        raise InvalidInput("Standard input is no text in UTF-8.", mend="Convert it first.") from None


def place(*parts: str) -> str:
    """A path of the service, each part of it one whatever characters it has."""
    return "/" + "/".join(quote(part, safe="", errors="replace") for part in parts)


def refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")
