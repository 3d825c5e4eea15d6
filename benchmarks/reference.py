"""The two anchors that figures are measured against: a bare process and a bare request."""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx

from benchmarks.report import ROOT

PYTHON = ROOT / ".venv" / "bin" / "python"


class ReferenceFailed(RuntimeError):
    """The anchor itself did not work, so no ratio means anything."""


def reference_process(python: Path = PYTHON) -> float:
    """Seconds from ``posix_spawn`` of ``python -I -c pass`` to its end."""
    started = time.perf_counter()
    pid = os.posix_spawn(python, [str(python), "-I", "-c", "pass"], os.environ)
    _, status = os.waitpid(pid, 0)
    taken = time.perf_counter() - started
    if status:
        raise ReferenceFailed(f"{python} -I -c pass ended with status {status}")
    return taken


class ReferenceRequest:
    """One GET on a warm, pooled client. The server must set TCP_NODELAY (uvicorn and asyncio's servers do)."""

    def __init__(self, url: str, *, headers: dict[str, str] | None = None) -> None:
        self._url = url
        self._client = httpx.AsyncClient(headers=headers, timeout=30.0)

    async def warm(self, requests: int = 5) -> None:
        """Open the connection and let the server settle."""
        for _ in range(requests):
            await self.sample()

    async def sample(self) -> float:
        """Seconds of one GET, the body read."""
        started = time.perf_counter()
        response = await self._client.get(self._url)
        taken = time.perf_counter() - started
        if not response.is_success:
            raise ReferenceFailed(f"GET {self._url} answered {response.status_code}")
        return taken

    async def aclose(self) -> None:
        await self._client.aclose()
