"""The same call in the names of either side, and the shares that come of the outcomes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.directory import ours, peer
from benchmarks.directory.calls import Sample, figures
from benchmarks.directory.described import Argument, Call
from benchmarks.directory.outcome import Outcome

CALL = Call(
    "PUT",
    "/items/{id}",
    (Argument("path", "id", "a"), Argument("query", "id", "b")),
    "application/json",
    {"name": "n", "id": "c"},
)
GOOD, BAD = Outcome(ok=True), Outcome(ok=False, why="no")
MOCKS_FAULT = Outcome(ok=False, status=500, text='{"type":"https://stoplight.io/prism/errors#VIOLATIONS"}')


def _operation(body_schema: Any) -> dict[str, Any]:
    return {
        "arguments": {"id": {"in": "path", "name": "id"}, "id_query": {"in": "query", "name": "id"}},
        "body": {"argument": "body", "media_type": "application/json"},
        "input": {"properties": {"body": body_schema}},
    }


def _tool(**parameter_map: tuple[str, str]) -> Any:
    places = {name: {"location": place, "openapi_name": own} for name, (place, own) in parameter_map.items()}
    return SimpleNamespace(_route=SimpleNamespace(parameter_map=places))


def test_our_arguments_are_told_apart_by_place() -> None:
    given = ours.arguments(_operation({}), CALL)
    assert given == {"id": "a", "id_query": "b", "body": {"name": "n", "id": "c"}}


def test_bytes_travel_as_base64_where_our_schema_says_so() -> None:
    schema = {"properties": {"name": {"type": "string", "contentEncoding": "base64"}}}
    assert ours.arguments(_operation(schema), CALL)["body"] == {"name": "bg==", "id": "c"}


def test_the_peers_flattened_body_takes_each_member() -> None:
    tool = _tool(id__path=("path", "id"), id__query=("query", "id"), name=("body", "name"), id=("body", "id"))
    assert peer.arguments(tool, CALL) == {"id__path": "a", "id__query": "b", "name": "n", "id": "c"}


def test_the_peers_single_argument_takes_the_whole_body() -> None:
    call = Call("PUT", "/", (), "application/json", ["x"])
    assert peer.arguments(_tool(body=("body", "body")), call) == {"body": ["x"]}


def test_answers_in_which_the_mock_blames_itself_are_left_out() -> None:
    samples = [
        Sample("d", "GET /", True, GOOD, BAD),
        Sample("d", "GET /", True, BAD, GOOD),
        Sample("d", "GET /", True, GOOD, MOCKS_FAULT),
        Sample("d", "GET /", True, MOCKS_FAULT, GOOD),
        Sample("d", "GET /", False, GOOD, GOOD),
    ]
    found = {figure.name: figure for figure in figures(samples, "raw")}
    assert (found["prism"].value, found["prism"].n) == (pytest.approx(2 / 3), 3)
    assert (found["prism_required"].value, found["prism_required"].n) == (1.0, 1)
    assert (found["over_fastmcp"].value, found["over_fastmcp"].n) == (0.0, 2)


def test_no_sample_is_no_success() -> None:
    assert {figure.value for figure in figures([], "raw")} == {0.0}
