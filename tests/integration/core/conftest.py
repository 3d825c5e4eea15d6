"""What several of these tests need: a held writer, a small disk."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from core.database import Database, Transaction

SMALL_DISK = 24 * 1024 * 1024


@pytest.fixture
def one_group() -> Callable[..., Awaitable[list[Any]]]:
    """Writes units so that SQLite takes them as one group (PostgreSQL: at once), and returns the outcomes."""

    async def write(database: Database, *units: Callable[[Transaction], Any]) -> list[Any]:
        async with held_writer(database):
            writes = [asyncio.ensure_future(database.write(unit)) for unit in units]
            await asyncio.sleep(0)
        return await asyncio.gather(*writes, return_exceptions=True)

    return write


@asynccontextmanager
async def held_writer(database: Database) -> AsyncIterator[None]:
    """Occupy the writer: what is written inside the block waits, and then is taken together."""
    busy, go = threading.Event(), threading.Event()

    def unit(_tx: Transaction) -> None:
        busy.set()
        go.wait(20)

    holding = asyncio.ensure_future(database.write(unit))
    await asyncio.to_thread(busy.wait, 20)
    try:
        yield
    finally:
        go.set()
        await holding


@pytest.fixture
def hold() -> Callable[[Database], AbstractAsyncContextManager[None]]:
    return held_writer


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB of its own."""
    if os.geteuid() != 0:
        pytest.skip("a small disk: mounting a tmpfs needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=0755", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk: this root may not mount a tmpfs ({mounted.stderr.strip()})")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
