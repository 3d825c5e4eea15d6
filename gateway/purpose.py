"""Why a model is called. Routing, budgets, fallbacks and metrics all hang on it."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """The reason for one model call."""

    CHAT = "chat"
    ROUTE = "route"
    PLAN = "plan"
    BLUEPRINT = "blueprint"
    IMPLEMENT = "implement"
    TEST = "test"
    REPAIR = "repair"
    JUDGE = "judge"
    EMBED = "embed"
