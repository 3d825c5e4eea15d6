"""The request an operation must make, worked out a second time and in another way.

This is what contract tests compare with. It shares nothing with ``rest.py`` but the OpenAPI specification: parameters
are expanded by one table of (first, between, names) in the manner of RFC 6570, URLs are put together by template.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_from_bytes

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.model import Body, Operation, Parameter
from modules.builder.openapi.parameters import PLACEHOLDER

_DELIMITER = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}
_HEADER_BYTES = bytes(code for code in range(0x20, 0x7F))


@dataclass(frozen=True, slots=True)
class _Expansion:
    """How a style writes: what comes first, what stands between exploded members, whether it names them."""

    first: str
    between: str
    named: bool


_EXPANSIONS = {
    "simple": _Expansion("", ",", named=False),
    "label": _Expansion(".", ".", named=False),
    "matrix": _Expansion(";", ";", named=True),
}


def expected_request(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The request as a contract test writes it: method, url, headers, and body or body_base64."""
    given = {parameter: arguments[parameter.argument] for parameter in _given(operation, arguments)}
    query = [quote(operation.fixed_query, safe="/:@!$&'()*+,;=-._~%?")] if operation.fixed_query else []
    headers = [["Accept", operation.answer.accept]]
    cookies: list[str] = []
    for parameter, value in given.items():
        if parameter.place == "query":
            query += _query(parameter, value)
        elif parameter.place == "cookie":
            cookies += _query(parameter, value)
        elif parameter.place == "header":
            headers.append([parameter.name, _header(parameter, value)])
    url = operation.servers[0].url + _route(operation.route, given) + ("?" if query else "") + "&".join(query)
    request: dict[str, Any] = {"method": operation.method, "url": url, "headers": headers}
    if operation.body is not None and operation.body.argument in arguments:
        headers += _body(operation.body, arguments[operation.body.argument], request)
    sent = {name.lower() for name, _ in headers}
    headers += [[name, value] for name, value in operation.fixed_headers if name.lower() not in sent]
    if cookies:
        headers.append(["Cookie", "; ".join(cookies)])
    return request


def _given(operation: Operation, arguments: Mapping[str, Any]) -> list[Parameter]:
    return [parameter for parameter in operation.parameters if parameter.argument in arguments]


