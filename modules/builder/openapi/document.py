"""A parsed document and the one way to follow its references. Nothing is ever fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NewType
from urllib.parse import unquote

from modules.builder.json_value import is_list, is_object

Pointer = NewType("Pointer", str)
"""A JSON pointer within the document, written ``#/a/b`` with ``~0`` and ``~1`` escapes."""

_LONGEST_CHAIN = 64


class Unreachable(Exception):
    """A reference that leads nowhere; ``reason`` is a clause for people."""

    def __init__(self, reference: str, reason: str) -> None:
        super().__init__(f"{reference!r} {reason}")
        self.reference = reference
        self.reason = reason


def escape(token: str) -> str:
    """One reference token as a JSON pointer writes it."""
    return token.replace("~", "~0").replace("/", "~1")


class Document:
    """An OpenAPI document as plain JSON values."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self._inner: dict[str, Pointer] | None = None

    def pointer(self, reference: str) -> Pointer:
        """The pointer a ``$ref`` names. Raises ``Unreachable`` for files, URLs and the document itself."""
        if reference.startswith("#/"):
            pointer = Pointer(reference)
            if reference.startswith("#/$defs/") and self._lookup(pointer) is _NOTHING:
                return self._inner_definitions().get(reference, pointer)
            return pointer
        if reference in {"#", ""}:
            raise Unreachable(reference, "refers to the whole document")
        if reference.startswith("#"):
            raise Unreachable(reference, "is not a JSON pointer")
        for place in ("#/components/schemas/", "#/definitions/"):
            bare = Pointer(place + escape(reference))
            if self._lookup(bare) is not _NOTHING:
                return bare
        raise Unreachable(reference, "refers outside this document; nothing is fetched")

    def at(self, pointer: Pointer) -> Any:
        """The value at ``pointer``. Raises ``Unreachable``."""
        value = self._lookup(pointer)
        if value is _NOTHING:
            raise Unreachable(pointer, "does not exist in this document")
        return value

    def follow(self, node: Any) -> Any:
        """``node``, or what its chain of ``$ref`` ends at. Raises ``Unreachable``, also for a chain in a circle."""
        for _ in range(_LONGEST_CHAIN):
            if not is_object(node) or not isinstance(node.get("$ref"), str):
                return node
            reference: str = node["$ref"]
            node = self.at(self.pointer(reference))
        raise Unreachable(str(node.get("$ref")) if is_object(node) else "", "refers to itself")

    def _inner_definitions(self) -> dict[str, Pointer]:
        """``#/$defs/Name`` as it is meant within schemas that bring their own ``$defs``: the first of that name."""
        if self._inner is None:
            self._inner = {}
            waiting: list[tuple[str, Any]] = [("#", self.root)]
            while waiting:
                place, node = waiting.pop()
                children = list(node.items()) if is_object(node) else list(enumerate(node)) if is_list(node) else []
                for key, child in reversed(children):
                    below = f"{place}/{escape(str(key))}"
                    waiting.append((below, child))
                if is_object(node) and is_object(node.get("$defs")):
                    for name in node["$defs"]:
                        inner = Pointer(f"{place}/$defs/{escape(name)}")
                        self._inner.setdefault(f"#/$defs/{escape(name)}", inner)
        return self._inner

    def _lookup(self, pointer: Pointer) -> Any:
        node: Any = self.root
        for raw in pointer[2:].split("/"):
            token = raw.replace("~1", "/").replace("~0", "~")
            node = _step(node, token)
            if node is _NOTHING:
                return _NOTHING
        return node


_NOTHING: Any = object()


def _step(node: Any, token: str) -> Any:
    if is_object(node):
        if token in node:
            return node[token]
        return node.get(unquote(token).replace("~1", "/"), _NOTHING)
    if is_list(node) and token.isdecimal() and token.isascii() and int(token) < len(node):
        return node[int(token)]
    return _NOTHING
