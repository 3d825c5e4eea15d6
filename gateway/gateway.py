"""The one way to a model: every call has a purpose, goes where the routing says, and leaves a record."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing

from core.errors import BudgetExceeded, NotFound, TooLarge, Unavailable, UpstreamFailed
from gateway.attempt import Attempt, Remote, Reveal
from gateway.builtin.provider import BuiltinProvider
from gateway.cache import Cache, NoCache, key_of, packed, unpacked
from gateway.config import GatewayConfig
from gateway.course import Course
from gateway.failure import CallFailed, FailureClass
from gateway.gate import Gate
from gateway.ledger import Ledger, NoLedger
from gateway.messages import Message, ModelRequest, Options
from gateway.payload import payload_of
from gateway.provider import Provider
from gateway.purpose import Purpose
from gateway.result import Embedded, FinishReason, ModelResult, Reply, TextDelta, Usage, total
from gateway.routing import ModelCard, Plan, check, plan
from gateway.structured import check_schema
from gateway.tokens import TokenCounter
from gateway.worker.client import LitellmWorker

Part = TextDelta | Reply
Compose = Callable[[ModelRequest, int | None], ModelRequest]
_LONG = 100_000
_WHOLE = frozenset({FinishReason.STOP, FinishReason.TOOL_CALLS})
_TEXTS_AT_ONCE = 256
"""Of texts to embed: their vectors fit into one frame of the worker."""


async def _no_keys(name: str) -> str:
    raise NotFound(f"There is no credential named {name!r}.", mend=f"Set it: nexus credentials set {name}")


def _as_it_is(request: ModelRequest, context: int | None) -> ModelRequest:
    return request


class Gateway:
    """Routes calls by purpose, each within its budget and its time.

    ``Gateway()`` alone is complete: it answers with the builtin provider. ``worker`` makes the calls of the others and
    belongs to whoever made it. ``reveal`` gives the secret behind a credential's name, ``compose`` makes the prompt
    that a language model with such a window gets; the builtin provider gets the bare request. ``timer`` returns
    seconds, monotonic; ``sleep`` and ``draw`` stand in for waiting and for chance.
    """

    def __init__(
        self,
        config: GatewayConfig | None = None,
        *,
        builtin: Provider | None = None,
        worker: LitellmWorker | None = None,
        ledger: Ledger | None = None,
        reveal: Reveal = _no_keys,
        compose: Compose = _as_it_is,
        cache: Cache | None = None,
        timer: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._builtin: Provider = builtin or BuiltinProvider()
        self._ledger = ledger or NoLedger()
        self._remote = Remote(worker or LitellmWorker(), self._ledger, TokenCounter(), reveal)
        self._compose = compose
        self._cache: Cache = cache or NoCache()
        self._timer = timer
        self._sleep = sleep
        self._draw = draw
        self._gates: dict[str, Gate] = {}
        self._config = GatewayConfig()
        self.configure(config or GatewayConfig())

    @property
    def config(self) -> GatewayConfig:
        """The routing in force."""
        return self._config

    def configure(self, config: GatewayConfig) -> None:
        """Put another routing in force; calls that go on keep theirs. Raises ``InvalidInput``, and changes nothing."""
        check(config)
        self._config = config
        self._gates = {
            name: self._gates.get(name) or Gate(self._timer, provider.concurrency)
            for name, provider in config.providers.items()
        }

    def plan(self, request: ModelRequest) -> Plan:
        """Who would be asked now, in order, and why."""
        return plan(self._config, request)

    def resting(self, provider: str) -> bool:
        """Whether ``provider`` failed so often that it is left alone for a moment."""
        return provider in self._gates and self._gates[provider].breaker.open

    async def generate(self, request: ModelRequest) -> Reply:
        """The answer and its record.

        Raises ``CallFailed`` when the last model that could be asked failed, ``BudgetExceeded`` before anything is
        sent, ``Unavailable`` when no model serves the purpose, ``InvalidInput`` for a schema that is none.
        """
        async with aclosing(self._parts(request, stream=False)) as parts:
            async for part in parts:
                if isinstance(part, Reply):
                    return part
        raise UpstreamFailed("The model ended without a result.")

    async def stream(self, request: ModelRequest) -> AsyncIterator[Part]:
        """Pieces of text as they come, then the same reply as ``generate`` gives.

        An answer that is held to a schema comes whole, when it has been checked. After the first piece no other model
        is asked: nobody wants two beginnings.
        """
        async with aclosing(self._parts(request, stream=True)) as parts:
            async for part in parts:
                yield part

    async def embed(
        self,
        texts: Sequence[str],
        *,
        org: str,
        user: str | None,
        model: str | None = None,
        dimensions: int | None = None,
    ) -> Embedded:
        """A vector for each text, by the models that the routing lists for EMBED. Raises as ``generate`` does.

        So many texts are asked for at once; each such call has its record.
        """
        vectors: list[tuple[float, ...]] = []
        usages: list[Usage] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            request = ModelRequest(
                purpose=Purpose.EMBED,
                messages=tuple(Message(role="user", content=text) for text in texts[start : start + _TEXTS_AT_ONCE]),
                org=org,
                user=user,
                model=model,
                options=Options(dimensions=dimensions),
                bare=True,
            )
            reply = await self.generate(request)
            vectors += (tuple(vector) for vector in reply.result.data)
            usages.append(reply.record.usage)
        return Embedded(vectors=tuple(vectors), usage=total(usages))

    async def texts_of(self, tokens: list[list[int]]) -> list[str]:
        """The texts behind tokens of ``cl100k_base``, which clients send for embedding; see ``TokenCounter``."""
        return await self._remote.counter.texts_of(tokens)

    async def _parts(self, request: ModelRequest, *, stream: bool) -> AsyncGenerator[Part]:
        if request.output_schema is not None:
            check_schema(request.output_schema)
        config = self._config
        course = Course(config, plan(config, request), self._timer, self._draw)
        if not course.plan.models:
            raise Unavailable(
                f"No configured model serves {request.purpose.value} calls.",
                mend="Configure a model under [llm] in nexus.toml; the builtin provider is no language model.",
            )
        try:
            async with aclosing(self._asked(request, course, stream=stream)) as parts:
                async for part in parts:
                    yield part
        except BaseException as error:
            if course.remote and not course.answered:
                await asyncio.shield(self._note_failure(request, course, error))
            raise

    async def _asked(self, request: ModelRequest, course: Course, *, stream: bool) -> AsyncGenerator[Part]:
        """One model after the other, until one has answered."""
        while True:
            spoke = False
            try:
                async with aclosing(self._try(request, course, stream=stream)) as parts:
                    async for part in parts:
                        if isinstance(part, Reply):
                            yield part
                            return
                        if stream:
                            spoke = True
                            yield part
                raise CallFailed(FailureClass.MALFORMED, f"{course.model.name} ended its answer without a result.")
            except (CallFailed, BudgetExceeded) as failure:
                wait = course.after(failure)
                if spoke or wait is None:
                    raise course.told(failure) from failure
                await self._sleep(wait)

    async def _note_failure(self, request: ModelRequest, course: Course, error: BaseException) -> None:
        kind = error.kind.value if isinstance(error, CallFailed) else getattr(error, "code", "cancelled")
        payload = payload_of(self._config.payloads, request, None)
        await self._ledger.close(None, Usage(), request, course.failed(request, kind), payload)

    async def _try(self, request: ModelRequest, course: Course, *, stream: bool) -> AsyncGenerator[Part]:
        card = course.begin()
        if card.provider is None:
            async for part in self._by_rules(request, stream=stream):
                yield course.reply(request, part, None) if isinstance(part, ModelResult) else part
            return
        request = await self._composed(request, card.context)
        route = course.plan.route
        if route.cache and (kept := await self._found(request, card)) is not None:
            async for part in self._kept(request, course, kept, stream=stream):
                yield part
            return
        gate = self._gates.get(card.provider) or Gate(self._timer, 1)
        attempt = Attempt(self._remote, request, card, course.left, route.output)
        try:
            async with gate.passed(card.provider, course.left), aclosing(attempt.ask(stream=stream)) as parts:
                async for part in parts:
                    if isinstance(part, TextDelta):
                        yield part
                        continue
                    reply = course.reply(request, part, attempt.first_seconds)
                    payload = payload_of(self._config.payloads, request, part)
                    await self._ledger.close(attempt.held, part.usage, request, reply.record, payload)
                    if route.cache and part.finish_reason in _WHOLE:
                        await self._cache.put(key_of(request, card), packed(part), route.cache_seconds)
                    yield reply
        finally:
            if attempt.cut_off is not None:
                course.cut_off(attempt.cut_off)

    async def _found(self, request: ModelRequest, card: ModelCard) -> ModelResult | None:
        kept = await self._cache.get(key_of(request, card))
        return None if kept is None else unpacked(kept)

    async def _kept(
        self, request: ModelRequest, course: Course, result: ModelResult, *, stream: bool
    ) -> AsyncIterator[Part]:
        """An answer from the cache: it cost nothing this time, and its record says so."""
        if stream and result.text and not (request.tools or request.output_schema):
            yield TextDelta(text=result.text)
        reply = course.reply(request, result.model_copy(update={"usage": Usage()}), None)
        record = reply.record.model_copy(update={"cached": True})
        await self._ledger.close(None, Usage(), request, record)
        yield reply.model_copy(update={"record": record})

    async def _composed(self, request: ModelRequest, context: int | None) -> ModelRequest:
        """The prompt; a long one is composed in a thread. What does not fit is for a model with more room."""
        try:
            if sum(len(message.content) for message in request.messages) > _LONG:
                return await asyncio.to_thread(self._compose, request, context)
            return self._compose(request, context)
        except TooLarge as error:
            raise CallFailed(FailureClass.CONTEXT_TOO_LONG, error.detail, mend=error.mend) from error

    async def _by_rules(self, request: ModelRequest, *, stream: bool) -> AsyncIterator[TextDelta | ModelResult]:
        if not stream:
            yield await self._builtin.generate(request)
            return
        async for part in self._builtin.stream(request):
            yield part
