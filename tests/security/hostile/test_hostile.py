"""Every attack in three settings: with all layers, without the static one, with the kernel alone."""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.security.hostile.case import SETTINGS, Case
from tests.security.hostile.cases import CASES
from tests.security.hostile.controls import CONTROLS, HTTP, control_source
from tests.security.hostile.holding import Held, hold

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="these attacks know x86_64's call numbers"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SETTINGS)
async def held(request: pytest.FixtureRequest) -> AsyncIterator[Held]:
    async with hold(request.param) as held:
        yield held


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_it_ends_as_it_must_and_changes_nothing(held: Held, case: Case) -> None:
    assert await held.complaints(case) == []


@pytest.mark.parametrize("name", CONTROLS)
async def test_an_honest_adapter_works(held: Held, name: str) -> None:
    body, expected = CONTROLS[name]
    result = await held.run(control_source(body), HTTP)
    assert result.ok, result.error
    assert result.value == expected


async def test_compiling_runs_nothing(held: Held) -> None:
    """What Langflow's validator did (CVE-2025-3248): no case may do anything before it is called."""
    for case in CASES:
        await held.compile(case.source)
    assert held.world.changes("") == []
    assert await held.left_over() == []


async def test_there_are_as_many_as_were_promised() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 200
    assert len({case.klass for case in CASES}) >= 25
    assert len(CONTROLS) >= 30
