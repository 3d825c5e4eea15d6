"""What is refused is refused as OpenAI's clients know it: by status, type, code and the parameter's name."""

from __future__ import annotations

from typing import Any

import httpx
import openai
import pytest
import pytest_asyncio
from openai import AsyncOpenAI

from tests.integration.openai.conftest import client_of
from tests.models import ModelServer, refuse
from tests.verify.service import RunningService

pytestmark = pytest.mark.asyncio(loop_scope="session")
HELLO: list[Any] = [{"role": "user", "content": "Hello?"}]
CHAT: dict[str, Any] = {"model": "nexus/standard", "messages": HELLO}
AUDIO = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
TOOL = {"type": "function", "function": {"name": "weather"}}


@pytest_asyncio.fixture(loop_scope="session")
async def asked(service: RunningService, server: ModelServer) -> Any:
    """``await asked("/chat/completions", body)``: the answer as it is."""
    async with httpx.AsyncClient(base_url=f"{service.url}/v1", headers=service.headers, timeout=30) as client:

        async def post(path: str, body: Any) -> httpx.Response:
            return await client.post(path, json=body)

        yield post


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The error object, of which every member must be there."""
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


async def test_an_unknown_model_is_not_found(client: AsyncOpenAI, server: ModelServer) -> None:
    for name in ("nexus/embed", "gpt-5", "small", "nexus/nothing"):
        with pytest.raises(openai.NotFoundError) as caught:
            await client.chat.completions.create(model=name, messages=HELLO)
        assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("nexus/nothing")
    assert not server.requests


async def test_a_key_that_is_none_is_refused(service: RunningService) -> None:
    async with client_of(service, "wrong") as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            await client.chat.completions.create(model="nexus/standard", messages=HELLO)
        assert caught.value.code == "invalid_api_key"
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()


async def test_a_spent_budget_is_a_quota_that_is_used_up(
    client: AsyncOpenAI, service: RunningService, server: ModelServer
) -> None:
    async with service.async_client() as owner:
        budget = {"period": "total", "tokens": 0, "purpose": "test"}
        (await owner.post("/admin/budgets", json=budget)).raise_for_status()
    for stream in (False, True):
        with pytest.raises(openai.RateLimitError) as caught:
            await client.chat.completions.create(model="nexus/test", messages=HELLO, stream=stream)
        assert (caught.value.type, caught.value.code) == ("insufficient_quota", "insufficient_quota")
        assert caught.value.response.headers["x-should-retry"] == "false"
    assert not server.requests
    await client.chat.completions.create(model="nexus/standard", messages=HELLO)


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (refuse(400), openai.BadRequestError, "bad_request"),
        (refuse(400, "context_length_exceeded"), openai.BadRequestError, "context_length_exceeded"),
        (refuse(429), openai.RateLimitError, "rate_limit_exceeded"),
        (refuse(500), openai.InternalServerError, "server_error"),
        # The provider does not take our key: nothing that the client could mend with its own.
        (refuse(401), openai.InternalServerError, "auth"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_what_the_model_refuses_has_its_status(
    client: AsyncOpenAI,
    server: ModelServer,
    answer: Any,
    error: type[openai.APIStatusError],
    code: str,
    stream: bool,
) -> None:
    server.otherwise = answer
    with pytest.raises(error) as caught:
        await client.chat.completions.create(model="nexus/small", messages=HELLO, stream=stream)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"store": True}, "store"),
        ({"service_tier": "flex"}, "service_tier"),
        ({"max_tokens": 5, "max_completion_tokens": 6}, "max_tokens"),
        ({"logit_bias": {"50256": -101}}, "logit_bias.50256"),
        ({"logit_bias": {"the": -100}}, "logit_bias.the"),
        ({"modalities": ["text", "audio"]}, "modalities[1]"),
        ({"audio": {"voice": "ash", "format": "wav"}}, "audio"),
        ({"temperature": 3}, "temperature"),
        ({"messages": []}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": [{"role": "wizard", "content": "Hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": "Hi", "name": "a b"}]}, "messages[0].name"),
        ({"model": "nexus/companion", "messages": [{**HELLO[0], "name": "ada"}]}, "messages[0].name"),
        ({"model": "nexus/companion", "logit_bias": {"7": 1}}, "logit_bias"),
        ({"model": "nexus/companion", "temperature": 0}, "temperature"),
        ({"messages": [*HELLO, {"role": "user", "content": [AUDIO]}]}, "messages[1].content[0]"),
        ({"messages": [*HELLO, {"role": "tool", "content": "rain"}]}, "messages[1].tool_call_id"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools[0].function.name"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "other"}}}, "tool_choice"),
        ({"response_format": {"type": "grammar"}}, "response_format"),
        ({"model": "nexus/companion", "temperature": 1}, "temperature"),
        ({"model": "nexus/companion", "tools": [TOOL]}, "tools"),
        ({"model": "nexus/companion", "messages": [{"role": "system", "content": "x"}, *HELLO]}, "messages[0].role"),
    ],
)
async def test_what_is_not_supported_is_named(asked: Any, server: ModelServer, more: Any, param: str) -> None:
    for stream in (False, True):
        answer = await asked("/chat/completions", {**CHAT, "stream": stream, **more})
        assert answer.status_code == 400
        error = error_of(answer)
        assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert not server.requests


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"store": True}, "store"),
        ({"background": True}, "background"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_file"}]}]}, "input[0].content[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input[0].content[0].image_url"),
        ({"input": [{"type": "function_call", "call_id": "1", "name": "a", "arguments": "{"}]}, "input[0].arguments"),
        ({"text": {"verbosity": "low"}}, "text.verbosity"),
    ],
)
async def test_what_responses_do_not_support_is_named(asked: Any, server: ModelServer, more: Any, param: str) -> None:
    answer = await asked("/responses", {"model": "nexus/standard", "input": "Hi", **more})
    assert answer.status_code == 400
    assert error_of(answer)["param"] == param
    assert not server.requests


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "arguments", "status", "code"),
    [
        ("POST", "/chat/completions", {"content": b"{half", "headers": JSON}, 400, "bad_request"),
        ("POST", "/responses", {"content": b'{"model": "\xff"}', "headers": JSON}, 400, "bad_request"),
        ("POST", "/embeddings", {"content": b"x" * 2**20 + b"x", "headers": JSON}, 413, "too_large"),
        ("POST", "/embeddings", {"headers": {"host": "evil.example"}}, 421, "misdirected"),
        ("POST", "/audio/speech", {"json": {}}, 404, "not_found"),
        ("DELETE", "/models", {}, 405, "method_not_allowed"),
        ("POST", "/models/nexus/small", {}, 405, "method_not_allowed"),
        ("GET", "/models", {"headers": {"authorization": "Basic abc"}}, 401, "invalid_api_key"),
        ("POST", "/responses", {"headers": {"authorization": "Bearer none"}, "json": {}}, 401, "invalid_api_key"),
    ],
)
async def test_what_never_reaches_a_route_has_their_shape_too(
    service: RunningService, method: str, path: str, arguments: Any, status: int, code: str
) -> None:
    async with httpx.AsyncClient(base_url=f"{service.url}/v1") as client:
        headers = service.headers | arguments.pop("headers", {})
        answer = await client.request(method, path, headers=headers, **arguments)
    assert (answer.status_code, error_of(answer)["code"]) == (status, code)
    assert answer.headers["x-request-id"]


async def test_our_own_paths_under_v1_keep_their_problem_documents(service: RunningService) -> None:
    async with service.async_client() as owner:
        answers = [await owner.get("/v1/threads/none"), await owner.delete("/v1/me"), await owner.get("/nowhere")]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_schema_that_is_none_is_refused(asked: Any) -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "nothing"}}}
    answer = await asked("/chat/completions", {**CHAT, "response_format": schema})
    assert answer.status_code == 400
    assert "schema" in error_of(answer)["message"]
