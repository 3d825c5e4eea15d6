"""One lease a process: a row with a heartbeat, by which peers see who is alive."""

from __future__ import annotations

import os
import socket

from sqlalchemy import delete, select, update

from core.database import Transaction
from orchestrator.runs.store import database_now
from orchestrator.runs.tables import executors, runs

LEASE_SECONDS = 15.0
HEARTBEAT_SECONDS = 5.0


def register(tx: Transaction, executor: str, *, alone: bool, seconds: float = LEASE_SECONDS) -> None:
    """This process's row. ``alone``: the data directory's lock proves that every former process is dead."""
    now = database_now(tx.connection)
    if alone:
        tx.execute(delete(executors))
    tx.execute(
        executors.insert().values(
            id=executor, host=socket.gethostname(), pid=os.getpid(), heartbeat=now, expires=now + seconds
        )
    )


def beat(tx: Transaction, executor: str, *, seconds: float = LEASE_SECONDS) -> None:
    """Prolong the lease, or take a new one: what peers took over meanwhile stays theirs by its epoch."""
    now = database_now(tx.connection)
    kept = tx.execute(
        update(executors).where(executors.c.id == executor).values(heartbeat=now, expires=now + seconds)
    ).rowcount
    if not kept:
        register(tx, executor, alone=False, seconds=seconds)


def forget_dead(tx: Transaction) -> None:
    """Drop rows of processes that expired and own nothing any more."""
    owners = select(runs.c.executor).where(runs.c.executor.is_not(None))
    tx.execute(
        delete(executors).where(
            executors.c.expires < database_now(tx.connection) - LEASE_SECONDS, executors.c.id.not_in(owners)
        )
    )


def leave(tx: Transaction, executor: str) -> None:
    """Go in good order: what was running is free for others at once."""
    tx.execute(update(runs).where(runs.c.executor == executor).values(executor=None))
    tx.execute(delete(executors).where(executors.c.id == executor))
