"""Regular expressions of documents (ECMA 262) as Python ones, or not at all.

Whether a pattern is kept must not depend on the interpreter, and checking one must not take for ever: a repeated group
that itself contains an open repetition (``(a+)+``) is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 1000
_FEW = 20

_DELIMITED = re.compile(r"/(.+)/[gimsuy]*", re.DOTALL)
_UNLIKE = re.compile(
    r"\\[pPkcGKRXQEzChH]|\\u\{|\(\?[^:=!<P]|\(\?P(?!<)|\(\?<?[=!][^)]*\(\?<?[=!]|[*+?}]\+|\[:\w+:\]|\(\?<[=!][^)]*[*+{]"
)
_NAMED = re.compile(r"\(\?<(?![=!])")
_COUNTS = re.compile(r"\{(\d+)(,?)(\d*)\}")


@lru_cache(maxsize=4096)
def python_pattern(pattern: str) -> str | None:
    """``pattern`` as Python reads it, or ``None`` when it cannot be read alike, or could run for ever."""
    if len(pattern) > LONGEST:
        return None
    delimited = _DELIMITED.fullmatch(pattern)
    if delimited is not None:
        pattern = delimited[1]
    bare = re.sub(r"\\[\\*+?{}.|()\[\]^$/-]", "_", pattern)
    if _UNLIKE.search(bare):
        return None
    readable = _plain_classes(_NAMED.sub("(?P<", pattern))
    if readable is None or explosive(readable):
        return None
    try:
        re.compile(readable)
    except (re.error, RecursionError, OverflowError):
        return None
    return readable


def _plain_classes(pattern: str) -> str | None:
    """Character classes without what Python may one day read as set operations; ``None`` where ECMA's differ."""
    written: list[str] = []
    position = 0
    opened = -1
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            written.append(pattern[position : position + 2])
            position += 2
            continue
        if opened >= 0:
            first = position == opened + 1 or (position == opened + 2 and pattern[opened + 1] == "^")
            if character == "]":
                if first:
                    return None
                opened = -1
            elif pattern.startswith("--", position):
                return None
            elif character in "[&|~":
                character = f"\\{character}"
        elif character == "[":
            opened = position
        written.append(character)
        position += 1
    return "".join(written)


def explosive(pattern: str) -> bool:
    """Whether a repeated group contains an open repetition: the shape of exponential matching."""
    open_groups: list[bool] = [False]
    closed_open = False
    position = 0
    in_class = False
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            position += 2
            closed_open = False
            continue
        if in_class:
            in_class = character != "]"
        elif character == "(":
            open_groups.append(False)
            closed_open = False
        elif character == ")" and len(open_groups) > 1:
            closed_open = open_groups.pop()
            open_groups[-1] = open_groups[-1] or closed_open
        elif _open_ended(pattern, position):
            if closed_open:
                return True
            open_groups[-1] = True
        else:
            in_class = character == "["
            closed_open = False
        position += 1
    return False


def _open_ended(pattern: str, position: int) -> bool:
    if pattern[position] in "*+":
        return True
    counts = _COUNTS.match(pattern, position)
    if counts is None:
        return False
    return int(counts[3] or counts[1]) > _FEW or (bool(counts[2]) and not counts[3])
