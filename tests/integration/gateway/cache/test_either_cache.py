"""What every cache promises, held by each: the database's table and Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from sqlalchemy import insert

from core.clock import SystemClock
from core.database import Database, open_database
from gateway.cache import LARGEST, Cache, DatabaseCache
from gateway.cache.database import model_cache
from gateway.cache.redis import PREFIX, RedisCache
from tests.integration.gateway.conftest import MakeGateway, asked
from tests.models import ModelServer, cut, say

pytestmark = pytest.mark.asyncio(loop_scope="session")
KEPT = {"purposes": {"judge": {"cache": True, "cache_seconds": 60}}}


@pytest.fixture
def engine() -> str:
    """One is enough: what both do is tested with the money."""
    return "sqlite"


@pytest_asyncio.fixture(loop_scope="session")
async def in_database(migrated_database_url: str) -> AsyncIterator[Cache]:
    db = open_database(migrated_database_url)
    yield DatabaseCache(db, SystemClock())
    await db.aclose()


@pytest.fixture
def in_redis(redis_cache: RedisCache) -> Cache:
    return redis_cache


@pytest.fixture(params=["in_database", "in_redis"])
def cache(request: pytest.FixtureRequest) -> Cache:
    return request.getfixturevalue(request.param)


async def test_what_is_kept_is_found_under_its_key_alone(cache: Cache) -> None:
    assert await cache.get("a") is None
    await cache.put("a", "the answer, “whole”", 60)
    await cache.put("b", "another", 60)
    assert (await cache.get("a"), await cache.get("b")) == ("the answer, “whole”", "another")
    assert await cache.get("c") is None


async def test_the_newest_is_kept(cache: Cache) -> None:
    await cache.put("a", "old", 60)
    await cache.put("a", "new", 60)
    assert await cache.get("a") == "new"


async def test_what_is_too_long_is_not_kept_and_what_just_fits_is(cache: Cache) -> None:
    await cache.put("short", "ü" * (LARGEST // 2), 60)
    await cache.put("long", "ü" * (LARGEST // 2) + "!", 60)
    assert await cache.get("short") == "ü" * (LARGEST // 2)
    assert await cache.get("long") is None


async def test_two_organisations_never_share(cache: Cache, gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of(config=KEPT, cache=cache)
    server.script = [say("Of home."), say("Of the guests.")]
    for _ in range(2):
        assert (await gateway.generate(asked())).result.text == "Of home."
        assert (await gateway.generate(asked(org="guest"))).result.text == "Of the guests."
    assert len(server.requests) == 2


async def test_what_was_cut_off_is_asked_again(cache: Cache, gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of(config=KEPT, cache=cache)
    server.script = [cut("And th"), say("And then?")]
    await gateway.generate(asked())
    assert (await gateway.generate(asked())).result.text == "And then?"


Leave = Callable[[str, str], Awaitable[Any]]


@pytest.fixture
def leave(cache: Cache, request: pytest.FixtureRequest) -> Leave:
    """A stranger's way to put something under a key."""
    if isinstance(cache, RedisCache):
        client: Redis = request.getfixturevalue("redis_client")
        return lambda key, text: client.set(PREFIX + key, text)
    db: Database = cache._db  # pyright: ignore
    row = {"expires_at": "9999-01-01T00:00:00.000000Z"}
    return lambda key, text: db.write(
        lambda tx: tx.execute(insert(model_cache).values(row | {"key": key, "answer": text}))
    )


@pytest.mark.parametrize("text", ["no JSON", "{}", '{"provider": 1}', "[" * 5000])
async def test_what_a_stranger_left_is_no_answer(
    cache: Cache, leave: Leave, gateway_of: MakeGateway, server: ModelServer, text: str
) -> None:
    keys = Keys(cache)
    gateway = gateway_of(config=KEPT, cache=keys)
    server.script = [say("Asked again.")] * 2
    await leave(await keys.asked_by(gateway), text)
    assert (await gateway.generate(asked())).result.text == "Asked again."
    assert (await gateway.generate(asked())).record.cached


class Keys:
    """A cache that notes under which key it is asked."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._key = ""
        self._noting = True

    async def asked_by(self, gateway: Any) -> str:
        """The key of the usual question; nothing is kept of its answer."""
        await gateway.generate(asked())
        self._noting = False
        return self._key

    async def get(self, key: str) -> str | None:
        self._key = key
        return await self._cache.get(key)

    async def put(self, key: str, answer: str, seconds: int) -> None:
        if not self._noting:
            await self._cache.put(key, answer, seconds)
