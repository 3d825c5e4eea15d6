"""What a cache of answers is, and under which key an answer is kept in it."""

from __future__ import annotations

import hashlib
import json
from typing import Protocol

from pydantic import ValidationError

from gateway.messages import ModelRequest
from gateway.result import ModelResult
from gateway.routing import ModelCard

LARGEST = 2**20
"""Bytes of an answer that is kept; a longer one is asked for again."""


class Cache(Protocol):
    """Keeps texts by their keys for a while. One that cannot be reached has nothing, and fails no call."""

    async def get(self, key: str) -> str | None:
        """What is kept under ``key``, while it is."""
        ...

    async def put(self, key: str, answer: str, seconds: int) -> None:
        """Keep ``answer`` for so many seconds, where it has at most ``LARGEST`` bytes."""
        ...


class NoCache:
    """Keeps nothing."""

    async def get(self, key: str) -> str | None:
        return None

    async def put(self, key: str, answer: str, seconds: int) -> None:
        return None


def key_of(request: ModelRequest, card: ModelCard) -> str:
    """The same for the same question of the same organisation to the same model, whoever in it asks."""
    asked = [
        "1",
        request.org,
        request.purpose.value,
        card.name,
        card.config.model if card.config is not None else "",
        request.prompt_hash,
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def packed(result: ModelResult) -> str:
    """A result as it is kept."""
    return result.model_dump_json()


def unpacked(text: str) -> ModelResult | None:
    """A result as it was; ``None`` for a text that is none, as another version or a stranger may have left it."""
    try:
        return ModelResult.model_validate_json(text)
    except ValidationError:
        return None
