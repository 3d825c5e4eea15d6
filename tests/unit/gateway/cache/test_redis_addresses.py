"""Addresses of a Redis: what is meant is taken, and what is not is refused without a word of it."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from gateway.cache.redis import pool_of


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("redis://localhost", {"host": "localhost"}),
        ("redis://[::1]:6380/2", {"host": "::1", "port": 6380, "db": 2}),
        ("redis://ada:p%40%2Fss@cache/", {"host": "cache", "username": "ada", "password": "p@/ss"}),
        ("rediss://cache?ssl_ca_certs=/etc/ca.pem", {"host": "cache", "ssl_ca_certs": "/etc/ca.pem"}),
        ("unix:///run/redis.sock?db=1", {"path": "/run/redis.sock", "db": 1}),
        ("unix://ada:pw@/run/redis.sock", {"path": "/run/redis.sock", "username": "ada", "password": "pw"}),
    ],
)
def test_an_address_is_taken_as_it_is_meant(url: str, taken: dict[str, object]) -> None:
    found = pool_of(url).connection_kwargs
    assert {name: found.get(name) for name in taken} == taken


@pytest.mark.parametrize(
    "url",
    [
        "redis://",
        "redis://cache:port",
        "redis://cache:99999",
        "redis://cache/first",
        "redis://:geheim#1@cache",
        "redis://:1/geheim@cache",
        "redis://cache?db=first",
        "redis://cache?db",
        "redis://cache?socket_timeout=9000",
        "redis://cache?ssl_ca_certs=/etc/ca.pem",
        "rediss://cache?ssl_geheim=1",
        "unix:///",
        "unix://cache/run/redis.sock",
        "memcached://cache",
    ],
)
def test_what_is_no_address_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        pool_of(url)
    said = refused.value.detail + refused.value.mend
    assert "cache_url" in said
    assert "geheim" not in said
    assert refused.value.__cause__ is None
