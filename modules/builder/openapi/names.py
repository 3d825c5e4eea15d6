"""Stable, unique ASCII names for operations, definitions and credentials.

Nothing here asks Python's or Unicode's tables for more than decomposition, so that every interpreter version gives
the same names.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 64

# A frozen copy: `keyword.kwlist` belongs to one interpreter version, names belong to the bundle.
_RESERVED = frozenset({
    "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def", "del", "elif", "else",
    "except", "exec", "false", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match",
    "nexus", "none", "nonlocal", "not", "operation", "or", "pass", "print", "raise", "rest", "return", "run",
    "true", "try", "type", "while", "with", "yield",
})  # fmt: skip
_CAMEL = re.compile(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])")
_OTHER = re.compile(r"[^A-Za-z0-9]+")


def ascii_text(text: str) -> str:
    """``text`` with accents removed and everything else beyond ASCII turned into spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(
        character if character < "\x7f" else "" if "\u0300" <= character <= "\u036f" else " "
        for character in decomposed
    )


def short_hash(text: str, digits: int = 8) -> str:
    """The first hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:digits]


def snake(text: str) -> str:
    """``text`` as snake_case ASCII words; empty when nothing is left of it."""
    words = _CAMEL.sub(r"\1\3_\2\4", ascii_text(text))
    return _OTHER.sub("_", words).strip("_").lower()


def shorten(name: str, longest: int = LONGEST) -> str:
    """``name`` cut to ``longest``; what is cut off stays distinguishable by a hash."""
    if len(name) <= longest:
        return name
    return f"{name[: longest - 9].rstrip('_-.')}_{short_hash(name)}"


def identifier(text: str, fallback: str) -> str:
    """A Python identifier of at most 64 characters made from ``text``, or from ``fallback``, never a keyword."""
    name = snake(text) or snake(fallback) or "operation"
    if name in _RESERVED or name[0].isdigit():
        name = f"op_{name}"
    return shorten(name)


def slug(text: str) -> str:
    """``text`` as lower-case words joined by hyphens, for module names; empty when nothing is left."""
    return shorten(_OTHER.sub("-", ascii_text(text)).strip("-").lower(), 48).replace("_", "-")


class Taken:
    """Names given out so far. A second claim on a name gets a suffix that depends on ``what`` only."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def claim(self, name: str, what: str, longest: int = LONGEST) -> str:
        """``name`` if it is free, else ``name_<hash of what>``, else numbered."""
        chosen = name
        if chosen in self._names:
            suffix = short_hash(what, 6)
            chosen = f"{name[: longest - 7]}_{suffix}"
        number = 2
        while chosen in self._names:
            ending = f"_{number}"
            chosen = f"{name[: longest - len(ending)]}{ending}"
            number += 1
        self._names.add(chosen)
        return chosen
