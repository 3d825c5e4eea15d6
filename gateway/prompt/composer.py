"""From a conversation to what a language model is sent: the soul of the purpose around it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gateway.builtin.ranking import Catalogue
from gateway.messages import Message, ModelRequest
from gateway.prompt.budget import PromptBudget
from gateway.prompt.composition import compose
from gateway.prompt.narrowing import narrowed
from gateway.prompt.prompt import Material, Prompt
from gateway.prompt.soul import Soul, load_souls
from gateway.purpose import Purpose

_SOULS: Mapping[Purpose, str] = {
    Purpose.CHAT: "companion",
    Purpose.ROUTE: "operator",
    Purpose.PLAN: "operator",
    Purpose.BLUEPRINT: "builder",
    Purpose.IMPLEMENT: "builder",
    Purpose.REPAIR: "builder",
    Purpose.TEST: "tester",
    Purpose.JUDGE: "monitor",
}
_MOST = PromptBudget().total
_SHARE = 0.7
"""Of a model's window; the rest is for its answer, the tools, and what an estimate is wrong by."""


class Composer:
    """Composes the prompts of calls that come with a bare conversation.

    A request that is bare, or brings a system message of its own, is sent as it is: whoever wrote it knows what it
    wants.
    """

    def __init__(self, souls: Mapping[str, Soul] | None = None, *, catalogue: Catalogue | None = None) -> None:
        """``catalogue`` knows the tools already, where the builtin provider has read them."""
        self._souls = souls or load_souls()
        self._catalogue = catalogue or Catalogue()

    def __call__(self, request: ModelRequest, context: int | None = None) -> ModelRequest:
        """``request`` as a language model gets it, with the tools that its soul may be given.

        ``context`` is the model's window in tokens: a share of it is left for the answer. Raises ``TooLarge`` when not
        even the last message fits.
        """
        name = _SOULS.get(request.purpose)
        if name is None or request.bare or any(message.role == "system" for message in request.messages):
            return request
        soul = self._souls[name]
        # Which way a message goes is only told, so that the tools are only listed.
        called = request.purpose is not Purpose.ROUTE
        admitted = tuple(tool for tool in request.tools if called and soul.admits(tool.name))
        tools = narrowed(self._catalogue, admitted, request.messages, context)
        composed = compose(
            Prompt(
                soul=soul,
                purpose=request.purpose,
                task=_more(len(admitted) - len(tools)),
                context=_materials(request, shown=not tools),
                conversation=_dated(request),
                tools=tools,
            ),
            PromptBudget(total=min(_MOST, int(context * _SHARE))) if context is not None else None,
        )
        return request.model_copy(update={"messages": composed.messages, "tools": tools, "params": {}, "now": None})


def _more(left_out: int) -> str:
    return f"{left_out} more tools are installed than are listed; if none of these fits, say so." if left_out else ""


def _dated(request: ModelRequest) -> tuple[Message, ...]:
    """The conversation with the minute in which its last message was sent.

    It stands there and not in the system message, so that all before it is the same as the last time: providers keep
    what a prompt begins with, and take less for it.
    """
    last = max((place for place, one in enumerate(request.messages) if one.role == "user"), default=None)
    if request.now is None or last is None:
        return request.messages
    said = request.messages[last]
    dated = f"{said.content}\n\n[Sent at {request.now.isoformat(timespec='minutes')}]".lstrip()
    return (
        *request.messages[:last],
        said.model_copy(update={"content": dated}),
        *request.messages[last + 1 :],
    )


def _materials(request: ModelRequest, *, shown: bool) -> tuple[Material, ...]:
    materials: list[Material] = []
    if request.params:
        text = json.dumps(request.params, ensure_ascii=False)
        materials.append(Material("Given by name, and outranking the text", text, priority=2, cut="whole"))
    if shown and request.tools:
        lines = [f"{tool.name}: {' '.join(tool.description.split())[:160]}" for tool in request.tools]
        materials.append(Material("Tools that the operator has here", "\n".join(lines), priority=1))
    return tuple(materials)
