"""Canonical JSON against RFC 8785's own examples, and what it refuses."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.hashing import canonical_json, record_hash, sha256_hex

# RFC 8785, appendix B: the bits of an IEEE 754 double, and its text.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}

# Section 3.2.2 and 3.2.4.
SAMPLE = r"""{
  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}"""
CANONICAL_SAMPLE = bytes.fromhex(
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333"
    "333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c22"
    "5c5c5c5c5c222f227d"
)

# Section 3.2.3: names sort by their UTF-16 code units.
NAMES = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\U0001f600": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
}
SORTED_NAMES = [
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
]

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False)
)
records = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_of_the_appendix(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical_json(number) == text.encode()


def test_the_sample_of_the_standard() -> None:
    assert canonical_json(json.loads(SAMPLE)) == CANONICAL_SAMPLE


def test_names_sort_by_utf_16_code_units() -> None:
    assert list(json.loads(canonical_json(NAMES)).values()) == SORTED_NAMES


@given(records)
def test_a_record_survives_and_its_canonical_form_is_a_fixed_point(record: Any) -> None:
    canonical = canonical_json(record)
    # A float such as 1e20 is written without a point: read as what it was, every number is a double.
    again = json.loads(canonical, parse_int=float)
    assert again == record
    assert canonical_json(again) == canonical


@given(st.dictionaries(texts, scalars, min_size=2))
def test_the_hash_does_not_depend_on_the_order_of_names(record: dict[str, Any]) -> None:
    assert record_hash(record) == record_hash(dict(reversed(record.items())))


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**64, 10**400, pytest.param(10**5000, id="5001 digits")])
def test_integers_that_not_every_reader_can_hold_are_refused(number: int) -> None:
    with pytest.raises(InvalidInput) as raised:
        canonical_json({"number": [number]})
    assert len(raised.value.detail) < 200


@pytest.mark.parametrize("number", [2**53 - 1, -(2**53) + 1])
def test_the_largest_integers_stand(number: int) -> None:
    assert canonical_json(number) == str(number).encode()


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, b"bytes", {1: "a"}, {"\ud800": 1}, "\ud800", {"set"}, object()]
)
def test_what_is_not_json_is_refused_in_one_line(value: Any) -> None:
    with pytest.raises(InvalidInput) as raised:
        canonical_json([value])
    assert "\n" not in raised.value.detail


def test_endless_nesting_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(InvalidInput):
        canonical_json(value)


def test_hashes_are_over_bytes() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert record_hash({"b": 1, "a": []}) == sha256_hex(b'{"a":[],"b":1}')
