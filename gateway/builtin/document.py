"""Finding an API description that was pasted into a message, and telling it from the sentence around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_YAML_KEY = re.compile(r"^(?P<q>[\"']?)(?:openapi|swagger)(?P=q)[ \t]*:[ \t]*['\"]?\d", re.MULTILINE)
_JSON_KEY = re.compile(r"\"(?:openapi|swagger)\"\s*:\s*\"\d")
_YAML_LINE = re.compile(r"^(?:\s+\S.*|---.*|#.*|- .*|['\"]?[\w$./{}-]+['\"]?:(?:\s.*)?|\s*)$")


@dataclass(frozen=True, slots=True)
class Parted:
    """A message in two: what the person says, and the document they pasted (None without one)."""

    said: str
    document: str | None


def part(text: str) -> Parted:
    """Cut a pasted OpenAPI or Swagger document out of the text, fenced or bare, JSON or YAML."""
    for fence in _FENCE.finditer(text):
        if _YAML_KEY.search(fence.group(2)) or _JSON_KEY.search(fence.group(2)):
            return Parted(_around(text, fence.start(), fence.end()), fence.group(2).strip("\n") + "\n")
    key = _JSON_KEY.search(text)
    if key is not None:
        opening = text.find("{", 0, key.start())
        if opening >= 0:
            end = _closing(text, opening)
            return Parted(_around(text, opening, end), text[opening:end])
    line = _YAML_KEY.search(text)
    if line is not None:
        start, end = _yaml_start(text, line.start()), _yaml_end(text, line.start())
        return Parted(_around(text, start, end), text[start:end].rstrip() + "\n")
    return Parted(text, None)


def _around(text: str, start: int, end: int) -> str:
    return f"{text[:start].rstrip()}\n{text[end:].lstrip()}".strip()


def _closing(text: str, opening: int) -> int:
    """The end of the JSON object that begins at ``opening``; the end of the text when it never closes."""
    depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}]', text[opening:]):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if depth == 0:
            return opening + match.end()
    return len(text)


def _yaml_start(text: str, key: int) -> int:
    start = key
    while start > 0:
        before = text.rfind("\n", 0, start - 1) + 1
        line = text[before : start - 1]
        if not line.strip() or not _YAML_LINE.match(line):
            return start
        start = before
    return start


def _yaml_end(text: str, key: int) -> int:
    """Where the lines stop looking like YAML: after a blank line, a sentence begins at the margin."""
    end = key
    for match in re.finditer(r"[^\n]*\n?", text[key:]):
        if match.group() == "":
            break
        if not _YAML_LINE.match(match.group().rstrip("\n")):
            break
        end = key + match.end()
    return end
