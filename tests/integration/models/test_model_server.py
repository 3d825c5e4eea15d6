"""The scripted server speaks so that the real clients of providers understand it: its answers, failures, silences."""

from __future__ import annotations

import asyncio
import json
from types import ModuleType
from typing import Any

import openai
import pytest

from tests.models import (
    ModelServer,
    Usage,
    call,
    call_tool,
    call_tools,
    close_after,
    cut,
    drip,
    end_after,
    error_after,
    filtered,
    garbage,
    hang,
    reasoning,
    refuse,
    reset_after,
    say,
    slow_first,
    structured,
    without_usage,
    wrong_usage,
)
from tests.models.answers import Refused, Said
from tests.models.asking import PROVIDERS, Asking

SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "mood", "schema": {"type": "object", "properties": {"mood": {"type": "string"}}}},
}


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=[False, True], ids=["whole", "stream"])
def asking(request: pytest.FixtureRequest, litellm: ModuleType, model_server: ModelServer, provider: str) -> Asking:
    return Asking(litellm, model_server, provider, request.param)


@pytest.fixture
def streaming(litellm: ModuleType, model_server: ModelServer, provider: str) -> Asking:
    return Asking(litellm, model_server, provider, stream=True)


async def test_text_and_usage_arrive_as_scripted(asking: Asking):
    asking.server.script = [say("Well, thank you.\n\nAnd you? ", usage=(12, 7))]
    answer = await asking.ask()
    assert text(answer) == "Well, thank you.\n\nAnd you? "
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (12, 7)
    assert answer.choices[0].finish_reason == "stop"


async def test_the_request_is_remembered_with_its_key(asking: Asking):
    await asking.ask()
    asked = await asking.server.wait_for_request(1)
    assert asked.key == "sk-scripted"
    assert asked.model == "scripted"
    assert asked.stream is asking.stream
    assert "How are you?" in json.dumps(asked.body["messages"])
    await asyncio.wait_for(asked.answered.wait(), 5)
    assert not asked.cancelled.is_set()


async def test_the_script_is_taken_in_turn_and_then_the_default(asking: Asking):
    asking.server.script = [say("first"), say("second")]
    asking.server.otherwise = lambda asked: say(f"request {asked.number}")
    assert [text(await asking.ask()) for _ in range(4)] == ["first", "second", "request 3", "request 4"]


async def test_a_call_of_a_tool_is_put_together_from_its_slices(asking: Asking):
    asking.server.script = [call_tool("look", {"where": "under the long table"}, id="mine", usage=(5, 6))]
    answer = await asking.ask()
    (made,) = answer.choices[0].message.tool_calls
    assert (made.id, made.function.name) == ("mine", "look")
    assert json.loads(made.function.arguments) == {"where": "under the long table"}
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.usage.completion_tokens == 6


async def test_calls_side_by_side_keep_their_order_and_their_ids(asking: Asking):
    asking.server.script = [call_tools(call("a", {"x": 1}), call("a", {"x": 2}), text="Looking.")]
    message = (await asking.ask()).choices[0].message
    assert message.content == "Looking."
    assert [json.loads(made.function.arguments)["x"] for made in message.tool_calls] == [1, 2]
    assert len({made.id for made in message.tool_calls}) == 2


async def test_a_structured_value_arrives_whichever_way_the_client_asks_for_it(asking: Asking):
    asking.server.script = [structured({"mood": "fine"})]
    assert json.loads(text(await asking.ask(response_format=SCHEMA))) == {"mood": "fine"}


@pytest.mark.parametrize(("said", "reason"), [(cut("Well, th"), "length"), (filtered("Well"), "content_filter")])
async def test_the_reason_to_stop_arrives(asking: Asking, said: Said, reason: str):
    asking.server.script = [said]
    answer = await asking.ask()
    assert (text(answer), answer.choices[0].finish_reason) == (said.text, reason)


