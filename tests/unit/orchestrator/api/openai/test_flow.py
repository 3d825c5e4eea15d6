"""How a streamed answer begins, fails and is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from core.errors import NexusError, Unavailable
from orchestrator.api.openai import flow as flow_module
from orchestrator.api.openai.flow import Flow


async def test_every_part_comes_in_order() -> None:
    async def parts() -> AsyncGenerator[int]:
        yield 1
        yield 2

    flow = Flow(parts())
    await flow.begun()
    assert [part async for part in flow.parts()] == [1, 2]


async def test_a_failure_before_the_first_part_is_raised_at_once() -> None:
    async def parts() -> AsyncGenerator[int]:
        raise Unavailable("Nobody is there.")
        yield 1

    with pytest.raises(Unavailable):
        await Flow(parts()).begun()


async def test_a_failure_after_it_is_raised_in_its_place() -> None:
    async def parts() -> AsyncGenerator[int]:
        yield 1
        raise Unavailable("Nobody is there any more.")

    flow = Flow(parts())
    await flow.begun()
    seen: list[int] = []

    async def read() -> None:
        async for part in flow.parts():
            seen.append(part)

    with pytest.raises(Unavailable):
        await read()
    assert seen == [1]


async def test_a_mistake_of_ours_is_told_without_its_words() -> None:
    async def parts() -> AsyncGenerator[int]:
        raise ValueError("a secret")
        yield 1

    with pytest.raises(NexusError, match="Something went wrong"):
        await Flow(parts()).begun()


async def test_a_slow_beginning_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_module, "PATIENCE_SECONDS", 0.01)
    gate = asyncio.Event()

    async def parts() -> AsyncGenerator[int]:
        await gate.wait()
        yield 1

    flow = Flow(parts())
    await flow.begun()
    gate.set()
    assert [part async for part in flow.parts()] == [1]


async def test_closed_it_ends_what_it_reads_though_nobody_ever_looked() -> None:
    ended = asyncio.Event()

    async def parts() -> AsyncGenerator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            ended.set()

    flow = Flow(parts())
    await flow.begun()
    await flow.aclose()
    assert ended.is_set()
