"""LangGraph's checkpoints: where a graph goes on. Never the truth about whether a run has ended.

Every write of a checkpoint is fenced like every other write of a run: a process that has lost a run's lease cannot
move the run's graph any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver, Checkpoint, CheckpointMetadata

from core.database.postgres import END_STALLED
from core.errors import LeaseLost, Unavailable
from orchestrator.runs.model import Lease

CURRENT_LEASE: ContextVar[Lease] = ContextVar("lease of the run that this task executes")


def config_of(run: str) -> RunnableConfig:
    """LangGraph's thread is our run."""
    return {"configurable": {"thread_id": run}, "recursion_limit": 100}


@asynccontextmanager
async def open_saver(
    url: str, data_dir: Path, *, synchronous: str = "NORMAL"
) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """Checkpoints in a SQLite file of their own, or in the service's PostgreSQL database."""
    if url.startswith("sqlite"):
        async with sqlite_saver(data_dir / "checkpoints.db", synchronous) as saver:
            yield saver
    else:
        async with postgres_saver(url) as saver:
            yield saver


@asynccontextmanager
async def sqlite_saver(path: Path, synchronous: str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """One process alone holds the data directory, so a lease cannot be lost while its process lives."""
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    async with aiosqlite.connect(path) as connection:
        await connection.execute("PRAGMA journal_mode=WAL")
        await connection.execute(f"PRAGMA synchronous={synchronous}")
        saver = AsyncSqliteSaver(connection)
        await saver.setup()
        yield saver


@asynccontextmanager
async def postgres_saver(url: str) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """Checkpoints beside the runs, each write in one transaction with a lock on the run's row."""
    import psycopg
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import AsyncConnectionPool

    class PlainPostgresSaver(AsyncPostgresSaver):
        """Without a pipeline: its server does not count a session as idle whose client stands still inside one."""

        def __init__(self, connection: Any) -> None:
            super().__init__(connection)
            self.supports_pipeline = False

    class FencedPostgresSaver(AsyncPostgresSaver):
        """Holds the run's row ``FOR SHARE`` while a checkpoint is written: a take-over waits, or comes first."""

        async def aput(
            self,
            config: RunnableConfig,
            checkpoint: Checkpoint,
            metadata: CheckpointMetadata,
            new_versions: Any,
        ) -> RunnableConfig:
            async with held(pool) as inner:
                return await inner.aput(config, checkpoint, metadata, new_versions)

        async def aput_writes(
            self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
        ) -> None:
            async with held(pool) as inner:
                await inner.aput_writes(config, writes, task_id, task_path)

    @asynccontextmanager
    async def held(pool: Any) -> AsyncIterator[AsyncPostgresSaver]:
        try:
            async with pool.connection() as connection, connection.transaction():
                await check_lease(connection, CURRENT_LEASE.get())
                yield PlainPostgresSaver(connection)
        except (psycopg.OperationalError, psycopg.errors.IdleInTransactionSessionTimeout) as error:
            raise Unavailable(
                "The checkpoint could not be stored.", mend="Check that PostgreSQL is reachable."
            ) from error

    async def limit_stalls(connection: Any) -> None:
        await connection.execute(END_STALLED)

    plain = url.replace("postgresql+psycopg://", "postgresql://")
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    pool: Any = AsyncConnectionPool(plain, min_size=1, max_size=8, kwargs=options, configure=limit_stalls, open=False)
    async with pool:
        saver = FencedPostgresSaver(pool)
        async with pool.connection() as connection:
            # The saver's own migrations use CREATE INDEX CONCURRENTLY and do not expect company.
            await connection.execute("SELECT pg_advisory_lock(%s)", (0x63686B70,))
            try:
                await AsyncPostgresSaver(connection).setup()
            finally:
                await connection.execute("SELECT pg_advisory_unlock(%s)", (0x63686B70,))
        yield saver


async def check_lease(connection: Any, lease: Lease) -> None:
    cursor = await connection.execute(
        "SELECT 1 FROM runs WHERE id = %s AND executor = %s AND epoch = %s FOR SHARE",
        (lease.run, lease.executor, lease.epoch),
    )
    if await cursor.fetchone() is None:
        raise LeaseLost(f"Run {lease.run} belongs to another process now.")
