"""A conversation that does not fit loses its oldest messages, and nothing that belongs together is separated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import InvalidInput, TooLarge
from gateway import Message
from gateway.prompt import Composed, compose
from gateway.prompt.conversation import units
from tests.unit.gateway.prompt.making import PLENTY, assistant, calls, prompt, result, user


def said(tokens: int, *messages: Message) -> Composed:
    return compose(prompt(conversation=messages), replace(PLENTY, conversation=tokens), count=len)


def contents(composed: Composed) -> list[str]:
    return [message.content for message in composed.messages[1:]]


def test_a_call_and_its_results_are_one_unit() -> None:
    messages = (user(), calls("a", "b"), result("b"), result("a"), assistant(), user())
    assert units(messages) == (range(1), range(1, 4), range(4, 5), range(5, 6))


def test_what_stands_between_a_call_and_its_result_stays_with_them() -> None:
    messages = (user(), calls("a"), user("meanwhile"), assistant(), result("a"), user())
    assert units(messages) == (range(1), range(1, 5), range(5, 6))


def test_an_id_that_is_used_again_means_the_latest_call() -> None:
    messages = (calls("a"), result("a"), calls("a"), result("a"))
    assert units(messages) == (range(2), range(2, 4))


def test_a_call_without_a_result_stands_alone() -> None:
    assert units((calls("a"), user())) == (range(1), range(1, 2))


@pytest.mark.parametrize("messages", [(user(), result("a")), (result("a"), calls("a"))])
def test_a_result_without_its_call_is_refused(messages: tuple[Message, ...]) -> None:
    with pytest.raises(InvalidInput, match="result of a call that does not stand before it"):
        compose(prompt(conversation=messages))


def test_the_oldest_go_first_and_that_is_said() -> None:
    composed = said(150, user("a" * 90), assistant("b" * 90), user("c" * 40), assistant("d" * 40), user("e"))
    assert contents(composed) == ["c" * 40, "d" * 40, "e"]
    assert "[... 2 earlier messages of this conversation left out ...]" in composed.messages[0].content
    assert composed.parts[-1].left_out == ("2 earlier messages",)


def test_what_is_left_begins_with_a_user() -> None:
    composed = said(150, user("a" * 90), assistant("b" * 40), user("c" * 40), assistant("d"), user("e"))
    assert contents(composed) == ["c" * 40, "d", "e"]
    assert said(150, assistant("a"), user("b")).messages[1].role == "assistant"


def test_the_last_message_of_a_user_stays_when_newer_ones_go() -> None:
    steps = [message for one in "abcd" for message in (calls(one), result(one, "x" * 50))]
    composed = said(300, user("old" * 99), user("the wish"), *steps)
    assert composed.messages[1].content == "the wish"
    assert [message.tool_call_id for message in composed.messages if message.role == "tool"] == ["d"]


def test_a_result_that_is_too_long_is_cut_where_it_cannot_be_left_out() -> None:
    composed = said(400, user("old" * 99), user("the wish"), calls("a", "b"), result("a", "x" * 900), result("b", "y"))
    *_, long, short = contents(composed)
    assert "characters left out ...]\n<<<end " in long
    assert "\ny\n" in short
    assert composed.parts[-1].tokens == 400
    assert composed.parts[-1].left_out == ("1 earlier message", "result of lights.look")


def test_the_last_message_of_a_user_is_never_cut() -> None:
    with pytest.raises(TooLarge) as refused:
        said(99, user("old"), user("x" * 100))
    assert refused.value.facts["part"] == "conversation"


def test_a_call_is_counted_with_its_arguments() -> None:
    call = calls("a")
    filled = call.model_copy(
        update={"tool_calls": (call.tool_calls[0].model_copy(update={"arguments": {"n": "x" * 70}}),)}
    )
    difference = said(999, user(), filled, result("a")).tokens - said(999, user(), call, result("a")).tokens
    assert difference == len('"n":""') + 70


def test_arguments_that_are_no_json_are_refused() -> None:
    call = calls("a").tool_calls[0].model_copy(update={"arguments": {"n": {1, 2}}})
    with pytest.raises(InvalidInput, match="arguments of the call 'a' are no JSON"):
        compose(prompt(conversation=(user(), Message(role="assistant", tool_calls=(call,)))))
