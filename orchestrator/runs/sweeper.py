"""Keeps the process's lease, takes over what dead processes left, and closes what is overdue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from langgraph.checkpoint.base import BaseCheckpointSaver

from core.database import Database
from core.errors import NexusError
from orchestrator.runs import idempotency, lease, prune, store
from orchestrator.runs.executor import Executor

log = logging.getLogger(__name__)

PRUNE_EVERY = 720


class Sweeper:
    """Two tasks: one keeps the lease, the other looks around every few seconds.

    ``alone``: the data directory's lock proves that every former process is dead, so its runs are taken at once and
    no lease has to expire first.
    """

    def __init__(
        self,
        db: Database,
        executor: Executor,
        saver: BaseCheckpointSaver[str],
        *,
        alone: bool,
        expire_cards: Callable[[], Awaitable[list[str]]],
        keep_checkpoints_days: float,
        forget_calls: Callable[[], Awaitable[int]],
        seconds: float = lease.HEARTBEAT_SECONDS,
        lease_seconds: float = lease.LEASE_SECONDS,
    ) -> None:
        self._db = db
        self._executor = executor
        self._saver = saver
        self._alone = alone
        self._expire_cards = expire_cards
        self._keep_days = keep_checkpoints_days
        self._forget_calls = forget_calls
        self._seconds = seconds
        self._lease_seconds = lease_seconds
        self._idle: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Register this process and take up what nobody holds."""
        await self._db.write(
            lambda tx: lease.register(tx, self._executor.id, alone=self._alone, seconds=self._lease_seconds)
        )
        self._tasks.append(asyncio.create_task(self._beat(), name="heartbeat"))
        await self._take_over()
        self._tasks.append(asyncio.create_task(self._look(), name="sweeper"))

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._executor.aclose()
        await self._db.write(lambda tx: lease.leave(tx, self._executor.id))

    async def _beat(self) -> None:
        """Keep the lease. Nothing else is done here: what waits for a lock must not cost it."""
        while True:
            await asyncio.sleep(self._seconds)
            try:
                await self._db.write(lambda tx: lease.beat(tx, self._executor.id, seconds=self._lease_seconds))
            except NexusError as error:
                log.warning("the lease could not be kept: %s", error.detail)
            except Exception:  # whatever it is, the next beat may succeed
                log.exception("the lease could not be kept")

    async def _look(self) -> None:
        count = 0
        while True:
            await asyncio.sleep(self._seconds)
            count += 1
            try:
                await self._sweep(count)
            except NexusError as error:
                log.warning("the sweeper goes on after: %s", error.detail)
            except Exception:  # whatever it is, the next look may find what this one did not
                log.exception("the sweeper goes on")

    async def _sweep(self, count: int) -> None:
        for run_id in await self._expire_cards():
            log.info("a card of run %s expired", run_id)
        for run_id in await self._db.read(lambda connection: store.cancels_due(connection, self._executor.id)):
            self._executor.cancel(run_id)
        await self._take_over()
        await self._take_up()
        if count % PRUNE_EVERY == 1:
            await self._db.write(lease.forget_dead)
            await idempotency.forget_old(self._db)
            await prune.prune_checkpoints(self._db, self._saver, self._keep_days)
            await self._forget_calls()

    async def _take_over(self) -> None:
        for run_id in await self._db.read(store.claimable_ids):
            await self._executor.take(run_id)

    async def _take_up(self) -> None:
        """Set going again what this process holds and nobody in it executes: not even its failure could be written
        (a full disk, say). Seen twice in a row, so that it is none that is only just beginning."""
        held = await self._db.read(lambda connection: store.held_ids(connection, self._executor.id))
        idle = {run_id for run_id in held if not self._executor.executes(run_id)}
        for run_id in sorted(idle & self._idle):
            await self._executor.take(run_id)
        self._idle = idle
