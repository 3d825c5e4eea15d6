"""Frames on a pipe: four bytes of length, big-endian, then the bytes. JSON in them is strict.

Used on both sides of the fence; each side gives the limit above which it does not read on.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Iterable
from typing import Any, cast

HEADER = struct.Struct(">I")
DEPTH = 64
_PLAIN = frozenset({str, int, float, bool, type(None)})


class FrameError(Exception):
    """The channel ended or a frame is over its limit."""


class NotJson(Exception):
    """A value that is not plain JSON. ``place`` is its path inside the value."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TooMuch(Exception):
    """The value would be over the limit as JSON."""


def read_exact(fd: int, length: int) -> bytes:
    """``length`` bytes of ``fd``, or ``FrameError`` when it ends before."""
    parts: list[bytes] = []
    while length:
        part = os.read(fd, min(length, 1 << 20))
        if not part:
            raise FrameError("the channel was closed")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def read_frame(fd: int, limit: int) -> bytes:
    """The next frame's bytes."""
    (length,) = HEADER.unpack(read_exact(fd, HEADER.size))
    if length > limit:
        raise FrameError(f"a frame of {length} bytes is over the limit of {limit}")
    return read_exact(fd, length)


def write_frame(fd: int, body: bytes) -> None:
    """Write one frame whole."""
    view = memoryview(HEADER.pack(len(body)) + body)
    while view:
        view = view[os.write(fd, view) :]


def check_plain(value: Any, budget: int) -> None:
    """Raise unless ``value`` is exactly JSON: no subclasses, no keys but text, at most 64 deep.

    ``budget`` bounds how many values are looked at, so that shared structure cannot make this run for ever.
    """
    level, depth = [value], 0
    while level:
        if depth > DEPTH:
            raise NotJson(f"the value is nested more than {DEPTH} deep")
        below: list[Any] = []
        for item in level:
            if type(item) not in _PLAIN:
                below.extend(_parts(item))
                if len(below) > budget:
                    raise TooMuch("the value has too many parts")
        budget -= len(level)
        level, depth = below, depth + 1


def _parts(item: Any) -> Iterable[Any]:
    """What a container holds; ``NotJson`` for anything that is no JSON container."""
    if type(item) is list:
        return cast("list[Any]", item)
    if type(item) is dict:
        members = cast("dict[Any, Any]", item)
        for key in members:
            if type(key) is not str:
                raise NotJson(f"a key is {type(key).__name__}, not text")
        return members.values()
    raise NotJson(f"a value of type {type(item).__name__} is not JSON")


_encode = json.JSONEncoder(
    skipkeys=False, ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")
).encode


def strict_json(value: Any, limit: int) -> bytes:
    """``value`` as UTF-8 JSON of at most ``limit`` bytes; ``NotJson`` or ``TooMuch`` otherwise."""
    check_plain(value, limit)
    try:
        body = _encode(value).encode("utf-8")
    except UnicodeEncodeError:
        raise NotJson("a text holds half of a surrogate pair") from None
    except ValueError as error:
        raise NotJson(str(error)) from None
    if len(body) > limit:
        raise TooMuch(f"{len(body)} bytes of JSON, limit {limit}")
    return body


def _refuse(constant: str) -> Any:
    raise NotJson(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJson("a number is over the largest")
    return number


_decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def parse_json(body: bytes) -> Any:
    """Parse JSON from the other side; ``NotJson`` for whatever ``strict_json`` would not have sent."""
    try:
        text = body.decode("utf-8")
        value = _decoder.decode(text)
        if "\\u" in text:
            _encode(value).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise NotJson(f"not JSON: {error}") from None
    if text.count("[") + text.count("{") > DEPTH:  # only then can it be too deep
        check_plain(value, len(body))
    return value
