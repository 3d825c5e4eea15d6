"""Exact builders: a description becomes a bundle without a model, as a pure function in a child process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modules.builder.process import Built, build_openapi

__all__ = ["Built", "build_openapi"]


def __getattr__(name: str) -> Any:
    """The parent's side on first use only: the child imports this package too, and must start fast."""
    if name in __all__:
        from modules.builder import process

        return getattr(process, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
