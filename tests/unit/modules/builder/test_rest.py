"""What the shipped helper makes of answers."""

from __future__ import annotations

from typing import Any

import pytest


def data(rest: Any, world: Any, method: str = "GET", **answer: Any) -> Any:
    return rest.send(world(**answer), rest.start(method, "https://api.example", "/x"))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"headers": [["Content-Type", "application/json; charset=utf-8"]], "text": '{"a": 1}'}, {"a": 1}),
        ({"headers": [["content-type", "application/problem+json"]], "text": "[1]"}, [1]),
        ({"headers": [["Content-Type", "application/json"]], "text": "null"}, None),
        ({"headers": [["Content-Type", "application/json"]], "text": "not json"}, "not json"),
        ({"headers": [["Content-Type", "text/html"]], "text": '{"mislabelled": true}'}, {"mislabelled": True}),
        ({"headers": [["Content-Type", "text/plain"]], "text": "7"}, 7),
        ({"headers": [["Content-Type", "text/plain"]], "text": "plain"}, "plain"),
        ({"headers": [], "text": "7"}, 7),
        ({"status": 204, "text": ""}, None),
        ({"headers": [["Content-Type", "image/png"]], "base64": "AP8Q"}, {"media_type": "image/png", "base64": "AP8Q"}),
        ({"headers": [["Content-Type", "image/png"]], "artifact": "a1"}, {"media_type": "image/png", "artifact": "a1"}),
        ({"status": 302, "headers": [["Location", "/y"]]}, {"status": 302, "location": "/y"}),
        ({"status": 304, "text": ""}, None),
    ],
)
def test_answers_become_data(answer: dict[str, Any], expected: Any, rest: Any, world: Any) -> None:
    assert data(rest, world, **answer) == expected


def test_where_text_is_promised_only_labelled_json_is_read(rest: Any, world: Any) -> None:
    request = rest.start("GET", "https://api.example", "/x")
    plain, labelled = [["Content-Type", "text/plain"]], [["Content-Type", "application/json"]]
    assert rest.send(world(headers=plain, text="7"), request, text=True) == "7"
    assert rest.send(world(headers=labelled, text="7"), request, text=True) == 7


def test_head_answers_with_status_and_headers(rest: Any, world: Any) -> None:
    assert data(rest, world, "HEAD", status=200, headers=[["ETag", "x"]]) == {"status": 200, "headers": {"etag": "x"}}


@pytest.mark.parametrize(
    ("status", "retryable"), [(400, False), (404, False), (408, True), (429, True), (500, True), (503, True)]
)
def test_errors_carry_status_body_and_whether_to_retry(status: int, retryable: bool, rest: Any, world: Any) -> None:
    headers = [["Content-Type", "application/json"]]
    with pytest.raises(rest.AdapterError) as failed:
        data(rest, world, status=status, headers=headers, text='{"detail": "no"}')
    assert failed.value.code == "upstream_status"
    assert failed.value.facts == {"retryable": retryable, "status": status, "body": {"detail": "no"}}


def test_a_missing_path_argument_and_bad_base64_are_the_callers_mistakes(rest: Any) -> None:
    request = rest.start("GET", "https://api.example", "/{id}")
    for call in (
        lambda: rest.path(request, {}, "id"),
        lambda: rest.binary_body(request, {"body": "%"}, "body"),
        lambda: rest.form_body(request, {"body": []}, "body"),
    ):
        with pytest.raises(rest.AdapterError) as failed:
            call()
        assert failed.value.code == "invalid_argument"
