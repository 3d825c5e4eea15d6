"""Which mode a message is for, and the recorded reason."""

from __future__ import annotations

import pytest

from gateway import Gateway, Message, ModelRequest, ModelResult, Purpose, ToolSpec
from gateway.result import FinishReason
from orchestrator.companion.mode import Mode, choose_mode

TOOLS = (
    ToolSpec(name="harbour__list_berths", description="List the free berths."),
    ToolSpec(name="harbour__close_lock", description="Close the lock of the harbour.", effect="write"),
)


async def routed(*said: str) -> ModelResult:
    messages = tuple(Message(role="user", content=text) for text in said)
    request = ModelRequest(purpose=Purpose.ROUTE, messages=messages, tools=TOOLS)
    return (await Gateway().generate(request)).result


@pytest.mark.parametrize(
    ("text", "mode", "rule"),
    [
        ("close the lock", Mode.OPERATOR, "command"),
        ("which berths are free?", Mode.OPERATOR, "question"),
        ("Which berths are free? Close the lock.", Mode.OPERATOR, "command"),
        ("hello there", Mode.COMPANION, "talk"),
        ("do not close the lock", Mode.COMPANION, "talk"),
        ("how do I close the lock?", Mode.COMPANION, "talk"),
        ("tell me a joke", Mode.COMPANION, "talk"),
    ],
)
async def test_the_mode_of_a_message(text: str, mode: Mode, rule: str) -> None:
    choice = choose_mode(await routed(text))
    assert (choice.mode, choice.rule) == (mode, rule)
    assert choice.reason


async def test_an_explicit_choice_outranks_the_words() -> None:
    choice = choose_mode(await routed("close the lock"), wanted=Mode.COMPANION)
    assert (choice.mode, choice.rule) == (Mode.COMPANION, "asked")


def test_a_router_that_says_nothing_means_talk() -> None:
    silent = ModelResult(provider="p", model="m", finish_reason=FinishReason.STOP)
    assert choose_mode(silent).mode is Mode.COMPANION
