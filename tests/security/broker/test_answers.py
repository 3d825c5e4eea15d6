"""What a service answers cannot exhaust the host, and says no more to the adapter than it should."""

from __future__ import annotations

import asyncio
import base64
import gzip
import zlib

import pytest

from core.errors import BudgetExceeded, UpstreamFailed
from modules.broker import BrokerLimits, ResponseTooLarge, UpstreamTimeout
from tests.security.broker.wire import DESCRIBED, OpenSession, Request, Upstream, answer, get, grant

CAP = BrokerLimits(response_bytes=10_000, inline_bytes=100)


def bound(upstream: Upstream):
    return grant(DESCRIBED, binding={DESCRIBED: upstream.origin})


async def test_a_huge_answer_is_refused_by_its_announced_length(upstream: Upstream, open_session: OpenSession) -> None:
    upstream.respond = answer(headers={"Content-Length": str(10**12)}, body=b"")
    with pytest.raises(ResponseTooLarge):
        await get(open_session(bound(upstream), limits=CAP), DESCRIBED)


async def test_an_answer_without_end_is_cut_at_the_cap(upstream: Upstream, open_session: OpenSession) -> None:
    async def pour(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    upstream.respond = pour
    with pytest.raises(ResponseTooLarge):
        await get(open_session(bound(upstream), limits=CAP), DESCRIBED)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip"])
async def test_a_compression_bomb_is_cut_at_the_cap(
    encoding: str, upstream: Upstream, open_session: OpenSession
) -> None:
    zeros = b"\0" * 50_000_000
    bomb = zlib.compress(zeros) if encoding == "deflate" else gzip.compress(zeros)
    upstream.respond = answer(headers={"Content-Encoding": encoding}, body=bomb)
    limits = BrokerLimits(response_bytes=len(bomb) + 1)
    with pytest.raises(ResponseTooLarge):
        await get(open_session(bound(upstream), limits=limits), DESCRIBED)


async def test_what_pours_on_behind_a_compressed_body_is_cut_at_the_cap(
    upstream: Upstream, open_session: OpenSession
) -> None:
    async def pour(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n" + gzip.compress(b"{}"))
        while not writer.is_closing():
            writer.write(b"x" * 4096)
            await writer.drain()

    upstream.respond = pour
    with pytest.raises(ResponseTooLarge):
        await get(open_session(bound(upstream), limits=CAP), DESCRIBED)


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress, lambda data: zlib.compress(data)[2:-4]])
async def test_compressed_answers_are_read(encode, upstream: Upstream, open_session: OpenSession) -> None:
    encoding = "gzip" if encode is gzip.compress else "deflate"
    upstream.respond = answer(headers={"Content-Encoding": encoding}, body=encode(b'{"a": "\xc3\xa9"}'))
    assert (await get(open_session(bound(upstream)), DESCRIBED))["text"] == '{"a": "é"}'


@pytest.mark.parametrize(
    ("encoding", "body"), [("br", b"x"), ("gzip", b"\x1f\x8bnot"), ("gzip", gzip.compress(b"a", mtime=0)[:-4])]
)
async def test_a_body_that_cannot_be_read_is_an_error(
    encoding: str, body: bytes, upstream: Upstream, open_session: OpenSession
) -> None:
    upstream.respond = answer(headers={"Content-Encoding": encoding}, body=body)
    with pytest.raises(UpstreamFailed):
        await get(open_session(bound(upstream)), DESCRIBED)


@pytest.mark.parametrize("body", [b"", b"7", b'{"a": 1}'])
async def test_a_body_that_is_only_said_to_be_compressed_is_read(
    body: bytes, upstream: Upstream, open_session: OpenSession
) -> None:
    upstream.respond = answer(headers={"Content-Encoding": "gzip"}, body=body)
    assert (await get(open_session(bound(upstream)), DESCRIBED))["text"] == body.decode()


