"""Regular expressions of documents (ECMA 262) as Python ones, or not at all.

Whether a pattern is kept must not depend on the interpreter, and checking one must not take for ever: a quantified
group that itself contains an unbounded quantifier (``(a+)+``) is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 1000

_NAMED = re.compile(r"\(\?<(?![=!])")
_REFUSED = re.compile(r"\\[pPkcGKRXQEzCh]|\(\?[^:=!<P]|\(\?P(?!<)|\[\[:|\[\^?\]|\\u\{|&&|--|\|\||~~")
_POSSESSIVE = re.compile(r"[*+?}]\+")


@lru_cache(maxsize=4096)
def python_pattern(pattern: str) -> str | None:
    """``pattern`` as Python reads it, or ``None`` when it cannot be read alike, or could run for ever."""
    if len(pattern) > LONGEST:
        return None
    if len(pattern) > 2 and pattern[0] == "/" and pattern.rstrip("gimsuy")[-1] == "/":
        pattern = pattern.rstrip("gimsuy")[1:-1]
    readable = _NAMED.sub("(?P<", pattern)
    if _REFUSED.search(readable) or _POSSESSIVE.search(
        readable.replace("\\+", "").replace("\\*", "").replace("\\?", "")
    ):
        return None
    try:
        re.compile(readable)
    except (re.error, RecursionError, OverflowError):
        return None
    return None if explosive(readable) else readable


def explosive(pattern: str) -> bool:
    """Whether a repeated group contains an unbounded repetition: the shape of exponential matching."""
    open_groups: list[bool] = [False]
    closed_unbounded = False
    position = 0
    in_class = False
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            position += 2
            closed_unbounded = False
            continue
        if in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
            closed_unbounded = False
        elif character == "(":
            open_groups.append(False)
            closed_unbounded = False
        elif character == ")" and len(open_groups) > 1:
            closed_unbounded = open_groups.pop()
            open_groups[-1] = open_groups[-1] or closed_unbounded
        elif _unbounded(pattern, position):
            if closed_unbounded:
                return True
            open_groups[-1] = True
        else:
            closed_unbounded = False
        position += 1
    return False


def _unbounded(pattern: str, position: int) -> bool:
    character = pattern[position]
    if character in "*+":
        return True
    if character != "{":
        return False
    limits = re.match(r"\{(\d+)(,?)(\d*)\}", pattern[position:])
    if limits is None:
        return False
    return int(limits[3] or "0" if limits[2] else limits[1]) > 20 or (bool(limits[2]) and not limits[3])
