"""Requests by the book: OpenAPI's table of styles, and the shipped helper and the host agree on all else."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.builder.openapi.expected import expected_request
from modules.builder.openapi.model import Answer, Body, Operation, Parameter, PropertyEncoding, Server
from modules.builder.openapi.sources import source

EMPTY = ""
SCALAR = "blue"
LIST = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
KEYS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6)
SCALARS = TEXT | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.none()
COMPOUNDS = st.lists(SCALARS, max_size=4) | st.dictionaries(KEYS, SCALARS, max_size=4)
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))


def an_operation(*parameters: Parameter, body: Body | None = None, route: str = "/x", **members: Any) -> Operation:
    return Operation(
        id="op",
        operation_id=None,
        method=members.get("method", "GET"),
        path=route,
        summary="An operation",
        description="",
        deprecated=False,
        effect="read",
        parameters=parameters,
        body=body,
        answer=Answer(None, "application/json", 200, "application/json"),
        errors=(),
        security=[],
        servers=(Server("https://api.example", "", "https://api.example", settled=True),),
        route=route,
        fixed_query=members.get("fixed_query", ""),
        fixed_headers=members.get("fixed_headers", ()),
    )


def a_parameter(place: Any = "query", style: str = "form", explode: bool = True, **members: Any) -> Parameter:
    return Parameter(
        argument=members.get("argument", "color"),
        name=members.get("name", "color"),
        place=place,
        required=False,
        style=style,
        explode=explode,
        reserved=members.get("reserved", False),
        as_json=members.get("as_json", False),
        schema={},
    )


def sent_by_the_source(operation: Operation, arguments: dict[str, Any], rest: Any, world: Any) -> dict[str, Any]:
    """What the generated source sends."""
    module: dict[str, Any] = {}
    code = source(operation).decode().replace("import rest", "")
    exec(compile(code, "operation.py", "exec"), {**module, "rest": rest}, module)
    ctx = world()
    module["run"](ctx, arguments)
    return {name: value for name, value in ctx.sent.items() if value is not None}


@pytest.mark.parametrize(
    ("style", "explode", "scalar", "several", "members"),
    [
        ("simple", False, "blue", "blue,black,brown", "R,100,G,200,B,150"),
        ("simple", True, "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ("label", False, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
        ("label", True, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
        ("matrix", False, ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
        ("matrix", True, ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    ],
)
def test_path_styles_are_those_of_the_specification(
    style: str, explode: bool, scalar: str, several: str, members: str, rest: Any, world: Any
) -> None:
    operation = an_operation(a_parameter("path", style, explode), route="/a/{color}/b")
    for value, written in ((SCALAR, scalar), (LIST, several), (OBJECT, members)):
        expected = expected_request(operation, {"color": value})
        assert expected["url"] == f"https://api.example/a/{written}/b"
        assert sent_by_the_source(operation, {"color": value}, rest, world) == expected


@pytest.mark.parametrize(
    ("style", "explode", "several", "members"),
    [
        ("form", False, "color=blue,black,brown", "color=R,100,G,200,B,150"),
        ("form", True, "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
        ("spaceDelimited", False, "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"),
        ("pipeDelimited", False, "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"),
        ("deepObject", True, None, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
    ],
)
def test_query_styles_are_those_of_the_specification(
    style: str, explode: bool, several: str | None, members: str, rest: Any, world: Any
) -> None:
    operation = an_operation(a_parameter("query", style, explode))
    for value, written in ((LIST, several), (OBJECT, members)):
        if written is not None:
            expected = expected_request(operation, {"color": value})
            assert expected["url"] == f"https://api.example/x?{written}"
            assert sent_by_the_source(operation, {"color": value}, rest, world) == expected


@pytest.mark.parametrize(("explode", "members"), [(False, "R,100,G,200,B,150"), (True, "R=100,G=200,B=150")])
def test_header_styles_are_those_of_the_specification(explode: bool, members: str, rest: Any, world: Any) -> None:
    operation = an_operation(a_parameter("header", "simple", explode))
    expected = expected_request(operation, {"color": OBJECT})
    assert ["color", members] in expected["headers"]
    assert sent_by_the_source(operation, {"color": OBJECT}, rest, world) == expected


@given(value=SCALARS | COMPOUNDS, style=st.sampled_from(["form", "spaceDelimited", "pipeDelimited", "deepObject"]))
@settings(deadline=None, max_examples=80)
def test_any_query_value_is_sent_as_the_host_expects(value: Any, style: str) -> None:
    for explode in (True, False):
        for reserved in (True, False):
            check_agreement(an_operation(a_parameter("query", style, explode, reserved=reserved)), {"color": value})


@given(value=NESTED)
@settings(deadline=None, max_examples=60)
def test_any_nested_value_is_sent_as_the_host_expects(value: Any) -> None:
    check_agreement(an_operation(a_parameter("query", "deepObject", True)), {"color": value})
    check_agreement(an_operation(a_parameter("query", as_json=True)), {"color": value})
    check_agreement(an_operation(body=a_body("json")), {"body": value})
    if isinstance(value, dict):
        check_agreement(an_operation(body=a_body("form")), {"body": value})
        check_agreement(an_operation(body=a_body("multipart")), {"body": value})


@given(name=KEYS, value=TEXT)
@settings(deadline=None, max_examples=80)
def test_a_query_value_arrives_as_it_was_given(name: str, value: str) -> None:
    url = expected_request(an_operation(a_parameter(name=name)), {"color": value})["url"]
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == [(name, value)]


@given(value=TEXT.filter(lambda text: text not in {"", ".", ".."}))
@settings(deadline=None, max_examples=80)
def test_a_path_value_stays_one_segment(value: str) -> None:
    url = expected_request(an_operation(a_parameter("path", "simple", False), route="/a/{color}/b"), {"color": value})[
        "url"
    ]
    before, segment, after = urlsplit(url).path.rsplit("/", 2)[0], urlsplit(url).path.split("/")[2], url[-2:]
    assert (before, unquote(segment), after) == ("/a", value, "/b")


def test_a_path_value_never_becomes_another_placeholder(rest: Any, world: Any) -> None:
    operation = an_operation(
        a_parameter("path", "simple", False, argument="a", name="a"),
        a_parameter("path", "simple", False, argument="b", name="b"),
        route="/{a}/{b}",
    )
    arguments = {"a": "{b}", "b": "x/y"}
    assert expected_request(operation, arguments)["url"] == "https://api.example/%7Bb%7D/x%2Fy"
    assert sent_by_the_source(operation, arguments, rest, world) == expected_request(operation, arguments)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_path_value_that_would_leave_its_place_is_refused(value: str, rest: Any, world: Any) -> None:
    operation = an_operation(a_parameter("path", "simple", False), route="/a/{color}")
    with pytest.raises(rest.AdapterError) as refused:
        sent_by_the_source(operation, {"color": value}, rest, world)
    assert refused.value.code == "invalid_argument"


def test_a_header_value_cannot_begin_another_header(rest: Any, world: Any) -> None:
    operation = an_operation(a_parameter("header", "simple", False, name="X-Note"))
    arguments = {"color": "a\r\nX-Admin: 1\u00e9"}
    expected = expected_request(operation, arguments)
    assert expected["headers"][1] == ["X-Note", "a  X-Admin: 1%C3%A9"]
    assert sent_by_the_source(operation, arguments, rest, world) == expected


def test_absent_arguments_are_not_sent_and_null_bodies_are(rest: Any, world: Any) -> None:
    operation = an_operation(a_parameter(), body=a_body("json"))
    assert expected_request(operation, {}) == {
        "method": "GET",
        "url": "https://api.example/x",
        "headers": [["Accept", "application/json"]],
    }
    assert expected_request(operation, {"body": None})["body"] == "null"
    for arguments in ({}, {"body": None}):
        assert sent_by_the_source(operation, arguments, rest, world) == expected_request(operation, arguments)


def test_cookies_fixed_queries_and_fixed_headers_are_sent(rest: Any, world: Any) -> None:
    operation = an_operation(
        a_parameter("cookie", "form", True, name="session id"),
        fixed_query="view=full",
        fixed_headers=(("Content-Type", "application/json"),),
    )
    expected = expected_request(operation, {"color": "a;b"})
    assert expected["url"] == "https://api.example/x?view=full"
    assert expected["headers"][1:] == [["Content-Type", "application/json"], ["Cookie", "session%20id=a%3Bb"]]
    assert sent_by_the_source(operation, {"color": "a;b"}, rest, world) == expected


def test_a_fixed_header_gives_way_to_the_bodys_own(rest: Any, world: Any) -> None:
    operation = an_operation(body=a_body("text"), fixed_headers=(("content-type", "application/json"),))
    for arguments, sent in (
        ({"body": "x"}, ["Content-Type", "text/plain"]),
        ({}, ["content-type", "application/json"]),
    ):
        expected = expected_request(operation, arguments)
        assert expected["headers"][1:] == [sent]
        assert sent_by_the_source(operation, arguments, rest, world) == expected


def test_a_form_is_written_property_by_property(rest: Any, world: Any) -> None:
    body = a_body(
        "form",
        encodings={"tags": PropertyEncoding("form", False, None), "deep": PropertyEncoding("deepObject", True, None)},
    )
    value = {"text": "a b&c", "tags": ["x", "y"], "deep": {"k": [1, 2]}, "plain": {"k": "v"}, "many": ["p", "q"]}
    expected = expected_request(an_operation(body=body), {"body": value})
    assert expected["body"] == (
        "text=a+b%26c&tags=x,y&deep%5Bk%5D%5B0%5D=1&deep%5Bk%5D%5B1%5D=2&plain=%7B%22k%22%3A%22v%22%7D&many=p&many=q"
    )
    assert sent_by_the_source(an_operation(body=body), {"body": value}, rest, world) == expected


def test_files_travel_as_parts_with_their_bytes(rest: Any, world: Any) -> None:
    body = a_body("multipart", binary=("photo",), encodings={"meta": PropertyEncoding("", True, "application/json")})
    value = {"photo": "AP8Q", "meta": {"a": 1}, 'na"me': "nexus-part-0"}
    expected = expected_request(an_operation(body=body), {"body": value})
    content = base64.b64decode(expected["body_base64"])
    assert content == (
        b'--nexus-part-1\r\nContent-Disposition: form-data; name="photo"; filename="photo"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n\x00\xff\x10\r\n"
        b'--nexus-part-1\r\nContent-Disposition: form-data; name="meta"\r\n'
        b'Content-Type: application/json\r\n\r\n{"a":1}\r\n'
        b'--nexus-part-1\r\nContent-Disposition: form-data; name="na%22me"\r\n\r\nnexus-part-0\r\n--nexus-part-1--\r\n'
    )
    assert expected["headers"][-1] == ["Content-Type", "multipart/form-data; boundary=nexus-part-1"]
    assert sent_by_the_source(an_operation(body=body), {"body": value}, rest, world) == expected


@pytest.mark.parametrize(("kind", "value", "key"), [("text", "Grüße\n", "body"), ("binary", "AP8Q", "body_base64")])
def test_text_and_bytes_are_sent_as_they_are(kind: Any, value: str, key: str, rest: Any, world: Any) -> None:
    operation = an_operation(body=a_body(kind))
    expected = expected_request(operation, {"body": value})
    assert expected[key] == value
    assert sent_by_the_source(operation, {"body": value}, rest, world) == expected


def a_body(kind: Any, **members: Any) -> Body:
    media_type = {
        "json": "application/json",
        "form": "application/x-www-form-urlencoded",
        "multipart": "multipart/form-data",
        "text": "text/plain",
        "binary": "application/octet-stream",
    }[kind]
    return Body("body", True, kind, media_type, {}, members.get("encodings", {}), members.get("binary", ()))


@pytest.fixture(autouse=True)
def _agreement(rest: Any, world: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Lends this test's helper to ``check_agreement``: hypothesis and function fixtures do not mix."""
    monkeypatch.setitem(_SHARED, "rest", rest)
    monkeypatch.setitem(_SHARED, "world", world)


_SHARED: dict[str, Any] = {}


def check_agreement(operation: Operation, arguments: dict[str, Any]) -> None:
    expected = expected_request(operation, arguments)
    assert sent_by_the_source(operation, arguments, _SHARED["rest"], _SHARED["world"]) == expected
    assert json.loads(json.dumps(expected)) == expected
