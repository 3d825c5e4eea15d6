"""The way from a soul, a purpose, a task, materials and a conversation to the messages that a model gets.

A pure function: the same inputs give the same bytes on every version of Python and on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from core.errors import Forbidden
from core.hashing import record_hash
from gateway.messages import JsonObject, Message
from gateway.prompt.budget import Count, PromptBudget, Remaining, estimate
from gateway.prompt.conversation import Conversation, Kept
from gateway.prompt.cutting import Fitted, Piece, fit, whole
from gateway.prompt.marks import MARKS_RULE, fence
from gateway.prompt.neutral import neutral, neutral_line
from gateway.prompt.prompt import Composed, Material, Part, Prompt
from gateway.prompt.purposes import instructions_for
from gateway.prompt.speaking import arguments_text, say


def compose(prompt: Prompt, budget: PromptBudget | None = None, *, count: Count = estimate) -> Composed:
    """The prompt within its budget.

    The system message holds the soul, the purpose's instructions, the task and trusted materials, in this order. The
    other materials follow as one message of a user, then the conversation. Where there is neither, the task is the
    user's message, since no model answers a system message alone.

    Soul, purpose and task are never cut. When the total is short, the conversation's older messages yield first, then
    materials by their priority. ``count`` gives the tokens of a text; it is asked about pieces, and pieces add up.

    Raises ``TooLarge`` when what may not be cut does not fit, ``Forbidden`` for a tool that the soul does not admit,
    ``InvalidInput`` for a purpose without instructions and for a conversation that is none.
    """
    _check_tools(prompt)
    budget = budget or PromptBudget()
    remaining = Remaining(budget.total)
    ours = {
        "soul": prompt.soul.text,
        "purpose": f"# This call\n\n{instructions_for(prompt.purpose)}\n\n{MARKS_RULE}",
        "task": f"# Task\n\n{prompt.task}" if prompt.task else "",
    }
    ours = {name: f"{text}\n\n" if text else "" for name, text in ours.items()}
    parts = [_fixed(name, text, getattr(budget, name), remaining, count) for name, text in ours.items()]

    key = bytes.fromhex(record_hash([prompt.soul.sha256, *ours.values()]))
    said = [say(message, key, count) for message in prompt.conversation]
    conversation = Conversation(said, count)

    reserved = min(conversation.least, budget.conversation)
    allowed = max(0, min(budget.context, remaining.tokens - reserved))
    materials = fit([whole(_piece(one, key), count) for one in prompt.context], allowed, count)
    context = _context_part(materials, allowed)
    remaining.take("context", context.tokens, allowed)

    allowed = min(budget.conversation, remaining.tokens)
    kept = conversation.kept(allowed)
    remaining.take("conversation", kept.tokens, allowed)
    neutralised = sum(one.neutralised for one in said)
    parts += [context, Part("conversation", kept.tokens, allowed, kept.left_out, neutralised)]

    messages = _messages(ours, prompt.context, materials, kept)
    return Composed(messages, _hash(prompt, messages), tuple(parts))


def _check_tools(prompt: Prompt) -> None:
    for tool in prompt.tools:
        if not prompt.soul.admits(tool.name):
            raise Forbidden(
                f"The soul {prompt.soul.name} may not be given the tool {tool.name}.",
                mend="Give it only tools that its front matter admits, or choose another soul.",
            )


def _fixed(name: str, text: str, allowed: int, remaining: Remaining, count: Count) -> Part:
    """A part that is never cut."""
    allowed = min(allowed, remaining.tokens)
    tokens = count(text) if text else 0
    remaining.take(name, tokens, allowed)
    return Part(name, tokens, allowed)


def _piece(material: Material, key: bytes) -> Piece:
    if material.trusted:
        render = partial("# {}\n\n{}\n\n".format, material.name)
        return Piece(material.name, material.text, material.cut, material.priority, render)
    name, text = neutral_line(material.name), neutral(material.text)
    changed = name.changed + text.changed
    return Piece(
        name.text,
        text.text,
        material.cut,
        material.priority,
        lambda kept: f"{fence(name.text, kept, key)}\n\n",
        changed,
    )


def _context_part(materials: Sequence[Fitted], allowed: int) -> Part:
    return Part(
        "context",
        sum(one.tokens for one in materials),
        allowed,
        tuple(one.piece.name for one in materials if one.left_out),
        sum(one.piece.neutralised for one in materials),
    )


def _messages(
    ours: dict[str, str], context: Iterable[Material], materials: Iterable[Fitted], kept: Kept
) -> tuple[Message, ...]:
    trusted, untrusted = "", ""
    for material, fitted in zip(context, materials, strict=True):
        if material.trusted:
            trusted += fitted.rendered
        else:
            untrusted += fitted.rendered
    task, user = ours["task"], untrusted
    if not (untrusted or kept.said):
        task, user = "", task
    system = "".join((ours["soul"], ours["purpose"], task, trusted, kept.note))
    first = [Message(role="user", content=user.removesuffix("\n\n"))] if user else []
    return (
        Message(role="system", content=system.removesuffix("\n\n")),
        *first,
        *(one.message for one in kept.said),
    )


def _hash(prompt: Prompt, messages: Sequence[Message]) -> str:
    return record_hash(
        {
            "messages": [_record(message) for message in messages],
            "tools": [tool.digest for tool in prompt.tools],
            "soul": {"name": prompt.soul.name, "version": prompt.soul.version},
        }
    )


def _record(message: Message) -> JsonObject:
    """A message as canonical JSON takes it: arguments as text, since they may hold integers that it refuses."""
    calls = [{"id": call.id, "name": call.name, "arguments": arguments_text(call)} for call in message.tool_calls]
    return {**message.model_dump(mode="json", exclude={"tool_calls"}), "tool_calls": calls}
