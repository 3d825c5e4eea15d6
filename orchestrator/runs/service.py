"""Use cases of runs: start, wait for, cancel, resume."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Set
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from core.actor import Actor
from core.clock import rfc3339
from core.database import Database, Transaction
from core.events import EventLog, head, read_events
from core.hashing import sha256_hex
from core.ids import Ids
from orchestrator.governance import approvals
from orchestrator.governance import store as governance_store
from orchestrator.runs import store
from orchestrator.runs.executor import Executor
from orchestrator.runs.idempotency import made_before, remember, write_racing
from orchestrator.runs.journal import recorded
from orchestrator.runs.listing import open_sub_runs
from orchestrator.runs.model import ENDED, SETTLED, Run, RunKind, RunState

Also = Callable[[Transaction, Run], None]


class Runs:
    """The life of runs, as other features see it."""

    def __init__(self, db: Database, ids: Ids, events: EventLog, executor: Executor) -> None:
        self._db = db
        self._ids = ids
        self._events = events
        self._executor = executor
        self._waking: set[asyncio.Task[bool]] = set()

    async def start(
        self,
        actor: Actor,
        kind: RunKind,
        input: dict[str, Any],
        *,
        thread: str | None = None,
        parent: str | None = None,
        run_id: str | None = None,
        key: str | None = None,
        request: dict[str, Any] | None = None,
        also: Also | None = None,
    ) -> tuple[Run, int]:
        """Create a run and begin it here. Returns it and the id of the last event before its own.

        In a thread where another run is running it is queued. An idempotency ``key`` or a ``run_id`` that has been
        used gives the run that it made; ``request`` is what the key stands for where ``input`` has ids of its own;
        ``also`` writes what belongs to the run in the same transaction.
        """
        new_id = run_id or self._ids.new()
        wanted = sha256_hex(json.dumps([kind, request or input], sort_keys=True).encode())

        def unit(tx: Transaction) -> tuple[Run, int, bool]:
            before = head(tx.connection)
            made = made_before(tx.connection, actor.org, key, wanted)
            found = store.find_run(tx.connection, actor.org, made or new_id)
            if found is not None:
                return found, before_run(tx.connection, found, before), False
            run = self._new_run(actor, kind, input, new_id, thread, parent, rfc3339(tx.now))
            if also is not None:
                also(tx, run)
            # Asked last: what ``also`` writes into the thread waits for whoever is writing there.
            if store.thread_is_busy(tx.connection, thread):
                run = replace(run, state=RunState.QUEUED, executor=None, epoch=0, attempt=0, started_at=None)
            store.insert_run(tx, run)
            remember(tx, actor.org, key, wanted, new_id)
            return run, before, True

        with self._executor.in_hand(new_id):
            run, before, created = await write_racing(self._db, unit, brief=True)
            if created and run.executor is not None:
                self._executor.launch(run)
        return run, before

    def _new_run(
        self,
        actor: Actor,
        kind: RunKind,
        input: dict[str, Any],
        id: str,
        thread: str | None,
        parent: str | None,
        now: str,
    ) -> Run:
        return Run(
            id=id,
            org=actor.org,
            kind=kind,
            actor=actor,
            state=RunState.RUNNING,
            input=input,
            thread=thread,
            parent=parent,
            executor=self._executor.id,
            epoch=1,
            attempt=1,
            graph_version=self._executor.version(kind),
            created_at=now,
            started_at=now,
        )

    async def get(self, org: str, run_id: str) -> Run:
        return await self._db.read(lambda connection: store.get_run(connection, org, run_id))

    async def effect(self, run: Run, step: str) -> dict[str, Any] | None:
        """The recorded result of an effect of a run."""
        return await self._db.read(lambda connection: recorded(connection, run.id, step))

    async def settled(self, org: str, run_id: str, states: Set[RunState] = SETTLED) -> Run:
        """Wait until the run has ended or waits for an answer (or is in one of ``states``), and return it."""
        run, as_of = await self._snapshot(org, run_id)
        if run.state in states:
            return run
        follower = self._events.follow(org=org, after=as_of, run=run_id)
        try:
            async for event in follower:
                if event.type.startswith(("run.", "approval.")):
                    run, _ = await self._snapshot(org, run_id)
                    if run.state in states:
                        return run
        finally:
            await follower.aclose()
        raise AssertionError("a follower never ends by itself")

    async def cancel(self, actor: Actor, run_id: str) -> Run:
        """End a run and those that it started. What they did stays done; their open cards are closed with them."""

        def unit(tx: Transaction) -> list[str]:
            run = store.lock_run(tx, actor.org, run_id)
            executed: list[str] = []
            for each in (run, *open_sub_runs(tx, run)):
                if not store.request_cancel(tx, each):
                    executed.append(each.id)
                for card in governance_store.list_approvals(
                    tx.connection, actor.org, state="pending", run=each.id, limit=100, after=""
                ):
                    approvals.expire(tx, card)
            return executed

        for executed in await self._db.write(unit):
            self._executor.cancel(executed)
        return await self.settled(actor.org, run_id, ENDED)

    async def resume(self, actor: Actor, run_id: str) -> Run:
        """Set a failed run going again. One of another graph version starts again from its input."""
        run = await self.get(actor.org, run_id)
        version = self._executor.version(run.kind)
        await self._db.write(lambda tx: store.request_resume(tx, run, version))
        if run.graph_version != version:
            await self._executor.forget_checkpoints(run.id)
        await self._executor.take(run.id)
        return await self.get(actor.org, run_id)

    def woken(self, run_id: str) -> None:
        """A run has work to do again; whoever may take it does so now."""
        task = asyncio.create_task(self._executor.take(run_id), name=f"wake {run_id}")
        self._waking.add(task)
        task.add_done_callback(self._waking.discard)

    async def _snapshot(self, org: str, run_id: str) -> tuple[Run, int]:
        return await self._db.read(lambda connection: (store.get_run(connection, org, run_id), head(connection)))


def before_run(connection: Connection, run: Run, newest: int) -> int:
    """Id of the last event before a run's first one, for whoever wants to follow it from the beginning."""
    first = read_events(connection, after=0, org=run.org, run=run.id, limit=1)
    return first[0].id - 1 if first else newest


def derived_id(*parts: str) -> str:
    """An id that the same parts always give: what a step starts is found again after a kill, not started twice."""
    digest = sha256_hex("/".join(parts).encode())
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
