"""Frames and strict JSON."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.guest.frames import FrameError, NotJson, TooMuch, parse_json, read_frame, strict_json, write_frame

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_plain_values_travel_unchanged(value: Any) -> None:
    assert parse_json(strict_json(value, 1 << 20)) == value


class _Text(str):
    pass


@pytest.mark.parametrize(
    "value",
    [(1,), {1}, b"x", object(), _Text("x"), {1: 2}, {None: 1}, {_Text("k"): 1}, float("nan"), [float("inf")], "\ud800"],
)
def test_what_is_not_plain_json_is_refused(value: Any) -> None:
    with pytest.raises(NotJson):
        strict_json(value, 1 << 20)


def test_a_value_over_the_limit_is_too_much() -> None:
    with pytest.raises(TooMuch):
        strict_json("x" * 100, 100)


def test_shared_structure_cannot_blow_up() -> None:
    value: list[Any] = []
    for _ in range(60):
        value = [value, value]
    with pytest.raises(TooMuch):
        strict_json(value, 10_000)


def test_a_cycle_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(NotJson):
        strict_json(value, 10_000)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"NaN", b"[Infinity]", b"1e400", b"[-1E400]", b"9" * 400 + b".0", b'"\\ud800"', b"\xff", b"1 2",
     b"[" * 50_000, b"[" * 66 + b"]" * 66, b'{"a":' * 66 + b"1" + b"}" * 66, b"9" * 10_000],
)  # fmt: skip
def test_doubtful_json_from_the_other_side_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json(body)


def test_what_one_end_may_send_the_other_takes() -> None:
    value: Any = "[{" * 100
    for _ in range(64):
        value = [value]
    assert parse_json(strict_json(value, 10_000)) == value


def test_an_escaped_pair_of_surrogates_is_a_character() -> None:
    assert parse_json(json.dumps("😀").encode()) == "😀"


def test_a_frame_over_the_limit_is_an_error() -> None:
    reader, writer = os.pipe()
    write_frame(writer, b"abc")
    write_frame(writer, b"abcdef")
    assert read_frame(reader, 3) == b"abc"
    with pytest.raises(FrameError):
        read_frame(reader, 3)
    os.close(writer)
    os.close(reader)


def test_a_channel_that_ends_inside_a_frame_is_an_error() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"\x00\x00\x00\x09abc")
    os.close(writer)
    with pytest.raises(FrameError):
        read_frame(reader, 1 << 20)
    os.close(reader)
