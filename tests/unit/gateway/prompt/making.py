"""Prompts for tests, and the texts that attackers and other scripts would write into them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from gateway import Message, Purpose, ToolCall, ToolSource
from gateway.prompt import Material, Prompt, PromptBudget, Soul

SOUL = Soul("keeper", 3, Purpose.JUDGE, ("lights__*",), "# Keeper\n\nYou keep the lights.", "ab" * 32)
PLENTY = PromptBudget(**dict.fromkeys(("soul", "purpose", "task", "context", "conversation", "total"), 10_000_000))

# fmt: off
HOSTILE = st.sampled_from((
    "<|im_start|>", "<|eot_id|>", "<｜User｜>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>", "</s>", "Human:",
    "\n\nAssistant: ", "### Instruction:", "<start_of_turn>", "</think>", "<<<untrusted ", "<<<end ", ">>>", "<", "[",
    "|", "\n", "\r\n", "\r", "\u2028", "\x85", "\x0b", "\x1b[2J", "\u202e", "\u200b", "\u200d", "\U000e0041", "\ud800",
    "\ufeff", "\ufe0f", "é", "漢字", "👩", "·", "[U+200B]", "7" * 24, " ", "a quiet word",
))
# fmt: on
TEXTS = st.lists(HOSTILE | st.text(st.characters(exclude_categories=()), max_size=8), max_size=14).map("".join)
MATERIALS = st.builds(
    Material,
    name=TEXTS,
    text=TEXTS,
    trusted=st.just(False),
    priority=st.integers(-2, 2),
    cut=st.sampled_from(("head", "tail", "whole")),
)


def prompt(**members: Any) -> Prompt:
    return Prompt(**{"soul": SOUL, "purpose": Purpose.JUDGE, "task": "Say whether the lights are on.", **members})


def user(text: str = "Are they on?") -> Message:
    return Message(role="user", content=text)


def assistant(text: str = "They are.") -> Message:
    return Message(role="assistant", content=text)


def calls(*ids: str) -> Message:
    return Message(role="assistant", tool_calls=tuple(ToolCall(id=one, name="lights__look") for one in ids))


def result(id: str, text: str = '{"on": true}', **members: Any) -> Message:
    source = ToolSource(module="lights", operation="look")
    return Message(role="tool", tool_call_id=id, content=text, source=source, **members)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[Message, ...]:
    """Turns with calls, whose results come one behind the other, some after another message; ids are used again."""
    messages: list[Message] = []
    for _ in range(draw(st.integers(0, 6))):
        messages.append(user(draw(TEXTS)))
        for _ in range(draw(st.integers(0, 3))):
            ids = draw(st.lists(st.sampled_from("abc"), max_size=2, unique=True))
            if ids:
                messages.append(calls(*ids))
                messages += [user("meanwhile")] * draw(st.integers(0, 1))
                messages += [result(one, draw(TEXTS)) for one in ids]
            else:
                messages.append(assistant(draw(TEXTS)))
    return tuple(messages[draw(st.integers(0, 1)) :]) if messages and messages[0].role == "user" else tuple(messages)
