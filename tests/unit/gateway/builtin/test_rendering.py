"""Results as people read them: compact, the same every time, and harmless whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import ToolSource
from gateway.builtin.rendering import render_failure, render_message, render_result

SOURCE = ToolSource(module="tides", operation="next_high_water", version="0123456789abcdef" * 4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=30,
)


def test_an_object_is_a_list_of_its_members() -> None:
    assert render_result({"height_m": 3.2, "spring": True, "note": None}) == (
        "- **height_m**: 3.2\n- **spring**: yes\n- **note**: –"
    )


def test_records_are_a_table() -> None:
    lines = render_result([{"port": "Bodø", "m": 1.5}, {"port": "Røst", "wind": "N|E"}]).splitlines()
    assert lines == ["| port | m | wind |", "| --- | --- | --- |", "| Bodø | 1.5 | – |", "| Røst | – | N\\|E |"]


def test_series_of_equal_length_are_a_table() -> None:
    assert "| 06:00 | 3.1 |" in render_result({"time": ["06:00", "12:00"], "height": [3.1, 0.4]})


def test_long_lists_are_cut_and_counted() -> None:
    text = render_result([{"n": number} for number in range(75)])
    assert "| 19 |" in text
    assert "| 20 |" not in text
    assert "55 more of 75 rows" in text


def test_many_columns_are_cut_and_counted() -> None:
    assert "4 more columns" in render_result([{f"c{number}": 1 for number in range(12)}])


def test_the_source_stands_last() -> None:
    assert render_result("flood", SOURCE) == "flood\n\nSource: tides · next_high_water, version 0123456789ab"


@pytest.mark.parametrize("nothing", [[], {}, "", None])
def test_nothing_is_said_to_be_nothing(nothing: Any) -> None:
    assert render_result(nothing).strip()


def test_a_failure_says_what_failed_and_why() -> None:
    text = render_failure({"code": "upstream_status", "message": "HTTP 503", "retryable": True}, SOURCE)
    assert text.startswith("tides · next_high_water failed (upstream_status): HTTP 503. Trying again may help.")


def test_an_envelope_is_opened() -> None:
    assert "3.2" in render_message('{"ok": true, "data": {"h": 3.2}, "error": null}', SOURCE, failed=False)
    failed = '{"ok": false, "data": null, "error": {"code": "c", "message": "m"}}'
    assert "failed (c): m" in render_message(failed, SOURCE, failed=False)


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert render_message("plain words", None, failed=False) == "plain words"


def test_foreign_text_loads_and_hides_nothing() -> None:
    text = render_result({"a": "![x](https://evil.example/?q=1) <img src=x> `code`"})
    assert "![x](" not in text
    assert "\\[x](" in text
    assert "\\<img" in text


@given(JSON)
def test_any_json_is_rendered_the_same_way_twice(data: Any) -> None:
    assert render_result(data, SOURCE) == render_result(data, SOURCE)
    assert len(render_result(data)) < 13_000
