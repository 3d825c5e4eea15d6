"""Checkpoints of ended runs are dropped by age; the run, its events and its effects stay."""

from __future__ import annotations

from datetime import timedelta

from langgraph.checkpoint.base import BaseCheckpointSaver
from sqlalchemy import select, update

from core.clock import rfc3339
from core.database import Database, Transaction
from orchestrator.runs.model import ENDED
from orchestrator.runs.tables import runs

BATCH = 200


async def prune_checkpoints(db: Database, saver: BaseCheckpointSaver[str], keep_days: float) -> int:
    """Delete the checkpoints of runs that ended more than ``keep_days`` ago. Returns how many runs."""

    def old(tx: Transaction) -> list[str]:
        limit = rfc3339(tx.now - timedelta(days=keep_days))
        query = select(runs.c.id).where(runs.c.state.in_(ENDED), runs.c.pruned.is_(False), runs.c.finished_at < limit)
        return list(tx.execute(query.limit(BATCH)).scalars())

    ids = await db.write(old)
    for run_id in ids:
        await saver.adelete_thread(run_id)
    if ids:
        await db.write(lambda tx: tx.execute(update(runs).where(runs.c.id.in_(ids)).values(pruned=True)).rowcount)
    return len(ids)
