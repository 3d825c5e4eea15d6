"""An operation of a bundle: what it asks for, what it gives, which files its call needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Self, cast

from core.errors import InvalidInput
from modules.schemas import Schema, parse_json, references


@dataclass(frozen=True, slots=True)
class Operation:
    """``operations/<id>.json``, read. ``sources`` maps the bare names that code imports to paths in the bundle."""

    id: str
    summary: str
    description: str
    method: str
    path: str
    effect: str
    code: str
    uses: tuple[str, ...]
    security: Sequence[Sequence[Mapping[str, Any]]]
    servers: tuple[str, ...]
    input: Any
    output: Any

    @classmethod
    def parse(cls, content: bytes, place: str) -> Self:
        """Raises ``InvalidInput`` for what is not an operation."""
        value = parse_json(content, place)
        try:
            return cls(
                id=value["id"],
                summary=value["summary"],
                description=value.get("description", ""),
                method=value["method"],
                path=value["path"],
                effect=value["effect"],
                code=value["code"],
                uses=tuple(value["uses"]),
                security=value.get("security") or (),
                servers=tuple(value.get("servers") or ()),
                input=value["input"],
                output=value.get("output"),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"{place} is not an operation: {error}.") from error

    @property
    def entry(self) -> str:
        """The bare name of the operation's own code."""
        return module_name(self.code)

    @property
    def sources(self) -> dict[str, str]:
        """Every source file that a call needs, by the bare name it is imported with."""
        return {module_name(path): path for path in (*self.uses, self.code)}

    @property
    def references(self) -> set[str]:
        """Definitions that the operation's schemas name."""
        return references(self.input) | references(self.output)


def operation_path(operation: str) -> str:
    """Where an operation's description stands in its bundle."""
    return f"operations/{operation}.json"


def module_name(path: str) -> str:
    """The name a source file is imported with."""
    return PurePosixPath(path).stem


def schemas_of(operation: Operation, definitions: Mapping[str, Any]) -> tuple[Schema, Schema | None]:
    """Input and output schema, each with the definitions that it reaches."""
    given = Schema(operation.input, reached(operation.input, definitions))
    if operation.output is None:
        return given, None
    return given, Schema(operation.output, reached(operation.output, definitions))


def reached(schema: Any, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions that ``schema`` reaches, directly or through others."""
    found: dict[str, Any] = {}
    waiting = references(schema)
    while waiting:
        path = waiting.pop()
        if path in definitions and path not in found:
            found[path] = definitions[path]
            waiting |= references(definitions[path])
    return found


def operations_of(manifest: Mapping[str, Any]) -> list[str]:
    """Ids of the operations that a manifest lists."""
    return [entry["id"] for entry in cast("list[dict[str, Any]]", manifest["operations"])]
