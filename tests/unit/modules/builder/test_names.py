"""Names: ASCII, unique, never a keyword, the same on every run."""

from __future__ import annotations

import keyword

from hypothesis import given
from hypothesis import strategies as st

from modules.builder.openapi.names import Taken, identifier, slug, snake


def test_names_read_as_words() -> None:
    assert snake("getHTTPResponseById") == "get_http_response_by_id"
    assert snake("Zürich-Straße") == "zurich_stra_e"
    assert slug("My API: v2 (beta)") == "my-api-v2-beta"


def test_keywords_digits_and_foreign_scripts_get_names_too() -> None:
    assert identifier("class", "GET /a") == "op_class"
    assert identifier("import", "GET /a") == "op_import"
    assert identifier("2fa", "GET /a") == "op_2fa"
    assert identifier("天気予報", "GET /天気/{id}") == "get_id"
    assert identifier("", "GET /") == "get"


@given(st.text(max_size=400), st.text(max_size=40))
def test_every_text_gives_an_identifier(text: str, fallback: str) -> None:
    name = identifier(text, fallback)
    assert name.isidentifier()
    assert name.isascii()
    assert len(name) <= 64
    assert not keyword.iskeyword(name)
    assert not keyword.issoftkeyword(name)


@given(st.lists(st.sampled_from(["a", "a_2", "b" * 64]), max_size=12))
def test_no_name_is_given_twice(names: list[str]) -> None:
    taken = Taken()
    given_out = [taken.claim(name, f"{index}") for index, name in enumerate(names)]
    assert len(set(given_out)) == len(names)
    assert all(len(name) <= 64 for name in given_out)


def test_long_names_stay_apart() -> None:
    assert identifier("x" * 300, "") != identifier("x" * 299, "")
