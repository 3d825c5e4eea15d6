"""Example text for a schema: by format, by pattern where one can be read, else words that need escaping."""

from __future__ import annotations

import re
from typing import Any

from modules.builder.openapi.pattern_text import text_for

_BY_FORMAT = {
    "date": "2024-02-29", "date-time": "2024-02-29T12:30:00Z", "time": "12:30:00Z", "duration": "P1D",
    "uuid": "123e4567-e89b-42d3-a456-426614174000", "guid": "123e4567-e89b-42d3-a456-426614174000",
    "email": "someone@example.com", "idn-email": "someone@example.com", "hostname": "example.com",
    "idn-hostname": "example.com", "ipv4": "192.0.2.1", "ip": "192.0.2.1", "ipv6": "2001:db8::1",
    "uri": "https://example.com/a", "url": "https://example.com/a", "uri-reference": "https://example.com/a",
    "iri": "https://example.com/a", "uri-template": "https://example.com/{a}", "byte": "dGV4dA==",
    "base64": "dGV4dA==", "json-pointer": "/a/0", "regex": "a*", "password": "pass word", "int64": "1", "int32": "1",
    "decimal": "1.5", "double": "1.5", "float": "1.5", "uint64": "1", "google-datetime": "2024-02-29T12:30:00Z",
    "google-duration": "1s", "google-fieldmask": "name", "unixtime": "1700000000", "json": "{}",
}  # fmt: skip

_TRIED = (
    "a", "A", "1", "a1", "A1", "aa", "AA", "10", "abc", "ABC", "name", "abc-123", "Aa1!Aa1!Aa1!", "#ffffff", "#FFFFFF",
    "2024-02-29", "2024-02-29T12:30:00Z", "someone@example.com", "https://example.com/a", "example.com",
    "123e4567-e89b-42d3-a456-426614174000", "192.0.2.1", "+14155550100", "en", "en-US", "US", "USD",
)  # fmt: skip
"""What is tried where a pattern cannot be read."""

_LONGEST = 65_536

AWKWARD = "Zoë & 1/2 50%?#+"
"""Not ASCII, and every character that has a meaning in a URL."""


def sample_text(schema: dict[str, Any], full: bool) -> str:
    """Text that the schema allows, as far as that can be told."""
    if schema.get("contentEncoding") == "base64":
        return "AP8Q" if full else "dGV4dA=="
    least: int = min(schema.get("minLength", 0), _LONGEST)
    pattern = schema.get("pattern")
    shape = schema.get("format")
    candidates = [_BY_FORMAT.get(shape) if isinstance(shape, str) else None]
    if isinstance(pattern, str):
        shortest = text_for(pattern)
        padded = None if shortest is None else shortest.ljust(least, "a")
        candidates += [text_for(pattern, least), text_for(pattern, least + 1), padded, *_TRIED]
    for candidate in candidates:
        if candidate is not None and fits(candidate, schema):
            return candidate
    text = AWKWARD if full else "text"
    if len(text) < least:
        text = (text * (least // len(text) + 1))[:least]
    most: int = schema.get("maxLength", len(text))
    return text[:most] if most >= least else text


def fits(text: str, schema: dict[str, Any]) -> bool:
    """Whether text meets length and pattern."""
    if len(text) < schema.get("minLength", 0) or len(text) > schema.get("maxLength", len(text)):
        return False
    pattern = schema.get("pattern")
    return not isinstance(pattern, str) or re.search(pattern, text) is not None
