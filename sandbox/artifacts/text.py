"""Plain text, CSV and JSON: strict UTF-8 that holds nothing unseen."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable
from typing import Any, Final, cast

from sandbox.artifacts.refusal import ArtifactRefused

_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HALF: Final = re.compile("[\ud800-\udfff]")
# Whole documents that a browser could run when it guesses a type; Markdown may well hold a `<p>`.
_MARKUP: Final = re.compile(
    r"[\ufeff\s]*<(?:!doctype\s|\?xml|(?:(?:[\w.-]+:)?svg|html|head|body|script|iframe)[\s>/])", re.IGNORECASE
)


def decoded(content: bytes) -> str:
    """The content as text. Raises ``ArtifactRefused`` for what is not UTF-8 or holds control characters."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArtifactRefused(
            f"The artifact is not UTF-8 text: byte {error.start} is wrong.", mend="Encode it as UTF-8."
        ) from None
    control = _CONTROL.search(text)
    if control is not None:
        raise ArtifactRefused(
            f"The artifact's text holds the control character U+{ord(control[0]):04X} at {control.start()}.",
            mend="Leave control characters out; tabs and ends of line may stay.",
        )
    return text


def is_markup(text: str) -> bool:
    """Whether the text begins like an HTML or XML document, which plain text may not."""
    return _MARKUP.match(text) is not None


def check_csv(text: str) -> None:
    """Raise ``ArtifactRefused`` unless the text is CSV (RFC 4180) whose records have equally many fields."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    width = None
    try:
        for record in reader:
            if record and width is None:
                width = len(record)
            if record and len(record) != width:
                raise ArtifactRefused(
                    f"The CSV's line {reader.line_num} has {len(record)} fields, and its first {width}.",
                    mend="Write equally many fields in each line, in quotes where they hold commas.",
                )
    except csv.Error as error:
        raise ArtifactRefused(
            f"The CSV's line {reader.line_num} cannot be read: {error}.", mend="Write it with the csv module."
        ) from None
    if width is None:
        raise ArtifactRefused("The CSV holds no line.", mend="Write at least its header.")


def parse_json(text: str, depth: int) -> Any:
    """The value. Stricter than Python: no NaN, no infinity, no repeated keys, no halves of characters.

    Raises ``ArtifactRefused``, also for what is nested more than ``depth`` deep.
    """
    mend = "Write it with json.dumps(value, allow_nan=False)."
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_float=_number, parse_constant=_constant)
    except RecursionError:
        raise ArtifactRefused(f"The JSON is nested more than {depth} deep.", mend="Nest it less.") from None
    except ValueError as error:
        raise ArtifactRefused(f"The artifact is no JSON: {error}.", mend=mend) from None
    _check_depth(value, depth)
    # Only an escape can have brought a half in: in UTF-8 there is none.
    if "\\ud" in text.lower() and _HALF.search(json.dumps(value, ensure_ascii=False)):
        raise ArtifactRefused("The JSON's text holds half of a character (a lone surrogate).", mend=mend)
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return members


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is larger than any number")
    return number


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def _check_depth(value: Any, depth: int) -> None:
    level = [value]
    for _ in range(depth):
        level = [part for whole in level for part in _parts(whole) if isinstance(part, dict | list)]
        if not level:
            return
    raise ArtifactRefused(f"The JSON is nested more than {depth} deep.", mend="Nest it less.")


def _parts(whole: Any) -> Iterable[Any]:
    if isinstance(whole, dict):
        return cast("dict[str, Any]", whole).values()
    return cast("list[Any]", whole) if isinstance(whole, list) else ()
