"""A secret reaches the one origin it is for, and nobody else: not the adapter, not the record, not a redirect."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable

import pytest

from core.errors import InvalidInput
from modules.broker import (
    BrokerLimits,
    CredentialReference,
    CredentialScheme,
    UpstreamTimeout,
    parse_origin,
)
from tests.security.broker.wire import DESCRIBED, OpenSession, Request, Secrets, Upstream, answer, get, grant

SECRET = "s3cr3t/with+chars=="
NEEDED = [[{"credential": "key", "scopes": []}]]
REFERENCE = [CredentialReference("key", "stored", parse_origin(DESCRIBED))]


def scheme(
    type: str = "apiKey", location: str | None = "header", parameter: str | None = "X-Key", name: str = ""
) -> dict:
    return {"key": CredentialScheme("key", type, location, parameter, name or None)}


def open_with(open_session: OpenSession, upstream: Upstream, schemes: dict, secret: str = SECRET, **more):
    binding = {DESCRIBED: upstream.origin, **more.pop("binding", {})}
    granted = grant(DESCRIBED, "http://other.example", binding=binding, credentials=more.pop("credentials", REFERENCE))
    more = {"security": NEEDED, **more}
    return open_session(granted, vault=Secrets(stored=secret), schemes=schemes, **more)


@pytest.mark.parametrize(
    ("schemes", "secret", "header", "sent"),
    [
        (scheme(), SECRET, "x-key", SECRET),
        (scheme(location="cookie", parameter="sid"), "abcdefgh", "cookie", "a=b; sid=abcdefgh"),
        (scheme("http", None, None, "bearer"), SECRET, "authorization", f"Bearer {SECRET}"),
        (scheme("oauth2", None, None), SECRET, "authorization", f"Bearer {SECRET}"),
        (
            scheme("http", None, None, "basic"),
            "me:pass",
            "authorization",
            "Basic " + base64.b64encode(b"me:pass").decode(),
        ),
    ],
)
async def test_a_credential_is_sent_as_the_document_says(
    schemes: dict, secret: str, header: str, sent: str, upstream: Upstream, open_session: OpenSession
) -> None:
    session = open_with(open_session, upstream, schemes, secret)
    await get(session, DESCRIBED + "/x", headers=[["Authorization", "adapter"], ["Cookie", "a=b"], ["x-key", "mine"]])
    assert upstream.requests[0].header(header) == sent
    assert [name.lower() for name, _ in upstream.requests[0].headers].count(header) == 1


async def test_a_query_credential_is_escaped_and_kept_out_of_the_record(
    upstream: Upstream, open_session: OpenSession
) -> None:
    session = open_with(open_session, upstream, scheme(location="query", parameter="api key"))
    await get(session, DESCRIBED + "/x?q=1&api%20key=mine")
    assert upstream.requests[0].path == "/x?q=1&api%20key=s3cr3t%2Fwith%2Bchars%3D%3D"
    assert "s3cr3t" not in json.dumps([exchange.model_dump() for exchange in session.exchanges])


@pytest.mark.parametrize("schemes", [scheme(), scheme(location="query", parameter="k")])
async def test_a_service_that_echoes_the_secret_does_not_give_it_to_the_adapter(
    schemes: dict, upstream: Upstream, open_session: OpenSession
) -> None:
    async def echo(request: Request, writer) -> None:
        said = json.dumps({"line": request.line, "headers": request.headers}).encode()
        await answer(headers={"X-Echo": SECRET, "Content-Type": "text/plain"}, body=said)(request, writer)

    upstream.respond = echo
    answered = await get(open_with(open_session, upstream, schemes), DESCRIBED)
    assert "s3cr3t" not in json.dumps(answered)
    assert "[secret]" in answered["text"]


@pytest.mark.parametrize("type", ["application/octet-stream", "text/plain"])
async def test_an_echo_in_a_binary_answer_is_redacted_too(
    type: str, upstream: Upstream, open_session: OpenSession
) -> None:
    upstream.respond = answer(headers={"Content-Type": type}, body=b"\xff" + SECRET.encode())
    answered = await get(open_with(open_session, upstream, scheme()), DESCRIBED)
    assert SECRET not in (answered["text"] or "")
    assert SECRET.encode() not in base64.b64decode(answered["base64"] or "")


async def test_a_redirect_that_repeats_the_secret_leaves_no_trace_of_it(
    upstream: Upstream, open_session: OpenSession
) -> None:
    async def bounce(request: Request, writer) -> None:
        await answer(302, {"Location": f"ftp://elsewhere{request.path}"})(request, writer)

    upstream.respond = bounce
    session = open_with(open_session, upstream, scheme(location="query", parameter="k"))
    answered = await get(session, DESCRIBED)
    assert "s3cr3t" not in json.dumps(answered) + json.dumps([finding.model_dump() for finding in session.findings])


async def test_a_redirect_to_another_approved_host_carries_no_credential(
    upstream: Upstream, open_session: OpenSession, start_upstream: Callable[..., Awaitable[Upstream]]
) -> None:
    other = await start_upstream()
    upstream.respond = answer(302, {"Location": "http://other.example/there"})
    session = open_with(open_session, upstream, scheme(), binding={"http://other.example": other.origin})
    pairs = [["Authorization", "a"], ["Cookie", "b"], ["X-Other", "c"]]
    await get(session, DESCRIBED, headers=pairs)
    assert upstream.requests[0].header("x-key") == SECRET
    names = {name.lower() for name, _ in other.requests[0].headers}
    assert not names & {"x-key", "authorization", "cookie"}
    assert "x-other" in names


async def test_a_redirect_within_the_origin_keeps_the_credential(upstream: Upstream, open_session: OpenSession) -> None:
    async def once(request: Request, writer) -> None:
        await (answer() if request.path == "/b" else answer(301, {"Location": "/b"}))(request, writer)

    upstream.respond = once
    await get(open_with(open_session, upstream, scheme()), DESCRIBED + "/a")
    assert [request.header("x-key") for request in upstream.requests] == [SECRET, SECRET]


async def test_a_credential_is_for_its_own_origin_only(upstream: Upstream, open_session: OpenSession) -> None:
    session = open_with(open_session, upstream, scheme(), binding={"http://other.example": upstream.origin})
    await get(session, "http://other.example/")
    assert upstream.requests[0].header("x-key") is None
    assert session.findings[0].code == "credential_missing"


async def test_an_operation_that_asks_for_no_credential_gets_none(
    upstream: Upstream, open_session: OpenSession
) -> None:
    session = open_with(open_session, upstream, scheme(), security=[])
    await get(session, DESCRIBED)
    assert upstream.requests[0].header("x-key") is None
    assert session.findings == []


async def test_without_a_stored_credential_the_request_goes_bare_with_a_finding(
    upstream: Upstream, open_session: OpenSession
) -> None:
    session = open_with(open_session, upstream, scheme(), credentials=[])
    assert (await get(session, DESCRIBED))["status"] == 200
    assert "key" in session.findings[0].sentence


async def test_the_first_alternative_that_can_be_satisfied_is_taken(
    upstream: Upstream, open_session: OpenSession
) -> None:
    security = [[], [{"credential": "absent", "scopes": []}], *NEEDED]
    session = open_with(open_session, upstream, scheme(), security=security)
    await get(session, DESCRIBED)
    assert upstream.requests[0].header("x-key") == SECRET


@pytest.mark.parametrize(
    ("schemes", "secret"),
    [(scheme(parameter="Host"), SECRET), (scheme(parameter="X-A\r\nB"), SECRET), (scheme(), "a\r\nb"),
     (scheme("mutualTLS"), SECRET), (scheme(location="path"), SECRET)],
)  # fmt: skip
async def test_a_credential_that_cannot_be_sent_safely_is_not_sent(
    schemes: dict, secret: str, upstream: Upstream, open_session: OpenSession
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await get(open_with(open_session, upstream, schemes, secret), DESCRIBED)
    assert secret not in str(caught.value)
    assert upstream.requests == []


async def test_each_write_carries_its_own_key_and_reads_carry_none(
    upstream: Upstream, open_session: OpenSession
) -> None:
    session = open_with(open_session, upstream, {}, security=[], key="run-7")
    for method in ("GET", "POST", "DELETE"):
        await session.handle("http", {"method": method, "url": DESCRIBED})
    await session.handle("http", {"method": "PUT", "url": DESCRIBED, "headers": [["Idempotency-Key", "own"]]})
    keys = [request.header("idempotency-key") for request in upstream.requests]
    assert keys == [None, "run-7", "run-7-2", "own"]


async def test_a_failure_leaves_no_secret_in_the_record(upstream: Upstream, open_session: OpenSession) -> None:
    async def hang(_: Request, writer) -> None:
        await writer.wait_closed()

    upstream.respond = hang
    schemes = scheme(location="query", parameter="k")
    session = open_with(open_session, upstream, schemes, limits=BrokerLimits(seconds=0.1))
    with pytest.raises(UpstreamTimeout):
        await get(session, DESCRIBED)
    assert "s3cr3t" not in json.dumps([exchange.model_dump() for exchange in session.exchanges])
