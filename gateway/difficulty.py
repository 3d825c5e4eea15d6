"""How hard a call looks, from what costs nothing to look at. Its reason stands in the trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.messages import ModelRequest
from gateway.purpose import Purpose

_HEAVY_PURPOSES = frozenset({Purpose.BLUEPRINT, Purpose.IMPLEMENT, Purpose.REPAIR})
_LONG = 12_000
_MANY_TOOLS = 12
_MANY_WISHES = 4
_MARKS = ("```", "traceback", "step by step", "schritt für schritt", "prove", "beweise", "compare", "vergleiche")


@dataclass(frozen=True, slots=True)
class Difficulty:
    """A tier and the reason for it, in a few words."""

    tier: Literal["standard", "heavy"]
    reason: str


def difficulty(request: ModelRequest) -> Difficulty:
    """The tier for ``request``: writing and repairing code, long material, many tools or several wishes are heavy."""
    if request.purpose in _HEAVY_PURPOSES:
        return Difficulty("heavy", f"{request.purpose.value} calls write code")
    size = sum(len(message.content) for message in request.messages)
    if size > _LONG:
        return Difficulty("heavy", f"{size} characters are long")
    if len(request.tools) > _MANY_TOOLS and request.purpose is Purpose.PLAN:
        return Difficulty("heavy", f"one of {len(request.tools)} tools has to be chosen")
    asked = next((message.content for message in reversed(request.messages) if message.role == "user"), "").lower()
    if (mark := next((mark for mark in _MARKS if mark in asked), None)) is not None:
        return Difficulty("heavy", f"the message has {mark!r} in it")
    if asked.count("?") + asked.count("\n- ") >= _MANY_WISHES:
        return Difficulty("heavy", "several things are asked at once")
    return Difficulty("standard", "nothing about it looks hard")
