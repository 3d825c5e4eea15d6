"""kill -9 in the middle of groups: what was acknowledged is there, nothing is there by half, no key twice."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from sqlalchemy import Connection, text

from core.credentials import credentials
from core.database import Database, open_database
from core.database.schema import events

# Each round is killed after this many acknowledgements, wherever its writers are then.
ACKNOWLEDGED = (1, 97, 400)
PROGRAM = Path(__file__).with_name("writing_process.py")


def write_until_killed(url: str, first: int, acknowledgements: int) -> list[int]:
    """Numbers of the units that a writer process saw acknowledged before it was killed."""
    root = PROGRAM.parents[3]
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), url, str(first)], stdout=subprocess.PIPE, cwd=root, env={"PYTHONPATH": str(root)}
    )
    assert process.stdout is not None
    seen = [int(process.stdout.readline()) for _ in range(acknowledgements)]
    process.send_signal(signal.SIGKILL)
    seen += [int(line) for line in process.stdout.read().splitlines()]
    assert process.wait(20) == -signal.SIGKILL
    return seen


def stored(connection: Connection) -> tuple[list[str], list[tuple[int, str]]]:
    rows = connection.execute(credentials.select()).all()
    log = connection.execute(events.select().order_by(events.c.id)).all()
    return [row.name for row in rows], [(row.id, row.key) for row in log]


async def only_connection(database: Database, engine: str) -> None:
    """On PostgreSQL the killed process's last commits may still be under way in the server: let them end."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    while engine == "postgresql" and await database.read(lambda connection: connection.scalar(text(others))):
        await asyncio.sleep(0.01)


async def test_a_killed_writer_leaves_what_it_acknowledged_and_nothing_by_half(
    engine: str, migrated_database_url: str
) -> None:
    acknowledged: list[int] = []
    for place, count in enumerate(ACKNOWLEDGED):
        acknowledged += await asyncio.to_thread(write_until_killed, migrated_database_url, place * 100_000, count)

        database = open_database(migrated_database_url)
        await only_connection(database, engine)
        names, log = await database.read(stored)
        if engine == "sqlite":
            assert await database.read(lambda connection: connection.scalar(text("PRAGMA integrity_check"))) == "ok"
        await database.aclose()

        parts = Counter(name.split("/")[0] for name in names)
        assert set(parts.values()) == {3}
        assert {int(number) for number in parts} >= set(acknowledged)
        assert sorted(key for _, key in log) == sorted(names)
        assert len({key for _, key in log}) == len(log)
    assert len(acknowledged) >= sum(ACKNOWLEDGED)
