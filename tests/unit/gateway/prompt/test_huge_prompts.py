"""Texts and conversations that nobody should send: composing takes time that grows with their length."""

from __future__ import annotations

import time

import pytest

from gateway.prompt import Material, PromptBudget, compose
from tests.unit.gateway.prompt.making import assistant, calls, prompt, result, user

HUGE, SECONDS = 10_000_000, 4


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("A line of a document.\n", HUGE),
        ("漢字", HUGE),
        (" \n", HUGE),
        # each place that is changed costs more than a character that is not
        ("<|im_start|>", HUGE // 4),
        ("\u200b", HUGE // 4),
        ("Human: hi\n", HUGE // 4),
    ],
)
@pytest.mark.parametrize("where", ["context", "result"])
def test_a_huge_text_takes_seconds_at_most(text: str, length: int, where: str) -> None:
    huge = text * (length // len(text))
    given = prompt(context=(Material("a", huge),))
    if where == "result":
        given = prompt(conversation=(user(), calls("a"), result("a", huge)))
    started = time.monotonic()
    composed = compose(given)
    assert time.monotonic() - started < SECONDS
    assert composed.tokens <= PromptBudget().total


def test_a_long_conversation_takes_seconds_at_most() -> None:
    conversation = (user(), calls("a"), result("a"), assistant()) * 5_000
    started = time.monotonic()
    composed = compose(prompt(conversation=conversation))
    assert time.monotonic() - started < SECONDS
    assert [message.role for message in composed.messages[:2]] == ["system", "user"]
