"""Appending: core's write path beside a bare INSERT + COMMIT loop, in turn, each on a database file of its own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.report import CACHE, Figure, RawSamples
from core.clock import SystemClock, rfc3339
from core.database import Database, Transaction, migrate, open_database

ROUNDS = 40
WARM_UP = 4
EVENTS = 400  # a round
DATA = {"text": "a delta of about this length", "n": 7}
INSERT = "INSERT INTO events (key, org, run, type, data, ts) VALUES (?, ?, ?, ?, ?, ?)"


async def measure(writers: int) -> Figure:
    """``append_<writers>_x``: the p50 over rounds of core's rate / the bare loop's rate."""
    name = f"append_{writers}_x"
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder, RawSamples("events", name) as raw:
        core_url, bare_url = (f"sqlite:///{Path(folder) / file}" for file in ("core.db", "bare.db"))
        migrate(core_url)
        migrate(bare_url)
        database, bare = open_database(core_url), _bare(bare_url)
        ratios: list[float] = []
        for turn in range(WARM_UP + ROUNDS):
            core_rate, bare_rate = await _round(database, bare, writers, turn)
            if turn >= WARM_UP:
                ratios.append(core_rate / bare_rate)
                raw.add(core_per_second=core_rate, bare_per_second=bare_rate, ratio=ratios[-1], events=EVENTS)
        await database.aclose()
        bare.close()
    return Figure(name, statistics.median(ratios), "x", len(ratios), raw.path)


async def _round(database: Database, bare: sqlite3.Connection, writers: int, turn: int) -> tuple[float, float]:
    """Events a second of both; who goes first changes with every turn."""
    if turn % 2:
        bare_rate = _bare_rate(bare, turn)
        return await _core_rate(database, writers, turn), bare_rate
    core_rate = await _core_rate(database, writers, turn)
    return core_rate, _bare_rate(bare, turn)


async def _core_rate(database: Database, writers: int, turn: int) -> float:
    async def writer(number: int) -> None:
        for n in range(EVENTS // writers):
            key = f"{turn}/{number}/{n}"

            def unit(tx: Transaction, key: str = key) -> None:
                tx.emit("message.delta", DATA, key=key, org="local", run="run")

            await database.write(unit, brief=True)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(writers):
            group.create_task(writer(number))
    return EVENTS / (time.perf_counter() - started)


def _bare(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _bare_rate(connection: sqlite3.Connection, turn: int) -> float:
    data = json.dumps(DATA, separators=(",", ":"))
    now = rfc3339(SystemClock().now())
    started = time.perf_counter()
    for n in range(EVENTS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(INSERT, (f"{turn}/{n}", "local", "run", "message.delta", data, now))
        connection.execute("COMMIT")
    return EVENTS / (time.perf_counter() - started)
