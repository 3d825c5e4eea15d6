"""A chart is valid Vega-Lite of a known version, with its data inside, and reaches nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import time
from importlib.resources import files
from typing import Any

import pytest

from sandbox import ArtifactLimits, ArtifactRefused, accept

V5, V6 = (f"https://vega.github.io/schema/vega-lite/{version}.json" for version in ("v5", "v6"))
ROWS = [{"month": "Jan", "sales": 28}, {"month": "Feb", "sales": 55.5}]
ENCODING = {
    "x": {"field": "month", "type": "ordinal", "sort": ["Jan", "Feb"]},
    "y": {"field": "sales", "type": "quantitative", "aggregate": "sum", "axis": {"title": "Sales", "format": "~s"}},
    "color": {"condition": {"test": "datum.sales > 30", "value": "#1f77b4"}, "value": "lightgray"},
    "tooltip": [{"field": "month"}, {"field": "sales"}],
}
BAR = {"$schema": V6, "data": {"values": ROWS}, "mark": "bar", "encoding": ENCODING}
VIEW = {"mark": {"type": "line", "point": True}, "encoding": ENCODING}


def put(chart: Any, media_type: str = "application/vnd.vegalite.v6+json") -> None:
    content = json.dumps(chart).encode()
    accepted = accept("chart", media_type, content)
    assert accepted.content == content


@pytest.mark.parametrize(
    "chart",
    [
        BAR,
        {**BAR, "$schema": V6.replace("v6", "v6.4.3"), "width": 400, "config": {"view": {"stroke": None}}},
        {"$schema": V6, "data": {"values": ROWS}, "layer": [VIEW, {**VIEW, "mark": "rule"}]},
        {"$schema": V6, "data": {"values": ROWS}, "hconcat": [VIEW, {"vconcat": [VIEW, VIEW]}]},
        {"$schema": V6, "data": {"values": ROWS}, "facet": {"field": "month"}, "spec": VIEW},
        {"$schema": V6, "data": {"values": ROWS}, "repeat": ["a", "b"], "spec": VIEW},
        {**BAR, "transform": [{"calculate": "datum.sales * 2", "as": "double"}, {"filter": "datum.sales > 1"}]},
        {**BAR, "data": {"values": [1, 2.5, 3]}},
        {**BAR, "data": {"values": "a,b\n1,2", "format": {"type": "csv"}}},
        {**BAR, "data": {"name": "rows"}, "datasets": {"rows": ROWS}},
        {**BAR, "params": [{"name": "pick", "select": {"type": "interval"}}]},
        # in rows these are words like any other
        {**BAR, "data": {"values": [{"url": "https://evil.example/", "href": "x", "element": "y", "usermeta": 1}]}},
    ],
)  # fmt: skip
def test_charts_of_every_kind_are_accepted(chart: dict[str, Any]) -> None:
    put(chart)


def test_the_schema_that_it_names_is_the_one_it_is_checked_against() -> None:
    put({**BAR, "$schema": V5.replace("v5", "v5.20.1")}, "application/vnd.vegalite.v5+json")
    with pytest.raises(ArtifactRefused, match=r"is application/vnd\.vegalite\.v5"):
        put({**BAR, "$schema": V5})
    with pytest.raises(ArtifactRefused, match=r"is application/vnd\.vegalite\.v6"):
        put(BAR, "application/json")


@pytest.mark.parametrize(
    "schema",
    [
        "https://vega.github.io/schema/vega-lite/v4.json", "https://vega.github.io/schema/vega-lite/v60.json",
        "https://evil.example/schema/vega-lite/v6.json", "http://vega.github.io/schema/vega-lite/v6.json",
        "https://vega.github.io/schema/vega-lite/v6.json#x", "https://vega.github.io/schema/vega/v5.json", 7, None,
    ],
)  # fmt: skip
def test_another_schema_is_refused(schema: Any) -> None:
    with pytest.raises(ArtifactRefused, match=r"\$schema"):
        put({**BAR, "$schema": schema})


@pytest.mark.parametrize("value", [[], [BAR], 1, "chart", {}, {"mark": "bar"}])
def test_json_that_does_not_say_so_is_no_chart(value: Any) -> None:
    with pytest.raises(ArtifactRefused, match="no chart"):
        put(value)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"data": {"url": "https://evil.example/?q=secret"}}, "url"),
        ({"data": {"url": "data:text/csv,a"}}, "url"),
        ({"mark": {"type": "image", "url": "https://evil.example/x.png"}}, "url"),
        ({"mark": {"type": "bar", "href": "javascript:alert(1)"}}, "href"),
        ({"encoding": {"href": {"field": "link"}}}, "href"),
        ({"mark": "image", "encoding": {"url": {"field": "link"}}}, "url"),
        ({"config": {"image": {"url": "https://evil.example/x.png"}}}, "url"),
        ({"config": {"style": {"cell": {"href": "https://evil.example/"}}}}, "href"),
        ({"transform": [{"lookup": "a", "from": {"data": {"url": "https://evil.example/"}, "key": "a"}}]}, "url"),
        ({"usermeta": {"embedOptions": {"patch": "https://evil.example/patch.json"}}}, "usermeta"),
        ({"params": [{"name": "p", "value": 1, "bind": {"input": "range", "element": "#password"}}]}, "element"),
        ({"params": [{"name": "p", "value": 1, "bind": {"element": "body", "event": "keydown"}}]}, "element"),
    ],
)  # fmt: skip
def test_what_fetches_or_reaches_out_is_refused(change: dict[str, Any], word: str) -> None:
    with pytest.raises(ArtifactRefused, match=f"holds '{word}'"):
        put({**BAR, **change})


def test_it_is_refused_in_every_view_of_many() -> None:
    inner = {**VIEW, "data": {"url": "https://evil.example/"}}
    with pytest.raises(ArtifactRefused, match="holds 'url', at /vconcat/hconcat/layer/data"):
        put({"$schema": V6, "vconcat": [VIEW, {"hconcat": [VIEW, {"layer": [inner]}]}], "data": {"values": ROWS}})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mark": "bars"}, "at /mark: 'bars' is not one of 'arc'"),
        ({"mark": None}, "mark"),
        ({"encoding": {"x": {"field": "a", "type": "nominals"}}}, "encoding/x/type: 'nominals' is not one of"),
        ({"encoding": {"x": {"field": "a", "axis": {"colour": "red"}}}}, "'colour'"),
        ({"encoding": {"x": {"field": "a", "axis": {"grid": "no"}}}}, "x/axis/grid: 'no' is not of type boolean"),
        ({"mark": {"type": "bar", "colour": "red"}}, "at /mark: there is no 'colour' here"),
        ({"transform": [{"filtre": "true"}]}, "at /transform/0: there is no 'filtre' here"),
        ({"encoding": {"xx": {"field": "a"}}}, "'xx'"),
        ({"surprise": 1}, "'surprise'"),
        ({"data": {"values": [1, "a"]}}, "data"),
        ({"data": {"values": [None]}}, "data"),
        ({"data": [1]}, "data"),
        ({"layer": [VIEW]}, "'layer'"),
    ],
)  # fmt: skip
def test_an_invalid_chart_is_refused_with_its_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ArtifactRefused, match=said) as refused:
        put({**BAR, **change})
    assert len(refused.value.detail) < 500


def test_a_chart_without_data_is_told_so() -> None:
    with pytest.raises(ArtifactRefused, match="'data' is a required property"):
        put({key: value for key, value in BAR.items() if key != "data"})


def nested(depth: int) -> dict[str, Any]:
    view: dict[str, Any] = {"mark": "nope"}
    for _ in range(depth):
        view = {"vconcat": [view] * 3, "hconcat": [view] * 3}
    return view


@pytest.mark.parametrize(
    "change",
    [
        {"vconcat": [nested(4)]},
        {"transform": [{"filter": "datum.a"}] * 2500},
        {"transform": [{"filter": {"or": [{"field": "a", "oneOf": [None] * 9000}]}}]},
        {"transform": [{"filter": {"not": {"or": [{"and": [{"field": "a"}] * 40}] * 40}}}]},
        {"encoding": {f"k{number}": {} for number in range(4000)}},
        {"description": "x" * 100_000},
    ],
)  # fmt: skip
def test_a_chart_made_to_be_slow_is_refused_in_bounded_time(change: dict[str, Any]) -> None:
    chart: dict[str, Any] = {"$schema": V6, "data": {"values": []}, **change}
    if "vconcat" not in chart and "layer" not in chart:
        chart["mark"] = "bar"
    started = time.process_time()
    with pytest.raises(ArtifactRefused):
        put(chart)
    assert time.process_time() - started < 10


def test_the_check_of_a_chart_has_a_budget_of_steps() -> None:
    content = json.dumps(BAR).encode()
    with pytest.raises(ArtifactRefused, match="too intricate"):
        accept("chart", "application/vnd.vegalite.v6+json", content, ArtifactLimits(chart_steps=20))


def test_many_rows_cost_no_more_than_reading_them() -> None:
    started = time.process_time()
    put({**BAR, "data": {"values": ROWS * 20_000}})
    assert time.process_time() - started < 5


@pytest.mark.parametrize("version", ["v5", "v6"])
def test_the_shipped_schemas_are_those_that_their_note_names(version: str) -> None:
    folder = files("sandbox.artifacts").joinpath("vega_lite_schemas")
    content = gzip.decompress(folder.joinpath(f"{version}.json.gz").read_bytes())
    assert hashlib.sha256(content).hexdigest() in folder.joinpath("README.md").read_text()
