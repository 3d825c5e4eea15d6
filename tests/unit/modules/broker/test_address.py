"""Addresses read strictly: whatever is read has one spelling, and reading that spelling changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.broker import EgressDenied, parse_url


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://a.example/{text}"):
        try:
            target = parse_url(url)
        except EgressDenied:
            continue
        written = str(target)
        assert parse_url(written) == target
        assert written.isascii()
        assert not set(written) & set(" \r\n\t\\@#") - set("@")
        assert "@" not in written.split("/")[2]


def test_text_that_is_no_url_character_is_escaped() -> None:
    assert str(parse_url("https://a.example/ü b?q=\\é%zz#f")) == "https://a.example/%C3%BC%20b?q=%5C%C3%A9%25zz"


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "127.0.0.01",
        "127.0.0.1.",
        "a.example.",
        "1.2.3.4.5",
        "user@a.example",
        "user:pw@a.example",
        "a..example",
        "-a.example",
        "a%2eexample",
        "[fe80::1%25eth0]",
        "[::1",
        "",
        "999.1.1.1",
        "a.example:0",
        "a.example:65536",
        "a.example:x",
        "a b.example",
        "a\\b.example",
        "x" * 64 + ".example",
    ],
)
def test_a_host_that_programs_could_read_differently_is_refused(host: str) -> None:
    with pytest.raises(EgressDenied):
        parse_url(f"http://{host}/")
