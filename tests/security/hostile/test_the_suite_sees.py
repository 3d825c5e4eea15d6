"""A suite that complains of nothing must be able to complain: fences taken down, attacks that then get through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modules.broker.grant import Route
from modules.broker.network import Reach
from sandbox.enforcement import LAYERS
from tests.security.hostile.case import Case, bodies, native
from tests.security.hostile.cases import egress
from tests.security.hostile.holding import Held, hold

WHOLLY_OPEN = ("rlimits",)
SECRET = "return open('@FILE@').read()"
ESCAPES = [
    ("the secret came out", SECRET),
    ("the folder changed: ['", "open('@FOLDER@/escape', 'w').write('x')"),
    ("the folder changed: ['canary.txt']", "os.utime('@FILE@', (0, 0))"),
    ("the folder changed: ['canary.txt'", "os.chmod('@FILE@', 0o600)"),
    ("the folder changed: ['canary.link', 'canary.txt'", "os.link('@FILE@', '@FOLDER@/canary.link')"),
    ("somebody connected: ['tcp']", "socket.create_connection(('127.0.0.1', @PORT@)).recv(1)"),
    ("somebody connected: ['unix']", "s = socket.socket(socket.AF_UNIX)\ns.connect('@UNIX@')\ns.recv(1)"),
    ("somebody connected: ['abstract']", "s = socket.socket(socket.AF_UNIX)\ns.connect('\\0@ABSTRACT@')\ns.recv(1)"),
    ("somebody connected: ['udp']", "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', @PORT@))"),
    (
        "somebody connected: ['unix datagram']",
        "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'x', '@DATAGRAM@')",
    ),
]


async def complaints(held: Held, case: Case) -> str:
    result = await held.run(case.source, case.capabilities)
    found = held.world.changes(str([result.value, result.error]))
    held.world.settle()
    return "; ".join([case.complaint("kernel alone", result), *found])


@pytest.mark.parametrize(("seen", "snippet"), ESCAPES)
async def test_an_attack_on_a_sandbox_without_fences_is_seen(seen: str, snippet: str) -> None:
    (case,) = native("escapes", {"one": snippet}, "denied")
    async with hold("kernel alone", WHOLLY_OPEN) as held:
        assert seen in await complaints(held, case)


@pytest.mark.parametrize("layer", ["landlock", "seccomp"])
async def test_one_of_the_two_fences_around_files_is_enough_and_neither_is_not(layer: str) -> None:
    (case,) = native("escapes", {"one": SECRET}, "denied")
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


def _anywhere(_: object, *on_the_way: Any) -> Route:
    return Route(on_the_way[-1], on_the_way[-1], Reach.BOUND)


# What is broken, and what must then be seen. Bad headers meet a second fence, the HTTP library's: only the code tells.
HOLES: dict[str, tuple[str, str, Callable[..., object], str]] = {
    "addresses are not judged": ("modules.broker.network", "is_allowed", lambda *_: True, "somebody connected"),
    "hosts are not asked for": ("modules.broker.grant.Grant", "route", _anywhere, "somebody connected"),
    "redirects lead anywhere": ("modules.broker.grant.Grant", "follow", _anywhere, "somebody connected"),
    "headers are not read": (
        "modules.broker.request", "_parse_headers", lambda pairs: [*map(tuple, pairs or [])], "must say invalid_input",
    ),
    "secrets are not struck out": ("modules.broker.session", "redact", lambda text, _: text, "the secret came out"),
}  # fmt: skip


@pytest.mark.parametrize("hole", HOLES)
async def test_a_hole_in_the_broker_is_seen(hole: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, broken, seen = HOLES[hole]
    monkeypatch.setattr(f"{owner}.{name}", broken)
    found: list[str] = []
    async with hold("all layers") as held:
        for case in egress.CASES:
            if case.klass.removeprefix("egress: ") in ("addresses", "redirects", "requests", "secrets"):
                found += await held.complaints(case)
                held.world.settle()
    assert any(seen in complaint for complaint in found), found
