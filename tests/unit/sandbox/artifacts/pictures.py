"""PNGs and SVGs that a test makes up."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SVG = "http://www.w3.org/2000/svg"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int = 2, height: int = 2, depth: int = 8, colour: int = 6, interlace: int = 0, odd: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, odd, 0, interlace))


DATA = chunk(b"IDAT", zlib.compress((b"\0" + b"\x80" * 8) * 2))
END = chunk(b"IEND")


def png(*chunks: bytes) -> bytes:
    """A PNG of these chunks; without any, a right one of two by two pixels."""
    return SIGNATURE + b"".join(chunks or (header(), DATA, END))


def svg(body: str, attributes: str = "") -> bytes:
    return f'<svg xmlns="{SVG}" {attributes}>{body}</svg>'.encode()
