"""What a language model is sent in a conversation with the house."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway import Message, ModelRequest, Purpose, ToolSpec
from gateway.prompt import Composer

NOW = datetime(2026, 11, 29, 21, 12, 30, 123, UTC)
LAMP = ToolSpec(name="lights__list", description="Lists the lamps.")


def user(text: str) -> Message:
    return Message(role="user", content=text)


def asked(*messages: Message, purpose: Purpose = Purpose.PLAN, now: datetime | None = NOW) -> ModelRequest:
    return ModelRequest(purpose=purpose, messages=messages, tools=(LAMP,), now=now)


def test_the_last_message_says_when_it_was_sent_to_the_minute() -> None:
    composed = Composer()(asked(user("Are they on?"), Message(role="assistant", content="Yes."), user("And now?")))
    assert composed.messages[-1].content == "And now?\n\n[Sent at 2026-11-29T21:12+00:00]"
    assert "2026" not in "".join(message.content for message in composed.messages[:-1])


def test_all_before_the_last_message_is_the_same_an_hour_later() -> None:
    said = (user("Are they on?"), Message(role="assistant", content="Yes."))
    first = Composer()(asked(*said, user("And now?")))
    later = Composer()(asked(*said, user("And in the cellar?"), now=NOW + timedelta(hours=1)))
    assert first.messages[:-1] == later.messages[:-1]
    assert first.tools == later.tools


def test_a_message_of_files_alone_is_dated_too() -> None:
    assert Composer()(asked(user(""))).messages[-1].content == "[Sent at 2026-11-29T21:12+00:00]"


def test_without_a_time_or_a_user_nothing_is_added() -> None:
    assert Composer()(asked(user("On?"), now=None)).messages[-1].content == "On?"


def test_which_way_a_message_goes_is_asked_with_the_tools_in_words() -> None:
    composed = Composer()(asked(user("Are they on?"), purpose=Purpose.ROUTE))
    assert composed.tools == ()
    assert "lights__list: Lists the lamps." in composed.messages[1].content
