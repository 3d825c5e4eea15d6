"""From a call to its answer, whoever gives it: pieces of text as they come, then the whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from core.actor import Actor
from core.errors import UpstreamFailed
from gateway import FinishReason, ModelRequest, Reply, ToolCall, Usage
from orchestrator.api.openai.companion import Turn, take_turn
from orchestrator.api.openai.names import Target
from orchestrator.services import Services


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer. ``text`` is that of all pieces together."""

    text: str
    finish: FinishReason
    usage: Usage
    calls: tuple[ToolCall, ...] = ()


Part = str | Answered


async def whole(services: Services, actor: Actor, target: Target, request: ModelRequest) -> Answered:
    """The answer at once. Raises what the gateway raises."""
    if not target.companion:
        return _of_reply(await services.gateway.generate(request))
    async with aclosing(pieces(services, actor, target, request)) as parts:
        async for part in parts:
            if isinstance(part, Answered):
                return part
    raise UpstreamFailed("The companion ended without an answer.")


async def pieces(services: Services, actor: Actor, target: Target, request: ModelRequest) -> AsyncGenerator[Part]:
    """Pieces of its text, then the answer. Closed before its end it ends what was asked."""
    if target.companion:
        async with aclosing(take_turn(services, actor, request)) as told:
            async for each in told:
                yield Answered(each.text, FinishReason.STOP, each.usage) if isinstance(each, Turn) else each
        return
    spoke = False
    async with aclosing(services.gateway.stream(request)) as parts:  # pyright: ignore[reportArgumentType]
        async for part in parts:
            if not isinstance(part, Reply):
                spoke = True
                yield part.text
                continue
            answered = _of_reply(part)
            # What is held to a schema comes when it has been checked.
            if answered.text and not spoke:
                yield answered.text
            yield answered


def _of_reply(reply: Reply) -> Answered:
    result = reply.result
    return Answered(result.text, result.finish_reason, reply.record.usage, result.tool_calls)
