"""No form of an address, name or redirect leads a module to where it was not let."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest

from core.errors import BudgetExceeded, InvalidInput, NexusError, PolicyViolation, TooLarge
from modules.broker import Broker, BrokerLimits, EgressDenied, parse_url
from modules.broker.network import Reach, is_allowed
from tests.security.broker.wire import DESCRIBED, Names, OpenSession, Upstream, answer, get, grant

NEVER = [
    "169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "0.0.0.0", "::",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::7f00:1", "2001:db8::1", "64:ff9b:1::1", "2001:0:4136:e378::1",
]  # fmt: skip
BY_BINDING_ONLY = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1"]

ODD_FORMS = [
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://017700000001/", "http://127.1/",
    "http://127.0.0.01/", "http://127.0.0.1./", "http://api.example./", "http://user@api.example/",
    "http://api.example@127.0.0.1/", "http://api.example:80@127.0.0.1/", "http://api.example\\@127.0.0.1/",
    "http://api.example#@127.0.0.1/x\r\nHost: evil", "http://api.example /", "http://api%2eexample/",
    "http://[fe80::1%25eth0]/", "http://[::1/", "http://api..example/", "http://-api.example/", "http:///x",
    "//api.example/", "file:///etc/passwd", "gopher://api.example/", "ftp://api.example/", "http://api.example:0/",
    "http://api.example:99999/", "http://api.example/a/../b", "http://api.example/%2e%2E/b", "http://api.example/.",
    "http://api.example.evil.example/", "http://evilapi.example/", "http://api.example:8080/", "https://api.example/",
    "http://①27.0.0.1/", "http://ａｐｉ.example.evil/", "http://api\u3002example.evil/", "http://" + "a" * 20_000 + "/",
]  # fmt: skip


@pytest.mark.parametrize("address", NEVER)
def test_metadata_link_local_and_unroutable_addresses_are_closed_even_to_a_binding(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address), Reach.PUBLIC)
    assert not is_allowed(ipaddress.ip_address(address), Reach.BOUND)


@pytest.mark.parametrize("address", BY_BINDING_ONLY)
def test_loopback_and_private_addresses_need_a_binding(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address), Reach.PUBLIC)
    assert is_allowed(ipaddress.ip_address(address), Reach.BOUND)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_open_internet_are_open(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), Reach.PUBLIC)


@pytest.mark.parametrize("url", ODD_FORMS)
async def test_an_odd_or_unlisted_address_is_refused_before_any_name_is_asked_for(
    url: str, open_session: OpenSession
) -> None:
    names = Names()
    session = open_session(grant(DESCRIBED), names=names)
    with pytest.raises(EgressDenied):
        await get(session, url)
    assert names.asked == []
    assert session.findings[0].code == "egress_denied"


def test_a_host_has_one_spelling() -> None:
    spellings = ("https://BÜCHER.example", "https://bücher.example:443/", "https://xn--bcher-kva.example")
    assert {str(parse_url(url).origin) for url in spellings} == {"https://xn--bcher-kva.example:443"}


@pytest.mark.parametrize("host", ["http://127.0.0.1", "http://169.254.169.254", "http://[::1]", "http://10.1.2.3"])
async def test_a_private_server_in_the_document_is_not_reached_without_a_binding(
    host: str, open_session: OpenSession
) -> None:
    session = open_session(grant(host))
    with pytest.raises(EgressDenied, match="not an address of the open internet"):
        await get(session, host + "/latest/meta-data")
    assert session.exchanges[0].status == 0


@pytest.mark.parametrize("private", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1"])
async def test_a_name_that_resolves_to_one_private_address_among_public_ones_is_refused(
    private: str, open_session: OpenSession
) -> None:
    session = open_session(grant(DESCRIBED), names=Names(api_example=[["8.8.8.8", private]]))
    with pytest.raises(EgressDenied):
        await get(session, DESCRIBED)


async def test_metadata_stays_closed_to_a_binding(open_session: OpenSession) -> None:
    session = open_session(grant(DESCRIBED, binding={DESCRIBED: "http://169.254.169.254"}))
    with pytest.raises(EgressDenied):
        await get(session, DESCRIBED)


async def test_the_address_that_was_judged_is_the_one_connected_to(
    upstream: Upstream, open_session: OpenSession
) -> None:
    # The second answer is what a rebinding attacker would give to whoever asks again.
    names = Names(inside_test=[["127.0.0.1"], ["127.66.66.66"]])
    bound = grant(DESCRIBED, binding={DESCRIBED: f"http://inside.test:{upstream.port}"})
    answered = await get(open_session(bound, names=names), DESCRIBED + "/x")
    assert answered["status"] == 200
    assert names.asked == ["inside.test"]
    assert upstream.requests[0].header("host") == f"inside.test:{upstream.port}"


async def test_a_connection_that_a_binding_opened_serves_no_module_without_it(upstream: Upstream) -> None:
    from modules.broker import CallScope

    broker = Broker(BrokerLimits())
    bound = broker.session(CallScope("org", grant(DESCRIBED, binding={DESCRIBED: upstream.origin})))
    assert (await get(bound, DESCRIBED))["status"] == 200
    unbound = broker.session(CallScope("org", grant(upstream.origin)))
    with pytest.raises(EgressDenied):
        await get(unbound, upstream.origin)
    await broker.aclose()
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1:{other}/", "http://169.254.169.254/", "http://localhost/", "//evil.example/", "file:///etc/passwd",
     "http://user:pw@api.example/", "/a/../b", "http://[::ffff:127.0.0.1]/"],
)  # fmt: skip
async def test_a_redirect_to_elsewhere_is_not_followed(
    location: str, upstream: Upstream, open_session: OpenSession
) -> None:
    upstream.respond = answer(302, {"Location": location.format(other=upstream.port + 1)})
    session = open_session(grant(DESCRIBED, binding={DESCRIBED: upstream.origin}))
    # "/a/../b" is folded by URL resolution itself and stays at home: then the limit of redirects ends it.
    assert (await get(session, DESCRIBED))["status"] == 302
    assert session.findings[0].code == "redirect_refused"
    assert all(exchange.reached == upstream.origin for exchange in session.exchanges)


async def test_a_public_host_cannot_redirect_to_a_private_address_that_another_module_has_bound(
    upstream: Upstream, open_session: OpenSession
) -> None:
    both = grant(DESCRIBED, "http://other.example", binding={DESCRIBED: upstream.origin})
    other = grant("http://other.example")
    with pytest.raises(EgressDenied):
        other.follow(other.route(parse_url("http://other.example/")), parse_url(upstream.origin))
    with pytest.raises(EgressDenied):
        both.follow(both.route(parse_url("http://other.example/")), parse_url(upstream.origin))


async def test_redirects_end_after_three(upstream: Upstream, open_session: OpenSession) -> None:
    upstream.respond = answer(307, {"Location": "/again"})
    session = open_session(grant(DESCRIBED, binding={DESCRIBED: upstream.origin}))
    assert (await get(session, DESCRIBED))["status"] == 307
    assert "More than 3" in session.findings[0].sentence
    assert len(upstream.requests) == 4


@pytest.mark.parametrize(
    "headers",
    [[["X-A", "b\r\nHost: evil"]], [["X-A\r\n", "b"]], [["X A", "b"]], [["X-A", "b\0"]], [["X-A", 1]], "X: y",
     [["X-A", "b"]] * 65, [["X-A", "b" * 9000]], [["X-A", "\ud800"]], [["Ⅹ", "b"]]],
)  # fmt: skip
async def test_headers_that_could_smuggle_are_refused(headers: object, open_session: OpenSession) -> None:
    with pytest.raises(InvalidInput):
        await get(open_session(grant(DESCRIBED)), DESCRIBED, headers=headers)


@pytest.mark.parametrize("method", ["CONNECT", "BREW", "GET\r\n", "G ET", "", None, 7])
async def test_odd_methods_are_refused(method: object, open_session: OpenSession) -> None:
    with pytest.raises(InvalidInput):
        await open_session(grant(DESCRIBED)).handle("http", {"method": method, "url": DESCRIBED})


async def test_connection_headers_of_the_adapter_are_not_sent(upstream: Upstream, open_session: OpenSession) -> None:
    session = open_session(grant(DESCRIBED, binding={DESCRIBED: upstream.origin}))
    pairs = [["Host", "evil"], ["Connection", "close"], ["Proxy-Authorization", "x"], ["Transfer-Encoding", "chunked"],
             ["Content-Length", "7"], ["X-Forwarded-For", "1.1.1.1"], ["X-Mine", "é"]]  # fmt: skip
    await get(session, DESCRIBED, headers=pairs)
    names = {name.lower() for name, _ in upstream.requests[0].headers}
    assert names == {"host", "accept-encoding", "x-mine", "user-agent", "accept"}
    assert upstream.requests[0].header("host") == f"127.0.0.1:{upstream.port}"


async def test_proxies_of_the_environment_are_ignored(
    upstream: Upstream, open_session: OpenSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answered = await get(open_session(grant(DESCRIBED, binding={DESCRIBED: upstream.origin})), DESCRIBED)
    assert answered["status"] == 200


async def test_a_run_has_a_budget_of_requests_refused_ones_included(
    upstream: Upstream, open_session: OpenSession
) -> None:
    session = open_session(grant(DESCRIBED, binding={DESCRIBED: upstream.origin}), limits=BrokerLimits(calls=3))
    await get(session, DESCRIBED)
    for _ in range(2):
        with pytest.raises(EgressDenied):
            await get(session, "http://evil.example")
    with pytest.raises(BudgetExceeded):
        await get(session, DESCRIBED)
    assert len(upstream.requests) == 1
    assert len(session.findings) == 2


async def test_a_run_has_a_budget_of_bytes(upstream: Upstream, open_session: OpenSession) -> None:
    upstream.respond = answer(body=b"x" * 600)
    limits = BrokerLimits(run_bytes=1000)
    session = open_session(grant(DESCRIBED, binding={DESCRIBED: upstream.origin}), limits=limits)
    await get(session, DESCRIBED)
    with pytest.raises(NexusError):
        await get(session, DESCRIBED)


async def test_a_large_request_body_is_refused(open_session: OpenSession) -> None:
    session = open_session(grant(DESCRIBED), limits=BrokerLimits(request_bytes=10))
    with pytest.raises(TooLarge):
        await session.handle("http", {"method": "POST", "url": DESCRIBED, "body": "x" * 11})


@pytest.mark.parametrize("capability", ["files", "sockets", "http2", ""])
async def test_a_capability_that_was_not_granted_does_not_exist(capability: str, open_session: OpenSession) -> None:
    with pytest.raises(PolicyViolation):
        await open_session(grant(DESCRIBED)).handle(capability, {})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/openapi.json", "http://localhost:{port}/", "http://[::1]:{port}/",
            "http://169.254.169.254/openapi.json", "file:///etc/passwd", "http://user@8.8.8.8/"],
)  # fmt: skip
async def test_a_description_at_a_private_address_is_not_fetched(url: str, upstream: Upstream) -> None:
    broker = Broker(BrokerLimits())
    with pytest.raises(EgressDenied):
        await broker.fetch_document(url.format(port=upstream.port), cap=1000)
    assert upstream.connections == 0
    await broker.aclose()


async def test_cancelling_a_call_closes_its_connection(upstream: Upstream, open_session: OpenSession) -> None:
    reached, gone = asyncio.Event(), asyncio.Event()

    async def hang(_: object, writer: asyncio.StreamWriter) -> None:
        reached.set()
        try:
            await writer.wait_closed()
        finally:
            gone.set()

    upstream.respond = hang
    session = open_session(grant(DESCRIBED, binding={DESCRIBED: upstream.origin}))
    task = asyncio.create_task(get(session, DESCRIBED))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert session.exchanges[0].error == "cancelled"
