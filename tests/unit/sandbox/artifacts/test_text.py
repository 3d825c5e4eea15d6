"""Text is strict UTF-8 without anything unseen; JSON and CSV are what their rules say."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import ArtifactRefused, accept

LATIN = "é".encode("latin-1")


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown", "TEXT/Plain; charset=UTF-8"])
@pytest.mark.parametrize("content", ["# Größe\n\n- a\tb\r\n", "{}", "<p>a paragraph</p>", "\ufeffbom", "a < b", "שלום"])
def test_text_is_kept_as_it_is(media_type: str, content: str) -> None:
    accepted = accept("notes", media_type, content.encode())
    assert accepted.content == content.encode()
    assert accepted.media_type in ("text/plain", "text/markdown")
    assert not accepted.scrubbed


@pytest.mark.parametrize(
    "content",
    [
        LATIN, b"a\0b", b"a\x1b[2J", b"\x7f", "a\x85".encode(), "ab".encode("utf-16"), "ab".encode("utf-16-le"),
        b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"GIF89a\x01\0", b"%PDF-1.7\n\xe2\xe3", b"",
    ],
)  # fmt: skip
@pytest.mark.parametrize("media_type", ["text/plain", "text/csv", "application/json", "image/svg+xml"])
def test_what_is_no_text_is_refused_under_every_name_of_text(content: bytes, media_type: str) -> None:
    with pytest.raises(ArtifactRefused):
        accept("notes", media_type, content)


@pytest.mark.parametrize(
    "content",
    [
        "<!DOCTYPE html><p>", "<html><script>alert(1)</script>", " \n<SCRIPT>alert(1)</SCRIPT>", "\ufeff<html >",
        '<?xml version="1.0"?><a/>', '<svg xmlns="http://www.w3.org/2000/svg"/>', "<x:svg onload='1'/>",
        "<iframe src=x>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown", "text/csv", "application/json"])
def test_a_document_that_a_browser_could_run_is_no_text(content: str, media_type: str) -> None:
    with pytest.raises(ArtifactRefused):
        accept("notes", media_type, content.encode())


def test_utf_7_is_read_as_the_plain_text_that_it_is() -> None:
    assert accept("notes", "text/plain", b"+ADw-script+AD4-").content == b"+ADw-script+AD4-"
    with pytest.raises(ArtifactRefused):
        accept("notes", "text/plain; charset=utf-7", b"+ADw-script+AD4-")


@pytest.mark.parametrize(
    "content", ["a,b\n1,2\n", 'a,"b\nc"\r\n"1,5",2\r\n', "alone\nalso\n", "a;b\n1;2", "a,b\n\n1,2\n"]
)
def test_csv_is_kept_as_it_is(content: str) -> None:
    assert accept("table", "text/csv", content.encode()).content == content.encode()


@pytest.mark.parametrize("content", ["a,b\n1\n", "a,b\n1,2,3\n", 'a,"b\n', 'a,"b"c\n', "\n\n", "x" * 200_000])
def test_csv_that_reads_differently_here_and_there_is_refused(content: str) -> None:
    with pytest.raises(ArtifactRefused):
        accept("table", "text/csv", content.encode())


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "{'a': 1}", "NaN", "[Infinity]", "[-Infinity]", "1e999", "[1,]", "// c\n1", '{"a": 1, "a": 2}',
        '"\\ud800"', '{"\\udc00": 1}', "\ufeff{}", '"\t"', "1" * 5000, "[" * 65 + "]" * 65,
        "[" * 65 + "1" + "]" * 65, "[" * 200_000, '{"a":' * 100_000,
    ],
)  # fmt: skip
def test_json_is_strict(content: str) -> None:
    with pytest.raises(ArtifactRefused):
        accept("value", "application/json", content.encode())


def test_json_may_be_nested_as_deep_as_the_limit_says() -> None:
    assert accept("value", "application/json", b"[" * 64 + b"1" + b"]" * 64)


def test_what_is_wrong_with_json_is_said_with_its_mend() -> None:
    with pytest.raises(ArtifactRefused, match="NaN is no JSON number") as refused:
        accept("value", "application/json", b'{"a": NaN}')
    assert "allow_nan=False" in refused.value.mend
    assert (refused.value.code, refused.value.status) == ("artifact_refused", 422)


LETTERS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | LETTERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LETTERS, inner, max_size=4),
)


@given(JSON, st.booleans())
def test_every_json_value_is_accepted_however_it_is_written(value: Any, ascii_only: bool) -> None:
    content = json.dumps(value, ensure_ascii=ascii_only, allow_nan=False).encode()
    assert accept("value", "application/json", content).content == content


@pytest.mark.parametrize("content", ['"\\ud83d\\ude00"', '"\\\\ud800"'])
def test_a_character_written_in_two_halves_is_whole(content: str) -> None:
    assert accept("value", "application/json", content.encode()).content == content.encode()


@given(
    st.binary(max_size=200),
    st.sampled_from(["text/plain", "text/csv", "application/json", "image/svg+xml", "image/png"]),
)
def test_whatever_comes_is_accepted_or_refused(content: bytes, media_type: str) -> None:
    try:
        accepted = accept("any", media_type, content)
    except ArtifactRefused:
        return
    assert accepted.media_type == media_type
    assert accepted.content.decode()
