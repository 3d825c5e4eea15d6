"""The gateway against a scripted model server, through the real litellm in its worker process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from gateway import Gateway, GatewayConfig, LitellmWorker, Message, ModelRequest, Purpose, ToolSpec
from tests.models import ModelServer

KEY = "sk-test-of-the-house"
WEATHER = ToolSpec(
    name="weather__forecast", input_schema={"type": "object", "properties": {"city": {"type": "string"}}}
)
MakeGateway = Callable[..., Gateway]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def worker() -> AsyncIterator[LitellmWorker]:
    worker = LitellmWorker()
    await worker.start()
    yield worker
    await worker.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
def gateway_of(worker: LitellmWorker, server: ModelServer) -> MakeGateway:
    """A gateway over models ``{name: fields}``, all on the scripted server; no waiting between tries."""

    def make(models: dict[str, dict[str, Any]] | None = None, **more: Any) -> Gateway:
        config = GatewayConfig.parse(config_of(server, models or {"small": {}}) | more.pop("config", {}))
        waits: list[float] = more.pop("waits", [])

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        return Gateway(config, worker=worker, reveal=reveal, sleep=sleep, draw=lambda: 1.0, **more)

    return make


def config_of(server: ModelServer, models: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The routing: every model in the tier ``standard``, a dollar for a million tokens unless it says otherwise."""
    prices = {"input_price": Decimal(1), "output_price": Decimal(1)}
    return {
        "providers": {
            "one": {"kind": "compatible", "base_url": server.openai_base, "credential": "key"},
            "two": {"kind": "compatible", "base_url": server.openai_base, "credential": "key"},
            "claude": {"kind": "anthropic", "base_url": server.url, "credential": "key"},
        },
        "models": {name: {"provider": "one", "model": name, **prices, **fields} for name, fields in models.items()},
        "tiers": {"standard": list(models)},
    }


async def reveal(name: str) -> str:
    assert name == "key"
    return KEY


def asked(text: str = "Hello?", purpose: Purpose = Purpose.JUDGE, **more: Any) -> ModelRequest:
    """A request. JUDGE by default, which the builtin provider does not serve."""
    return ModelRequest(purpose=purpose, messages=(Message(role="user", content=text),), **more)
