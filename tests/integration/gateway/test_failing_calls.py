"""Calls that fail: each failure has one class, and what follows from it: another try, the next model, the rules."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import NotFound, Unavailable
from gateway import CallFailed, FailureClass, Purpose, Reply, TextDelta
from tests.integration.gateway.conftest import KEY, WEATHER, MakeGateway, asked
from tests.models import (
    ModelServer,
    call_tool,
    filtered,
    garbage,
    hang,
    refuse,
    reset_after,
    say,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refuse(401), FailureClass.AUTH),
        (refuse(403), FailureClass.AUTH),
        (refuse(404), FailureClass.NOT_FOUND),
        (refuse(400), FailureClass.BAD_REQUEST),
        (refuse(400, "context_length_exceeded"), FailureClass.CONTEXT_TOO_LONG),
        (refuse(400, "content_filter"), FailureClass.CONTENT_FILTER),
        (refuse(429), FailureClass.RATE_LIMIT),
        (refuse(429, "insufficient_quota"), FailureClass.AUTH),
        (refuse(500), FailureClass.SERVER_ERROR),
        (refuse(529), FailureClass.SERVER_ERROR),
        (garbage(), FailureClass.MALFORMED),
        (filtered(), FailureClass.CONTENT_FILTER),
        (say(""), FailureClass.MALFORMED),
        (call_tool("weather__forecast", "{half"), FailureClass.MALFORMED),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_a_failure_has_one_class_and_the_next_model_answers(
    gateway_of: MakeGateway, server: ModelServer, answer: object, kind: FailureClass, stream: bool
) -> None:
    rules = {"fallback": {kind.value: {"tries": 0, "then": "other"}}}
    gateway = gateway_of({"first": {}, "second": {"provider": "two"}}, config=rules)
    server.script = [answer, say("From the second.")]  # pyright: ignore[reportAttributeAccessIssue]
    request = asked(tools=(WEATHER,))
    reply = [part async for part in gateway.stream(request)][-1] if stream else await gateway.generate(request)
    assert isinstance(reply, Reply)
    assert reply.result.text == "From the second."
    first, second = reply.record.attempts
    assert (first.model, first.failure) == ("first", kind.value)
    assert (second.model, second.failure) == ("second", None)
    assert second.reason == f"first failed ({kind.value})."
    assert [request.model for request in server.requests] == ["first", "second"]


async def test_what_goes_away_is_tried_again_and_what_does_not_is_not(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    waits: list[float] = []
    gateway = gateway_of(waits=waits)
    server.script = [refuse(500), refuse(429, retry_after=7), refuse(500), say("At last.")]
    assert (await gateway.generate(asked())).result.text == "At last."
    assert waits == [0.5, 7.0, 2.0]
    server.script = [refuse(401)] * 9
    with pytest.raises(CallFailed) as failed:
        await gateway.generate(asked())
    assert failed.value.kind is FailureClass.AUTH
    assert len(server.requests) == 5


async def test_a_model_is_tried_five_times_at_most(gateway_of: MakeGateway, server: ModelServer) -> None:
    server.otherwise = refuse(500)
    with pytest.raises(CallFailed) as failed:
        await gateway_of().generate(asked())
    assert len(server.requests) == 5
    assert failed.value.facts["attempts"] == ["small: server_error"] * 5


async def test_too_long_a_request_goes_to_a_model_with_room(gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of({"tiny": {"context": 50}, "other": {"context": 40}, "large": {"context": 5000, "output": 100}})
    reply = await gateway.generate(asked("word " * 200))
    assert [attempt.model for attempt in reply.record.attempts] == ["tiny", "large"]
    assert [request.model for request in server.requests] == ["large"]
    assert server.requests[0].body["max_tokens"] == 100


async def test_an_answer_that_breaks_off_is_an_error_once_somebody_has_heard_its_beginning(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    server.script = [reset_after(3)]
    heard: list[str] = []
    gateway = gateway_of({"first": {}, "second": {}})

    async def listen() -> None:
        async for part in gateway.stream(asked()):
            heard.append(part.text if isinstance(part, TextDelta) else "")

    with pytest.raises(CallFailed) as failed:
        await listen()
    assert failed.value.retryable
    assert failed.value.usage is not None
    assert failed.value.usage.estimated
    assert len(server.requests) == 1
    assert len(heard) <= 3


async def test_a_provider_that_hangs_is_left_when_the_time_is_over(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of(config={"deadline_seconds": 0.5})
    server.script = [hang()]
    with pytest.raises(CallFailed) as failed:
        await gateway.generate(asked())
    assert failed.value.kind is FailureClass.TIMEOUT
    await server.requests[0].cancelled.wait()


async def test_without_a_key_the_error_says_how_to_set_it(gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of()

    async def nothing(name: str) -> str:
        raise NotFound(f"There is no credential named {name!r}.", mend="Set it: nexus credentials set key")

    object.__setattr__(gateway._remote, "reveal", nothing)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(CallFailed) as failed:
        await gateway.generate(asked())
    assert failed.value.kind is FailureClass.AUTH
    assert "nexus credentials set" in failed.value.mend
    assert server.requests == []


async def test_no_error_repeats_the_key(gateway_of: MakeGateway, server: ModelServer) -> None:
    server.script = [refuse(401, message=f"Incorrect API key provided: {KEY}.")]
    with pytest.raises(CallFailed) as failed:
        await gateway_of().generate(asked())
    assert KEY not in failed.value.detail


async def test_a_provider_that_is_down_is_left_alone(gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of()
    server.otherwise = refuse(500)
    for _ in range(2):
        with pytest.raises(CallFailed):
            await gateway.generate(asked())
    assert len(server.requests) == 5
    with pytest.raises(CallFailed, match="left alone"):
        await gateway.generate(asked())


async def test_the_rules_answer_where_every_model_failed(gateway_of: MakeGateway, server: ModelServer) -> None:
    server.otherwise = refuse(401)
    reply = await gateway_of().generate(asked("what can you do?", Purpose.CHAT))
    assert reply.result.provider == "builtin"
    assert [attempt.failure for attempt in reply.record.attempts] == ["auth", None]


async def test_a_purpose_without_a_model_is_refused_with_its_mend(gateway_of: MakeGateway) -> None:
    gateway = gateway_of(config={"tiers": {}})
    with pytest.raises(Unavailable):
        await gateway.generate(asked())


async def test_a_worker_that_is_killed_is_started_again(gateway_of: MakeGateway, server: ModelServer) -> None:
    import os
    import signal

    gateway = gateway_of()
    worker = gateway._remote.worker  # pyright: ignore[reportPrivateUsage]
    assert worker.pid is not None
    server.script = [hang(), say("Back again.")]
    going = asyncio.create_task(gateway.generate(asked()))
    await server.wait_for_request(1)
    before = worker.pid
    os.kill(before, signal.SIGKILL)
    assert (await going).result.text == "Back again."
    assert worker.pid not in (None, before)
