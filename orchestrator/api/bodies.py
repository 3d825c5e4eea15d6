"""Shapes that several routes share: pages, and the query parameters that ask for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestrator.api.storable import refuse_unstorable

LARGEST_NUMBER = 2**31 - 1
"""What every database keeps in a column of whole numbers."""

Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST_NUMBER)]
"""A number that we gave out, a version's say, in a body: `true` and "1" are none."""
Limit = Annotated[int, Query(ge=1, le=200, description="Items a page.")]
After = Annotated[str, Query(description="The `next` of the page before.")]
IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=255, description="The same key never creates twice."),
]


class Body(BaseModel):
    """A request's body: unknown members are refused, so that a typing error is not silently nothing."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        refuse_unstorable(value)
        return value


def page(items: Sequence[dict[str, Any]], limit: int, as_of: int, cursor: str = "id") -> dict[str, Any]:
    """One page; ``next`` continues it and is null at the end. ``as_of`` is the last event it includes."""
    more = len(items) == limit
    return {"items": list(items), "next": items[-1][cursor] if more else None, "as_of": as_of}
