"""The builtin provider behind the gateway's interface."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator

from core.errors import Unavailable
from gateway.builtin.outcome import Outcome
from gateway.builtin.ranking import Catalogue
from gateway.builtin.rendering import render_message
from gateway.builtin.understanding import understand
from gateway.messages import JsonObject, Message, ModelRequest, ToolCall
from gateway.purpose import Purpose
from gateway.result import FinishReason, ModelResult, TextDelta

MODEL = "rules-1"


class BuiltinProvider:
    """Understands what people type by rules, with no model, no network and no randomness.

    PLAN gives a call, a question or a text; CHAT never a call; ROUTE tells in ``data`` which mode a message is for
    (``mode``, ``intent``, ``mood``, ``reason``, and whether that is ``understood``). After a tool's message, the answer
    is its result made readable.
    """

    name = "builtin"
    purposes = frozenset({Purpose.CHAT, Purpose.ROUTE, Purpose.PLAN})

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self._catalogue = catalogue or Catalogue()

    def understand(self, request: ModelRequest) -> Outcome:
        """What the last message wants, before it takes the shape of a model's answer."""
        return understand(request, self._catalogue)

    async def generate(self, request: ModelRequest) -> ModelResult:
        """The answer. ``Unavailable`` for what only a language model can do."""
        if request.purpose not in self.purposes or request.output_schema is not None:
            raise Unavailable(
                f"The builtin provider is no language model and cannot serve this {request.purpose.value} call.",
                mend="Configure a model provider under [llm] in nexus.toml.",
            )
        results = _tool_messages(request)
        if results and request.purpose is not Purpose.ROUTE:
            rendered = [render_message(m.content, m.source, failed=m.failed) for m in results]
            return self._text("\n\n".join(rendered), ("A tool's result, made readable.",))
        outcome = await self._understood(request)
        if request.purpose is Purpose.ROUTE:
            return self._routed(outcome)
        return self._answer(outcome, request)

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | ModelResult]:
        """The same answer, line by line."""
        result = await self.generate(request)
        for line in result.text.splitlines(keepends=True):
            yield TextDelta(text=line)
        yield result

    async def _understood(self, request: ModelRequest) -> Outcome:
        """Tools seen for the first time are read in a thread: hundreds of them take longer than a loop should wait."""
        if self._catalogue.knows(request.tools):
            return self.understand(request)
        return await asyncio.to_thread(self.understand, request)

    def _answer(self, outcome: Outcome, request: ModelRequest) -> ModelResult:
        if outcome.question is not None:
            return ModelResult(
                provider=self.name,
                model=MODEL,
                finish_reason=FinishReason.QUESTION,
                text=outcome.question.text,
                question=outcome.question,
                trace=outcome.trace,
            )
        if outcome.tool is None or outcome.arguments is None:
            return self._text(outcome.text, outcome.trace)
        if request.purpose is Purpose.CHAT:
            return self._text(f"That is a task for {outcome.tool}: ask for it, and it is planned.", outcome.trace)
        call = ToolCall(id=_call_id(outcome.tool, outcome.arguments), name=outcome.tool, arguments=outcome.arguments)
        return ModelResult(
            provider=self.name,
            model=MODEL,
            finish_reason=FinishReason.TOOL_CALLS,
            text=outcome.text,
            tool_calls=(call,),
            trace=outcome.trace,
        )

    def _routed(self, outcome: Outcome) -> ModelResult:
        acts = outcome.tool is not None or outcome.question is not None
        reason = " ".join(outcome.trace[:2])
        data = {
            "mode": "operator" if acts else "companion",
            "intent": outcome.intent.value,
            "mood": outcome.mood.value,
            "resumed": outcome.resumed,
            "understood": outcome.understood,
            "reason": reason,
        }
        return ModelResult(
            provider=self.name,
            model=MODEL,
            finish_reason=FinishReason.STOP,
            text=reason,
            data=data,
            trace=outcome.trace,
        )

    def _text(self, text: str, trace: tuple[str, ...]) -> ModelResult:
        return ModelResult(provider=self.name, model=MODEL, finish_reason=FinishReason.STOP, text=text, trace=trace)


def _tool_messages(request: ModelRequest) -> list[Message]:
    """The results at the end of the conversation, oldest first."""
    found: list[Message] = []
    for message in reversed(request.messages):
        if message.role != "tool":
            break
        found.append(message)
    return found[::-1]


def _call_id(name: str, arguments: JsonObject) -> str:
    """The same for the same call, so that a repeated plan is recognised."""
    text = json.dumps([name, arguments], sort_keys=True, ensure_ascii=False)
    return f"call_{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
