"""A service whose answers are kept in Redis: used again, and missed by nobody when Redis is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.door.conftest import Serve
from tests.integration.routing.conftest import Configure
from tests.models import ModelServer, say
from tests.verify.redis import NoRedis, RedisServer, running_redis

SECRET = "geheim-of-the-cache"


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    """One that wants a password."""
    try:
        with running_redis(["--requirepass", SECRET]) as server:
            yield server
    except NoRedis as reason:
        pytest.skip(str(reason))


def completed(client: httpx.Client) -> str:
    """What a program is answered. A conversation of ours says what time it is, and never asks the same twice."""
    body = {"model": "nexus/small", "messages": [{"role": "user", "content": "Tell me something about Bern."}]}
    return client.post("/v1/chat/completions", json=body).raise_for_status().json()["choices"][0]["message"]["content"]


def calls(client: httpx.Client) -> list[dict[str, Any]]:
    return client.get("/admin/model-calls").raise_for_status().json()["items"]


def test_an_answer_is_given_again_and_redis_may_die(
    serve: Serve, configure: Configure, models: ModelServer, redis_server: RedisServer
) -> None:
    configure("small", more="[llm.purposes.chat]\ncache = true\n")
    served = serve(NEXUS_CACHE_URL=f"unix://:{SECRET}@{redis_server.socket}").ready()
    models.script = [say("Bern lies on the Aare."), say("It still does.")]
    with served.client() as client:
        for _ in range(2):
            assert completed(client) == "Bern lies on the Aare."
        assert [call["cached"] for call in calls(client)] == [True, False]
        redis_server.kill()
        assert completed(client) == "It still does."
        shown = client.get("/admin/check").raise_for_status().text
    assert served.stop() == 0
    said = served.said + served.output.read()
    assert said.count("The cache of answers is left alone: Redis cannot be reached.") == 1
    assert SECRET not in said + shown
