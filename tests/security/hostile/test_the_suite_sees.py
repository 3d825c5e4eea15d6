"""A suite that complains of nothing must be able to complain: fences taken down, attacks that then get through."""

from __future__ import annotations

import pytest

from sandbox.enforcement import LAYERS
from tests.security.hostile.case import Case, bodies, native
from tests.security.hostile.holding import Held, hold

WHOLLY_OPEN = ("rlimits",)
ESCAPES = {
    "the secret came out": "return open('@FILE@').read()",
    "the folder changed": "open('@FOLDER@/escape', 'w').write('x')",
    "somebody connected: ['tcp']": "socket.create_connection(('127.0.0.1', @PORT@)).recv(1)",
    "somebody connected: ['unix']": "s = socket.socket(socket.AF_UNIX)\ns.connect('@UNIX@')\ns.recv(1)",
    "somebody connected: ['abstract']": "s = socket.socket(socket.AF_UNIX)\ns.connect('\\0@ABSTRACT@')\ns.recv(1)",
}


async def complaints(held: Held, case: Case) -> str:
    result = await held.run(case.source, case.capabilities)
    found = held.world.changes(str([result.value, result.error]))
    held.world.settle()
    return "; ".join([case.complaint("kernel alone", result), *found])


@pytest.mark.parametrize("seen", ESCAPES)
async def test_an_attack_on_a_sandbox_without_fences_is_seen(seen: str) -> None:
    (case,) = native("escapes", {"one": ESCAPES[seen]}, "denied")
    async with hold("kernel alone", WHOLLY_OPEN) as held:
        assert seen in await complaints(held, case)


@pytest.mark.parametrize("layer", ["landlock", "seccomp"])
async def test_one_of_the_two_fences_around_files_is_enough_and_neither_is_not(layer: str) -> None:
    (case,) = native("escapes", {"one": ESCAPES["the secret came out"]}, "denied")
    kernel = [name for name in LAYERS if name not in ("static", "runtime")]
    async with hold("kernel alone", tuple(name for name in kernel if name != layer)) as held:
        assert await complaints(held, case) == ""
    async with hold("kernel alone", tuple(name for name in kernel if name not in ("landlock", "seccomp"))) as held:
        assert "the secret came out" in await complaints(held, case)


async def test_a_case_that_ends_otherwise_than_it_says_is_seen() -> None:
    (case,) = bodies("ends", {"one": "return 1"}, "killed")
    async with hold("kernel alone") as held:
        assert await held.complaints(case) == ["must be killed, and is ok: 1"]


async def test_a_process_that_lives_on_is_seen() -> None:
    (case,) = native("ends", {"one": "os.read(3, 1)"}, "wall")
    async with hold("kernel alone") as held:
        import asyncio

        running = asyncio.create_task(held.run(case.source))
        while not held.children():
            await asyncio.sleep(0.001)  # until the child is there: nobody else tells
        assert held.children()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert await held.left_over() == []
