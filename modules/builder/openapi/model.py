"""What an operation is once it has been read: plain values that sources, tests and manifest are written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Place = Literal["path", "query", "header", "cookie"]
BodyKind = Literal["json", "form", "multipart", "text", "binary"]
Effect = Literal["read", "write"]


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One parameter as it travels: ``argument`` is its name among the arguments, ``name`` its name on the wire."""

    argument: str
    name: str
    place: Place
    required: bool
    style: str
    explode: bool
    reserved: bool
    as_json: bool
    schema: Any


@dataclass(frozen=True, slots=True)
class PropertyEncoding:
    """How one property of a form or multipart body is written."""

    style: str
    explode: bool
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """The request's body; its argument is a JSON value, text, or base64 for what is binary."""

    argument: str
    required: bool
    kind: BodyKind
    media_type: str
    schema: Any
    encodings: dict[str, PropertyEncoding] = field(default_factory=dict[str, PropertyEncoding])
    binary: tuple[str, ...] = ()
    example: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a successful call returns: ``schema`` is null where nothing is said of it."""

    schema: Any
    accept: str
    status: int
    media_type: str | None
    text: bool = False
    """Whether text is only read as JSON where the answer itself says that it is."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server as described. ``url`` is absolute; under ``.invalid`` when the document leaves the address open."""

    url: str
    description: str
    described: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, read whole."""

    id: str
    operation_id: str | None
    method: str
    path: str
    summary: str
    description: str
    deprecated: bool
    effect: Effect
    parameters: tuple[Parameter, ...]
    body: Body | None
    answer: Answer
    errors: tuple[str, ...]
    security: list[list[dict[str, Any]]]
    servers: tuple[Server, ...]
    route: str
    """The path as it is requested: with placeholders, without the fragment some documents tell operations apart by."""
    fixed_query: str
    """A query that the document wrote into the path itself."""
    fixed_headers: tuple[tuple[str, str], ...] = ()
    """Headers that every request carries."""
