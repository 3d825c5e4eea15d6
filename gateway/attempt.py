"""One try of one remote model: hold the money, ask, and book what it took, however it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from core.errors import NexusError
from gateway.calling import read_call
from gateway.catalogue import PREFIX
from gateway.failure import CallFailed, FailureClass
from gateway.ledger import Ledger
from gateway.messages import JsonObject, ModelRequest
from gateway.purpose import Purpose
from gateway.result import ModelResult, TextDelta, Usage
from gateway.routing import ModelCard
from gateway.structured import conforming
from gateway.tokens import TokenCounter
from gateway.wire import arguments, embedding, held_to, result_of, usage_of, vectors_of
from gateway.worker.client import Call, LitellmWorker
from gateway.worker.frames import Frame

Reveal = Callable[[str], Awaitable[str]]
_NO_KEY = "none"  # litellm wants a text, also for servers that ask for no key
_NOTHING: dict[str, Any] = {"text": "", "tool_calls": [], "usage": None}
_GRACE_SECONDS = 60.0
# The same for every call, and longer than any: litellm keeps a client, and with it its connections, for each value.
# How long a call may really take is measured here.
_TIMEOUT_SECONDS = 7200.0


@dataclass(frozen=True, slots=True)
class Remote:
    """What a try needs of the world. ``reveal`` gives the secret behind a credential's name."""

    worker: LitellmWorker
    ledger: Ledger
    counter: TokenCounter
    reveal: Reveal


@dataclass
class Attempt:
    """A try of ``card``. ``seconds`` is what is left of the call's time.

    ``held`` is the reservation of a try that ended well: its caller books it together with the call's record.
    ``cut_off`` is what one was taken to have cost that nobody waited for any more, and is booked already.
    """

    remote: Remote
    request: ModelRequest
    card: ModelCard
    seconds: float
    longest: int | None = None
    held: str | None = None
    first_seconds: float | None = None
    cut_off: Usage | None = None
    _schema: JsonObject | None = field(default=None, init=False)
    _input_tokens: int = field(default=0, init=False)

    async def ask(self, *, stream: bool) -> AsyncGenerator[TextDelta | ModelResult]:
        """Pieces of text, where they are wished for, and the result. Raises ``CallFailed`` or ``BudgetExceeded``.

        An answer that is held to a schema comes whole, when it has been checked.
        """
        self._schema = held_to(self.request, self.card)
        self._input_tokens = await self.remote.counter.count(self.request)
        output_tokens = 0 if self._embeds else self._ceiling()
        key = await self._key()
        cost = Usage.money(self.card.most(self._input_tokens, output_tokens))
        most = Usage(input_tokens=self._input_tokens, output_tokens=output_tokens, cost=cost, estimated=True)
        self.held = await self.remote.ledger.reserve(self.request, self.card.name, most, self.seconds + _GRACE_SECONDS)
        call: Call | None = None
        try:
            call = await self.remote.worker.begin(self._frame(output_tokens, key, stream=stream))
            async for text in self._timed(call):
                if self._schema is None:
                    yield TextDelta(text=text)
            result = await self._result(call.last)
        except CallFailed as failure:
            await self._book(failure.usage)
            raise
        except BaseException:
            # The client went, or what must not happen did: what was used by then is booked all the same.
            await asyncio.shield(self._book_cut_off(call))
            raise
        yield result

    @property
    def _embeds(self) -> bool:
        return self.request.purpose is Purpose.EMBED

    def _ceiling(self) -> int:
        """The longest answer, in tokens: the least of what was asked for, what the model can, and what has room."""
        card = self.card
        limits = [card.output, self.request.max_output_tokens or card.output, self.longest or card.output]
        if card.context is not None:
            room = card.context - self._input_tokens
            if room <= 0:
                raise CallFailed(
                    FailureClass.CONTEXT_TOO_LONG,
                    f"The request has about {self._input_tokens} tokens; {card.name} takes {card.context}.",
                )
            limits.append(room)
        return min(limits)

    async def _key(self) -> str:
        provider = self.card.served_by
        if provider is None or provider.credential is None:
            return _NO_KEY
        try:
            return await self.remote.reveal(provider.credential)
        except NexusError as error:
            raise CallFailed(FailureClass.AUTH, error.detail, mend=error.mend) from error

    def _frame(self, output_tokens: int, key: str, *, stream: bool) -> Frame:
        provider, config = self.card.served_by, self.card.config
        assert provider is not None
        assert config is not None
        address = {"api_base": str(provider.base_url).rstrip("/")} if provider.base_url is not None else {}
        request, card = self.request, self.card
        return {
            **(embedding(request) if self._embeds else arguments(request, card, output_tokens, stream=stream)),
            **address,
            "model": PREFIX[provider.kind] + config.model,
            "api_key": key,
            "timeout": _TIMEOUT_SECONDS,
        }

    async def _timed(self, call: Call) -> AsyncIterator[str]:
        """The pieces of a call, until its time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self.seconds
        texts = call.texts()
        while True:
            try:
                async with asyncio.timeout_at(end):
                    text = await anext(texts)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                used = await self._used_by(await call.cancel())
                raise CallFailed(
                    FailureClass.TIMEOUT, f"{self.card.name} did not answer in {self.seconds:.3g} s.", usage=used
                ) from error
            yield text

    async def _result(self, last: Frame | None) -> ModelResult:
        assert last is not None
        if last["t"] == "failed":
            failure = last["failure"]
            used = None if failure["sure"] else await self._used_by(last)
            raise CallFailed(
                FailureClass(failure["kind"]), failure["detail"], retry_after=failure.get("retry_after"), usage=used
            )
        answer: dict[str, Any] = last["result"]
        self.first_seconds = answer["first_seconds"]
        read = vectors_of if self._embeds else result_of
        result = read(self.request, self.card, answer, await self._usage(answer))
        if self._schema is None or result.tool_calls:
            return result
        result = conforming(result, self._schema)
        return result if self._schema is self.request.output_schema else read_call(self.request, result)

    async def _usage(self, answer: dict[str, Any]) -> Usage:
        texts = [answer["text"], *(call["arguments"] for call in answer["tool_calls"])]
        output_tokens = 0 if answer["usage"] is not None else await self.remote.counter.count_texts(texts)
        usage = usage_of(answer["usage"], self.card, input_tokens=self._input_tokens, output_tokens=output_tokens)
        if usage.estimated and answer["usage"] is not None:
            output_tokens = await self.remote.counter.count_texts(texts)
            return usage_of(None, self.card, input_tokens=self._input_tokens, output_tokens=output_tokens)
        return usage

    async def _used_by(self, last: Frame) -> Usage:
        """What a call that was cut off is taken to have cost: its input, and what had come of the answer."""
        partial: dict[str, Any] | None = last.get("result") or last["failure"].get("partial")
        return await self._usage(partial or _NOTHING)

    async def _book(self, used: Usage | None) -> None:
        held, self.held = self.held, None
        if used is None:
            await self.remote.ledger.release(held)
        else:
            await self.remote.ledger.settle(held, used)

    async def _book_cut_off(self, call: Call | None) -> None:
        self.cut_off = None if call is None else await self._used_by(await call.cancel())
        await self._book(self.cut_off)
