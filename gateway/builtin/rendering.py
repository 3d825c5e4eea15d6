"""A tool's result as a readable answer with its source. Deterministic Markdown; what is cut is counted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from gateway.messages import ToolSource

_MOST_ROWS = 20
_MOST_COLUMNS = 8
_MOST_KEYS = 40
_MOST_ITEMS = 30
_LONGEST_CELL = 80
_LONGEST_TEXT = 2_000
_DEEPEST = 4
_LONGEST_ANSWER = 12_000
_ACTIVE = re.compile(r"(?<!\\)(`|<(?=[A-Za-z/!])|\[(?=[^\]]*\]\())")


def render_result(data: Any, source: ToolSource | None = None) -> str:
    """Any JSON data as Markdown: records as tables, objects as lists, the source last."""
    body = "\n".join(_block(data, 0)) or "The answer is empty."
    if len(body) > _LONGEST_ANSWER:
        kept = body[:_LONGEST_ANSWER].rsplit("\n", 1)[0]
        body = f"{kept}\n… cut: {len(body) - len(kept):,} more characters."
    return "\n\n".join(part for part in (body, _cited(source)) if part)


def render_failure(error: Any, source: ToolSource | None = None) -> str:
    """An error object (``code``, ``message``, ``retryable``) as sentences."""
    facts = cast(Mapping[str, Any], error) if isinstance(error, Mapping) else {"message": str(error)}
    message = _text(str(facts.get("message") or facts.get("detail") or "no reason was given"), _LONGEST_TEXT)
    code = f" ({facts['code']})" if facts.get("code") else ""
    retry = " Trying again may help." if facts.get("retryable") is True else ""
    name = f"{source.module} · {source.operation}" if source is not None else "The tool"
    body = f"{name} failed{code}: {message.rstrip('.')}.{retry}"
    return "\n\n".join(part for part in (body, _cited(source)) if part)


def render_message(content: str, source: ToolSource | None, *, failed: bool) -> str:
    """A tool message: its JSON text, or plain text when it is none. An ``AdapterRunResult`` is opened."""
    try:
        data: Any = json.loads(content)
    except (ValueError, RecursionError):
        data = content
    if isinstance(data, dict) and {"ok", "data"} <= cast(dict[str, Any], data).keys():
        envelope = cast(dict[str, Any], data)
        failed, data = not envelope["ok"], envelope["data"] if envelope["ok"] else envelope.get("error")
    return render_failure(data, source) if failed else render_result(data, source)


def _cited(source: ToolSource | None) -> str:
    if source is None:
        return ""
    version = f", version {source.version[:12]}" if source.version else ""
    return f"Source: {source.module} · {source.operation}{version}"


def _block(data: Any, depth: int) -> list[str]:
    """Lines for a value that stands by itself."""
    if isinstance(data, dict):
        return _object(cast(dict[str, Any], data), depth)
    if isinstance(data, list):
        return _list(cast(list[Any], data), depth)
    return [_text(_scalar(data), _LONGEST_TEXT)]


def _object(data: dict[str, Any], depth: int) -> list[str]:
    columns = _columns(data)
    if columns is not None:
        return _table(list(columns), [list(row) for row in zip(*columns.values(), strict=True)])
    lines: list[str] = []
    indent = "  " * depth
    for name, value in list(data.items())[:_MOST_KEYS]:
        if _is_plain(value):
            lines.append(f"{indent}- **{_text(name, 60)}**: {_text(_scalar(value), _LONGEST_TEXT)}")
        elif not value:
            lines.append(f"{indent}- **{_text(name, 60)}**: none")
        else:
            lines += _member(name, value, depth)
    if len(data) > _MOST_KEYS:
        lines.append(f"{indent}- … and {len(data) - _MOST_KEYS} more")
    return lines


def _member(name: str, value: Any, depth: int) -> list[str]:
    """A member that is an object or a list, under its name."""
    label = f"{'  ' * depth}- **{_text(name, 60)}**"
    if depth >= _DEEPEST:
        return [f"{label}: {_text(json.dumps(value, ensure_ascii=False), _LONGEST_CELL)}"]
    inner = _block(value, depth + 1)
    if len(inner) == 1 and not inner[0].lstrip().startswith(("-", "|")):
        return [f"{label}: {inner[0].strip()}"]
    if inner and inner[0].startswith("|"):
        return [f"{label}:", "", *inner, ""]
    return [f"{label}:", *inner]


def _list(data: list[Any], depth: int) -> list[str]:
    if not data:
        return ["none"]
    if all(isinstance(item, dict) for item in data):
        records = cast(list[dict[str, Any]], data)
        names = list(dict.fromkeys(name for record in records[:_MOST_ROWS] for name in record))
        if names:
            return _table(names, [[record.get(name) for name in names] for record in records])
    if all(_is_plain(item) for item in data):
        shown = ", ".join(_text(_scalar(item), _LONGEST_CELL) for item in data[:_MOST_ITEMS])
        return [shown + (f", … and {len(data) - _MOST_ITEMS} more" if len(data) > _MOST_ITEMS else "")]
    indent = "  " * depth
    lines = [f"{indent}- {_text(_cell(item), _LONGEST_TEXT)}" for item in data[:_MOST_ITEMS]]
    return lines + ([f"{indent}- … and {len(data) - _MOST_ITEMS} more"] if len(data) > _MOST_ITEMS else [])


def _columns(data: dict[str, Any]) -> dict[str, list[Any]] | None:
    """Columns of equal length, as series of measurements often come; None for other objects."""
    if len(data) < 2 or not all(isinstance(value, list) for value in data.values()):
        return None
    columns = cast(dict[str, list[Any]], data)
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1 or 0 in lengths:
        return None
    return columns if all(_is_plain(item) for column in columns.values() for item in column) else None


def _table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    shown = list(names[:_MOST_COLUMNS])
    lines = [_row(shown), _row(["---"] * len(shown))]
    lines += [_row([_cell(value) for value in row[:_MOST_COLUMNS]]) for row in rows[:_MOST_ROWS]]
    rest: list[str] = []
    if len(rows) > _MOST_ROWS:
        rest.append(f"{len(rows) - _MOST_ROWS} more of {len(rows)} rows")
    if len(names) > _MOST_COLUMNS:
        rest.append(f"{len(names) - _MOST_COLUMNS} more columns ({', '.join(names[_MOST_COLUMNS:][:6])})")
    return lines + (["", f"… and {'; '.join(rest)}."] if rest else [])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_text(cell, _LONGEST_CELL).replace("|", "\\|") for cell in cells) + " |"


def _cell(value: Any) -> str:
    if _is_plain(value):
        return _scalar(value)
    if isinstance(value, list) and all(_is_plain(item) for item in cast(list[Any], value)):
        return ", ".join(_scalar(item) for item in cast(list[Any], value))
    return json.dumps(value, ensure_ascii=False)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _scalar(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _text(text: str, longest: int) -> str:
    """Foreign text on one line: cut, and without Markdown that would load or hide something."""
    line = " ".join(text.split())
    cut = line if len(line) <= longest else f"{line[: longest - 1]}…"
    return _ACTIVE.sub(r"\\\1", cut)
