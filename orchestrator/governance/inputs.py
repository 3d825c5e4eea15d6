"""Facts about a tool call that the rules need: which required inputs have no value, which words mark it unsafe."""

from __future__ import annotations

import re
from typing import Any, cast

from orchestrator.governance.model import JsonObject

_DEEPEST = 6
_LEADING_VERBS = frozenset(
    """
    add approve archive assign ban block book buy cancel charge clear close confirm create deactivate delete deploy
    destroy disable drop enable erase execute install insert invite kick kill merge modify move pay post publish
    purchase purge put reboot refund register reject remove rename replace reset restart revoke rotate send shutdown
    submit suspend terminate transfer trigger uninstall unlock unsubscribe update upload wipe withdraw write
    """.strip().split()
)
_WARNINGS = re.compile(
    r"irreversibl\w*|can(?:not|['’]t| not) be (?:undone|reversed|recovered)|permanently (?:delete|remove|erase)s?"
    r"|(?<!non-)(?<!non)\bdestructive\b|(?<!no )(?<!any )(?<!without )\bside[- ]effects?\b"
    r"|\b(?:is |are )?(?:not safe|unsafe)\b",
    re.IGNORECASE,
)


def missing_inputs(schema: JsonObject, arguments: JsonObject) -> tuple[str, ...]:
    """Paths (``body.name``) of required inputs without a value, in the schema's order.

    An optional object that was not given asks for nothing; a required one asks for its own required members.
    """
    found: list[str] = []
    _collect(schema, arguments, "", schema, found, 0)
    return tuple(found)


def unsafe_marks(operation: str, summary: str, description: str = "") -> tuple[str, ...]:
    """The words by which an operation's own description says that it changes something.

    A summary or a name that begins with a verb of change, or a warning anywhere: a GET that deletes is not safe.
    """
    marks: list[str] = []
    for text in (summary, re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_|-", " ", operation)):
        words = re.findall(r"[A-Za-z]+", text)[:1]
        marks += [word.lower() for word in words if _is_change(word.lower())]
    marks += [match.group(0).lower() for match in _WARNINGS.finditer(f"{summary}\n{description}")]
    return tuple(dict.fromkeys(marks))


def _is_change(word: str) -> bool:
    return (
        word in _LEADING_VERBS or word.removesuffix("s") in _LEADING_VERBS or word.removesuffix("es") in _LEADING_VERBS
    )


def _collect(
    schema: JsonObject, value: JsonObject, prefix: str, root: JsonObject, found: list[str], depth: int
) -> None:
    properties = cast(JsonObject, schema.get("properties") or {})
    required = cast(list[str], schema.get("required") or [])
    ordered = [name for name in properties if name in required] + [name for name in required if name not in properties]
    for name in ordered:
        if name not in value:
            _missing(properties.get(name), prefix + name, root, found, depth)
    for name, member in properties.items():
        inner = value.get(name)
        target = _resolved(member, root)
        if isinstance(inner, dict) and depth < _DEEPEST:
            _collect(target, cast(JsonObject, inner), f"{prefix}{name}.", root, found, depth + 1)


def _missing(member: Any, path: str, root: JsonObject, found: list[str], depth: int) -> None:
    target = _resolved(member, root)
    if depth < _DEEPEST and target.get("properties") and target.get("required"):
        _collect(target, {}, f"{path}.", root, found, depth + 1)
    else:
        found.append(path)


def _resolved(schema: Any, root: JsonObject) -> JsonObject:
    """The schema a local reference leads to; nothing is asked of one that leads elsewhere."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, dict):
            return {}
        reference = cast(JsonObject, schema).get("$ref")
        if reference is None:
            return cast(JsonObject, schema)
        schema = _pointed(reference, root)
    return {}


def _pointed(reference: Any, root: JsonObject) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return {}
    target: Any = root
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        target = cast(JsonObject, target).get(key) if isinstance(target, dict) else None
    return target
