"""What JSON can say and nobody can store: half of a character, NUL, a number that is none, endless nesting.

A text with a lone surrogate has no UTF-8, so a row that held one could never be sent again; PostgreSQL takes no NUL.
"""

from __future__ import annotations

import math
from typing import Any

DEEPEST = 200


def refuse_unstorable(value: Any, depth: int = 0) -> None:
    """Raises ``ValueError`` with the sentence, where ``value`` (as parsed from JSON) holds such a thing."""
    if depth > DEEPEST:
        raise ValueError(f"It is nested more than {DEEPEST} levels deep.")
    if isinstance(value, str):
        refuse_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and infinite numbers are not JSON.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            refuse_unstorable(name, depth)
            refuse_unstorable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            refuse_unstorable(inner, depth + 1)


def refuse_text(text: str) -> None:
    if text.isascii() and "\0" not in text:
        return
    if "\0" in text:
        raise ValueError("A text holds the character NUL.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("A text holds half of a character (a lone surrogate).") from None
