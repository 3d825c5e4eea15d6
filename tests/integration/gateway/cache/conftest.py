"""Real Redis servers; the tests that need one are skipped, with the reason, where none is installed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from gateway.cache.redis import RedisCache, pool_of
from tests.verify.redis import NoRedis, RedisServer, running_redis


class Watch:
    """A clock of seconds that a test puts forward."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    try:
        with running_redis() as server:
            yield server
    except NoRedis as reason:
        pytest.skip(str(reason))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest_asyncio.fixture(loop_scope="session")
async def redis_cache(redis_server: RedisServer, watch: Watch) -> AsyncIterator[RedisCache]:
    cache = RedisCache(pool_of(redis_server.url), timer=watch)
    yield cache
    await cache.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def redis_client(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """Somebody else at the same Redis."""
    async with Redis(unix_socket_path=str(redis_server.socket)) as client:
        yield client


Told = Callable[[], list[str]]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Told:
    """What the cache has said in the log."""
    caplog.set_level("INFO", logger="gateway.cache.redis")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "gateway.cache.redis"]
