"""The real service for measurements: ``nexus serve`` in a process of its own, on a free port, stopped at the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 60.0
STOP_SECONDS = 15.0


class ServiceUnavailable(RuntimeError):
    """The service does not exist here or did not become ready; the message says which."""


@dataclass(frozen=True)
class RunningService:
    """Where the service answers, the owner's key, and its process."""

    url: str
    key: str
    pid: int
    data_dir: Path

    @property
    def headers(self) -> dict[str, str]:
        """Those of the owner, who asks for JSON."""
        return {"authorization": f"Bearer {self.key}", "accept": "application/json"}

    def client(self) -> httpx.Client:
        """A pooled client that is the owner."""
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=10.0)

    def async_client(self) -> httpx.AsyncClient:
        """The same for coroutines; its timeout is long, for measuring what is slow."""
        return httpx.AsyncClient(base_url=self.url, headers=self.headers, timeout=120.0)


@contextlib.contextmanager
def running_service(folder: Path, *, port: int | None = None, **settings: str) -> Iterator[RunningService]:
    """``nexus serve`` on ``folder/data`` and ``port``, else a free one; ``settings`` go into its environment."""
    program = Path(sys.executable).with_name("nexus")
    if not program.exists():
        raise ServiceUnavailable("the command nexus is not installed beside this Python")
    port, data_dir, log_file = port or _free_port(), folder / "data", folder / "serve.log"
    environment = {"NEXUS_DATA_DIR": str(data_dir), "NEXUS_BIND": f"127.0.0.1:{port}", **settings}
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [program, "serve"],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _await_ready(process, url, log_file)
        yield RunningService(url, (data_dir / "owner.key").read_text().strip(), process.pid, data_dir)
    finally:
        _stop(process)


@contextlib.asynccontextmanager
async def running_service_beside(folder: Path) -> AsyncIterator[RunningService]:
    """The same for coroutines: what serves in this process, a scripted model say, goes on while it starts and stops."""
    running = running_service(folder)
    service = await asyncio.to_thread(running.__enter__)
    try:
        yield service
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


def _await_ready(process: subprocess.Popen[bytes], url: str, log_file: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", timeout=5.0).is_success:
                return
        time.sleep(0.05)
    said = log_file.read_text(errors="replace").strip().splitlines()
    raise ServiceUnavailable(f"nexus serve did not become ready: {said[-1] if said else 'it said nothing'}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
