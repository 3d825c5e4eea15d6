"""A document's operations, read one by one: what is wrong with one costs that one at most."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from modules.builder.json_value import is_object
from modules.builder.openapi.bodies import BodyReader
from modules.builder.openapi.document import Document, Unreachable, escape
from modules.builder.openapi.findings import UNREADABLE, Findings
from modules.builder.openapi.headers import HeaderHints, header_hints
from modules.builder.openapi.model import Effect, Operation, Server
from modules.builder.openapi.names import Taken, identifier
from modules.builder.openapi.parameters import PLACEHOLDER, Described, ParameterReader
from modules.builder.openapi.responses import ResponseReader
from modules.builder.openapi.schemas import Schemas
from modules.builder.openapi.security import Alternatives, Credentials
from modules.builder.openapi.servers import nowhere, read_servers

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_READ = frozenset({"GET", "HEAD", "OPTIONS"})
_UNSAFE_MARK = re.compile(r"\[unsafe\]|\(unsafe\)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


class OperationReader:
    """Reads every operation of one document. ``seen`` counts them, whether they could be read or not."""

    def __init__(self, document: Document, findings: Findings, base: str | None) -> None:
        self.document = document
        self.findings = findings
        self.schemas = Schemas(document, findings)
        self.credentials = Credentials(document, findings)
        self.seen = 0
        self._base = base
        self._parameters = ParameterReader(document, self.schemas, findings)
        self._bodies = BodyReader(document, self.schemas, findings)
        self._responses = ResponseReader(document, self.schemas, findings)
        self._ids = Taken()
        self._servers = read_servers(document.root.get("servers"), findings, "", base) or (nowhere(),)
        self._security: Alternatives = self.credentials.alternatives(document.root.get("security"), "#/security")

    def operations(self) -> Iterator[Operation]:
        """Every operation that could be read, in document order."""
        paths = self.document.root.get("paths")
        for path, given in (paths if is_object(paths) else {}).items():
            if path.startswith("x-"):
                continue
            item = self._item(path, given)
            if item is None:
                continue
            servers = read_servers(item.get("servers"), self.findings, f"{path} ", self._base) or self._servers
            for key, node in item.items():
                if key.lower() in METHODS:
                    operation = self._attempt(path, key.upper(), item, node, servers)
                    if operation is not None:
                        yield operation

    def _item(self, path: str, given: Any) -> dict[str, Any] | None:
        place = f"#/paths/{escape(path)}"
        try:
            item = self.document.follow(given)
        except Unreachable as error:
            self.findings.add("unreachable_ref", place, f"The path {error.reason}.")
            return None
        if is_object(item):
            return {**item, **{key: value for key, value in given.items() if key != "$ref"}}
        self.findings.add("bad_path", place, "Is no path item.")
        return None

    def _attempt(
        self, path: str, method: str, item: dict[str, Any], node: Any, servers: tuple[Server, ...]
    ) -> Operation | None:
        self.seen += 1
        where = f"{method} {path}"
        if not is_object(node):
            self.findings.add("bad_operation", where, "Is no operation; it is left out.")
            return None
        try:
            return self._read(path, method, item, node, servers, where)
        except UNREADABLE as error:
            self.findings.add(
                "unreadable_operation", where, f"Cannot be read ({type(error).__name__}); it is left out."
            )
            return None

    def _read(
        self,
        path: str,
        method: str,
        item: dict[str, Any],
        node: dict[str, Any],
        servers: tuple[Server, ...],
        where: str,
    ) -> Operation:
        described = self._parameters.described(item, node, where)
        hints = header_hints(described.values(), self.document)
        route, query = split_path(path)
        described, query = query_parameters(described, query)
        body = self._bodies.read(node.get("requestBody"), where) if method != "TRACE" else None
        answer, errors = self._responses.read(node.get("responses"), method, where)
        operation_id = node.get("operationId") if isinstance(node.get("operationId"), str) else None
        summary, description = _texts(node, item, f"{method} {path}")
        security = node.get("security")
        return Operation(
            id=self._ids.claim(identifier(operation_id or "", f"{method} {path}"), f"{method} {path}"),
            operation_id=operation_id or None,
            method=method,
            path=path,
            summary=summary,
            description=description,
            deprecated=node.get("deprecated") is True,
            effect=effect_of(method, node, f"{summary} {description}"),
            parameters=self._parameters.read(described, route, where, body is not None),
            body=body and hints.body(body),
            answer=answer if method == "HEAD" else hints.answer(answer),
            errors=errors,
            security=self._needed(security, hints, where),
            servers=read_servers(node.get("servers"), self.findings, f"{where} ", self._base) or servers,
            route=route,
            fixed_query=query,
            fixed_headers=hints.fixed(body),
        )

    def _needed(self, given: Any, hints: HeaderHints, where: str) -> Alternatives:
        needed = self._security if given is None else self.credentials.alternatives(given, where)
        if hints.authorization and not any(needed):
            return self.credentials.header(hints.authorization_required)
        return needed


def split_path(path: str) -> tuple[str, str]:
    """The path as it is requested and the query written into it. A fragment only tells operations apart."""
    route, _, query = path.partition("#")[0].partition("?")
    return route if route.startswith("/") else f"/{route}", query


def query_parameters(described: Described, query: str) -> tuple[Described, str]:
    """``?a={b}`` in a path makes of its placeholders what they are: query parameters. The rest is sent as it is."""
    fixed: list[str] = []
    found: Described = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        placeholder = PLACEHOLDER.fullmatch(value)
        if placeholder is None and "{" not in pair:
            fixed.append(pair)
        elif placeholder is not None:
            node = described.get((placeholder[1], "path")) or described.get((name, "query"))
            node = node or {"required": True, "schema": {"type": "string"}}
            found[(name, "query")] = {**node, "name": name, "in": "query", "style": "form"}
    gone = PLACEHOLDER.findall(query)
    kept = {key: node for key, node in described.items() if not (key[1] == "path" and key[0] in gone)}
    return {**kept, **found}, "&".join(fixed)


def effect_of(method: str, node: dict[str, Any], text: str) -> Effect:
    """``read`` for GET, HEAD and OPTIONS, unless the description marks the operation unsafe."""
    if method not in _READ or node.get("x-unsafe") is True or _UNSAFE_MARK.search(text):
        return "write"
    return "read"


def _texts(node: dict[str, Any], item: dict[str, Any], fallback: str) -> tuple[str, str]:
    description = next(
        (text for text in (node.get("description"), item.get("description")) if isinstance(text, str)), ""
    ).strip()
    summary = next((text for text in (node.get("summary"), item.get("summary")) if isinstance(text, str)), "").strip()
    if not summary:
        summary = _SENTENCE_END.split(description, maxsplit=1)[0] or fallback
    return " ".join(summary.split())[:200], description
