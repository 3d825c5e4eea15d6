"""Who may answer in a conversation, as whoever talks there may know it: no keys, no addresses, no prices."""

from __future__ import annotations

from typing import Any

from gateway import Gateway, ModelRequest, Purpose
from gateway.config import BUILTIN
from gateway.locks import LOCKS
from orchestrator.routing.providers import Providers


class Choices:
    """The models that a conversation can name."""

    def __init__(self, gateway: Gateway, providers: Providers) -> None:
        self._gateway = gateway
        self._providers = providers

    async def list(self, org: str) -> dict[str, Any]:
        """Every model, the builtin rules last; and as ``routed`` the one that a conversation without a choice has now.

        What is said may lead the routing to another one.
        """
        locked = await self._providers.locked()
        config = self._gateway.config
        items = [
            {
                "name": name,
                "model": model.model,
                "provider": model.provider,
                "title": LOCKS[config.providers[model.provider].kind].title,
                "locked": model.provider in locked,
                "resting": self._gateway.resting(model.provider),
            }
            for name, model in config.models.items()
        ]
        rules = {"name": BUILTIN, "model": BUILTIN, "provider": BUILTIN, "title": "Builtin rules"}
        plan = self._gateway.plan(ModelRequest(purpose=Purpose.CHAT, messages=(), org=org))
        routed = self._providers.first_to_answer(plan, locked)
        return {"items": [*items, {**rules, "locked": False, "resting": False}], "routed": routed}
