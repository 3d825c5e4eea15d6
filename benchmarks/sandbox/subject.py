"""What is measured: a runner with the default settings and one honest adapter, compiled by it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from core.settings import SandboxSettings
from sandbox import CapabilityHost, LocalRunner, NoCapabilities, RunRequest, SandboxPolicy, Wear
from sandbox.enforcement import LAYERS

ADAPTER = b"""\
import json

def run(ctx, arguments):
    total = sum(item["price"] * item["count"] for item in arguments["items"])
    return {"total": total, "text": json.dumps(arguments, sort_keys=True)}
"""
ARGUMENTS = {"items": [{"name": f"item {n}", "price": n, "count": 3} for n in range(10)]}
TOTAL = 135
ENDLESS = b"def run(ctx, arguments):\n    while True:\n        pass\n"
WITHOUT_NAMESPACES = [name for name in LAYERS if name != "namespaces"]


class Subject:
    """A warm runner and the request that it is given again and again."""

    def __init__(self, runner: LocalRunner, request: RunRequest) -> None:
        self.runner = runner
        self._request = request

    async def call(self) -> None:
        """One run, its answer checked."""
        result = (await self.runner.run(self._request, NoCapabilities())).calls[0]
        if not result.ok or result.value["total"] != TOTAL:
            raise RuntimeError(f"the run failed: {result}")

    async def run(self, source: bytes, capabilities: CapabilityHost, *granted: str) -> Any:
        """One run of another source; its value."""
        request = RunRequest(
            {"operation": await compiled(self.runner, source)}, "operation", [None], frozenset(granted)
        )
        return (await self.runner.run(request, capabilities)).calls[0].value


async def compiled(runner: LocalRunner, source: bytes) -> bytes:
    """The code of one source."""
    result = await runner.compile({"operation.py": source})
    if not result.ok:
        raise RuntimeError(f"the source does not compile: {result.findings}")
    return result.compiled["operation.py"].code


@contextlib.asynccontextmanager
async def subject(layers: Sequence[str] = LAYERS, wear: Wear | None = None) -> AsyncGenerator[Subject]:
    """A runner that puts up ``layers``, warm; its zygotes are replaced as ``wear`` says.

    Raises where this host cannot enforce one of the layers.
    """
    policy = SandboxPolicy(require="process")
    async with LocalRunner(policy, SandboxSettings(require="process"), layers=layers, wear=wear) as runner:
        isolation = await runner.isolation()
        absent = [name for name in layers if name != "cgroup" and not isolation.enforces(name)]
        if absent:
            raise RuntimeError(f"this host does not enforce {', '.join(absent)}, so the figures would mean nothing")
        request = RunRequest({"operation": await compiled(runner, ADAPTER)}, "operation", [ARGUMENTS])
        yield Subject(runner, request)
