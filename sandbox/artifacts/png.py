"""PNG: read chunk by chunk, and built anew from the chunks that make the picture (PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sandbox.artifacts.refusal import ArtifactRefused

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# Bit depths that each colour type may have, and its samples a pixel.
_COLOURS: Final = {
    0: ((1, 2, 4, 8, 16), 1),
    2: ((8, 16), 3),
    3: ((1, 2, 4, 8), 1),
    4: ((8, 16), 2),
    6: ((8, 16), 4),
}
_CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
# Of the chunks that a decoder may ignore, those that change how the picture looks. Texts, EXIF, colour profiles and
# animation frames go: each is room for something else in the same file.
_KEPT: Final = _CRITICAL | {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD"}
# First column, first row, step between columns, step between rows, of each pass of Adam7.
_PASSES: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    colour: int
    bits: int
    """Bits a pixel."""
    interlaced: bool

    @property
    def data_bytes(self) -> int:
        """How many bytes the picture's data has when it is decompressed."""
        if not self.interlaced:
            return self._pass_bytes(self.width, self.height)
        return sum(
            self._pass_bytes(-(-(self.width - column) // across), -(-(self.height - row) // down))
            for column, row, across, down in _PASSES
        )

    def _pass_bytes(self, width: int, height: int) -> int:
        return height * (1 + (width * self.bits + 7) // 8) if width > 0 and height > 0 else 0


def scrub_png(content: bytes, pixels: int) -> tuple[bytes, tuple[str, ...]]:
    """The picture and nothing besides, and the names of the chunks that were taken out.

    Raises ``ArtifactRefused`` for anything that a strict decoder would not read, for bytes after its end, and for more
    than ``pixels`` pixels, before any of them is decompressed.
    """
    kept, removed = [SIGNATURE], set[str]()
    header: _Header | None = None
    data: list[bytes] = []
    seen: set[bytes] = set()
    before = b""
    for kind, body, whole in _chunks(content):
        if header is None:
            header = _header(kind, body, pixels)
        else:
            _check_order(kind, body, header, seen, before)
        if kind == b"IDAT":
            data.append(body)
        if kind in _KEPT:
            kept.append(whole)
        elif kind[0] & 0x20:
            removed.add(kind.decode())
        else:
            raise _refused(f"its chunk {kind.decode()} is critical and unknown")
        seen.add(kind)
        before = kind
    if header is None or before != b"IEND":
        raise _refused("it ends too early")
    if header.colour == 3 and b"PLTE" not in seen:
        raise _refused("its palette is missing")
    _check_data(data, header.data_bytes)
    return b"".join(kept), tuple(sorted(removed))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Each chunk's type, its data, and the chunk whole."""
    place = len(SIGNATURE)
    while place < len(content):
        if place + 12 > len(content):
            raise _refused("it ends too early, or there are bytes after its end")
        length, kind = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if not (kind.isascii() and kind.isalpha()) or end > len(content):
            raise _refused(f"what stands at byte {place} is no chunk")
        body = content[place + 8 : end - 4]
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(content[end - 4 : end], "big"):
            raise _refused(f"the checksum of its chunk {kind.decode()} is wrong")
        yield kind, body, content[place:end]
        if kind == b"IEND" and end != len(content):
            raise _refused(f"{len(content) - end} bytes stand after its end")
        place = end


def _header(kind: bytes, body: bytes, pixels: int) -> _Header:
    if kind != b"IHDR" or len(body) != 13:
        raise _refused("it does not begin with its header")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
    depths, samples = _COLOURS.get(colour, ((), 0))
    if depth not in depths or compression or filtering or interlace > 1:
        raise _refused("its header names a format that PNG does not have")
    if not 0 < width < 2**31 or not 0 < height < 2**31:
        raise _refused("it is empty")
    if width * height > pixels:
        raise ArtifactRefused(
            f"The PNG has {width} × {height} pixels; at most {pixels} are accepted.", mend="Make it smaller."
        )
    return _Header(width, height, colour, depth * samples, interlace == 1)


def _check_order(kind: bytes, body: bytes, header: _Header, seen: set[bytes], before: bytes) -> None:
    match kind:
        case b"IHDR":
            raise _refused("it has two headers")
        case b"PLTE":
            fits = 0 < len(body) <= 3 * 256 and len(body) % 3 == 0 and header.colour in (2, 3, 6)
            if not fits or b"IDAT" in seen or kind in seen:
                raise _refused("its palette is wrong or in the wrong place")
        case b"IDAT":
            if kind in seen and before != kind:
                raise _refused("its data are interrupted by another chunk")
        case b"IEND":
            if body:
                raise _refused("its end holds data")
        case _ if kind in _KEPT and kind in seen:
            raise _refused(f"its chunk {kind.decode()} stands twice")
        case _:
            pass


def _check_data(parts: list[bytes], expected: int) -> None:
    """Decompress, a piece at a time and none of it held: exactly the picture's rows, and nothing behind them."""
    inflate = zlib.decompressobj()
    found = 0
    try:
        for part in parts:
            while part and not inflate.eof:
                found += len(inflate.decompress(part, _PIECE))
                part = inflate.unconsumed_tail
                if found > expected:
                    raise _refused("its data are more than its size says")
            if inflate.eof and (part or inflate.unused_data):
                raise _refused("bytes stand after its data")
        found += len(inflate.flush())
    except zlib.error:
        raise _refused("its data cannot be decompressed") from None
    if not inflate.eof or found != expected:
        raise _refused("its data are not what its size says")


def _refused(reason: str) -> ArtifactRefused:
    return ArtifactRefused(f"The PNG is damaged: {reason}.", mend="Give the file whole, as an encoder wrote it.")
