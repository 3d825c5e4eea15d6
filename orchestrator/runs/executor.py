"""Executes the runs that this process holds, one task each, and hands what it cannot finish to whoever is next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command
from sqlalchemy.exc import IntegrityError

from core.database import Database
from core.errors import LeaseLost, NexusError
from orchestrator.runs import store
from orchestrator.runs.journal import Journal
from orchestrator.runs.machine import Execution, Machine
from orchestrator.runs.model import Lease, Run, RunKind
from orchestrator.runs.saver import CURRENT_LEASE, config_of

log = logging.getLogger(__name__)


class Executor:
    """The runs of one process. ``id`` is the process's own; its lease is kept by the sweeper."""

    def __init__(self, id: str, db: Database, saver: BaseCheckpointSaver[str]) -> None:
        self.id = id
        self._db = db
        self._saver = saver
        self._machines: dict[RunKind, Machine] = {}
        self._graphs: dict[RunKind, CompiledStateGraph[Any, Any, Any, Any]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._in_hand: set[str] = set()
        self._cancelled: set[str] = set()
        self._closing = False

    def serve(self, machines: Mapping[RunKind, Machine]) -> None:
        """Say what each kind of run executes. Once, before the first run: machines may start runs themselves."""
        self._machines = dict(machines)
        self._graphs = {kind: machine.compile(self._saver) for kind, machine in machines.items()}

    def version(self, kind: RunKind) -> str:
        """The graph version that a new run of this kind is begun with."""
        return self._machines[kind].version

    def launch(self, run: Run) -> None:
        """Execute a run whose row names this executor and the epoch in ``run``."""
        task = asyncio.create_task(self._execute(run), name=f"run {run.id}")
        self._tasks[run.id] = task
        task.add_done_callback(lambda done: self._forget(run.id, done))

    async def take(self, run_id: str) -> bool:
        """Claim a run that has something to do and execute it here. ``False`` where there is nothing to take."""
        if self._closing or self.executes(run_id):
            return False
        with self.in_hand(run_id):
            try:
                run = await self._db.write(lambda tx: store.claim(tx, run_id, self.id))
            except IntegrityError:
                # Another run of the same thread became the running one at the same moment.
                return False
            if run is None:
                return False
            self.launch(run)
        return True

    @contextmanager
    def in_hand(self, run_id: str) -> Iterator[None]:
        """While a run is being made this executor's and has no task yet: nothing else here takes it meanwhile."""
        self._in_hand.add(run_id)
        try:
            yield
        finally:
            self._in_hand.discard(run_id)

    def executes(self, run_id: str) -> bool:
        """Whether this process is at work on a run."""
        return run_id in self._tasks or run_id in self._in_hand

    def cancel(self, run_id: str) -> bool:
        """Stop a run that executes here. ``False`` where it does not."""
        task = self._tasks.get(run_id)
        if task is None:
            return False
        self._cancelled.add(run_id)
        task.cancel()
        return True

    async def forget_checkpoints(self, run_id: str) -> None:
        """Let a run start again from its input."""
        await self._saver.adelete_thread(run_id)

    async def aclose(self) -> None:
        """Stop executing. What was running stays as it is, for the next process to take up."""
        self._closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, run_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(run_id) is task:
            del self._tasks[run_id]
        self._cancelled.discard(run_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("run %s ended without a word", run_id, exc_info=error)

    async def _execute(self, run: Run) -> None:
        lease = Lease(run.id, run.org, self.id, run.epoch)
        CURRENT_LEASE.set(lease)
        try:
            await self._conclude(run, lease)
        except LeaseLost:
            log.info("run %s went to another process", run.id)
        except asyncio.CancelledError:
            if run.id not in self._cancelled:
                raise
            await self._end(lambda tx: store.cancelled(tx, lease))
        except NexusError as error:
            problem = {"code": error.code, "detail": error.detail, "mend": error.mend}
            await self._end(lambda tx: store.fail(tx, lease, problem))
        except Exception:
            log.exception("run %s failed", run.id)
            problem = {"code": "internal", "detail": "The run failed inside NEXUS.", "mend": NexusError.default_mend}
            await self._end(lambda tx: store.fail(tx, lease, problem))
        await self._next_in_thread(run)

    async def _end(self, unit: Any) -> None:
        try:
            await self._db.write(unit)
        except LeaseLost:
            log.info("a run ended here that another process has taken over")

    async def _conclude(self, run: Run, lease: Lease) -> None:
        machine = self._machines[run.kind]
        if run.graph_version != machine.version:
            raise UpgradeNeeded(run, machine)
        graph = self._graphs[run.kind]
        context = Execution(machine.services, Journal(self._db, run, lease))
        go_on = machine.initial(run.input) if run.attempt == 1 else await self._where(graph, run, machine)
        while True:
            state = await graph.ainvoke(go_on, config_of(run.id), context=context, durability="sync")
            if "__interrupt__" not in state:
                await self._db.write(partial(store.finish, lease=lease, output=machine.output(state)), brief=True)
                return
            if await self._park(lease):
                return
            go_on = Command(resume=True)

    async def _park(self, lease: Lease) -> bool:
        try:
            return await self._db.write(lambda tx: store.park(tx, lease), brief=True)
        except IntegrityError:
            # A later message of the thread began to run at the same moment, and is seen now.
            return await self._db.write(lambda tx: store.park(tx, lease), brief=True)

    async def _where(self, graph: CompiledStateGraph[Any, Any, Any, Any], run: Run, machine: Machine) -> Any:
        """Where LangGraph goes on. It is never asked whether: the run's row has said so."""
        snapshot = await graph.aget_state(config_of(run.id))
        if snapshot.created_at is None:
            return machine.initial(run.input)
        return Command(resume=True) if snapshot.interrupts else None

    async def _next_in_thread(self, run: Run) -> None:
        if run.thread is None or self._closing:
            return
        waiting = await self._db.read(lambda connection: store.next_in_thread(connection, run.thread))
        if waiting is not None:
            await self.take(waiting)


class UpgradeNeeded(NexusError):
    """A run that an older or newer graph began: continuing it here could skip or repeat what it did."""

    code = "upgrade"
    status = 409
    default_mend = "Resume it: it starts again from its input under the graph of today."

    def __init__(self, run: Run, machine: Machine) -> None:
        super().__init__(
            f"This run was begun by version {run.graph_version} of the {machine.name} graph; this is {machine.version}."
        )
