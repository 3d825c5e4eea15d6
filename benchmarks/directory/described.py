"""Operations as a document describes them, read by the benchmark itself, and calls of them drawn at random."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from benchmarks.directory.checking import fits
from benchmarks.directory.values import SPECIALS, Undrawable, Values

METHODS = ("get", "put", "post", "delete", "head", "patch")
# Set by whoever sends the request; OpenAPI says that descriptions of these are ignored.
IGNORED_HEADERS = {"accept", "content-type", "authorization"}
TRIES = 6


@dataclass(frozen=True)
class Argument:
    """One parameter's value, by where it travels and its name on the wire."""

    place: str
    name: str
    value: Any


@dataclass(frozen=True)
class Call:
    """Arguments for one operation. ``media_type`` is None without a body."""

    method: str
    path: str
    arguments: tuple[Argument, ...]
    media_type: str | None = None
    body: Any = None


@dataclass(frozen=True)
class Described:
    """One operation of a document."""

    document: Mapping[str, Any]
    method: str
    path: str
    item: Mapping[str, Any]
    node: Mapping[str, Any]

    def draw(self, rng: random.Random, *, full: bool) -> Call:
        """A call with what is required and, if ``full``, with a half of the rest, one text that is not ASCII and one
        that needs escaping where there are free texts. Raises ``Undrawable``."""
        for _ in range(TRIES):
            state = rng.getstate()
            counting = Values(rng, self.follow, full)
            self._call(counting, full)
            slots = rng.sample(range(counting.slots), min(len(SPECIALS), counting.slots))
            rng.setstate(state)
            texts = rng.sample(SPECIALS, len(slots)) if full else []
            rng.setstate(state)  # the same draws again, now with the special texts in their places
            call = self._call(Values(rng, self.follow, full, dict(zip(slots, texts, strict=False))), full)
            if self._fits(call):
                return call
            rng.random()
        raise Undrawable(f"arguments for {self.method} {self.path} that fit its description")

    def parameters(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Described parameters by (place, name); the operation's own replace those of its path."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for given in [*(self.item.get("parameters") or []), *(self.node.get("parameters") or [])]:
            parameter = self.follow(given)
            if not isinstance(parameter, dict) or "name" not in parameter or "in" not in parameter:
                continue
            if parameter["in"] == "header" and parameter["name"].lower() in IGNORED_HEADERS:
                continue
            found[parameter["in"], parameter["name"]] = parameter
        return found

    def body(self) -> tuple[bool, dict[str, Any]]:
        """Whether a body is required, and its media types."""
        node = self.follow(self.node.get("requestBody") or {})
        return node.get("required") is True, node.get("content") or {}

    def follow(self, node: Any) -> Any:
        """``node``, or what its references lead to in the document. Raises ``Undrawable``."""
        return follow(self.document, node)

    def _call(self, values: Values, full: bool) -> Call:
        arguments = [
            Argument(place, name, values.draw(_schema(parameter), plain=place in {"header", "cookie"}))
            for (place, name), parameter in self.parameters().items()
            if place == "path" or parameter.get("required") is True or (full and values.rng.random() < 0.5)
        ]
        required, content = self.body()
        if content and (required or (full and values.rng.random() < 0.5)):
            media_type = preferred(content)
            body = values.draw((content[media_type] or {}).get("schema", {}))
            return Call(self.method, self.path, tuple(arguments), media_type, body)
        return Call(self.method, self.path, tuple(arguments))

    def _fits(self, call: Call) -> bool:
        parameters = self.parameters()
        described = [(_schema(parameters[each.place, each.name]), each.value) for each in call.arguments]
        if call.media_type is not None:
            described.append(((self.body()[1][call.media_type] or {}).get("schema", {}), call.body))
        return all(fits(self.document, schema, value) for schema, value in described)


def operations(document: Mapping[str, Any]) -> Iterator[Described]:
    """Every operation of a document."""
    for path, given in (document.get("paths") or {}).items():
        item = follow(document, given)
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                yield Described(document, method.upper(), path, item, item[method])


def follow(document: Mapping[str, Any], node: Any) -> Any:
    """``node``, or what its chain of local references ends at."""
    for _ in range(64):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return node
        reference: str = node["$ref"]
        if not reference.startswith("#/"):
            raise Undrawable(f"the reference {reference}")
        node = document
        for token in reference[2:].split("/"):
            token = unquote(token).replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(token)] if isinstance(node, list) else node[token]
            except (KeyError, IndexError, ValueError, TypeError) as error:
                raise Undrawable(f"the reference {reference}") from error
    raise Undrawable("a reference that refers to itself")


def preferred(content: Mapping[str, Any]) -> str:
    """JSON where it is offered, then forms, else the first media type."""
    for wanted in ("json", "x-www-form-urlencoded", "multipart"):
        for media_type in content:
            if wanted in media_type:
                return media_type
    return next(iter(content))


def _schema(parameter: Mapping[str, Any]) -> Any:
    if parameter.get("content"):
        return next(iter(parameter["content"].values())).get("schema", {})
    return parameter.get("schema", {})
