"""Values that a described schema allows, drawn at random: what callers of an API would send.

Drawn from the document's own schemas, not from anything of the product, and checked against them: a value that does
not fit is drawn again, and given up after some tries.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.directory import pattern

Follow = Callable[[Any], Any]
DEEPEST = 12
GENEROUS = 3  # levels below which optional members are left out
WORDS = ("amber", "basalt", "cedar", "delta", "ember", "fjord", "grove", "harbor")
NON_ASCII = "Zoë 東京"
NEEDS_ESCAPING = "a/b c?d=e&f#g%2B+;"
SPECIALS = (NON_ASCII, NEEDS_ESCAPING)

FORMATS: Mapping[str, Callable[[random.Random], str]] = {
    "date": lambda rng: f"20{rng.randint(10, 29)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "date-time": lambda rng: f"20{rng.randint(10, 29)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T12:30:45Z",
    "time": lambda rng: f"1{rng.randint(0, 9)}:30:45Z",
    "duration": lambda rng: f"P{rng.randint(1, 9)}D",
    "email": lambda rng: f"{rng.choice(WORDS)}@example.com",
    "idn-email": lambda rng: f"{rng.choice(WORDS)}@example.com",
    "hostname": lambda rng: f"{rng.choice(WORDS)}.example.com",
    "ipv4": lambda rng: f"192.0.2.{rng.randint(1, 254)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randint(1, 9999):x}",
    "uri": lambda rng: f"https://example.com/{rng.choice(WORDS)}",
    "url": lambda rng: f"https://example.com/{rng.choice(WORDS)}",
    "uri-reference": lambda rng: f"/{rng.choice(WORDS)}",
    "uri-template": lambda rng: f"https://example.com/{rng.choice(WORDS)}/{{id}}",
    "iri": lambda rng: f"https://example.com/{rng.choice(WORDS)}",
    "uuid": lambda rng: f"{rng.getrandbits(32):08x}-0000-4000-8000-{rng.getrandbits(48):012x}",
    "byte": lambda _: "bmV4dXM=",
    "json-pointer": lambda rng: f"/{rng.choice(WORDS)}",
    "relative-json-pointer": lambda _: "0",
    "regex": lambda _: "^a+$",
}


class Undrawable(ValueError):
    """No value could be drawn; the message says of what."""


@dataclass
class Values:
    """Draws values. ``full``: with half of what is optional; ``follow`` resolves the document's references.

    ``slots`` counts the free texts drawn so far; those whose number is in ``specials`` become its texts.
    """

    rng: random.Random
    follow: Follow
    full: bool
    specials: Mapping[int, str] = field(default_factory=dict[int, str])
    slots: int = 0

    def draw(self, schema: Any, *, plain: bool = False, depth: int = 0) -> Any:
        """A value for ``schema``; ``plain`` keeps special texts out. Raises ``Undrawable``."""
        if depth > DEEPEST:
            raise Undrawable("a schema that has no end")
        schema = merged(self.follow(schema), self.follow)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.rng.choice([value for value in schema["enum"] if value is not None] or [None])
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                rest = {name: value for name, value in schema.items() if name != key}
                chosen = self.rng.choice(schema[key])
                return self.draw({"allOf": [rest, chosen]} if rest else chosen, plain=plain, depth=depth + 1)
        return self._typed(kind_of(schema), schema, plain, depth)

    def _typed(self, kind: str, schema: dict[str, Any], plain: bool, depth: int) -> Any:
        if kind == "object":
            return self._object(schema, plain, depth)
        if kind == "array":
            return self._array(schema, plain, depth)
        if kind in {"integer", "number"}:
            return self._number(schema, whole=kind == "integer")
        if kind == "boolean":
            return self.rng.random() < 0.5
        return None if kind == "null" else self._text(schema, plain)

    def _object(self, schema: dict[str, Any], plain: bool, depth: int) -> dict[str, Any]:
        properties, required = schema.get("properties") or {}, schema.get("required") or []
        made: dict[str, Any] = {}
        for name, member in properties.items():
            member = self.follow(member)
            if isinstance(member, dict) and member.get("readOnly") is True:
                continue
            if name in required or (self.full and depth < GENEROUS and self.rng.random() < 0.5):
                made[name] = self.draw(member, plain=plain, depth=depth + 1)
        extra = schema.get("additionalProperties")
        for name in required:
            if name not in properties:
                made[name] = self.draw(extra if isinstance(extra, dict) else {"type": "string"}, plain=True)
        least = max(schema.get("minProperties", 0), int(not properties and isinstance(extra, dict) and self.full))
        while len(made) < least and extra is not False:
            made[f"key{len(made)}"] = self.draw(extra if isinstance(extra, dict) else {}, plain=plain, depth=depth + 1)
        return made

    def _array(self, schema: dict[str, Any], plain: bool, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        most = schema.get("maxItems", max(least, 2))
        count = max(least, min(most, 1 if depth > GENEROUS else self.rng.randint(1, 2)))
        items = schema.get("items", {})
        made: list[Any] = []
        for _ in range(count * 8):
            if len(made) == count:
                break
            item = self.draw(items, plain=plain, depth=depth + 1)
            if not schema.get("uniqueItems") or item not in made:
                made.append(item)
        return made

    def _number(self, schema: dict[str, Any], *, whole: bool) -> int | float:
        low, high = _bounds(schema)
        step = schema.get("multipleOf")
        if low is None:
            low = high - 50 if high is not None else 1
        if high is None:
            high = low + 50
        if step:
            first, last = -(-low // step), high // step
            drawn = step * self.rng.randint(int(first), max(int(first), min(int(last), int(first) + 50)))
        elif whole:
            first = -int(-low // 1)
            drawn = self.rng.randint(first, max(first, int(min(high, first + 50) // 1)))
        else:
            drawn = round(low + (high - low) * self.rng.random(), 2) if high - low > 0.1 else (low + high) / 2
        return int(drawn) if whole and drawn == int(drawn) else drawn

    def _text(self, schema: dict[str, Any], plain: bool) -> str:
        given = schema.get("format")
        if isinstance(schema.get("pattern"), str):
            return _sized_pattern(schema, self.rng)
        if isinstance(given, str) and given in FORMATS:
            return FORMATS[given](self.rng)
        least, most = schema.get("minLength", 0), schema.get("maxLength", 200)
        if given in {None, "string", "text"} and not plain and most >= len(NEEDS_ESCAPING):
            self.slots += 1
            if self.slots - 1 in self.specials:
                return self.specials[self.slots - 1].ljust(least, "x")
        text = self.rng.choice(WORDS) if most >= 6 else "a"
        return text.ljust(least, "x")[: max(most, 0)]


def _sized_pattern(schema: dict[str, Any], rng: random.Random) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    for longest in (pattern.LONGEST_REPEAT, 1, 0, 12, 40, 200):
        try:
            text = pattern.draw(schema["pattern"], rng, longest=longest)
        except pattern.NoText as error:
            raise Undrawable(f"a text for {error}") from error
        if least <= len(text) <= most:
            return text
    raise Undrawable(f"a text for {schema['pattern']!r} of that length")


def _bounds(schema: dict[str, Any]) -> tuple[float | None, float | None]:
    """Least and greatest, both spellings of exclusive bounds understood."""
    low, high = schema.get("minimum"), schema.get("maximum")
    below, above = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if below is True and low is not None:
        low += 1
    elif isinstance(below, int | float) and not isinstance(below, bool):
        low = below + 1
    if above is True and high is not None:
        high -= 1
    elif isinstance(above, int | float) and not isinstance(above, bool):
        high = above - 1
    return low, high


def kind_of(schema: dict[str, Any]) -> str:
    """The one JSON type to draw."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or isinstance(schema.get("additionalProperties"), dict):
        return "object"
    return "array" if "items" in schema else "string"


def merged(schema: Any, follow: Follow, depth: int = 0) -> dict[str, Any]:
    """``schema`` with its ``allOf`` folded in."""
    if not isinstance(schema, dict):
        return {}
    if not schema.get("allOf") or depth > DEEPEST:
        return schema
    whole = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        part = merged(follow(part), follow, depth + 1)
        for key, value in part.items():
            if key == "properties":
                whole[key] = {**value, **whole.get(key, {})}
            elif key == "required":
                whole[key] = [*whole.get(key, []), *(name for name in value if name not in whole.get(key, []))]
            else:
                whole.setdefault(key, value)
    return whole
