"""Runs by what they have in common, newest first."""

from __future__ import annotations

from sqlalchemy import Connection, select, tuple_

from core.database import Transaction
from orchestrator.runs.model import ENDED, Run
from orchestrator.runs.store import as_run
from orchestrator.runs.tables import effects, runs

NEWNESS = (runs.c.created_at, runs.c.id)


def list_runs(
    connection: Connection,
    org: str,
    *,
    kind: str | None = None,
    thread: str | None = None,
    parent: str | None = None,
    state: str | None = None,
    module: str | None = None,
    limit: int,
    after: str = "",
) -> list[Run]:
    """A page of runs; ``after`` is the id of the last one of the page before, ``module`` one that they called.

    A sub-run's id is derived from its parent's step, so that ids do not tell which run is newer.
    """
    query = select(runs).where(runs.c.org == org).order_by(*(column.desc() for column in NEWNESS)).limit(limit)
    wanted = ((runs.c.kind, kind), (runs.c.thread, thread), (runs.c.parent, parent), (runs.c.state, state))
    for column, value in wanted:
        if value:
            query = query.where(column == value)
    if module:
        query = query.where(runs.c.id.in_(select(effects.c.run).where(effects.c.module == module)))
    if after:
        last = select(*NEWNESS).where(runs.c.id == after, runs.c.org == org)
        query = query.where(tuple_(*NEWNESS) < last.scalar_subquery())
    return [as_run(row) for row in connection.execute(query)]


def open_sub_runs(tx: Transaction, run: Run) -> list[Run]:
    """Those that the run started and that have not ended, held against every other writer until this unit commits."""
    query = select(runs).where(runs.c.parent == run.id, runs.c.state.not_in(ENDED)).with_for_update()
    return [as_run(row) for row in tx.execute(query)]
