"""What may be asked of a module's reach, read strictly: hosts, capabilities, bindings, credential references."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import InvalidInput
from modules.broker import EgressDenied


class Part(BaseModel):
    """Unknown members are refused: nothing else of a card can be changed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Reference(Part):
    """A stored secret for one of the manifest's credentials; without an origin, at the module's first server."""

    credential: str
    reference: str
    origin: str | None = None


class Change(Part):
    """What is left out stays as it is."""

    binding: dict[str, str] | None = None
    hosts: list[str] | None = None
    capabilities: list[str] | None = None
    credentials: list[Reference] | None = None


def read_change(given: dict[str, Any]) -> dict[str, Any]:
    """The parts that a change names. Raises ``InvalidInput`` for an empty one and for one of another shape."""
    try:
        change = Change.model_validate(given).model_dump(exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            f"{place}: {first['msg']}.", mend=f"A change names {', '.join(Change.model_fields)}."
        ) from None
    if not change:
        raise InvalidInput("There is nothing to change.", mend=f"Name one of {', '.join(Change.model_fields)}.")
    return change


@contextmanager
def spelled() -> Iterator[None]:
    """An address that cannot be read is a mistake of whoever wrote it, and nobody's attempt to get out."""
    try:
        yield
    except EgressDenied as error:
        mend = "Write hosts as https://HOST:PORT, and addresses in full, with http:// or https://."
        raise InvalidInput(error.detail, mend=mend) from error
