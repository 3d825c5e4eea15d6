"""What a provider's wire format is made of; ``chat``, ``responses`` and ``messages`` are one each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeAlias

from tests.models.answers import Call, Finish, Refused, Said, Usage

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """A scripted answer together with what its rendering takes from the request.

    ``usage`` is what will be reported, None for nothing; ``number`` counts the server's requests from 1.
    """

    said: Said
    number: int
    model: str
    usage: Usage | None
    include_usage: bool = False

    @property
    def calls(self) -> list[Call]:
        """The calls, each with an id."""
        return [replace(made, id=made.id or f"call_{self.number}_{n}") for n, made in enumerate(self.said.calls, 1)]

    @property
    def created(self) -> int:
        """A time in seconds that is the same in every run."""
        return 1_800_000_000 + self.number


@dataclass(frozen=True)
class Frame:
    """One server-sent event. A ``piece`` is what a script counts: a word, a slice of a call's arguments."""

    data: Json | str
    event: str = ""
    piece: bool = False

    def encode(self) -> bytes:
        """The event as it is sent."""
        data = self.data if isinstance(self.data, str) else json.dumps(self.data)
        name = f"event: {self.event}\n" if self.event else ""
        return f"{name}data: {data}\n\n".encode()


class Dialect(Protocol):
    """How one provider says things."""

    def usage(self, said: Said, request: Json) -> Usage | None:
        """What will be reported as used for ``said``."""
        ...

    def body(self, turn: Turn) -> Json:
        """The whole answer."""
        ...

    def frames(self, turn: Turn) -> Iterator[Frame]:
        """The answer as a stream."""
        ...

    def error(self, refused: Refused, model: str) -> Json:
        """The body of an error."""
        ...

    def error_frame(self, refused: Refused, model: str) -> Frame:
        """An error within a stream."""
        ...


def take_turn(dialect: Dialect, said: Said, request: Json, number: int) -> Turn:
    """``said`` as the answer to ``request``."""
    said = as_forced_call(said, request)
    include = bool((request.get("stream_options") or {}).get("include_usage"))
    return Turn(said, number, str(request.get("model", "")), dialect.usage(said, request), include)


def as_forced_call(said: Said, request: Json) -> Said:
    """A structured value goes through the tool that the request forces: that is how clients ask for a schema."""
    choice = request.get("tool_choice")
    if not said.structured or not isinstance(choice, Mapping):
        return said
    name = choice.get("name") or choice.get("function", {}).get("name")
    return replace(said, text="", calls=(Call(name, said.text),), finish=Finish.TOOLS) if name else said
