"""Schemas of a document (OpenAPI 3.0, 3.1, Swagger 2) as JSON Schema 2020-12.

Every ``$ref`` becomes a definition of the bundle, so recursion stays recursion and nothing is flattened. The reading is
lenient where documents are known to be wrong; each place is a finding:

- an unknown ``type`` is dropped, a misspelt one is read as meant;
- ``oneOf`` becomes ``anyOf``: alternatives overlap in real documents, and right answers would be refused;
- the parts of an ``allOf`` stay open: ``additionalProperties: false`` in one would refuse the properties of the others;
- ``required`` does not list properties that are ``readOnly`` or ``writeOnly`` (one schema serves both directions), nor
  any that the schema itself forbids.
"""

from __future__ import annotations

from typing import Any

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.document import Document, Pointer, Unreachable
from modules.builder.openapi.findings import UNREADABLE, Findings
from modules.builder.openapi.names import Taken, ascii_text, shorten
from modules.builder.openapi.patterns import python_pattern
from modules.builder.openapi.schema_values import copy_limits, enum_to_items, fitting, nullable

Schema = dict[str, Any]

_TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_MEANT = {
    "int": "integer", "int32": "integer", "int64": "integer", "long": "integer", "short": "integer",
    "float": "number", "double": "number", "decimal": "number", "numeric": "number", "bool": "boolean",
    "date": "string", "datetime": "string", "date-time": "string", "uuid": "string", "file": "string",
    "str": "string", "text": "string", "binary": "string", "byte": "string", "uri": "string", "url": "string",
    "email": "string", "char": "string", "list": "array", "dict": "object", "map": "object", "hash": "object",
    "json": "object",
}  # fmt: skip
_SCHEMA_KEYS = ("not", "contains", "propertyNames", "if", "then", "else", "unevaluatedItems", "unevaluatedProperties")
_MAP_KEYS = ("properties", "patternProperties", "dependentSchemas")
_TEXT_KEYS = ("title", "description", "format", "contentEncoding", "contentMediaType")
_FLAG_KEYS = ("uniqueItems", "readOnly", "writeOnly", "deprecated")