async def test_a_slow_drip_ends_at_the_deadline(upstream: Upstream, open_session: OpenSession) -> None:
    async def drip(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    upstream.respond = drip
    session = open_session(bound(upstream), limits=BrokerLimits(seconds=0.2))
    with pytest.raises(UpstreamTimeout):
        await get(session, DESCRIBED)
    assert session.exchanges[0].error is not None


async def test_endless_headers_are_an_error(upstream: Upstream, open_session: OpenSession) -> None:
    async def pour(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.is_closing():
            writer.write(b"X-More: " + b"y" * 4000 + b"\r\n")
            await writer.drain()

    upstream.respond = pour
    with pytest.raises(UpstreamFailed):
        await get(open_session(bound(upstream)), DESCRIBED)


async def test_a_service_that_hangs_up_is_asked_again_for_a_read_and_not_for_a_write(
    upstream: Upstream, open_session: OpenSession
) -> None:
    async def hang_up(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.close()

    upstream.respond = hang_up
    session = open_session(bound(upstream))
    for method, seen in (("GET", 2), ("POST", 3)):
        with pytest.raises(UpstreamFailed):
            await session.handle("http", {"method": method, "url": DESCRIBED, "body": "{}"})
        assert len(upstream.requests) == seen


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("application/json", b"\xef\xbb\xbf{}", "{}"),
        ("application/problem+json; charset=utf-8", "ü".encode(), "ü"),
        ("text/html; charset=iso-8859-1", b"\xfc", "ü"),
        ("text/plain; charset=rot13", b"\xfc", "ü"),
        ("", b"hello", "hello"),
        ("", b"\0\1", None),
        ("image/png", b"\x89PNG", None),
        ("application/octet-stream", b"plain", None),
        ("multipart/form-data", b"plain", "plain"),
        ("*/*", b"\xff", None),
    ],
)
async def test_text_is_text_and_the_rest_is_base64(
    content_type: str, body: bytes, text: str | None, upstream: Upstream, open_session: OpenSession
) -> None:
    upstream.respond = answer(headers={"Content-Type": content_type}, body=body)
    answered = await get(open_session(bound(upstream)), DESCRIBED)
    assert answered["text"] == text
    assert text is not None or base64.b64decode(answered["base64"]) == body


async def test_a_large_file_becomes_an_artifact(upstream: Upstream, open_session: OpenSession) -> None:
    upstream.respond = answer(headers={"Content-Type": "image/png"}, body=b"\x89" * 200)
    session = open_session(bound(upstream), limits=CAP)
    answered = await get(session, DESCRIBED)
    assert (answered["text"], answered["base64"]) == (None, None)
    assert answered["artifact"] == session.artifacts[0].id
    assert session.artifacts[0].bytes == 200


async def test_warm_connections_are_used_again(upstream: Upstream, open_session: OpenSession) -> None:
    session = open_session(bound(upstream))
    for _ in range(5):
        await get(session, DESCRIBED)
    assert upstream.connections == 1
    assert session.http_calls == 5


async def test_a_head_of_something_huge_is_no_huge_answer(upstream: Upstream, open_session: OpenSession) -> None:
    upstream.respond = answer(headers={"Content-Length": str(10**12)}, body=b"")
    answered = await open_session(bound(upstream), limits=CAP).handle("http", {"method": "HEAD", "url": DESCRIBED})
    assert answered["status"] == 200


async def test_a_run_has_a_budget_of_time_over_all_its_exchanges(upstream: Upstream, open_session: OpenSession) -> None:
    async def hang(_: Request, writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    upstream.respond = hang
    session = open_session(bound(upstream), limits=BrokerLimits(seconds=0.2, run_seconds=0.3))
    for _ in range(2):
        with pytest.raises(UpstreamTimeout):
            await get(session, DESCRIBED)
    with pytest.raises(BudgetExceeded):
        await get(session, DESCRIBED)
