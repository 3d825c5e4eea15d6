"""What may stand in an SVG: the elements and attributes that draw, and nothing that acts, fetches or restyles a page.

Left out on purpose: ``script``; ``foreignObject`` (HTML); ``image`` and ``feImage`` (they fetch, or hold a file that
nobody checked); ``style`` and ``class`` (rules that would reach the page around an SVG that is put into it); ``a``
(only its content stays); ``animate`` and ``set`` (they can set what was scrubbed, an ``href`` too); ``filter`` (a few
of them keep a browser busy for minutes).
"""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ELEMENTS: Final = _words(
    """svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath
    linearGradient radialGradient stop clipPath mask pattern marker"""
)
UNWRAPPED: Final = frozenset({"a", "switch"})
"""Elements of which only the content stays."""

PRESENTATION: Final = _words(
    """fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit
    stroke-dasharray stroke-dashoffset opacity color visibility display clip-path clip-rule mask marker marker-start
    marker-mid marker-end paint-order stop-color stop-opacity font-family font-size font-style font-weight font-stretch
    font-variant letter-spacing word-spacing text-anchor text-decoration dominant-baseline alignment-baseline
    baseline-shift writing-mode direction vector-effect shape-rendering text-rendering transform transform-origin
    mix-blend-mode"""
)
"""Properties that may stand as attributes and inside ``style``."""

ATTRIBUTES: Final = PRESENTATION | _words(
    """width height viewBox preserveAspectRatio version x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points rotate
    textLength lengthAdjust startOffset method spacing side pathLength offset gradientUnits gradientTransform
    spreadMethod clipPathUnits maskUnits maskContentUnits patternUnits patternContentUnits patternTransform markerUnits
    markerWidth markerHeight refX refY orient"""
)
REFERRING: Final = frozenset({"use", "textPath", "linearGradient", "radialGradient", "pattern"})
"""Elements whose ``href`` may name a part of the same document."""

ID: Final = re.compile(r"[A-Za-z_][\w.-]{0,99}", re.ASCII)
FRAGMENT: Final = re.compile(r"#([A-Za-z_][\w.-]{0,99})", re.ASCII)
REFERENCE: Final = re.compile(r"url\(\s*(['\"]?)#([A-Za-z_][\w.-]{0,99})\1\s*\)", re.ASCII)
# Values are CSS, in attributes too: no backslash (an escape spells url without writing it), colon, slash, at sign or
# semicolon can stand in them.
_VALUE: Final = re.compile(r"[\w\s#.,%()+'\"*-]*")
_WORD: Final = re.compile(r"[\w-]*")
_FUNCTIONS: Final = _words(
    "rgb rgba hsl hsla matrix translate translatex translatey scale scalex scaley rotate skewx skewy"
)


def is_safe_value(value: str) -> bool:
    """Whether a value draws only: known functions, and ``url`` with a fragment of the same document."""
    plain = REFERENCE.sub(" ", value)
    if _VALUE.fullmatch(plain) is None:
        return False
    *heads, _ = plain.split("(")
    return all(_last_word(head) in _FUNCTIONS for head in heads)


def _last_word(text: str) -> str:
    # Read backwards, since a search for it forwards takes quadratic time on what has no end.
    found = _WORD.match(text.rstrip()[::-1])
    return "" if found is None else found[0][::-1].lower()


def safe_style(style: str) -> tuple[str, bool]:
    """The declarations of a ``style`` that may stay, and whether all did."""
    kept: list[str] = []
    complete = True
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        if name in PRESENTATION and colon and is_safe_value(value):
            kept.append(f"{name}: {value.strip()}")
        else:
            complete = complete and not declaration.strip()
    return "; ".join(kept), complete