def _scalar(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _percent(value: Any) -> str:
    return quote_from_bytes(_scalar(value).encode("utf-8", "surrogatepass"), safe="")


def _route(route: str, given: Mapping[Parameter, Any]) -> str:
    written = {
        parameter.name: _segment(parameter, value) for parameter, value in given.items() if parameter.place == "path"
    }
    pieces = PLACEHOLDER.split(route)
    return "".join(
        written.get(piece, "{" + piece + "}") if index % 2 else quote(piece, safe="/:@!$&'()*+,;=-._~%")
        for index, piece in enumerate(pieces)
    )


def _segment(parameter: Parameter, value: Any) -> str:
    if parameter.as_json:
        return _percent(_compact(value))
    expansion = _EXPANSIONS[parameter.style]
    name = _percent(parameter.name)
    if not (_compound(value) and parameter.explode):
        return expansion.first + (f"{name}=" if expansion.named else "") + ",".join(map(_percent, _flat(value)))
    if is_object(value):
        members = [f"{_percent(key)}={_percent(item)}" for key, item in value.items()]
    else:
        members = [f"{name}={_percent(item)}" if expansion.named else _percent(item) for item in _flat(value)]
    return (expansion.first if members else expansion.first * (not expansion.named)) + expansion.between.join(members)


def _query(parameter: Parameter, value: Any) -> list[str]:
    if parameter.as_json:
        return [f"{_percent(parameter.name)}={_percent(_compact(value))}"]
    write = _reserved if parameter.reserved else _percent
    members = _members(parameter.name, value, parameter.style, parameter.explode, write)
    return [f"{_percent(name)}={written}" for name, written in members]


def _reserved(value: Any) -> str:
    return quote_from_bytes(_scalar(value).encode("utf-8", "surrogatepass"), safe=":/?[]@!$'()*,;=")


def _members(name: str, value: Any, style: str, explode: bool, write: Callable[[Any], str]) -> list[tuple[str, str]]:
    if not _compound(value):
        return [(name, write(value))]
    if style == "deepObject":
        return [(name + path, write(leaf)) for path, leaf in _leaves(value)]
    if explode:
        members = list(value.items()) if is_object(value) else [(name, item) for item in _flat(value)]
        return [(key, write(item)) for key, item in members]
    flat = _flat(value)
    return [(name, _DELIMITER.get(style, ",").join(map(write, flat)))] if flat else []


def _compound(value: Any) -> bool:
    return is_object(value) or is_list(value)


def _flat(value: Any) -> list[Any]:
    if is_object(value):
        return [part for pair in value.items() for part in pair]
    return value if is_list(value) else [value]


def _leaves(value: Any) -> list[tuple[str, Any]]:
    if is_object(value):
        inner = [(f"[{key}]", item) for key, item in value.items()]
    elif is_list(value):
        inner = [(f"[{index}]", item) for index, item in enumerate(value)]
    else:
        return [("", value)]
    return [(step + path, leaf) for step, item in inner for path, leaf in _leaves(item)]


def _header(parameter: Parameter, value: Any) -> str:
    if parameter.as_json:
        text = _compact(value)
    elif is_list(value):
        text = ",".join(map(_scalar, value))
    elif is_object(value):
        joint = "=" if parameter.explode else ","
        text = ",".join(_scalar(key) + joint + _scalar(item) for key, item in value.items())
    else:
        text = _scalar(value)
    flat = text.translate({0x0A: " ", 0x0D: " "})
    return quote_from_bytes(flat.encode("utf-8"), safe=_HEADER_BYTES)


def _body(body: Body, value: Any, request: dict[str, Any]) -> list[list[str]]:
    media_type = body.media_type
    if body.kind == "json":
        request["body"] = _compact(value)
    elif body.kind == "text":
        request["body"] = _scalar(value)
    elif body.kind == "binary":
        request["body_base64"] = value
    elif body.kind == "form":
        request["body"] = "&".join(_form_fields(body, value))
    else:
        content, boundary = _multipart(body, value)
        media_type = f"{media_type}; boundary={boundary}"
        request["body_base64"] = base64.standard_b64encode(content).decode("ascii")
    return [["Content-Type", media_type]]


def _plus(value: Any) -> str:
    return quote(_scalar(value), safe="").replace("%20", "+")


def _nested(value: Any) -> bool:
    return is_object(value) or (is_list(value) and any(isinstance(item, list | dict) for item in value))


def _form_fields(body: Body, value: dict[str, Any]) -> list[str]:
    fields: list[str] = []
    for name, item in value.items():
        encoding = body.encodings.get(name)
        style = encoding.style if encoding is not None else ""
        as_json = encoding is not None and encoding.media_type == "application/json"
        if not style and (as_json or _nested(item)):
            item = _compact(item)
        explode = encoding.explode if encoding is not None else True
        fields += [f"{_plus(key)}={text}" for key, text in _members(name, item, style or "form", explode, _plus)]
    return fields


def _multipart(body: Body, value: dict[str, Any]) -> tuple[bytes, str]:
    parts: list[tuple[str, bytes]] = []
    for name, item in value.items():
        is_file = name in body.binary
        encoding = body.encodings.get(name)
        media_type = encoding.media_type if encoding is not None else None
        for single in item if is_list(item) and (is_file or not _nested(item)) else [item]:
            parts.append(_part(name, single, is_file, media_type))
    number = 0
    while any(f"nexus-part-{number}".encode() in content for _, content in parts):
        number += 1
    boundary = f"nexus-part-{number}"
    blocks = [f"--{boundary}\r\n{head}\r\n\r\n".encode() + content for head, content in parts]
    return b"\r\n".join([*blocks, f"--{boundary}--\r\n".encode()]), boundary


def _part(name: str, value: Any, is_file: bool, media_type: str | None) -> tuple[str, bytes]:
    label = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    lines = [f'Content-Disposition: form-data; name="{label}"']
    if is_file and isinstance(value, str):
        lines[0] += f'; filename="{label}"'
        lines.append(f"Content-Type: {media_type or 'application/octet-stream'}")
        return "\r\n".join(lines), base64.standard_b64decode(value)
    if media_type or isinstance(value, list | dict):
        lines.append(f"Content-Type: {media_type or 'application/json'}")
    return "\r\n".join(lines), _scalar(value).encode("utf-8")
