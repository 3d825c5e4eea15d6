"""The cache that the settings name: a table of the database, or Redis."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from pydantic import SecretStr

from core.clock import Clock
from core.database import Database
from core.errors import Unavailable
from gateway.cache.cache import Cache
from gateway.cache.database import DatabaseCache


@asynccontextmanager
async def open_cache(url: SecretStr | None, db: Database, clock: Clock) -> AsyncGenerator[Cache]:
    """Without ``url`` the database's own. Nothing is connected yet: Redis may come later, and go.

    Raises ``InvalidInput`` for an address that means nothing, ``Unavailable`` without redis-py.
    """
    if url is None:
        yield DatabaseCache(db, clock)
        return
    if find_spec("redis") is None:
        raise Unavailable(
            "redis-py is not installed, and the setting cache_url needs it.",
            mend="Install it with its extra: nexus-orchestrator[redis].",
        )
    # Imported on use: it is an extra, and takes a moment.
    from gateway.cache.redis import RedisCache

    cache = RedisCache.at(url.get_secret_value())
    try:
        yield cache
    finally:
        await cache.aclose()
