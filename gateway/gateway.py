"""The one way to a model: every call has a purpose, goes where the routing says, and leaves a record."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from core.errors import InvalidInput, Unavailable, UpstreamFailed
from gateway.builtin.provider import BuiltinProvider
from gateway.messages import ModelRequest
from gateway.provider import Provider
from gateway.purpose import Purpose
from gateway.result import CallRecord, ModelResult, Reply, TextDelta


class Gateway:
    """Routes calls by purpose.

    ``Gateway()`` alone is complete: it answers with the builtin provider. ``routes`` maps a purpose to a provider's
    name; a purpose without a route goes to the first provider that serves it. ``timer`` returns seconds, monotonic.
    """

    def __init__(
        self,
        providers: Sequence[Provider] | None = None,
        *,
        routes: Mapping[Purpose, str] | None = None,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        chosen: Sequence[Provider] = (BuiltinProvider(),) if providers is None else providers
        self._providers = {provider.name: provider for provider in chosen}
        self._routes = dict(routes or {})
        self._timer = timer
        self._check_routes()

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Everyone who can be asked, in order of preference."""
        return tuple(self._providers.values())

    def provider_for(self, purpose: Purpose) -> Provider:
        """Who answers calls of this purpose. ``Unavailable`` when nobody can."""
        named = self._routes.get(purpose)
        if named is not None:
            return self._providers[named]
        for provider in self._providers.values():
            if purpose in provider.purposes:
                return provider
        raise Unavailable(
            f"No configured provider serves {purpose.value} calls.",
            mend="Configure a model provider under [llm] in nexus.toml; the builtin one is no language model.",
        )

    async def generate(self, request: ModelRequest) -> Reply:
        """The answer and its record. Raises what the provider raises, and ``Unavailable`` without a provider."""
        provider = self.provider_for(request.purpose)
        started = self._timer()
        result = await provider.generate(request)
        return self._reply(request, result, started)

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | Reply]:
        """Pieces of text as they come, then the same reply as ``generate`` gives."""
        provider = self.provider_for(request.purpose)
        started = self._timer()
        async for part in provider.stream(request):
            if isinstance(part, ModelResult):
                yield self._reply(request, part, started)
                return
            yield part
        raise UpstreamFailed(f"The provider {provider.name} ended its stream without a result.")

    def _reply(self, request: ModelRequest, result: ModelResult, started: float) -> Reply:
        record = CallRecord(
            purpose=request.purpose,
            provider=result.provider,
            model=result.model,
            prompt_hash=request.prompt_hash,
            finish_reason=result.finish_reason,
            usage=result.usage,
            latency_seconds=self._timer() - started,
        )
        return Reply(result=result, record=record)

    def _check_routes(self) -> None:
        for purpose, name in self._routes.items():
            provider = self._providers.get(name)
            if provider is None or purpose not in provider.purposes:
                raise InvalidInput(
                    f"The route for {purpose.value} names {name!r}, which does not serve it.",
                    mend="Name a configured provider that serves the purpose.",
                )
