"""Providers as an owner sees them: locked or unlocked, tested, and what was found on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from core.credentials import CredentialStore
from core.errors import Conflict, InvalidInput, NexusError, NotFound
from gateway import Gateway
from gateway.failure import FailureClass
from gateway.locks import LOCKS, TEST_SECONDS, Offer, OllamaLock, models_of
from gateway.routing import ModelCard, Plan, first_to_answer
from orchestrator.identity.model import HOME_ORG
from orchestrator.routing.service import Routing

_LOOK_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Tested:
    """How a connection test ended. ``seconds`` is what it took, ``detail`` what the model said or what went wrong."""

    ok: bool
    model: str
    seconds: float
    detail: str
    mend: str = ""


class Providers:
    """Lists, unlocks, locks and tests. Keys are credentials of the home organisation, and never come back."""

    def __init__(self, gateway: Gateway, routing: Routing, credentials: CredentialStore) -> None:
        self._gateway = gateway
        self._routing = routing
        self._credentials = credentials

    async def list(self) -> dict[str, Any]:
        """Every configured provider with what it lacks, and what was found that is none yet."""
        stored = await self._stored()
        providers = self._gateway.config.providers
        offers = await self.offers()
        variables = {offer.kind: offer.variable for offer in offers}
        items = [
            {**self._shown(name, stored), "variable": variables.get(provider.kind)}
            for name, provider in providers.items()
        ]
        taken = {provider.kind for provider in providers.values()}
        return {"items": items, "offers": [asdict(offer) for offer in offers if offer.kind not in taken]}

    async def locked(self) -> frozenset[str]:
        """The providers whose calls are sure to fail for want of a key."""
        stored = await self._stored()
        providers = self._gateway.config.providers.items()
        return frozenset(name for name, provider in providers if LOCKS[provider.kind].locked(provider, stored))

    def first_to_answer(self, plan: Plan, locked: Collection[str]) -> str | None:
        """Who would really answer now; ``None`` where nobody would."""

        def away(model: ModelCard) -> FailureClass | None:
            if model.provider is None:
                return None
            # In the order in which a call meets them.
            if self._gateway.resting(model.provider):
                return FailureClass.UNREACHABLE
            return FailureClass.AUTH if model.provider in locked else None

        found = first_to_answer(self._gateway.config, plan.models, away)
        return found.name if found is not None else None

    def _shown(self, name: str, stored: Collection[str]) -> dict[str, Any]:
        config = self._gateway.config
        provider, models = config.providers[name], models_of(config.models, name)
        lock = LOCKS[provider.kind]
        lacks = lock.lacks(name, provider, stored, len(models))
        return {
            "name": name,
            "kind": provider.kind,
            "title": lock.title,
            "base_url": str(provider.base_url) if provider.base_url else None,
            "credential": provider.credential,
            "key_stored": provider.credential in stored,
            "models": [*models],
            "lacks": [lack.what for lack in lacks],
            "missing": [lack.sentence for lack in lacks],
            "resting": self._gateway.resting(name),
        }

    async def _stored(self) -> set[str]:
        return {each["name"] for each in await self._credentials.list(HOME_ORG)}

    async def offers(self) -> list[Offer]:
        """What was found on this machine: keys in the environment, a running Ollama. Nothing of it is used."""
        address = OllamaLock.address(os.environ)
        listening = address is not None and await _listens(address)
        found = (lock.offer(os.environ, listening) for lock in LOCKS.values())
        return [offer for offer in found if offer is not None]

    async def unlock(self, name: str, value: str | None, *, by: str) -> None:
        """Store a provider's key. Without a value the offered one is taken over from the environment.

        Raises ``NotFound`` for an unknown provider, ``InvalidInput`` where there is no value to store, ``Conflict``
        where the provider wants no key.
        """
        provider = self._gateway.config.providers.get(name)
        if provider is None:
            raise NotFound(f"There is no provider {name!r}.", mend="Add it to the routing first.")
        if provider.credential is None:
            raise Conflict(
                f"The provider {name!r} names no credential.", mend=f"Set llm.providers.{name}.credential first."
            )
        variable = LOCKS[provider.kind].variable
        value = value or (os.environ.get(variable) if variable else None)
        if not value:
            raise InvalidInput("There is no key to store.", mend="Send the key as 'value'.")
        await self._credentials.set(HOME_ORG, provider.credential, value)

    async def lock(self, name: str) -> None:
        """Forget a provider's key. Raises ``NotFound``."""
        provider = self._gateway.config.providers.get(name)
        if provider is None or provider.credential is None:
            raise NotFound(f"There is no provider {name!r} with a key.")
        await self._credentials.remove(HOME_ORG, provider.credential)

    async def test(self, name: str, model: str | None = None) -> Tested:
        """The smallest possible call, ten seconds at most. Raises ``NotFound`` for an unknown provider or model."""
        config = self._gateway.config
        if name not in config.providers:
            raise NotFound(f"There is no provider {name!r}.", mend="Add it to the routing first.")
        models = models_of(config.models, name)
        if model is not None and model not in models:
            raise NotFound(f"The provider {name!r} has no model {model!r}.")
        if not models:
            raise Conflict(f"No model names the provider {name!r}.", mend="Add a model of it to the routing first.")
        chosen = model or models[0]
        request = LOCKS[config.providers[name].kind].request(chosen)
        started = perf_counter()
        try:
            async with asyncio.timeout(TEST_SECONDS):
                reply = await self._gateway.generate(request)
        except TimeoutError:
            return Tested(False, chosen, perf_counter() - started, f"No answer in {TEST_SECONDS:g} s.")
        except NexusError as error:
            return Tested(False, chosen, perf_counter() - started, error.detail, error.mend)
        return Tested(True, chosen, perf_counter() - started, reply.result.text[:200])


async def _listens(address: str) -> bool:
    """Whether anybody answers at an address; nothing is sent."""
    parts = urlsplit(address)
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
