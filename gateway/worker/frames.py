"""Frames on the socket between the service and its worker: four bytes of length, then JSON."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any

LENGTH = struct.Struct(">I")
LONGEST = 64 * 1024 * 1024
Frame = dict[str, Any]

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def packed(frame: Frame) -> bytes:
    """``frame`` as it travels. A lone surrogate, which UTF-8 cannot hold, becomes a question mark."""
    body = _encode(frame).encode("utf-8", "replace")
    return LENGTH.pack(len(body)) + body


async def read_frame(reader: asyncio.StreamReader) -> Frame | None:
    """The next frame; ``None`` when the other side has gone."""
    try:
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        return json.loads(await reader.readexactly(length)) if length <= LONGEST else None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