async def test_hidden_reasoning_is_counted_and_not_shown(asking: Asking):
    asking.server.script = [reasoning("Yes.", 500)]
    answer = await asking.ask()
    assert text(answer) == "Yes."
    assert answer.usage.completion_tokens == 501
    if asking.provider == "openai":
        assert answer.usage.completion_tokens_details.reasoning_tokens == 500


async def test_shown_reasoning_comes_beside_the_text(asking: Asking):
    asking.server.script = [reasoning("Yes.", 500, shown="Let me think.")]
    message = (await asking.ask()).choices[0].message
    assert (message.reasoning_content, message.content) == ("Let me think.", "Yes.")


async def test_an_impossible_usage_arrives_unmended(asking: Asking):
    asking.server.script = [wrong_usage(-5, 10**12)]
    usage = (await asking.ask()).usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (-5, 10**12)


async def test_without_usage_the_whole_answer_has_zeros_and_the_stream_a_guess_of_the_librarys(
    litellm: ModuleType, model_server: ModelServer
):
    model_server.script = [without_usage("Hi."), without_usage("Hi.")]
    whole = await Asking(litellm, model_server, "openai").ask()
    assert (text(whole), whole.usage.total_tokens) == ("Hi.", 0)
    streamed = await Asking(litellm, model_server, "openai", stream=True).ask()
    assert (text(streamed), streamed.usage.total_tokens > 0) == ("Hi.", True)


async def test_a_stream_reports_usage_only_where_it_was_asked_to(litellm: ModuleType, model_server: ModelServer):
    asking = Asking(litellm, model_server, "openai", stream=True)
    stream = await asking.start(stream_options=None)
    assert not [chunk async for chunk in stream if getattr(chunk, "usage", None)]
    stream = await asking.start()
    assert len([chunk async for chunk in stream if getattr(chunk, "usage", None)]) == 1


async def test_what_is_marked_for_the_cache_is_written_once_and_then_read(asking: Asking):
    marked = {"type": "text", "text": "Be kind and brief.", "cache_control": {"type": "ephemeral"}}
    messages = [{"role": "system", "content": [marked]}, {"role": "user", "content": "How are you?"}]
    first, second = [(await asking.ask(messages=messages)).usage for _ in range(2)]
    if asking.provider == "anthropic":
        assert (first.cache_creation_input_tokens, first.cache_read_input_tokens) == (4, 0)
        assert (second.cache_creation_input_tokens, second.cache_read_input_tokens) == (0, 4)
    assert first.prompt_tokens == second.prompt_tokens == 7


async def test_a_script_may_say_what_came_from_the_cache(asking: Asking):
    asking.server.script = [say("Hi.", usage=Usage(100, 1, cached=60))]
    assert (await asking.ask()).usage.prompt_tokens_details.cached_tokens == 60


# as litellm 1.110 has them: where providers differ, the second is Anthropic's
REFUSALS = [
    (refuse(401), "AuthenticationError", "AuthenticationError"),
    (refuse(403), "APIError", "PermissionDeniedError"),
    (refuse(404), "NotFoundError", "NotFoundError"),
    (refuse(400), "BadRequestError", "BadRequestError"),
    (refuse(400, "context_length_exceeded"), "ContextWindowExceededError", "ContextWindowExceededError"),
    (refuse(400, "content_filter"), "ContentPolicyViolationError", "ContentPolicyViolationError"),
    (refuse(429), "RateLimitError", "RateLimitError"),
    (refuse(429, "insufficient_quota"), "RateLimitError", "RateLimitError"),
    (refuse(500), "InternalServerError", "InternalServerError"),
    (refuse(503), "ServiceUnavailableError", "InternalServerError"),
    (refuse(529), "APIError", "InternalServerError"),
]


@pytest.mark.parametrize(
    ("refused", "openai", "anthropic"), REFUSALS, ids=[f"{each[0].status} {each[0].code}" for each in REFUSALS]
)
async def test_a_refusal_is_the_providers_own(asking: Asking, refused: Refused, openai: str, anthropic: str):
    asking.server.script = [refused]
    failure = await failure_of(asking)
    assert type(failure).__name__ == (openai if asking.provider == "openai" else anthropic)
    assert len(asking.server.requests) == 1


