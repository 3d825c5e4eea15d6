"""Sources of operations, for people to review: one short file each, in the sandbox's dialect.

Written as text, never through ``ast.unparse`` or ``repr``, so that every Python version writes the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from modules.builder.openapi.model import Body, Operation, Parameter, PropertyEncoding
from modules.builder.openapi.parameters import PLACEHOLDER

SHARED = "rest.py"
_WIDTH = 100
_MOST_WORDS = 600

# Characters that show nothing, or reorder what a reviewer sees.
_HIDDEN = {
    code: f"\\u{code:04x}"
    for codes in (
        (0x7F, 0xA0),
        (0xAD, 0xAE),
        (0x200B, 0x2010),
        (0x2028, 0x202F),
        (0x2060, 0x2070),
        (0xFEFF, 0xFF00),
        (0xFFF9, 0xFFFC),
    )
    for code in range(*codes)
}


def shared_source() -> bytes:
    """``rest.py``, the same for every bundle."""
    return (Path(__file__).parent / "shipped" / SHARED).read_bytes()


def literal(value: str) -> str:
    """``value`` as a Python string literal that shows every character it holds."""
    return json.dumps(value, ensure_ascii=False).translate(_HIDDEN)


def source(operation: Operation) -> bytes:
    """The operation's file."""
    server, route = operation.servers[0].url, literal(_escaped_route(operation.route))
    accept = literal(operation.answer.accept)
    lines = [
        *_docstring(operation),
        "",
        "import rest",
        "",
        "",
        "def run(ctx, arguments):",
        f"    request = rest.start({literal(operation.method)}, {literal(server)}, {route}, accept={accept})",
    ]
    if operation.fixed_query:
        lines.append(f"    rest.fixed_query(request, {literal(_escaped_query(operation.fixed_query))})")
    lines += [f"    {_parameter(parameter)}" for parameter in operation.parameters]
    if operation.body is not None:
        lines.append(f"    {_body(operation.body)}")
    lines += [
        f"    rest.fixed_header(request, {literal(name)}, {literal(value)})" for name, value in operation.fixed_headers
    ]
    lines += [f"    return rest.send(ctx, request{', text=True' if operation.answer.text else ''})", ""]
    return "\n".join(lines).encode("utf-8", "replace")


def _docstring(operation: Operation) -> list[str]:
    words = f"{operation.method} {operation.path}: {operation.summary}"
    text = _shown(words)
    lines = _wrapped(text)
    if operation.description and operation.description != operation.summary:
        lines += ["", *_wrapped(_shown(operation.description[:_MOST_WORDS]))]
    if operation.deprecated:
        lines += ["", "Deprecated by its description."]
    if len(lines) == 1:
        return [f'"""{lines[0]}"""']
    return [f'"""{lines[0]}', *lines[1:], '"""']


def _shown(text: str) -> str:
    """Text of a document within a docstring: one line, no way out of it."""
    plain = " ".join(text.split()).replace("\\", "/").replace('"', "'")
    return "".join(character if character >= " " else " " for character in plain).translate(_HIDDEN).replace("\\", "/")


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > _WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def _parameter(parameter: Parameter) -> str:
    parts = [literal(parameter.argument)]
    if parameter.name != parameter.argument:
        parts.append(f"name={literal(parameter.name)}")
    if parameter.as_json:
        parts.append("as_json=True")
    else:
        parts += _writing(parameter)
    return f"rest.{parameter.place}(request, arguments, {', '.join(parts)})"


def _writing(parameter: Parameter) -> list[str]:
    parts: list[str] = []
    default_style, default_explode = {
        "path": ("simple", False), "query": ("form", True), "header": ("simple", False), "cookie": ("form", True),
    }[parameter.place]  # fmt: skip
    if parameter.style != default_style:
        parts.append(f"style={literal(parameter.style)}")
    if parameter.explode != default_explode:
        parts.append(f"explode={parameter.explode}")
    if parameter.reserved and parameter.place == "query":
        parts.append("reserved=True")
    return parts


def _body(body: Body) -> str:
    parts = [literal(body.argument), f"media_type={literal(body.media_type)}"]
    if body.kind in {"form", "multipart"} and body.encodings:
        parts.append(f"encodings={_encodings(body.encodings)}")
    if body.kind == "multipart" and body.binary:
        parts.append(f"binary=[{', '.join(literal(name) for name in body.binary)}]")
    return f"rest.{body.kind}_body(request, arguments, {', '.join(parts)})"


def _encodings(encodings: dict[str, PropertyEncoding]) -> str:
    written = [
        f"{literal(name)}: [{literal(given.style)}, {given.explode}, {_optional(given.media_type)}]"
        for name, given in encodings.items()
    ]
    return "{" + ", ".join(written) + "}"


def _optional(text: str | None) -> str:
    return "None" if text is None else literal(text)


def _escaped_route(route: str) -> str:
    """Fixed parts of a path percent-encoded; placeholders stay as they are spelt."""
    parts: list[str] = []
    end = 0
    for match in PLACEHOLDER.finditer(route):
        parts += [_quoted(route[end : match.start()], "/:@!$&'()*+,;=-._~%"), match[0]]
        end = match.end()
    return "".join([*parts, _quoted(route[end:], "/:@!$&'()*+,;=-._~%")])


def _escaped_query(query: str) -> str:
    return _quoted(query, "/:@!$&'()*+,;=-._~%?")


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe)
