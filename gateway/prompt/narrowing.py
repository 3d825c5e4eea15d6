"""Fewer tools where there are many: a model chooses badly among hundreds, and providers take 128 at most."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.builtin.chat_tools import CHAT_TOOL_NAMES
from gateway.builtin.ranking import Catalogue
from gateway.builtin.words import content_stems
from gateway.messages import Message, ToolSpec
from gateway.prompt.budget import estimate

MOST_TOOLS = 64
_MOST_TOKENS = 32_000
_SHARE = 0.2
"""Of a model's window."""
_RECENT = 3
_READ = 4_000
"""Characters of a message that are read for what it is about."""


def narrowed(
    catalogue: Catalogue, tools: Sequence[ToolSpec], messages: Sequence[Message], context: int | None
) -> tuple[ToolSpec, ...]:
    """The tools that a model is given, in their order: the chat's own, those called before, then the likeliest.

    How likely is told by the words that a tool shares with the last messages of the person. ``context`` is the model's
    window in tokens; the specifications take a fifth of it at most.
    """
    allowed = _MOST_TOKENS if context is None else min(_MOST_TOKENS, int(context * _SHARE))
    sizes = {tool.name: estimate(tool.text) for tool in tools}
    if len(tools) <= MOST_TOOLS and sum(sizes.values()) <= allowed:
        return tuple(tools)
    kept: set[str] = set()
    for name in _by_likelihood(catalogue, tools, messages):
        if len(kept) < MOST_TOOLS and sizes[name] <= allowed:
            kept.add(name)
            allowed -= sizes[name]
    return tuple(tool for tool in tools if tool.name in kept)


def _by_likelihood(catalogue: Catalogue, tools: Sequence[ToolSpec], messages: Sequence[Message]) -> list[str]:
    names = [tool.name for tool in tools]
    said = [message.content[-_READ:] for message in messages if message.role == "user"][-_RECENT:]
    index = catalogue.index([tool for tool in tools if tool.name not in CHAT_TOOL_NAMES])
    found = [match.profile.spec.name for match in index.search(content_stems(" ".join(reversed(said))))]
    called = [call.name for message in messages for call in message.tool_calls if call.name in names]
    chat = [name for name in names if name in CHAT_TOOL_NAMES]
    return list(dict.fromkeys([*chat, *called, *found, *names]))
