"""Reading a tool's input schema: its inputs as flat slots, local references, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from gateway.messages import JsonObject

DEEPEST = 4
MOST_SLOTS = 120


@dataclass(frozen=True, slots=True)
class Slot:
    """One input that can be filled. ``required`` on its own level: a member of an optional object may be too.

    ``type`` is ``string``, ``integer``, ``number``, ``boolean``, ``array``, ``object`` or ``any``.
    """

    path: tuple[str, ...]
    schema: JsonObject
    required: bool
    type: str

    @property
    def name(self) -> str:
        """The innermost name."""
        return self.path[-1]

    @property
    def dotted(self) -> str:
        """How questions name it: ``body.name``."""
        return ".".join(self.path)

    @property
    def items(self) -> JsonObject:
        """The schema of a list's items; empty when anything may stand in it."""
        items: Any = self.schema.get("items")
        return cast(JsonObject, items) if isinstance(items, dict) else {}

    @property
    def text(self) -> str:
        """The description, when there is one."""
        description = self.schema.get("description")
        return description if isinstance(description, str) else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value and the names a person may call it by."""

    value: Any
    labels: tuple[str, ...]


def resolve(schema: Any, root: JsonObject) -> JsonObject:
    """The schema behind local references and a nullable wrapper; empty (anything) when it cannot be followed."""
    for _ in range(2 * DEEPEST):
        if not isinstance(schema, dict):
            return {}
        known = cast(JsonObject, schema)
        if "$ref" in known:
            schema = _pointed(known["$ref"], root)
        elif (only := _sole_variant(known)) is not None:
            schema = {**{key: value for key, value in known.items() if key not in ("anyOf", "oneOf", "allOf")}, **only}
        else:
            return known
    return {}


def type_of(schema: JsonObject) -> str:
    """The one JSON type that is not null; ``any`` when there are several or none is said."""
    declared = schema.get("type")
    names = cast(list[Any], declared) if isinstance(declared, list) else [declared]
    types = [name for name in names if isinstance(name, str) and name != "null"]
    if types == ["integer", "number"] or types == ["number", "integer"]:
        return "number"
    if len(types) == 1:
        return types[0]
    if not types and "properties" in schema:
        return "object"
    if not types and "items" in schema:
        return "array"
    if not types and (found := choices(schema)):
        kinds = {type(choice.value).__name__ for choice in found}
        names = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
        return names.get(kinds.pop(), "any") if len(kinds) == 1 else "any"
    return "any"


def choices(schema: JsonObject) -> tuple[Choice, ...]:
    """The allowed values of an ``enum``, a ``const``, or a list of labelled constants."""
    values = schema.get("enum")
    if isinstance(values, list):
        return tuple(Choice(value, (str(value),)) for value in cast(list[Any], values) if value is not None)
    for variants in (schema.get("oneOf"), schema.get("anyOf")):
        if isinstance(variants, list) and variants:
            options = [cast(JsonObject, option) for option in cast(list[Any], variants) if isinstance(option, dict)]
            if all("const" in option for option in options):
                return tuple(Choice(option["const"], _labels(option)) for option in options)
    return (Choice(schema["const"], (str(schema["const"]),)),) if "const" in schema else ()


def slots(schema: JsonObject) -> tuple[Slot, ...]:
    """Every input that can be filled by itself, members of objects included; level by level, required ones first."""
    found: list[Slot] = []
    for slot in _walk(resolve(schema, schema), schema):
        found.append(slot)
        if len(found) >= MOST_SLOTS:
            break
    return tuple(found)


def missing_inputs(schema: JsonObject, arguments: JsonObject) -> tuple[str, ...]:
    """Dotted paths (``body.name``) of required inputs without a value, in the schema's order.

    An optional object that was not given asks for nothing; a required one asks for its own required members.
    """
    found: list[str] = []
    _collect(resolve(schema, schema), arguments, (), schema, found)
    return tuple(found)


def value_at(arguments: JsonObject, path: tuple[str, ...]) -> Any:
    """The value at a path; ``KeyError`` when there is none."""
    value: Any = arguments
    for name in path:
        value = cast(JsonObject, value)[name] if isinstance(value, dict) else _raise(name)
    return value


def has_value(arguments: JsonObject, path: tuple[str, ...]) -> bool:
    """Whether a path has a value."""
    try:
        value_at(arguments, path)
    except KeyError:
        return False
    return True


def with_value(arguments: JsonObject, path: tuple[str, ...], value: Any) -> JsonObject:
    """A copy of the arguments with the value at the path."""
    if len(path) == 1:
        return {**arguments, path[0]: value}
    inner = arguments.get(path[0])
    member = cast(JsonObject, inner) if isinstance(inner, dict) else {}
    return {**arguments, path[0]: with_value(member, path[1:], value)}


def _raise(name: str) -> Any:
    raise KeyError(name)


def _labels(option: JsonObject) -> tuple[str, ...]:
    title = option.get("title")
    return (str(option["const"]), title) if isinstance(title, str) else (str(option["const"]),)


def _sole_variant(schema: JsonObject) -> JsonObject | None:
    """The one variant left of ``anyOf``, ``oneOf`` or ``allOf`` when null is put aside."""
    for key in ("anyOf", "oneOf", "allOf"):
        variants = schema.get(key)
        if isinstance(variants, list):
            real = [cast(JsonObject, one) for one in cast(list[Any], variants) if isinstance(one, dict)]
            real = [one for one in real if one.get("type") != "null"]
            if len(real) == 1 and "const" not in real[0]:
                return real[0]
    return None


def _pointed(reference: Any, root: JsonObject) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return {}
    target: Any = root
    for piece in reference[2:].split("/"):
        key = piece.replace("~1", "/").replace("~0", "~")
        target = cast(JsonObject, target).get(key) if isinstance(target, dict) else None
    return target


def _members(schema: JsonObject, root: JsonObject, depth: int = 0) -> tuple[JsonObject, list[str]]:
    """The properties and the names of the required ones, with those of every ``allOf`` inside."""
    properties: JsonObject = {}
    required: list[str] = []
    own, needed, parts = schema.get("properties"), schema.get("required"), schema.get("allOf")
    if isinstance(own, dict):
        properties |= cast(JsonObject, own)
    if isinstance(needed, list):
        required += [name for name in cast(list[Any], needed) if isinstance(name, str)]
    if isinstance(parts, list) and depth < DEEPEST:
        for part in cast(list[Any], parts):
            inner, wanted = _members(resolve(part, root), root, depth + 1)
            properties |= inner
            required += wanted
    return properties, required


def _walk(schema: JsonObject, root: JsonObject) -> Iterator[Slot]:
    """Level by level, so that what is nearest to the top comes before what is deep inside."""
    level: list[tuple[JsonObject, tuple[str, ...]]] = [(schema, ())]
    while level:
        deeper: list[tuple[JsonObject, tuple[str, ...]]] = []
        for parent, prefix in level:
            properties, required = _members(parent, root)
            for name in sorted(properties, key=lambda name: name not in required):
                member = resolve(properties[name], root)
                if member.get("readOnly") is True:
                    continue
                path = (*prefix, name)
                inner = bool(_members(member, root)[0]) and len(path) < DEEPEST
                kind = "object" if inner else type_of(member)
                yield Slot(path, member if inner else _with_items(member, root), name in required, kind)
                if inner:
                    deeper.append((member, path))
        level = deeper


def _with_items(member: JsonObject, root: JsonObject) -> JsonObject:
    return {**member, "items": resolve(member["items"], root)} if "items" in member else member


def _collect(
    schema: JsonObject, value: JsonObject, prefix: tuple[str, ...], root: JsonObject, found: list[str]
) -> None:
    properties, required = _members(schema, root)
    names = [name for name in properties if name in required] + [name for name in required if name not in properties]
    for name in dict.fromkeys(names):
        if name not in value and resolve(properties.get(name, {}), root).get("readOnly") is not True:
            found.extend(_absent(properties.get(name, {}), (*prefix, name), root))
    for name, inner in value.items():
        if isinstance(inner, dict) and name in properties and len(prefix) < DEEPEST:
            _collect(resolve(properties[name], root), cast(JsonObject, inner), (*prefix, name), root, found)


def _absent(member: Any, path: tuple[str, ...], root: JsonObject) -> list[str]:
    """What to ask for when a required member is absent: its own required members, or the member itself."""
    inner: list[str] = []
    if len(path) < DEEPEST:
        _collect(resolve(member, root), {}, path, root, inner)
    return inner or [".".join(path)]
