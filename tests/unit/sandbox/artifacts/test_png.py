"""A PNG is whole, of a bearable size, and nothing but its picture."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import ArtifactLimits, ArtifactRefused, accept
from tests.unit.sandbox.artifacts.pictures import DATA, END, SIGNATURE, chunk, header, png

PALETTE = chunk(b"PLTE", b"\1\2\3")


def put(content: bytes) -> bytes:
    return accept("picture.png", "image/png", content).content


def data(raw: bytes) -> bytes:
    return chunk(b"IDAT", zlib.compress(raw))


@pytest.mark.parametrize(
    "content",
    [
        png(),
        png(header(), chunk(b"sRGB", b"\0"), chunk(b"pHYs", b"\0" * 9), DATA, END),
        png(header(1, 1, 1, 0), data(b"\0\x80"), END),
        png(header(1, 1, 16, 2), data(b"\0" * 7), END),
        png(header(9, 1, 1, 3), PALETTE, chunk(b"tRNS", b"\0"), data(b"\0\0\0"), END),
        png(header(2, 2), chunk(b"IDAT", b""), DATA, END),
        # Adam7 of one pixel, and of eight by eight grey ones: rows of the seven passes
        png(header(1, 1, 8, 0, interlace=1), data(b"\0\0"), END),
        png(header(8, 8, 8, 0, interlace=1), data(b"\0" * (2 + 2 + 3 + 6 + 10 + 20 + 36)), END),
    ],
)
def test_a_right_picture_is_kept_as_it_is(content: bytes) -> None:
    accepted = accept("picture.png", "image/png", content)
    assert accepted.content == content
    assert not accepted.scrubbed


def test_data_may_be_split_where_it_likes() -> None:
    packed = zlib.compress((b"\0" + b"\x80" * 8) * 2)
    parts = [chunk(b"IDAT", packed[place : place + 1]) for place in range(len(packed))]
    assert put(png(header(), *parts, END))


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"acTL", b"fdAT", b"prVt"])
def test_room_for_something_else_is_taken_out(kind: bytes) -> None:
    hidden = b"<script>alert(1)</script>"
    accepted = accept("picture.png", "image/png", png(header(), chunk(kind, hidden), DATA, END))
    assert accepted.content == png()
    assert accepted.removed == (kind.decode(),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (png()[:-1], "too early"),
        (png()[:20], "no chunk"),
        (SIGNATURE, "too early"),
        (png() + b"\0", "after its end"),
        (png() + b"<html><script>alert(1)</script>", "after its end"),
        (png() + png(), "after its end"),
        (png(header(), DATA), "too early"),
        (png(header(), END), "not what its size says"),
        (png(DATA, header(), END), "begin with its header"),
        (png(header(), header(), DATA, END), "two headers"),
        (png(header(), DATA, chunk(b"tEXt", b"a"), DATA, END), "interrupted"),
        (png(header(), DATA, chunk(b"IEND", b"x")), "end holds data"),
        (png(header(), chunk(b"EVIL", b""), DATA, END), "critical and unknown"),
        (png(header(), chunk(b"sRGB", b"\0"), chunk(b"sRGB", b"\0"), DATA, END), "twice"),
        (png(header(1, 1, 8, 3), data(b"\0\0"), END), "palette is missing"),
        (png(header(1, 1, 8, 0), PALETTE, data(b"\0\0"), END), "palette is wrong"),
        (png(header(1, 1, 8, 3), data(b"\0\0"), PALETTE, END), "palette is wrong"),
        (png(header(1, 1, 8, 3), chunk(b"PLTE", b"\0"), data(b"\0\0"), END), "palette is wrong"),
        (png(header(depth=3), DATA, END), "format that PNG does not have"),
        (png(header(colour=5), DATA, END), "format that PNG does not have"),
        (png(header(odd=1), DATA, END), "format that PNG does not have"),
        (png(header(interlace=2), DATA, END), "format that PNG does not have"),
        (png(header(0, 2), DATA, END), "is empty"),
        (png(header(), chunk(b"IDAT", b"nonsense"), END), "cannot be decompressed"),
        (png(header(), data(b"\0" * 17), END), "not what its size says"),
        (png(header(), data(b"\0" * 19), END), "more than its size says"),
        (png(header(), chunk(b"IDAT", zlib.compress(b"\0" * 18) + b"<html>"), END), "after its data"),
        (png(header(), chunk(b"IDAT", zlib.compress(b"\0" * 18)), chunk(b"IDAT", b"<html>"), END), "after its data"),
        (png(header(), chunk(b"IDAT", zlib.compress(b"\0" * 18)[:-2]), END), "not what its size says"),
        (png(header(), struct.pack(">I", 2**31) + b"IDAT", DATA, END), "no chunk"),
    ],
)  # fmt: skip
def test_a_damaged_picture_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ArtifactRefused, match=reason):
        put(content)


@pytest.mark.parametrize("place", range(8, len(png())))
def test_a_flipped_bit_anywhere_is_noticed(place: int) -> None:
    content = bytearray(png())
    content[place] ^= 1
    with pytest.raises(ArtifactRefused):
        put(bytes(content))


def test_a_bomb_of_pixels_is_refused_by_its_header() -> None:
    with pytest.raises(ArtifactRefused, match="100000 × 100000 pixels"):
        put(png(header(100_000, 100_000), chunk(b"IDAT", b"never looked at"), END))


def test_a_bomb_of_data_is_cut_where_the_picture_ends() -> None:
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    with pytest.raises(ArtifactRefused, match="more than its size says"):
        put(png(header(), chunk(b"IDAT", bomb), END))


def test_the_bound_on_pixels_is_a_limit_like_others() -> None:
    assert accept("p", "image/png", png(), ArtifactLimits(pixels=4))
    with pytest.raises(ArtifactRefused, match="at most 3"):
        accept("p", "image/png", png(), ArtifactLimits(pixels=3))


@given(st.lists(st.sampled_from([header(), DATA, END, PALETTE, chunk(b"tEXt", b"<svg>"), b"\0", b"<svg>"]), max_size=6))
def test_what_passes_is_always_the_same_picture(chunks: list[bytes]) -> None:
    try:
        assert put(png(*chunks)) in (png(), png(header(), PALETTE, DATA, END))
    except ArtifactRefused:
        assert chunks != [header(), DATA, END]
