"""Bytes to values: JSON, YAML's JSON-compatible core, and what is refused."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.builder.reading import read_value
from modules.builder.refusal import Refused

LIMIT = 1 << 20
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_json_comes_back_as_it_was(value: dict[str, object]) -> None:
    assert read_value(json.dumps(value).encode(), LIMIT) == value


@given(
    st.dictionaries(
        st.text("abcxyz019.:-#'\"[]{}~ \n", max_size=8).filter(lambda key: key != "<<"),
        st.text("abcxyz019.:-#'\"[]{}~ \n", max_size=8) | st.integers() | st.booleans() | st.none(),
        max_size=4,
    )
)
def test_yaml_reads_what_a_yaml_writer_wrote(value: dict[str, object]) -> None:
    assert read_value(b"top:\n  " + yaml.safe_dump(value, default_flow_style=True).encode(), LIMIT) == {"top": value}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("2024-01-02", "2024-01-02"),
        ("12:30:00", "12:30:00"),
        ("0755", "0755"),
        ("0o17", 15),
        ("0x1f", 31),
        ("1_000", "1_000"),
        ("1e3", 1000.0),
        ("-7", -7),
        ("~", None),
        ("", None),
        ("TRUE", True),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("9007199254740993", 9007199254740993),
        (".5", 0.5),
        (".", "."),
        ("1.2.3", "1.2.3"),
    ],
)
def test_yaml_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    assert read_value(f"a: {written}".encode(), LIMIT) == {"a": value}


def test_yaml_keys_are_text_as_written() -> None:
    assert read_value(b"200: ok\n1.0: one\nyes: sure\ntrue: t\n", LIMIT) == {
        "200": "ok",
        "1.0": "one",
        "yes": "sure",
        "true": "t",
    }


def test_yaml_aliases_and_merges_are_followed() -> None:
    document = b"base: &b {x: 1, y: 2}\nmade:\n  <<: *b\n  y: 3\nagain: *b\n"
    assert read_value(document, LIMIT) == {
        "base": {"x": 1, "y": 2},
        "made": {"x": 1, "y": 3},
        "again": {"x": 1, "y": 2},
    }


def test_exploding_aliases_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(Refused, match="Aliases make"):
        read_value("\n".join(lines).encode(), LIMIT)


def test_an_alias_of_itself_is_refused() -> None:
    with pytest.raises(Refused, match="contains itself"):
        read_value(b"a: &a [*a]", LIMIT)


def test_a_tag_makes_no_object() -> None:
    read = read_value(b"a: !!python/object/apply:os.system ['echo']", LIMIT)
    assert read == {"a": ["echo"]}


def test_a_document_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(Refused) as refused:
        read_value(b"{" * 11, 10)
    assert refused.value.code == "too_large"
    assert "limits.document_bytes" in refused.value.mend


@pytest.mark.parametrize("depth", [399, 5000])
def test_only_reasonable_nesting_is_read(depth: int) -> None:
    document = b"[" * depth + b"]" * depth
    if depth < 400:
        assert read_value(document, LIMIT)
    else:
        with pytest.raises(Refused, match=r"levels deep|neither JSON nor YAML"):
            read_value(document, LIMIT)


@pytest.mark.parametrize("document", [b"", b"   \n", b"\xff\xfe\xfa", b"a: [1", b"a: b: c", b"--- a\n--- b\n"])
def test_what_is_neither_json_nor_yaml_is_refused_with_a_mend(document: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_value(document, LIMIT)
    assert refused.value.mend


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read_value(b'\xef\xbb\xbf{"a": 1}', LIMIT) == {"a": 1}
    assert read_value('{"a": "ü"}'.encode("utf-16"), LIMIT) == {"a": "ü"}


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    assert read_value(b'{"a": "x\\ud800y", "b": "\\ud83d\\ude00"}', LIMIT) == {"a": "x\ufffdy", "b": "\U0001f600"}


def test_numbers_beyond_a_double_are_kept() -> None:
    assert read_value(b'{"a": 123456789012345678901234567890}', LIMIT) == {"a": 123456789012345678901234567890}
