"""Runs are listed by their time, whatever their ids look like."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from core.actor import Actor, Role
from core.database import Database, Transaction, open_database
from orchestrator.runs.listing import list_runs
from orchestrator.runs.model import Run, RunKind, RunState
from orchestrator.runs.store import insert_run

OWNER = Actor("owner", "home", Role.OWNER)
TURN = Run("0191", "home", RunKind.TURN, OWNER, RunState.QUEUED, {}, created_at="2026-01-01T00:00:00Z")
# Derived from its parent's step: a larger id than that of the turn after it.
BUILD = replace(TURN, id="9498", kind=RunKind.BUILD, parent="0191", created_at="2026-01-01T00:00:01Z")
LATER = replace(TURN, id="0192", created_at="2026-01-01T00:00:02Z")
AT_ONCE = replace(TURN, id="0193", created_at=LATER.created_at)


async def kept(url: str) -> Database:
    db = open_database(url)

    def unit(tx: Transaction) -> None:
        for run in (LATER, BUILD, AT_ONCE, TURN):
            insert_run(tx, run)

    await db.write(unit)
    return db


async def test_pages_are_newest_first_and_lack_no_run(migrated_database_url: str) -> None:
    db = await kept(migrated_database_url)
    seen: list[str] = []

    def next_page(connection: Connection) -> list[Run]:
        return list_runs(connection, "home", limit=1, after=seen[-1] if seen else "")

    while page := await db.read(next_page):
        seen += [run.id for run in page]
    assert seen == ["0193", "0192", "9498", "0191"]
    assert await db.read(lambda connection: list_runs(connection, "elsewhere", limit=9)) == []
    await db.aclose()


async def test_sub_runs_are_found_by_their_parent(migrated_database_url: str) -> None:
    db = await kept(migrated_database_url)
    found = await db.read(lambda connection: list_runs(connection, "home", parent="0191", limit=9))
    assert [run.id for run in found] == ["9498"]
    await db.aclose()
