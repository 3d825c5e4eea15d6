"""A text that a regular expression matches, drawn at random."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

LONGEST_REPEAT = 4
CATEGORIES = {
    op.CATEGORY_DIGIT: string.digits,
    op.CATEGORY_WORD: string.ascii_letters + string.digits + "_",
    op.CATEGORY_SPACE: " ",
    op.CATEGORY_NOT_DIGIT: string.ascii_letters,
    op.CATEGORY_NOT_WORD: "-",
    op.CATEGORY_NOT_SPACE: string.ascii_letters,
}
PRINTABLE = string.ascii_letters + string.digits + "-_. "


class NoText(ValueError):
    """The pattern is not one that a text can be drawn for here."""


def draw(pattern: str, rng: random.Random, *, longest: int = LONGEST_REPEAT) -> str:
    """A text that ``pattern`` (Python's or JavaScript's spelling) finds a match in. Raises ``NoText``."""
    try:
        compiled = re.compile(pattern)
        text = _sequence(_parser.parse(pattern), rng, longest, {})
    except (re.error, NoText, RecursionError, IndexError) as error:
        raise NoText(f"{pattern!r}: {error}") from error
    if compiled.search(text) is None:
        raise NoText(pattern)
    return text


def _sequence(nodes: Any, rng: random.Random, longest: int, groups: dict[int, str]) -> str:
    return "".join(_node(code, value, rng, longest, groups) for code, value in nodes)


def _node(code: Any, value: Any, rng: random.Random, longest: int, groups: dict[int, str]) -> str:
    if code in _CHARACTERS:
        return _CHARACTERS[code](value, rng)
    if code is op.BRANCH:
        return _sequence(rng.choice(value[1]), rng, longest, groups)
    if code is op.SUBPATTERN:
        group, _, _, inner = value
        text = _sequence(inner, rng, longest, groups)
        groups |= {group: text} if group is not None else {}
        return text
    if code in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        least, most, inner = value
        count = rng.randint(least, max(least, min(int(most), least + longest)))
        return "".join(_sequence(inner, rng, longest, groups) for _ in range(count))
    if code is op.GROUPREF:
        return groups.get(value, "")
    if code in {op.AT, op.ASSERT_NOT, op.ASSERT}:  # checked by the match at the end
        return ""
    raise NoText(str(code))


def _members(items: Any) -> str:
    negated = items[0][0] is op.NEGATE
    found = "".join(_range(code, value) for code, value in items if code is not op.NEGATE)
    if negated:
        found = "".join(character for character in PRINTABLE if character not in found)
    if not found:
        raise NoText("an empty set")
    return found


def _range(code: Any, value: Any) -> str:
    if code is op.LITERAL:
        return chr(value)
    if code is op.RANGE:
        low, high = value
        return "".join(map(chr, range(low, min(high, low + 200) + 1)))
    if code is op.CATEGORY:
        return CATEGORIES[value]
    raise NoText(str(code))


_CHARACTERS: dict[Any, Callable[[Any, random.Random], str]] = {
    op.LITERAL: lambda value, _: chr(value),
    op.NOT_LITERAL: lambda value, _: next(character for character in PRINTABLE if ord(character) != value),
    op.ANY: lambda _, rng: rng.choice(string.ascii_letters),
    op.IN: lambda value, rng: rng.choice(_members(value)),
}
