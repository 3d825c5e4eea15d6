"""A real `nexus serve` whose models are a scripted server, and OpenAI's own client library in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from openai import AsyncOpenAI

from tests.models import ModelServer
from tests.models.server import DEFAULT
from tests.verify.service import RunningService, running_service, running_service_beside

ROUTING = """
[llm.providers.scripted]
kind = "compatible"
base_url = "{base}"

[llm.models.small]
provider = "scripted"
model = "scripted-small"
input_price = 1
output_price = 1

[llm.models.large]
provider = "scripted"
model = "scripted-large"
input_price = 1
output_price = 1

[llm.models.vectors]
provider = "scripted"
model = "scripted-vectors"
input_price = 1
output_price = 0

[llm.providers.claude]
kind = "anthropic"
base_url = "{origin}"

[llm.models.claude]
provider = "claude"
model = "scripted-claude"
input_price = 1
output_price = 1

[llm.models.blind]
provider = "scripted"
model = "scripted-blind"
sees = false

[llm.tiers]
standard = ["small"]
heavy = ["large"]

[llm.purposes.embed]
models = ["vectors"]

[llm.fallback]
rate_limit = {{ tries = 0, then = "stop" }}
server_error = {{ tries = 0, then = "stop" }}
bad_request = {{ tries = 0, then = "stop" }}
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def upstream() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service(upstream: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningService]:
    """The service with its models."""
    folder = tmp_path_factory.mktemp("openai")
    (folder / "nexus.toml").write_text(ROUTING.format(base=upstream.openai_base, origin=upstream.url))
    async with running_service_beside(folder) as running:
        yield running


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service with nothing but the builtin provider."""
    with running_service(tmp_path_factory.mktemp("alone")) as running:
        yield running


@pytest.fixture
def server(upstream: ModelServer) -> ModelServer:
    """The scripted server, as if it had just begun."""
    upstream.script, upstream.otherwise, upstream.refusals = [], DEFAULT, []
    upstream.requests.clear()
    return upstream


@pytest_asyncio.fixture(loop_scope="session")
async def client(service: RunningService, server: ModelServer) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(service) as client:
        yield client


def client_of(service: RunningService, key: str | None = None) -> AsyncOpenAI:
    """OpenAI's client for ``service``, which asks once."""
    return AsyncOpenAI(base_url=f"{service.url}/v1", api_key=key or service.key, max_retries=0, timeout=30)
