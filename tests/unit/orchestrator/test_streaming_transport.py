"""Asking an ASGI application in process: each part of an answer arrives as it is made."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse

from orchestrator.streaming_transport import StreamingASGITransport


def client(app) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=StreamingASGITransport(app), base_url="http://localhost")


async def test_a_stream_arrives_part_by_part() -> None:
    go = asyncio.Event()

    async def parts():
        yield b"first "
        await go.wait()
        yield b"second"

    async with client(StreamingResponse(parts())) as http, http.stream("GET", "/") as response:
        received = response.aiter_bytes()
        assert await anext(received) == b"first "
        go.set()
        assert await anext(received) == b"second"


async def test_a_client_that_leaves_is_noticed() -> None:
    left = asyncio.Event()

    async def app(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        assert (await receive())["type"] == "http.request"
        assert (await receive())["type"] == "http.disconnect"
        with pytest.raises(OSError, match="left"):
            await send({"type": "http.response.body", "body": b"y", "more_body": True})
        left.set()

    async with client(app) as http, http.stream("GET", "/"):
        pass
    assert left.is_set()


async def test_a_slow_reader_holds_an_endless_stream_back_and_may_leave() -> None:
    made = 0

    async def endless():
        nonlocal made
        while True:
            made += 1
            yield b"x"

    async with client(StreamingResponse(endless())) as http, http.stream("GET", "/") as response:
        await anext(response.aiter_bytes())
    assert made < 100


async def test_what_was_asked_arrives() -> None:
    async def app(scope, receive, send) -> None:
        request = Request(scope, receive)
        said = {
            "method": request.method,
            "path": request.url.path,
            "q": request.query_params["q"],
            "host": request.headers["host"],
            "body": (await request.body()).decode(),
        }
        await JSONResponse(said)(scope, receive, send)

    async with client(app) as http:
        said = (await http.post("/a b/ü", params={"q": "1&2"}, content="hällo")).json()

    assert said == {"method": "POST", "path": "/a b/ü", "q": "1&2", "host": "localhost", "body": "hällo"}


async def test_a_failure_of_the_application_is_raised() -> None:
    async def app(scope, receive, send) -> None:
        raise RuntimeError("inside")

    async with client(app) as http:
        with pytest.raises(RuntimeError, match="inside"):
            await http.get("/")


async def test_work_after_the_answer_is_finished() -> None:
    done = False

    async def app(scope, receive, send) -> None:
        nonlocal done
        await JSONResponse({})(scope, receive, send)
        await asyncio.sleep(0)
        done = True

    async with client(app) as http:
        await http.get("/")
    assert done
