"""Fixtures for tests that call language models; a ``conftest.py`` imports what its folder needs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from types import ModuleType

import pytest

from tests.models.real import NoRealModel, running_model
from tests.models.server import ModelServer


@pytest.fixture
async def model_server() -> AsyncIterator[ModelServer]:
    """A scripted language model that serves during the test; put answers into its ``script``."""
    async with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def litellm() -> ModuleType:
    """The client library, imported late because that takes seconds, and told to fetch no list of prices."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    litellm.suppress_debug_info = True
    return litellm


@pytest.fixture(scope="session")
def real_model() -> Iterator[str]:
    """The base for OpenAI's clients of a small real model; the test is skipped, with the reason, without one."""
    try:
        with running_model() as base:
            yield base
    except NoRealModel as reason:
        pytest.skip(str(reason))


@pytest.fixture
def threaded_models() -> Iterator[ModelServer]:
    """A scripted server in a thread of its own, for tests that are not asynchronous."""
    loop = asyncio.new_event_loop()
    server = ModelServer()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result()
    yield server
    asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