class Schemas:
    """Converts schemas and collects the definitions they need. ``definitions`` is complete after ``finish``."""

    def __init__(self, document: Document, findings: Findings) -> None:
        self._document = document
        self._findings = findings
        self._named: dict[str, str] = {}
        self._taken = Taken()
        self._pending: list[tuple[Pointer, str]] = []
        self._parts: dict[str, None] = {}
        self.definitions: dict[str, Any] = {}

    def convert(self, node: Any, place: str) -> Any:
        """The schema at ``place``; ``{}`` (anything) with a finding where it is not one."""
        if isinstance(node, bool):
            return node
        if not is_object(node):
            if node is not None:
                self._findings.add("not_a_schema", place, "Is not a schema; any value is taken.")
            return {}
        reference = node.get("$ref")
        if isinstance(reference, str):
            return self._reference(node, reference, place)
        return self._plain(node, place)

    def finish(self) -> None:
        """Convert every definition that has been referred to and not been converted yet."""
        while self._pending:
            pointer, name = self._pending.pop()
            self.definitions[name] = self._definition(pointer)
        for name in list(self._parts):
            self._open(name)

    def _definition(self, pointer: Pointer) -> Any:
        try:
            node = self._document.at(pointer)
            self._document.follow(node)
        except Unreachable as error:
            self._findings.add("unreachable_ref", pointer, f"The reference {error.reason}; any value is taken.")
            return {}
        try:
            return self.convert(node, pointer)
        except UNREADABLE as error:
            self._findings.add("not_a_schema", pointer, f"Cannot be read ({type(error).__name__}); any value is taken.")
            return {}

    def _reference(self, node: Schema, reference: str, place: str) -> Any:
        try:
            pointer = self._document.pointer(reference)
            self._document.at(pointer)
        except Unreachable as error:
            self._findings.add(
                "unreachable_ref", place, f"The reference {reference!r} {error.reason}; any value is taken."
            )
            return {}
        target: Schema = {"$ref": f"definitions/{self._name(pointer)}.json"}
        if node.get("nullable") is True:
            target = {"anyOf": [target, {"type": "null"}]}
        if isinstance(node.get("description"), str):
            target["description"] = node["description"]
        return target

    def _name(self, pointer: Pointer) -> str:
        known = self._named.get(pointer)
        if known is not None:
            return known
        name = self._taken.claim(_definition_name(pointer), pointer)
        self._named[pointer] = name
        self._pending.append((pointer, name))
        return name

    def _plain(self, node: Schema, place: str) -> Schema:
        schema: Schema = {}
        self._type(node, schema, place)
        for key in _TEXT_KEYS:
            if isinstance(node.get(key), str):
                schema[key] = node[key]
        self._values(node, schema)
        copy_limits(node, schema)
        for key in _FLAG_KEYS:
            if node.get(key) is True:
                schema[key] = True
        self._pattern(node, schema, place)
        self._children(node, schema, place)
        self._required(node, schema)
        enum_to_items(schema)
        return nullable(node, schema)

    def _type(self, node: Schema, schema: Schema, place: str) -> None:
        given = node.get("type")
        if given is None:
            return
        kinds: list[str] = []
        for kind in given if is_list(given) else [given]:
            meant = _meant(kind)
            if meant is None:
                self._findings.add("unknown_type", place, f"The type {kind!r} is unknown; any value is taken.")
                return
            if meant not in kinds:
                kinds.append(meant)
        if kinds:
            schema["type"] = kinds if len(kinds) > 1 else kinds[0]

    def _values(self, node: Schema, schema: Schema) -> None:
        if "const" in node:
            schema["const"] = node["const"]
        if "default" in node:
            schema["default"] = node["default"]
        examples = node.get("examples")
        if is_list(examples) and examples:
            schema["examples"] = examples
        elif "example" in node:
            schema["examples"] = [node["example"]]
        values = node.get("enum")
        if is_list(values):
            of_items = schema.get("type") == "array" and not any(is_list(value) for value in values)
            fitted = fitting(values, None if of_items else schema.get("type"))
            if fitted:
                schema["enum"] = fitted

    def _pattern(self, node: Schema, schema: Schema, place: str) -> None:
        pattern = node.get("pattern")
        if not isinstance(pattern, str):
            return
        readable = python_pattern(pattern)
        if readable is None:
            self._findings.add("pattern", place, "The pattern cannot be checked here and is left to the service.")
        else:
            schema["pattern"] = readable

    def _children(self, node: Schema, schema: Schema, place: str) -> None:
        for key in _MAP_KEYS:
            children = node.get(key)
            if is_object(children):
                if key == "patternProperties":
                    children = {python_pattern(name): child for name, child in children.items()}
                    children.pop(None, None)
                schema[key] = {
                    str(name): self.convert(child, f"{place}/{key}/{name}") for name, child in children.items()
                }
        self._items(node, schema, place)
        extra = node.get("additionalProperties")
        if isinstance(extra, bool | dict):
            schema["additionalProperties"] = self.convert(extra, f"{place}/additionalProperties")
        for key in _SCHEMA_KEYS:
            if isinstance(node.get(key), bool | dict):
                schema[key] = self.convert(node[key], f"{place}/{key}")
        for key, target in (("allOf", "allOf"), ("anyOf", "anyOf"), ("oneOf", "anyOf"), ("prefixItems", "prefixItems")):
            parts = node.get(key)
            if is_list(parts) and parts:
                converted = [self.convert(part, f"{place}/{key}/{index}") for index, part in enumerate(parts)]
                if key == "allOf":
                    self._combine(schema, converted)
                _add_alternatives(schema, target, converted)

    def _combine(self, schema: Schema, parts: list[Any]) -> None:
        """Parts of an ``allOf`` each know their own properties only: none may refuse those of the others."""
        for part in [schema, *parts]:
            if is_object(part):
                _without_closing(part)
                if "$ref" in part:
                    self._parts[_definition_of(part)] = None

    def _open(self, name: str) -> None:
        definition = self.definitions[name]
        for _ in range(32):
            if not is_object(definition) or "$ref" not in definition:
                break
            definition = self.definitions[_definition_of(definition)]
        if is_object(definition):
            _without_closing(definition)

    def _items(self, node: Schema, schema: Schema, place: str) -> None:
        items = node.get("items")
        if is_list(items):
            parts = [self.convert(part, f"{place}/items/{index}") for index, part in enumerate(items)]
            if len(parts) == 1:
                schema["items"] = parts[0]
            elif parts:
                schema["prefixItems"] = parts
        elif isinstance(items, bool | dict):
            schema["items"] = self.convert(items, f"{place}/items")

    def _required(self, node: Schema, schema: Schema) -> None:
        required = node.get("required")
        if not is_list(required):
            return
        properties = node.get("properties")
        known: Schema = properties if is_object(properties) else {}
        closed = schema.get("additionalProperties") is False and "patternProperties" not in schema
        names = [
            name
            for name in dict.fromkeys(name for name in required if isinstance(name, str))
            if not self._one_way(known.get(name)) and not (closed and name not in known)
        ]
        if names:
            schema["required"] = names

    def _one_way(self, node: Any) -> bool:
        try:
            node = self._document.follow(node)
        except Unreachable:
            return False
        return is_object(node) and (node.get("readOnly") is True or node.get("writeOnly") is True)


def _definition_name(pointer: Pointer) -> str:
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer[2:].split("/")]
    tokens = tokens[2:] if tokens[0] == "components" and len(tokens) > 2 else tokens[1:] or tokens
    text = ascii_text("_".join(token for token in tokens if token not in {"properties", "schema", "content", "$defs"}))
    name = "".join(character if character.isalnum() or character in "._-" else "_" for character in text)
    return shorten(name.strip("._-") or "schema")


def _definition_of(schema: Schema) -> str:
    return schema["$ref"][len("definitions/") : -len(".json")]


def _without_closing(schema: Schema) -> None:
    if schema.get("additionalProperties") is False:
        del schema["additionalProperties"]


def _meant(kind: Any) -> str | None:
    if not isinstance(kind, str):
        return None
    if kind in _TYPES:
        return kind
    kind = kind.strip().lower()
    return kind if kind in _TYPES else _MEANT.get(kind)


def _add_alternatives(schema: Schema, key: str, parts: list[Any]) -> None:
    if key in schema and key == "anyOf":
        schema.setdefault("allOf", []).append({"anyOf": parts})
    else:
        schema[key] = parts
