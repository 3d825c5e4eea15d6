"""Which tools a model is given where there are many."""

from __future__ import annotations

from gateway import Message, ModelRequest, Purpose, ToolCall, ToolSpec
from gateway.builtin import chat_tools
from gateway.builtin.ranking import Catalogue
from gateway.prompt import Composer
from gateway.prompt.narrowing import MOST_TOOLS, narrowed

MANY = tuple(
    ToolSpec(name=f"shop{number}__list_{thing}", description=f"Lists the {thing}.")
    for number in range(60)
    for thing in ("orders", "invoices", "penguins")
)
CHAT = chat_tools(modules={}, drafts={})


def asked(text: str) -> tuple[Message, ...]:
    return (Message(role="user", content=text),)


def names(tools: tuple[ToolSpec, ...]) -> list[str]:
    return [tool.name for tool in tools]


def test_few_tools_are_all_given() -> None:
    few = (*CHAT, *MANY[:10])
    assert narrowed(Catalogue(), few, asked("Hello"), None) == few


def test_of_many_those_are_given_that_the_message_is_about_in_their_order() -> None:
    found = narrowed(Catalogue(), (*CHAT, *MANY), asked("Which penguins are there?"), None)
    assert len(found) == MOST_TOOLS
    assert names(found[:4]) == names(CHAT)
    assert sum(tool.name.endswith("penguins") for tool in found) == 60
    assert [tool for tool in (*CHAT, *MANY) if tool in found] == list(found)


def test_what_was_called_before_is_given_again() -> None:
    call = ToolCall(id="c", name="shop59__list_invoices")
    before = (Message(role="assistant", tool_calls=(call,)), Message(role="tool", tool_call_id="c"))
    found = narrowed(Catalogue(), MANY, (*before, *asked("And the penguins?")), None)
    assert "shop59__list_invoices" in names(found)


def test_they_take_a_fifth_of_a_small_window() -> None:
    wordy = tuple(tool.model_copy(update={"description": f"{tool.description} " + "more " * 100}) for tool in MANY[:30])
    found = narrowed(Catalogue(), (*CHAT, *wordy), asked("Which penguins are there?"), 8_000)
    assert names(found[:4]) == names(CHAT)
    assert 4 < len(found) < 20
    assert all(tool.name.endswith("penguins") for tool in found[4:])


def test_the_model_is_told_that_there_are_more() -> None:
    request = ModelRequest(purpose=Purpose.PLAN, messages=asked("Which penguins?"), tools=(*CHAT, *MANY))
    composed = Composer()(request, 128_000)
    assert len(composed.tools) == MOST_TOOLS
    assert f"{len(CHAT) + len(MANY) - MOST_TOOLS} more tools are installed" in composed.messages[0].content
