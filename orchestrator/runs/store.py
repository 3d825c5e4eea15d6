"""Runs in the database: every change of a run's state is one of these units of work."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, bindparam, func, select, update
from sqlalchemy.sql import or_

from core.actor import Actor, Role
from core.clock import rfc3339
from core.database import Transaction
from core.errors import Conflict, LeaseLost, NotFound
from core.events import Event
from orchestrator.runs.model import ENDED, Lease, Run, RunKind, RunState
from orchestrator.runs.tables import effects, executors, runs

CLAIMABLE = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)


def insert_run(tx: Transaction, run: Run) -> None:
    """A new run, queued or already held by the executor that its row names. States ``run.started`` if held."""
    tx.execute(
        runs.insert().values(
            id=run.id,
            org=run.org,
            kind=run.kind,
            thread=run.thread,
            parent=run.parent,
            actor=run.actor.id,
            role=int(run.actor.role),
            state=run.state,
            input=json.dumps(run.input),
            executor=run.executor,
            epoch=run.epoch,
            attempt=run.attempt,
            resume_due=False,
            cancel_due=False,
            pruned=False,
            graph_version=run.graph_version,
            created_at=run.created_at,
            started_at=run.started_at,
        )
    )
    if run.executor:
        state_started(tx, run)


def state_started(tx: Transaction, run: Run, *, name: str = "", mark: str = "") -> None:
    """``run.started`` the first time, ``run.resumed`` at every later attempt."""
    name = name or ("run.started" if run.attempt == 1 else "run.resumed")
    tx.emit(
        name,
        {"run": run.id, "kind": run.kind, "thread": run.thread, "parent": run.parent, "attempt": run.attempt},
        key=f"{run.id}/{name}/{run.attempt}{mark}",
        org=run.org,
        run=run.id,
    )


def thread_is_busy(connection: Connection, thread: str | None) -> bool:
    """Whether a run of the thread is running or waits for its turn before any new one."""
    if thread is None:
        return False
    query = select(runs.c.id).where(runs.c.thread == thread, runs.c.state.in_([RunState.RUNNING, RunState.QUEUED]))
    return connection.execute(query.limit(1)).first() is not None


def get_run(connection: Connection, org: str, run_id: str) -> Run:
    """Raises ``NotFound``, also for a run of another organisation."""
    run = find_run(connection, org, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id!r}.")
    return run


def find_run(connection: Connection, org: str, run_id: str) -> Run | None:
    row = connection.execute(select(runs).where(runs.c.id == run_id, runs.c.org == org)).first()
    return as_run(row) if row else None


def lock_run(tx: Transaction, org: str, run_id: str) -> Run:
    """The run, held against every other writer until this unit commits. Raises ``NotFound``."""
    tx.execute(select(runs.c.id).where(runs.c.id == run_id).with_for_update())
    return get_run(tx.connection, org, run_id)


def list_runs(
    connection: Connection,
    org: str,
    *,
    kind: str | None,
    thread: str | None,
    state: str | None,
    limit: int,
    after: str,
    module: str | None = None,
) -> list[Run]:
    """Newest first; ``after`` is the id of the last run of the page before (UUIDv7 sorts by time).

    ``module``: runs that called one of its operations.
    """
    query = select(runs).where(runs.c.org == org).order_by(runs.c.id.desc()).limit(limit)
    for column, value in ((runs.c.kind, kind), (runs.c.thread, thread), (runs.c.state, state)):
        if value:
            query = query.where(column == value)
    if module:
        query = query.where(runs.c.id.in_(select(effects.c.run).where(effects.c.module == module)))
    if after:
        query = query.where(runs.c.id < after)
    return [as_run(row) for row in connection.execute(query)]


def as_run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        org=row.org,
        kind=RunKind(row.kind),
        actor=Actor(row.actor, row.org, Role(row.role)),
        state=RunState(row.state),
        input=json.loads(row.input),
        thread=row.thread,
        parent=row.parent,
        output=json.loads(row.output) if row.output else None,
        error=json.loads(row.error) if row.error else None,
        executor=row.executor,
        epoch=row.epoch,
        attempt=row.attempt,
        graph_version=row.graph_version,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


HOLD = (
    update(runs)
    .where(
        runs.c.id == bindparam("held_run"),
        runs.c.executor == bindparam("held_by"),
        runs.c.epoch == bindparam("held_epoch"),
    )
    .values(epoch=bindparam("held_epoch"))
)
"""Built once: every unit of work of every run begins with it."""


def fenced(lease: Lease) -> Update:
    """An UPDATE of the leased run that touches no row once the lease is void."""
    return update(runs).where(runs.c.id == lease.run, runs.c.executor == lease.executor, runs.c.epoch == lease.epoch)


def hold(tx: Transaction, lease: Lease) -> None:
    """First statement of every unit of work of a run: raises ``LeaseLost`` and so writes nothing once it is void."""
    held = {"held_run": lease.run, "held_by": lease.executor, "held_epoch": lease.epoch}
    if not tx.execute(HOLD, held).rowcount:
        raise LeaseLost(f"Run {lease.run} belongs to another process now.")


def claim(tx: Transaction, run_id: str, executor: str) -> Run | None:
    """Take a run that nobody (alive) holds and that has something to do. ``None`` where there is nothing to take.

    One that only waits is let go instead, and one that was to be cancelled ends.
    """
    # What this executor holds itself comes here only where nobody executes it: see ``Executor.take``.
    free = claimable(tx.connection) | ((runs.c.executor == executor) & (runs.c.state.in_(CLAIMABLE)))
    # Whoever writes to it at this moment has it, or will be seen to have left it at the next look.
    row = tx.execute(select(runs).where(runs.c.id == run_id, free).with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    if row.state == RunState.WAITING and not (row.resume_due or row.cancel_due):
        # Its process died between the card and the parking. The card is open, and its answer will find the run.
        tx.execute(update(runs).where(runs.c.id == run_id, runs.c.epoch == row.epoch).values(executor=None))
        return None
    if blocked_by_thread(tx.connection, row):
        return None
    taken = tx.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.epoch == row.epoch, runs.c.state == row.state)
        .values(
            executor=executor,
            epoch=row.epoch + 1,
            attempt=row.attempt + 1,
            state=RunState.RUNNING,
            resume_due=False,
            started_at=row.started_at or rfc3339(tx.now),
        )
    ).rowcount
    if not taken:
        return None
    if row.cancel_due:
        cancelled(tx, Lease(run_id, row.org, executor, row.epoch + 1))
        return None
    run = get_run(tx.connection, row.org, run_id)
    state_started(tx, run)
    return run


def claimable(connection: Connection) -> ColumnElement[bool]:
    """Runs with work to do whose executor is nobody, or one that has expired."""
    alive = select(executors.c.id).where(executors.c.expires > database_now(connection))
    ownerless = or_(runs.c.executor.is_(None), runs.c.executor.not_in(alive))
    due = or_(runs.c.state.in_([RunState.QUEUED, RunState.RUNNING]), runs.c.resume_due.is_(True))
    # A run whose process died between the card and its parking waits without a living owner: it is let go.
    unparked = (runs.c.state == RunState.WAITING) & runs.c.executor.is_not(None)
    return ownerless & (due | unparked) & runs.c.state.in_(CLAIMABLE)


def blocked_by_thread(connection: Connection, row: Row[Any]) -> bool:
    """Whether an earlier message of the same thread must end or wait first."""
    if row.thread is None:
        return False
    if another_runs(connection, row.thread, row.id):
        return True
    earlier = (runs.c.thread == row.thread) & (runs.c.state == RunState.QUEUED) & (runs.c.id < row.id)
    return row.state == RunState.QUEUED and connection.execute(select(runs.c.id).where(earlier)).first() is not None


def another_runs(connection: Connection, thread: str | None, run_id: str) -> bool:
    """Whether another run of the thread is the running one."""
    running = (runs.c.thread == thread) & (runs.c.state == RunState.RUNNING) & (runs.c.id != run_id)
    return connection.execute(select(runs.c.id).where(running).limit(1)).first() is not None


def held_ids(connection: Connection, executor: str) -> list[str]:
    """Ids of the runs that this executor holds and that have not ended."""
    query = select(runs.c.id).where(runs.c.executor == executor, runs.c.state.in_(CLAIMABLE))
    return list(connection.execute(query.order_by(runs.c.id)).scalars())


def claimable_ids(connection: Connection) -> list[str]:
    """Ids of runs that may be taken over or begun, oldest first."""
    return list(connection.execute(select(runs.c.id).where(claimable(connection)).order_by(runs.c.id)).scalars())


def park(tx: Transaction, lease: Lease) -> bool:
    """Let go of a run whose card is open. ``False`` where the answer came meanwhile: go on at once."""
    hold(tx, lease)
    row = tx.execute(select(runs.c.resume_due, runs.c.cancel_due, runs.c.thread).where(runs.c.id == lease.run)).one()
    if row.cancel_due:
        cancelled(tx, lease)
        return True
    # A later message of the thread may run since this one waits: then the answer is acted on after it.
    if row.resume_due and not another_runs(tx.connection, row.thread, lease.run):
        tx.execute(fenced(lease).values(resume_due=False, state=RunState.RUNNING))
        # The same attempt goes on, so that its number alone would not tell this resumption from another.
        state_started(tx, get_run(tx.connection, lease.org, lease.run), name="run.resumed", mark=f"/{rfc3339(tx.now)}")
        return False
    tx.execute(fenced(lease).values(executor=None))
    return True


def wait_for_answer(tx: Transaction, lease: Lease, state: RunState) -> None:
    """A card of this run is open (``WAITING``), or nobody can tell what an effect did (``UNKNOWN``)."""
    hold(tx, lease)
    tx.execute(fenced(lease).values(state=state))


def wake(tx: Transaction, run_id: str) -> None:
    """A card of this run was answered: it has work to do again, here or wherever it is held."""
    tx.execute(
        update(runs)
        .where(runs.c.id == run_id, runs.c.state.in_([RunState.WAITING, RunState.UNKNOWN]))
        .values(resume_due=True, state=RunState.WAITING)
    )


def finish(tx: Transaction, lease: Lease, output: dict[str, Any]) -> None:
    """The one way a run is done."""
    end(tx, lease, RunState.DONE, "run.finished", output=output)


def fail(tx: Transaction, lease: Lease, error: dict[str, Any]) -> None:
    end(tx, lease, RunState.FAILED, "run.failed", error=error)


def cancelled(tx: Transaction, lease: Lease) -> None:
    end(tx, lease, RunState.CANCELLED, "run.cancelled")


def end(
    tx: Transaction,
    lease: Lease,
    state: RunState,
    event: str,
    *,
    output: dict[str, Any] | None = None,
    error: dict[str, Any] | None = None,
) -> None:
    hold(tx, lease)
    tx.execute(
        fenced(lease).values(
            state=state,
            output=json.dumps(output) if output is not None else None,
            error=json.dumps(error) if error is not None else None,
            executor=None,
            finished_at=rfc3339(tx.now),
        )
    )
    # A failed run may be resumed and fail again: the epoch keeps the two apart.
    tx.emit(
        event,
        {"run": lease.run, "state": state, "output": output, "error": error},
        key=f"{lease.run}/{event}/{lease.epoch}",
        org=lease.org,
        run=lease.run,
    )


def request_cancel(tx: Transaction, run: Run) -> bool:
    """Ask for the end of a run. ``True`` where it ended here, because nobody was executing it."""
    if run.state in ENDED:
        raise Conflict(f"Run {run.id} has ended already ({run.state}).", mend="Nothing to cancel.")
    if run.executor is not None:
        tx.execute(update(runs).where(runs.c.id == run.id).values(cancel_due=True))
        return False
    changed = tx.execute(
        update(runs)
        .where(runs.c.id == run.id, runs.c.executor.is_(None), runs.c.epoch == run.epoch)
        .values(state=RunState.CANCELLED, finished_at=rfc3339(tx.now), resume_due=False)
    ).rowcount
    if not changed:
        raise Conflict(f"Run {run.id} was taken up meanwhile.", mend="Cancel it again.")
    tx.emit(
        "run.cancelled",
        {"run": run.id, "state": RunState.CANCELLED},
        key=f"{run.id}/run.cancelled/{run.epoch}",
        org=run.org,
        run=run.id,
    )
    return True


def request_resume(tx: Transaction, run: Run, graph_version: str) -> None:
    """Set a failed run going again, under the graph of today."""
    if run.state is not RunState.FAILED:
        raise Conflict(f"Run {run.id} is {run.state}; only a failed run is resumed.", mend="Read the run first.")
    tx.execute(
        update(runs)
        .where(runs.c.id == run.id, runs.c.state == RunState.FAILED)
        .values(
            state=RunState.QUEUED,
            executor=None,
            error=None,
            finished_at=None,
            cancel_due=False,
            graph_version=graph_version,
        )
    )


def cancels_due(connection: Connection, executor: str) -> list[str]:
    """Runs of this executor that somebody asked to end."""
    query = select(runs.c.id).where(runs.c.executor == executor, runs.c.cancel_due.is_(True))
    return list(connection.execute(query).scalars())


def next_in_thread(connection: Connection, thread: str | None) -> str | None:
    """The oldest run of a thread that waits for its turn."""
    if thread is None:
        return None
    due = (runs.c.state == RunState.QUEUED) | ((runs.c.state == RunState.WAITING) & runs.c.resume_due.is_(True))
    query = select(runs.c.id).where(runs.c.thread == thread, runs.c.executor.is_(None), due)
    return connection.execute(query.order_by(runs.c.id).limit(1)).scalar()


def is_end(event: Event) -> bool:
    """Whether an event says that its run has ended."""
    return event.type in {"run.finished", "run.failed", "run.cancelled"}


def database_now(connection: Connection) -> float:
    """Seconds since the epoch by the database's clock: the one that all executors share."""
    if connection.dialect.name == "sqlite":
        return float(connection.execute(select((func.julianday("now") - 2440587.5) * 86400.0)).scalar_one())
    return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
