"""The shared cache: Redis, which expires what is kept by itself. Imported only where an address is set."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import AuthenticationError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from core.errors import InvalidInput
from gateway.cache.cache import LARGEST

log = logging.getLogger(__name__)

PREFIX = "nexus:answer:1:"
"""Of every key. The number is the form of what is kept: another form has another one, and never meets this."""
PATIENCE = 0.5
"""Seconds for one question to Redis, with a connection that has to be made first."""
REST = 5.0
"""Seconds in which Redis is not asked after it has failed, so that not every call loses its patience."""
_CONNECTIONS = 16
_OPTIONS = re.compile(r"db|username|password|ssl_\w+")
_DATABASE = re.compile(r"/?|/\d{1,9}")


class RedisCache:
    """Keeps answers in Redis, which may be away, slow, full, or no Redis at all: then it has nothing.

    A call loses ``PATIENCE`` at most: only a question for an answer finds out whether Redis is back. The log is told
    when it goes and when it returns. ``timer`` returns seconds, monotonic.
    """

    def __init__(self, pool: BlockingConnectionPool, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._redis = Redis.from_pool(pool)
        self._timer = timer
        self._resting_until = 0.0
        self._reach = Told("The cache of answers is left alone: Redis %s.", "The cache of answers is back.")
        self._room = Told("The cache takes no new answers: Redis %s.", "The cache takes answers again.")

    @classmethod
    def at(cls, url: str) -> RedisCache:
        """For an address as people write it; see ``pool_of``."""
        return cls(pool_of(url))

    async def aclose(self) -> None:
        """Close the connections that there are."""
        await self._redis.aclose()

    async def get(self, key: str) -> str | None:
        """What is kept under ``key``: a text of at most ``LARGEST`` bytes, whatever else may lie there."""
        if self._timer() < self._resting_until:
            return None
        if self._reach.lost:
            # Whoever comes while this one finds out does not wait for it.
            self._resting_until = self._timer() + REST
        try:
            async with asyncio.timeout(PATIENCE):
                # One byte more than can be ours, and not the gigabyte that a stranger may have left.
                found = await self._redis.getrange(PREFIX + key, 0, LARGEST)
        except Exception as error:  # a server that answers nonsense makes the client raise anything
            if not is_of_another_type(error):
                self._leave(error)
                return None
            found = b""
        self._resting_until = 0.0
        self._reach.well()
        return text_of(found)

    async def put(self, key: str, answer: str, seconds: int) -> None:
        """Keep it, unless Redis is known to be away."""
        value = answer.encode()
        if self._reach.lost or len(value) > LARGEST:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._redis.set(PREFIX + key, value, px=seconds * 1000)
        except ResponseError:
            # It is full, a replica, or forbids it: what was kept before can still be read.
            self._room.ill("refuses them")
        except Exception as error:  # as above
            self._leave(error)
        else:
            self._room.well()

    def _leave(self, error: Exception) -> None:
        self._resting_until = self._timer() + REST
        self._reach.ill(reason(error))


class Told:
    """Whether something is well. The log hears of it when that changes, and not each time."""

    def __init__(self, ill: str, well: str) -> None:
        self._ill = ill
        self._well = well
        self.lost = False

    def ill(self, why: str) -> None:
        if not self.lost:
            log.warning(self._ill, why)
        self.lost = True

    def well(self) -> None:
        if self.lost:
            log.info(self._well)
        self.lost = False


def pool_of(url: str) -> BlockingConnectionPool:
    """Connections to ``redis://``, ``rediss://`` (TLS) or ``unix://``, none of them made yet.

    Raises ``InvalidInput``, which quotes nothing: the address may hold a password, also where it is written wrongly.
    """
    try:
        check_parts(url)
        pool = BlockingConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
            url,
            max_connections=_CONNECTIONS,
            # Questions are bounded as a whole where they are asked; this bounds what the client does besides.
            timeout=None,
            socket_timeout=None,
            socket_connect_timeout=PATIENCE,
            # The plainest dialect, and nothing said about us: every Redis and every kin of it knows that.
            protocol=2,
            driver_info=None,
        )
        # What the client does not know it refuses here, and not at the first call.
        pool.make_connection()
    except (ValueError, TypeError):
        raise InvalidInput(
            "The setting cache_url is no address of a Redis.",
            mend="Write redis://user:password@host:6379/0, rediss://... for TLS, or unix:///path/to/socket?db=0; "
            "percent-encode what a password has beside letters and digits.",
        ) from None
    return pool


def check_parts(url: str) -> None:
    """Raises ``ValueError`` where the client would take something else than what was meant."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        complete = len(parts.path) > 1 and not parts.hostname
    else:
        complete = bool(parts.hostname) and _DATABASE.fullmatch(parts.path) is not None
    options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    if not complete or parts.fragment or not all(_OPTIONS.fullmatch(name) for name, _ in options):
        raise ValueError


def is_of_another_type(error: Exception) -> bool:
    """Whether something else than a text lies under the key: a list, say."""
    return isinstance(error, ResponseError) and str(error).startswith("WRONGTYPE")


def text_of(found: object) -> str | None:
    """The text of an answer; ``None`` for nothing, for what is too long to be ours, and for what is no text."""
    if not isinstance(found, bytes) or not 0 < len(found) <= LARGEST:
        return None
    try:
        return found.decode()
    except UnicodeDecodeError:
        return None


def reason(error: Exception) -> str:
    """In our words: the client's own may quote what it was sent."""
    match error:
        case TimeoutError() | RedisTimeoutError():
            return "does not answer in time"
        case AuthenticationError():
            return "does not accept the password"
        case ResponseError():
            return "refuses to be asked"
        case OSError() | RedisConnectionError():
            return "cannot be reached"
        case _:
            return "answers what cannot be understood"
