"""The builtin provider as a model: purposes, results of tools, explanations, large and strange input."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import Unavailable
from gateway import Message, ModelRequest, Purpose, ToolSource, ToolSpec
from gateway.builtin import BuiltinProvider, chat_tools
from gateway.result import FinishReason


def user(text: str) -> Message:
    return Message(role="user", content=text)


async def test_the_choice_is_explained(conversation: Any) -> None:
    result = await conversation.say("cancel order 1203")
    told = " ".join(result.trace)
    assert "bakery__cancel_order" in told
    assert "order_id = 1203" in told
    assert "cancel" in told


async def test_what_was_not_used_is_said(conversation: Any) -> None:
    result = await conversation.say("list the open orders in Trondheim")
    assert result.tool_calls
    assert "Not used: Trondheim" in result.text


async def test_a_second_wish_is_left_for_the_next_message(conversation: Any) -> None:
    result = await conversation.say("cancel order 1203 and list all employees")
    assert [call.name for call in result.tool_calls] == ["bakery__cancel_order"]
    assert "list_employees" in result.text


async def test_the_same_message_gives_the_same_answer(conversation: Any, corpus_tools: Any) -> None:
    request = ModelRequest(purpose=Purpose.PLAN, messages=(user("cancel order 1203"),), tools=corpus_tools)
    assert await BuiltinProvider().generate(request) == await conversation.provider.generate(request)


async def test_talk_never_calls(conversation: Any) -> None:
    result = await conversation.say("cancel order 1203", purpose=Purpose.CHAT)
    assert not result.tool_calls
    assert result.finish_reason is FinishReason.STOP


@pytest.mark.parametrize(
    ("text", "mode", "mood"),
    [
        ("cancel order 1203", "operator", "command"),
        ("which employees work in sales?", "operator", "question"),
        ("hello", "companion", "statement"),
        ("don't cancel order 1203", "companion", "statement"),
        ("what can you do?", "companion", "statement"),
    ],
)
async def test_a_route_names_the_mode_and_why(conversation: Any, text: str, mode: str, mood: str) -> None:
    routed = (await conversation.say(text, purpose=Purpose.ROUTE)).data
    assert (routed["mode"], routed["mood"]) == (mode, mood)
    assert routed["reason"]


async def test_a_tools_result_becomes_an_answer_with_its_source(conversation: Any) -> None:
    source = ToolSource(module="bakery", operation="get_order", version="ab" * 32)
    result = Message(role="tool", content=json.dumps({"order": 1203, "ready": True}), source=source, tool_call_id="c")
    request = ModelRequest(purpose=Purpose.CHAT, messages=(user("order 1203"), result))
    text = (await conversation.provider.generate(request)).text
    assert "1203" in text
    assert "Source: bakery · get_order, version abababababab" in text


async def test_it_refuses_what_only_a_model_can_do(conversation: Any) -> None:
    repair = ModelRequest(purpose=Purpose.REPAIR, messages=(user("hi"),))
    structured = ModelRequest(purpose=Purpose.CHAT, messages=(user("hi"),), output_schema={"type": "object"})
    for request in (repair, structured):
        with pytest.raises(Unavailable):
            await conversation.provider.generate(request)


async def test_params_by_name_need_no_words(conversation: Any) -> None:
    result = await conversation.say("renew a loan", params={"loan_id": "88"})
    assert result.tool_calls[0].arguments == {"loan_id": 88}


async def test_a_hundred_thousand_characters_are_declined_whole(conversation: Any) -> None:
    for text in ("cancel order 1203. " * 5_300, "{" * 100_000, "a" * 100_000, '"' * 99_999, "/x" * 50_000):
        result = await conversation.say(text)
        assert result.tool_calls == ()
        assert result.text


async def test_without_any_tool_it_still_answers() -> None:
    for text in ("build a module", "install it", "roll back", "list modules", "weather?", ""):
        result = await BuiltinProvider().generate(ModelRequest(purpose=Purpose.PLAN, messages=(user(text),)))
        assert result.text
        assert not result.tool_calls


async def test_without_a_message_it_still_answers() -> None:
    assert (await BuiltinProvider().generate(ModelRequest(purpose=Purpose.PLAN, messages=()))).text


async def test_an_empty_list_of_drafts_is_said() -> None:
    request = ModelRequest(
        purpose=Purpose.PLAN, messages=(user("install the draft"),), tools=chat_tools(modules={}, drafts={})
    )
    assert "no draft" in (await BuiltinProvider().generate(request)).text


async def test_the_right_one_of_hundreds() -> None:
    nouns = ["anchor", "buoy", "crane", "dock", "ferry", "gangway", "hull", "jetty", "keel", "lantern"]
    acts = {"list": "read", "get": "read", "create": "write", "delete": "write"}
    schema = {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}
    tools = tuple(
        ToolSpec(
            name=f"port{port}__{act}_{noun}",
            description=f"{act.capitalize()} the {noun} of port {port}.",
            input_schema=schema if act != "list" else {"type": "object", "properties": {}},
            effect=effect,  # pyright: ignore
        )
        for port in ["alpha", "bravo", "delta", "echo", "golf", "hotel"]
        for noun in nouns
        for act, effect in acts.items()
    )
    assert len(tools) == 240
    for text, name in {
        "get crane 7 of port delta": "portdelta__get_crane",
        "please delete jetty 3 of port echo": "portecho__delete_jetty",
        "which lantern does port golf list?": "portgolf__list_lantern",
    }.items():
        request = ModelRequest(purpose=Purpose.PLAN, messages=(user(text),), tools=tools)
        result = await BuiltinProvider().generate(request)
        assert [call.name for call in result.tool_calls] == [name], result


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
async def test_any_text_gets_an_answer_and_any_call_fits_its_schema(
    corpus_tools: tuple[ToolSpec, ...], text: str
) -> None:
    request = ModelRequest(purpose=Purpose.PLAN, messages=(user(text),), tools=corpus_tools)
    result = await PROVIDER.generate(request)
    assert result.text or result.tool_calls
    for call in result.tool_calls:
        spec = next(tool for tool in corpus_tools if tool.name == call.name)
        Draft202012Validator(spec.input_schema).validate(call.arguments)


PROVIDER = BuiltinProvider()
