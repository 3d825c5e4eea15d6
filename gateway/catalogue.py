"""What is known of a model before it is called: prices, window, longest answer. litellm's list, read as a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

ProviderKind = Literal["openai", "anthropic", "github", "ollama", "compatible"]

PREFIX: dict[ProviderKind, str] = {
    "openai": "openai/",
    "anthropic": "anthropic/",
    "github": "github/",
    "ollama": "ollama_chat/",
    "compatible": "openai/",
}
"""How litellm is told which protocol to speak."""

_LIST = "model_prices_and_context_window_backup.json"
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """Prices are US dollars for a million tokens, sizes are tokens. ``None``: the list does not say."""

    input_price: Decimal | None = None
    output_price: Decimal | None = None
    cached_price: Decimal | None = None
    cache_write_price: Decimal | None = None
    context: int | None = None
    output: int | None = None
    native_schema: bool = False
    calls_tools: bool = True
    sees: bool = True


def listed(kind: ProviderKind, model: str) -> Listed:
    """What litellm's list says of ``model``; nothing of one that it does not name.

    What runs on the owner's own machines costs nothing (``ollama``, ``compatible``).
    """
    entry = _entries().get(model) if kind in ("openai", "anthropic") else _entries().get(f"{kind}/{model}")
    if entry is None:
        free = Decimal(0) if kind in ("ollama", "compatible") else None
        return Listed(free, free, free, free, native_schema=kind in ("ollama", "compatible"))
    return Listed(
        input_price=_price(entry, "input_cost_per_token"),
        output_price=_price(entry, "output_cost_per_token"),
        cached_price=_price(entry, "cache_read_input_token_cost"),
        cache_write_price=_price(entry, "cache_creation_input_token_cost"),
        context=_whole(entry, "max_input_tokens"),
        output=_whole(entry, "max_output_tokens"),
        native_schema=entry.get("supports_response_schema") is True,
        calls_tools=entry.get("supports_function_calling") is not False,
        # It leaves many out that see: what it does not say is the provider's to refuse.
        sees=entry.get("supports_vision") is not False,
    )


@lru_cache(maxsize=1)
def _entries() -> dict[str, dict[str, Any]]:
    """The list, read without importing litellm: that takes seconds, and holds the interpreter meanwhile."""
    found = find_spec("litellm")
    if found is None or found.origin is None:
        return {}
    content = json.loads((Path(found.origin).parent / _LIST).read_bytes())
    wanted = (
        *("cost_per_token", "input_token_cost", "max_input", "max_output"),
        *("supports_response", "supports_function", "supports_vision"),
    )
    return {
        name: {key: value for key, value in cast(dict[str, Any], entry).items() if any(part in key for part in wanted)}
        for name, entry in content.items()
    }


def _price(entry: dict[str, Any], name: str) -> Decimal | None:
    value = entry.get(name)
    return Decimal(str(value)) * _MILLION if isinstance(value, int | float) and value >= 0 else None


def _whole(entry: dict[str, Any], name: str) -> int | None:
    value = entry.get(name)
    return value if isinstance(value, int) and value > 0 else None
