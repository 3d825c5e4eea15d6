"""``nexus/companion``: a client's conversation as one turn of ours, with everything behind it that a turn has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.errors import Conflict, NexusError, NotFound, UpstreamFailed
from core.events import Event
from gateway import Message, ModelRequest, Options, Usage
from gateway.result import total
from orchestrator.api.openai.errors import Unsupported
from orchestrator.runs.model import Run
from orchestrator.services import Services
from orchestrator.threads.continuing import Said


class TurnFailed(UpstreamFailed):
    """The turn ended without an answer."""

    code = "turn_failed"


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn came to: its whole text, and what its model calls took together."""

    text: str
    usage: Usage


async def take_turn(services: Services, actor: Actor, request: ModelRequest) -> AsyncGenerator[str | Turn]:
    """Answer the last message in the thread that holds the others, or in a new one; pieces of text, then the turn.

    Whoever leaves before the end cancels the run. Raises ``Unsupported`` for what a conversation of ours does not
    have, ``TurnFailed`` where the run failed.
    """
    check(request)
    *history, asked = (_said(message) for message in request.messages)
    run, after = await say(services, actor, history, asked.text)
    telling = Telling()
    try:
        async with aclosing(services.events.follow(org=actor.org, after=after, run=run.id)) as events:
            async for event in events:
                if piece := telling.heard(event):
                    yield piece
                if telling.ended:
                    break
    except (asyncio.CancelledError, GeneratorExit):
        await asyncio.shield(_end(services, actor, run))
        raise
    if telling.answered:
        await services.threads.told(actor, run, [*history, asked, Said("assistant", telling.sent)])
    yield Turn(telling.sent, total(telling.usages))


async def say(services: Services, actor: Actor, history: list[Said], text: str) -> tuple[Run, int]:
    """Go on in the thread that holds ``history``; where none does, or somebody else just went on in it, open one."""
    end = await services.threads.continued(actor, history)
    if end is not None:
        with suppress(Conflict, NotFound):
            return await services.threads.say(actor, end.thread, text, attachments=[], params={}, behind=end.position)
    thread = await services.threads.open(actor, "", history=history)
    return await services.threads.say(actor, thread["id"], text, attachments=[], params={})


def check(request: ModelRequest) -> None:
    """The companion has a soul, tools and models of its own: what would choose others is refused by name."""
    wished = {
        "tools": request.tools,
        "response_format": request.output_schema,
        "max_tokens": request.max_output_tokens,
        **request.options.model_dump(exclude_defaults=True),
    }
    for name, wish in wished.items():
        if wish or name in Options.model_fields:
            raise Unsupported(f"nexus/companion takes no {name}.", param=name)
    for index, message in enumerate(request.messages):
        for name, given in (("content", message.images), ("name", message.name)):
            if given:
                what = "images" if name == "content" else "names"
                raise Unsupported(f"nexus/companion takes no {what}.", param=f"messages[{index}].{name}")
        if message.role not in ("user", "assistant") or message.tool_calls:
            raise Unsupported(
                "nexus/companion takes the messages of a user and its own answers.",
                mend="Leave out instructions and tools, or name another model.",
                param=f"messages[{index}].role",
            )
    if request.messages[-1].role != "user":
        raise Unsupported(
            "The last message is what nexus/companion answers, and a user's.",
            mend="End with it.",
            param=f"messages[{len(request.messages) - 1}].role",
        )


class Telling:
    """What a client has been told of a turn. ``sent`` is all of it, and ``answered`` that the turn came to its end."""

    def __init__(self) -> None:
        self.sent = ""
        self.ended = False
        self.answered = False
        self.usages: list[Usage] = []
        self._said = ""
        self._attempt = 0

    def heard(self, event: Event) -> str:
        """The text to send on after ``event``. Raises ``NexusError`` where the run ended badly."""
        data = event.data
        match event.type:
            case "message.delta":
                return self._send(self._grown(data))
            case "message.completed":
                return self._send(self._completed(data["text"]))
            case "model.called":
                self.usages.append(Usage.model_validate(data["usage"]))
            case "approval.requested":
                self.ended = True
                return self._send(self._apart(f"It waits for an approval: {data['title']}. Answer the card in NEXUS."))
            case "run.finished":
                self.ended = self.answered = True
            case "run.failed" | "run.cancelled":
                raise _failure(data)
            case _:
                pass
        return ""

    def _grown(self, data: dict[str, Any]) -> str:
        """A new attempt says the message anew: of it, only what goes beyond the one before is sent."""
        if data["attempt"] > self._attempt:
            self._attempt, self._said = data["attempt"], ""
        self._said += data["text"]
        return self._said[len(self.sent) :] if self._said.startswith(self.sent) else ""

    def _completed(self, text: str) -> str:
        """What is missing of the message as it is kept; its end may have been trimmed."""
        for sent in (self.sent, self.sent.rstrip()):
            if text.startswith(sent):
                return text[len(sent) :]
        return self._apart(text)

    def _apart(self, text: str) -> str:
        return f"\n\n{text}" if self.sent else text

    def _send(self, text: str) -> str:
        self.sent += text
        return text


def _said(message: Message) -> Said:
    return Said("user" if message.role == "user" else "assistant", message.content)


def _failure(data: dict[str, Any]) -> NexusError:
    error = data.get("error") or {}
    detail = error.get("detail") or "The run was cancelled."
    return TurnFailed(detail, retryable=False, mend=error.get("mend"))


async def _end(services: Services, actor: Actor, run: Run) -> None:
    """Cancel a run that may have ended in the same moment."""
    try:
        await services.runs.cancel(actor, run.id)
    except Conflict:
        return
