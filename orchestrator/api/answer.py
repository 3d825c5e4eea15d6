"""What every described answer is: open for members that come later; and a page of them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """Base of what is answered."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)


class Page(Answer):
    """One page; ``next`` continues it and is null at the end. ``as_of`` is the last event that it includes."""

    next: str | int | None
    as_of: int
