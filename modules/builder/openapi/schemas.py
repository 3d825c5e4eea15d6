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

from collections.abc import Callable
from typing import Any

from modules.builder.openapi.document import Document, Pointer, Unreachable
from modules.builder.openapi.findings import Findings
from modules.builder.openapi.names import Taken, ascii_text, shorten
from modules.builder.openapi.patterns import python_pattern

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
_SIZE_KEYS = (
    "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains", "minContains",
)  # fmt: skip
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
        if not isinstance(node, dict):
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
        return self.convert(node, pointer)

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
        _numbers(node, schema)
        for key in _FLAG_KEYS:
            if node.get(key) is True:
                schema[key] = True
        self._pattern(node, schema, place)
        self._children(node, schema, place)
        self._required(node, schema)
        _enum_to_items(schema)
        return _nullable(node, schema)

    def _type(self, node: Schema, schema: Schema, place: str) -> None:
        given = node.get("type")
        if given is None:
            return
        kinds: list[str] = []
        for kind in given if isinstance(given, list) else [given]:
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
        if isinstance(examples, list) and examples:
            schema["examples"] = examples
        elif "example" in node:
            schema["examples"] = [node["example"]]
        values = node.get("enum")
        if isinstance(values, list):
            of_items = schema.get("type") == "array" and not any(isinstance(value, list) for value in values)
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
            if isinstance(children, dict):
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
            if isinstance(parts, list) and parts:
                converted = [self.convert(part, f"{place}/{key}/{index}") for index, part in enumerate(parts)]
                if key == "allOf":
                    self._combine(schema, converted)
                _add_alternatives(schema, target, converted)

    def _combine(self, schema: Schema, parts: list[Any]) -> None:
        """Parts of an ``allOf`` each know their own properties only: none may refuse those of the others."""
        for part in [schema, *parts]:
            if isinstance(part, dict):
                _without_closing(part)
                if "$ref" in part:
                    self._parts[_definition_of(part)] = None

    def _open(self, name: str) -> None:
        definition = self.definitions[name]
        for _ in range(32):
            if not isinstance(definition, dict) or "$ref" not in definition:
                break
            definition = self.definitions[_definition_of(definition)]
        if isinstance(definition, dict):
            _without_closing(definition)

    def _items(self, node: Schema, schema: Schema, place: str) -> None:
        items = node.get("items")
        if isinstance(items, list):
            parts = [self.convert(part, f"{place}/items/{index}") for index, part in enumerate(items)]
            if len(parts) == 1:
                schema["items"] = parts[0]
            elif parts:
                schema["prefixItems"] = parts
        elif isinstance(items, bool | dict):
            schema["items"] = self.convert(items, f"{place}/items")

    def _required(self, node: Schema, schema: Schema) -> None:
        required = node.get("required")
        if not isinstance(required, list):
            return
        properties = node.get("properties")
        known: Schema = properties if isinstance(properties, dict) else {}
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
        return isinstance(node, dict) and (node.get("readOnly") is True or node.get("writeOnly") is True)


def _definition_name(pointer: Pointer) -> str:
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer[2:].split("/")]
    if tokens[0] == "paths":
        tokens = [tokens[1], *tokens[2:]]
    elif len(tokens) > 2 and tokens[0] == "components":
        tokens = tokens[2:]
    elif len(tokens) > 1:
        tokens = tokens[1:]
    text = ascii_text("_".join(token for token in tokens if token not in {"properties", "schema", "content"}))
    name = "".join(character if character.isalnum() or character in "._-" else "_" for character in text)
    return shorten(name.strip("._-") or "schema")


def _enum_to_items(schema: Schema) -> None:
    """An enumeration of single values beside ``type: array`` is meant for the items."""
    values = schema.get("enum")
    if schema.get("type") != "array" or not values or any(isinstance(value, list) for value in values):
        return
    del schema["enum"]
    items = schema.get("items", {})
    if isinstance(items, dict) and "$ref" not in items:
        fitted = fitting(values, items.get("type"))
        schema["items"] = {**items, "enum": fitted} if fitted else items


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


def _numbers(node: Schema, schema: Schema) -> None:
    for key in _SIZE_KEYS:
        size = _number(node.get(key))
        if size is not None and size >= 0 and size == int(size):
            schema[key] = int(size)
    step = _number(node.get("multipleOf"))
    if step is not None and step > 0:
        schema["multipleOf"] = step
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        value = _number(node.get(bound))
        flag = node.get(exclusive)
        if value is not None:
            schema[exclusive if flag is True else bound] = value
        beyond = _number(flag)
        if beyond is not None:
            schema[exclusive] = beyond


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = int(value) if value.lstrip("-").isdecimal() and len(value) < 300 else float(value)
        except ValueError:
            return None
    if isinstance(value, int):
        return value
    return value if isinstance(value, float) and value - value == 0 else None


def _nullable(node: Schema, schema: Schema) -> Schema:
    if node.get("nullable") is not True and node.get("x-nullable") is not True:
        return schema
    kind = schema.get("type")
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if kind is None:
        if any(key in schema for key in ("allOf", "anyOf", "not", "const")):
            outer = {key: schema.pop(key) for key in ("description", "title", "default", "examples") if key in schema}
            return {"anyOf": [schema, {"type": "null"}], **outer}
        return schema
    kinds = kind if isinstance(kind, list) else [kind]
    schema["type"] = [*kinds, "null"] if "null" not in kinds else kinds
    if any(key in schema for key in ("allOf", "anyOf")):
        outer = {key: schema.pop(key) for key in ("description", "title", "default", "examples") if key in schema}
        return {"anyOf": [schema, {"type": "null"}], **outer}
    return schema


def fitting(values: list[Any], kind: Any) -> list[Any]:
    """Enumerated values as the type they are said to have: YAML turns ``[1, no]`` of strings into other things."""
    kinds: list[str] = kind if isinstance(kind, list) else [kind] if isinstance(kind, str) else []
    if not kinds:
        return _distinct(values)
    fitted: list[Any] = []
    for value in values:
        if value is None:
            fitted.append(None)
        for name in kinds:
            read = _FIT.get(name, _as_is)(value)
            if read is not None:
                fitted.append(read)
                break
    return _distinct(fitted)


def _distinct(values: list[Any]) -> list[Any]:
    seen: dict[str, Any] = {}
    for value in values:
        seen.setdefault(f"{type(value).__name__} {value!r}", value)
    return list(seen.values())


def _as_is(value: Any) -> Any:
    return value


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value if isinstance(value, str) else None


def _as_integer(value: Any) -> Any:
    number = _number(value)
    return number if number is not None and number == int(number) else None


def _as_boolean(value: Any) -> Any:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


_FIT: dict[str, Callable[[Any], Any]] = {
    "string": _as_text,
    "integer": _as_integer,
    "number": _number,
    "boolean": _as_boolean,
}
