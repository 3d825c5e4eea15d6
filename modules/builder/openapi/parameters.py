"""Parameters of an operation: which there are, what their arguments are called, how they travel."""

from __future__ import annotations

import re
from typing import Any, cast

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.document import Document, Unreachable
from modules.builder.openapi.findings import Findings
from modules.builder.openapi.headers import NOT_ARGUMENTS, is_header_name
from modules.builder.openapi.media import first_example, media_kind, preferred
from modules.builder.openapi.model import Parameter, Place
from modules.builder.openapi.schemas import Schemas

PLACEHOLDER = re.compile(r"\{([^{}/]*)\}")
_STYLES: dict[str, tuple[str, ...]] = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
_ORDER = {"path": 0, "query": 1, "header": 2, "cookie": 3}
RESERVED_ARGUMENT = "body"

Described = dict[tuple[str, str], dict[str, Any]]
"""Parameter objects by (name, place)."""


class ParameterReader:
    """Reads the parameters of one document's operations."""

    def __init__(self, document: Document, schemas: Schemas, findings: Findings) -> None:
        self._document = document
        self._schemas = schemas
        self._findings = findings

    def described(self, item: dict[str, Any], operation: dict[str, Any], where: str) -> Described:
        """What an operation describes by (name, place); it replaces what its path item describes of the same."""
        given = self._nodes(item.get("parameters"), where) | self._nodes(operation.get("parameters"), where)
        return _one_spelling(given)

    def read(self, described: Described, route: str, where: str, has_body: bool) -> tuple[Parameter, ...]:
        """The operation's parameters, in document order, with unique argument names.

        Placeholders of the path that nobody describes become required text.
        """
        placeholders = list(dict.fromkeys(PLACEHOLDER.findall(route)))
        chosen: list[tuple[str, Place, dict[str, Any]]] = []
        for (name, place), node in described.items():
            if place == "header" and name.lower() in NOT_ARGUMENTS:
                continue
            if place == "path":
                spelt = _placeholder(name, placeholders)
                if spelt is None:
                    self._findings.add(
                        "not_in_path", f"{where} {name}", f"The path has no place for the parameter {name!r}."
                    )
                    continue
                placeholders.remove(spelt)
                name = spelt
            chosen.append((name, cast(Place, place), node))
        for name in placeholders:
            self._findings.add(
                "undescribed_parameter", f"{where} {name}", f"The path needs {name!r}, which nobody describes."
            )
            chosen.append((name, "path", {"schema": {"type": "string"}}))
        arguments = argument_names([(name, place) for name, place, _ in chosen], has_body)
        return tuple(
            self._parameter(node, name, place, argument, f"{where} {name}")
            for (name, place, node), argument in zip(chosen, arguments, strict=True)
        )

    def _nodes(self, nodes: Any, where: str) -> Described:
        described: Described = {}
        for index, given in enumerate(nodes if is_list(nodes) else []):
            try:
                node = self._document.follow(given)
            except Unreachable as error:
                self._findings.add("unreachable_ref", f"{where} parameters/{index}", f"The parameter {error.reason}.")
                continue
            if not is_object(node) or not _is_parameter(node):
                self._findings.add(
                    "bad_parameter", f"{where} parameters/{index}", "Has no usable name, or no place to be sent in."
                )
                continue
            described[(node["name"], node["in"])] = node
        return described

    def _parameter(self, node: dict[str, Any], name: str, place: Place, argument: str, where: str) -> Parameter:
        styles = _STYLES[place]
        style = node.get("style") if node.get("style") in styles else styles[0]
        explode = node.get("explode")
        content = node.get("content")
        media = preferred(content) if is_object(content) and content else None
        schema_node: Any = node if "schema" not in node and "type" in node else node.get("schema")
        as_json = False
        if media is not None and is_object(content):
            described = content[media]
            schema_node = described.get("schema") if is_object(described) else None
            as_json = media_kind(media) in {"json", "any"}
        schema = self._schemas.convert({} if schema_node is None else schema_node, where)
        return Parameter(
            argument=argument,
            name=name,
            place=place,
            required=node.get("required") is True or place == "path",
            style=str(style),
            explode=explode if isinstance(explode, bool) else style in {"form", "deepObject"},
            reserved=node.get("allowReserved") is True,
            as_json=as_json,
            schema=_with_description(schema, node, first_example(node, self._document)),
        )


def _one_spelling(described: Described) -> Described:
    """``described`` with one parameter for a header, however many spellings it has: a required one, else the first."""
    chosen: dict[str, tuple[str, str]] = {}
    for key, node in described.items():
        if key[1] == "header" and (key[0].lower() not in chosen or node.get("required") is True):
            chosen[key[0].lower()] = key
    return {key: node for key, node in described.items() if key[1] != "header" or chosen[key[0].lower()] == key}


def _is_parameter(node: dict[str, Any]) -> bool:
    name, place = node.get("name"), node.get("in")
    if not isinstance(name, str) or not isinstance(place, str) or place not in _STYLES:
        return False
    return place != "header" or is_header_name(name)


def argument_names(parameters: list[tuple[str, Place]], has_body: bool) -> list[str]:
    """Each parameter's argument name: its own name, or ``name_place`` where an earlier place has taken it.

    Path comes before query, header and cookie; ``body`` belongs to the body when there is one.
    """
    taken = {RESERVED_ARGUMENT} if has_body else set[str]()
    names = [""] * len(parameters)
    for index in sorted(range(len(parameters)), key=lambda index: _ORDER[parameters[index][1]]):
        name, place = parameters[index]
        chosen = name
        if chosen in taken:
            chosen = f"{name}_{place}"
        number = 2
        while chosen in taken:
            chosen = f"{name}_{place}_{number}"
            number += 1
        taken.add(chosen)
        names[index] = chosen
    return names


def _placeholder(name: str, placeholders: list[str]) -> str | None:
    if name in placeholders:
        return name
    bare = name.strip("{}+*? ").lower()
    return next((spelt for spelt in placeholders if spelt.strip("+*? ").lower() == bare), None)


def _with_description(schema: Any, node: dict[str, Any], example: Any) -> Any:
    if not is_object(schema):
        return schema
    if example is not None and "examples" not in schema:
        schema = {**schema, "examples": [example]}
    if isinstance(node.get("description"), str) and node["description"]:
        schema = {**schema, "description": node["description"]}
    if node.get("deprecated") is True:
        schema = {**schema, "deprecated": True}
    return schema
