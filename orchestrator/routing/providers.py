"""Providers as an owner sees them: locked or unlocked, tested, and what was found on this machine."""

from __future__ import annotations

import asyncio
import os
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from core.credentials import CredentialStore
from core.errors import Conflict, InvalidInput, NexusError, NotFound
from gateway import Gateway
from gateway.locks import LOCKS, TEST_SECONDS, Offer, OllamaLock, models_of
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
        stored = {each["name"] for each in await self._credentials.list(HOME_ORG)}
        config = self._gateway.config
        offers = await self.offers()
        variables = {offer.kind: offer.variable for offer in offers}
        items = [
            {
                "name": name,
                "kind": provider.kind,
                "title": LOCKS[provider.kind].title,
                "base_url": str(provider.base_url) if provider.base_url else None,
                "credential": provider.credential,
                "key_stored": provider.credential in stored,
                "variable": variables.get(provider.kind),
                "models": list(models := models_of(config.models, name)),
                "missing": list(LOCKS[provider.kind].missing(name, provider, stored, len(models))),
                "resting": self._gateway.resting(name),
            }
            for name, provider in config.providers.items()
        ]
        taken = {provider.kind for provider in config.providers.values()}
        return {"items": items, "offers": [asdict(offer) for offer in offers if offer.kind not in taken]}

    async def offers(self) -> list[Offer]:
        """What was found on this machine: keys in the environment, a running Ollama. Nothing of it is used."""
        listening = await _listens(OllamaLock.address)
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
    """Whether anybody answers at a loopback address; nothing is sent."""
    parts = urlsplit(address)
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
