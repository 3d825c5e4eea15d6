"""The cache in a real Redis, which expires what it keeps, and which hangs, fills up, dies and comes back."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from gateway.cache import LARGEST
from gateway.cache.redis import PATIENCE, PREFIX, REST, RedisCache, pool_of
from tests.integration.gateway.cache.conftest import Told, Watch
from tests.integration.gateway.conftest import MakeGateway, asked
from tests.models import ModelServer, say
from tests.verify.redis import NoRedis, RedisServer, running_redis

pytestmark = pytest.mark.asyncio(loop_scope="session")
PASSWORD = "p:a@s#s/%wörd"
KEPT = {"purposes": {"judge": {"cache": True, "cache_seconds": 60}}}


async def test_redis_itself_expires_what_is_kept(redis_cache: RedisCache, redis_client: Redis) -> None:
    await redis_client.config_set("notify-keyspace-events", "Ex")
    async with redis_client.pubsub() as expired:
        await expired.subscribe("__keyevent@0__:expired")
        await redis_cache.put("a", "answer", 60)
        assert 59_000 < await redis_client.pttl(PREFIX + "a") <= 60_000
        await redis_client.pexpire(PREFIX + "a", 1)
        async with asyncio.timeout(30):
            async for message in expired.listen():
                if message["type"] == "message":
                    assert message["data"] == (PREFIX + "a").encode()
                    break
        assert await redis_cache.get("a") is None


async def test_keys_say_whose_they_are_and_of_which_form(redis_cache: RedisCache, redis_client: Redis) -> None:
    await redis_cache.put("a", "answer", 60)
    assert await redis_client.keys() == [b"nexus:answer:1:a"]


@pytest.mark.parametrize("value", [b"\xff\xfe", b"x" * (LARGEST + 1), b""])
async def test_bytes_that_are_no_answer_are_nothing(
    redis_cache: RedisCache, redis_client: Redis, told: Told, value: bytes
) -> None:
    await redis_client.set(PREFIX + "a", value)
    assert await redis_cache.get("a") is None
    await redis_cache.put("a", "answer", 60)
    assert await redis_cache.get("a") == "answer"
    assert told() == []


async def test_a_list_under_the_key_is_nothing(redis_cache: RedisCache, redis_client: Redis, told: Told) -> None:
    await redis_client.lpush(PREFIX + "a", "x")
    assert await redis_cache.get("a") is None
    await redis_cache.put("a", "answer", 60)
    assert await redis_cache.get("a") == "answer"
    assert told() == []


async def test_one_that_dies_and_returns_is_told_once_each_way(
    redis_cache: RedisCache, redis_server: RedisServer, told: Told, watch: Watch
) -> None:
    await redis_cache.put("a", "answer", 60)
    redis_server.kill()
    for _ in range(3):
        assert await redis_cache.get("a") is None
        await redis_cache.put("a", "answer", 60)
        watch.seconds += 2 * REST
    assert told() == ["The cache of answers is left alone: Redis cannot be reached."]
    redis_server.start()
    assert await redis_cache.get("a") is None
    await redis_cache.put("a", "anew", 60)
    assert await redis_cache.get("a") == "anew"
    assert told()[1:] == ["The cache of answers is back."]


async def test_while_it_is_away_nobody_asks_it(
    redis_cache: RedisCache, redis_server: RedisServer, redis_client: Redis, watch: Watch
) -> None:
    redis_server.kill()
    assert await redis_cache.get("a") is None
    redis_server.start()
    await redis_client.set(PREFIX + "a", "answer")
    assert await redis_cache.get("a") is None
    watch.seconds += REST
    assert await redis_cache.get("a") == "answer"


async def test_one_that_hangs_is_told_once_and_read_when_it_goes_on(
    redis_cache: RedisCache, redis_server: RedisServer, told: Told, watch: Watch
) -> None:
    await redis_cache.put("a", "answer", 60)
    redis_server.send(signal.SIGSTOP)
    for _ in range(2):
        async with asyncio.timeout(10 * PATIENCE):
            assert await redis_cache.get("a") is None
        watch.seconds += 2 * REST
    assert told() == ["The cache of answers is left alone: Redis does not answer in time."]
    redis_server.send(signal.SIGCONT)
    assert await redis_cache.get("a") == "answer"


async def test_one_that_hangs_between_the_question_and_the_answer_does_not_hold_the_answer(
    redis_cache: RedisCache, redis_server: RedisServer, told: Told
) -> None:
    assert await redis_cache.get("a") is None
    redis_server.send(signal.SIGSTOP)
    async with asyncio.timeout(10 * PATIENCE):
        await redis_cache.put("a", "answer", 60)
    assert told() == ["The cache of answers is left alone: Redis does not answer in time."]


async def test_one_call_loses_its_patience_and_the_others_nothing(tmp_path: Path, watch: Watch) -> None:
    callers: list[asyncio.StreamWriter] = []
    async with await asyncio.start_unix_server(lambda _, writer: callers.append(writer), tmp_path / "s"):
        cache = RedisCache(pool_of(f"unix://{tmp_path}/s"), timer=watch)
        assert await cache.get("a") is None
        await cache.put("a", "answer", 60)
        assert await cache.get("a") is None
        assert len(callers) == 1
        watch.seconds += 2 * REST
        await cache.put("a", "answer", 60)
        assert await asyncio.gather(*(cache.get("a") for _ in range(20))) == [None] * 20
        assert len(callers) == 2
        await cache.aclose()
        for writer in callers:
            writer.close()


async def test_an_answer_that_came_too_late_is_nobody_elses(
    redis_cache: RedisCache, redis_server: RedisServer, watch: Watch
) -> None:
    await redis_cache.put("a", "of a", 60)
    await redis_cache.put("b", "of b", 60)
    redis_server.send(signal.SIGSTOP)
    assert await redis_cache.get("a") is None
    redis_server.send(signal.SIGCONT)
    watch.seconds += 2 * REST
    assert await redis_cache.get("b") == "of b"


async def test_a_caller_who_goes_leaves_its_answer_to_nobody(
    redis_cache: RedisCache, redis_server: RedisServer, redis_client: Redis
) -> None:
    await redis_cache.put("a", "of a", 60)
    await redis_cache.put("b", "of b", 60)
    redis_server.send(signal.SIGSTOP)
    going = asyncio.create_task(redis_cache.get("a"))
    done, _ = await asyncio.wait({going}, timeout=PATIENCE / 5)
    assert not done
    going.cancel()
    redis_server.send(signal.SIGCONT)
    assert await redis_cache.get("b") == "of b"


async def test_a_full_one_is_read_and_told_once(redis_cache: RedisCache, redis_client: Redis, told: Told) -> None:
    await redis_cache.put("a", "answer", 60)
    await redis_client.config_set("maxmemory", "1")
    for _ in range(3):
        await redis_cache.put("b", "more", 60)
        assert await redis_cache.get("a") == "answer"
    assert told() == ["The cache takes no new answers: Redis refuses them."]
    await redis_client.config_set("maxmemory", "0")
    for _ in range(2):
        await redis_cache.put("b", "more", 60)
    assert await redis_cache.get("b") == "more"
    assert told()[1:] == ["The cache takes answers again."]


async def test_a_password_opens_it_and_a_wrong_one_is_told_without_it(
    redis_server: RedisServer, redis_client: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await redis_client.config_set("requirepass", PASSWORD)
    for password, found in ((PASSWORD, "answer"), ("geheim-and-wrong", None), ("", None)):
        cache = RedisCache(pool_of(redis_server.url.replace("unix://", f"unix://:{quote(password, safe='')}@")))
        await cache.get("a")
        await cache.put("a", "answer", 60)
        assert await cache.get("a") == found
        await cache.aclose()
    assert "does not accept the password" in caplog.text
    assert not any(secret in caplog.text for secret in (PASSWORD, quote(PASSWORD, safe=""), "geheim"))


@pytest.mark.parametrize(
    "junk",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"$-7\r\n",
        b"$abc\r\n",
        b"*1\r\n" * 5000,
        b":1\r\n",
        b"$99\r\nx",
    ],
)
async def test_what_is_no_redis_has_nothing(tmp_path: Path, junk: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            writer.write(junk)
        writer.close()

    async with await asyncio.start_unix_server(answer, tmp_path / "s"):
        cache = RedisCache(pool_of(f"unix://{tmp_path}/s"))
        assert await cache.get("a") is None
        await cache.put("a", "answer", 60)
        assert await cache.get("a") is None
        await cache.aclose()


async def test_a_call_goes_on_where_redis_dies(
    redis_cache: RedisCache, redis_server: RedisServer, gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of(config=KEPT, cache=redis_cache)
    server.script = [say("One."), say("Two."), say("Three.")]
    assert (await gateway.generate(asked())).result.text == "One."
    assert (await gateway.generate(asked())).record.cached
    redis_server.kill()
    assert (await gateway.generate(asked())).result.text == "Two."
    assert (await gateway.generate(asked())).result.text == "Three."


Secured = Callable[..., str]


@pytest_asyncio.fixture(loop_scope="session")
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    """A Redis that speaks TLS alone; gives its address with an authority to trust."""
    from tests.integration.sandbox.service.conftest import Certificates

    certificates = Certificates(tmp_path)
    with socket.socket() as probe:
        # Redis takes no listening socket from us; whoever takes the port in between fails the test loudly.
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    files: dict[str, Any] = {
        "tls-cert-file": tmp_path / "ours-worker.pem",
        "tls-key-file": tmp_path / "ours-worker.key",
        "tls-ca-cert-file": tmp_path / "ours-ca.pem",
    }
    options = ["--tls-port", str(port), "--tls-auth-clients", "no"]
    options += [part for name, value in files.items() for part in (f"--{name}", str(value))]
    try:
        with running_redis(options):
            yield lambda authority: f"rediss://localhost:{port}/1?ssl_ca_certs={certificates.folder}/{authority}-ca.pem"
    except NoRedis as reason:
        pytest.skip(str(reason))


async def test_over_tls_the_server_is_known_by_its_authority(secured: Secured, told: Told) -> None:
    cache = RedisCache(pool_of(secured("ours")))
    await cache.put("a", "answer", 60)
    assert await cache.get("a") == "answer"
    await cache.aclose()
    stranger = RedisCache(pool_of(secured("strange")))
    assert await stranger.get("a") is None
    await stranger.aclose()
    assert told() == ["The cache of answers is left alone: Redis cannot be reached."]