async def test_a_refusal_says_how_long_to_wait(asking: Asking):
    asking.server.script = [refuse(429, message="Not so fast.", retry_after=7)]
    failure: Any = await failure_of(asking)
    assert failure.litellm_response_headers["retry-after"] == "7"
    assert "Not so fast." in str(failure)


BROKEN = {"reset": reset_after(2), "close": close_after(2), "end": end_after(2), "error": error_after(2)}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_an_answer_that_breaks_off_is_an_error(asking: Asking, broken: Said):
    asking.server.script = [broken]
    failure = await failure_of(asking)
    assert isinstance(failure, openai.APIError)
    assert type(failure).__name__ == "MidStreamFallbackError" or not asking.stream


async def test_a_stream_that_is_reset_has_shown_its_first_pieces(streaming: Asking):
    gate = asyncio.Event()
    streaming.server.script = [reset_after(2, gate=gate)]
    seen = ""
    with pytest.raises(streaming.litellm.exceptions.MidStreamFallbackError):  # noqa: PT012 - it fails on its way
        async for chunk in await streaming.start():
            seen += chunk.choices[0].delta.content or ""
            if seen == "one two":
                gate.set()
    assert seen == "one two"


async def test_garbage_is_no_answer(litellm: ModuleType, model_server: ModelServer, provider: str):
    model_server.script = [garbage()]
    assert isinstance(await failure_of(Asking(litellm, model_server, provider)), openai.APIError)


async def test_a_hanging_request_notices_that_the_client_gave_up(asking: Asking):
    asking.server.script = [hang()]
    call = asyncio.ensure_future(asking.start())
    asked = await asking.server.wait_for_request(1)
    call.cancel()
    await asyncio.wait_for(asked.cancelled.wait(), 5)
    assert not asked.answered.is_set()


async def test_a_stream_notices_that_the_client_left_in_the_middle(streaming: Asking):
    gate = asyncio.Semaphore(2)
    streaming.server.script = [drip("one two three four", gate)]
    stream = await streaming.start()
    seen = ""
    async for chunk in stream:
        seen += chunk.choices[0].delta.content or ""
        if seen == "one two":
            break
    asked = streaming.server.requests[0]
    await stream.aclose()
    await asyncio.wait_for(asked.cancelled.wait(), 5)
    assert asked.pieces == 2


async def test_the_server_answers_on_after_a_client_left(asking: Asking):
    asking.server.script = [hang(), say("Still here.")]
    call = asyncio.ensure_future(asking.start())
    await asking.server.wait_for_request(1)
    call.cancel()
    assert text(await asking.ask()) == "Still here."


async def test_the_first_piece_waits_for_its_gate(asking: Asking):
    gate = asyncio.Event()
    asking.server.script = [slow_first(gate, "At last.")]
    call = asyncio.ensure_future(asking.ask())
    asked = await asking.server.wait_for_request(1)
    assert not asked.answered.is_set()
    gate.set()
    assert text(await call) == "At last."


async def test_each_piece_waits_for_its_release(asking: Asking):
    gate = asyncio.Semaphore(0)
    asking.server.script = [drip("one two three", gate)]
    call = asyncio.ensure_future(asking.ask())
    asked = await asking.server.wait_for_request(1)
    for _ in range(3):
        assert not asked.answered.is_set()
        gate.release()
    assert text(await call) == "one two three"


async def test_a_client_that_takes_too_long_is_told_so(asking: Asking):
    asking.server.script = [hang()]
    failure: Any = await failure_of(asking, timeout=0.2)
    assert failure.status_code == 408


def text(answer: Any) -> str:
    return answer.choices[0].message.content


async def failure_of(asking: Asking, **more: Any) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each test looks at the class
        await asking.ask(**more)
    return caught.value
