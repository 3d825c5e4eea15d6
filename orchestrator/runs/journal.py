"""What a running node may write: its events and its effects, each unit fenced by the run's lease."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select, update

from core.actor import Actor
from core.clock import rfc3339
from core.database import Database, Transaction
from core.errors import InvalidInput, NexusError, NotFound, PolicyViolation
from orchestrator.runs import store
from orchestrator.runs.model import Lease, Run, RunState
from orchestrator.runs.tables import effects

T = TypeVar("T")
Act = Callable[[str], Awaitable[dict[str, Any]]]
Record = Callable[[Transaction, dict[str, Any]], None]


SHORT = 16 * 1024
"""Characters of a result that is stored in a moment."""

REFUSALS = (InvalidInput, NotFound, PolicyViolation)
"""What an act raises before it has done anything: nobody has to ask later whether it happened."""


class OutcomeUnknown(NexusError):
    """An effect was begun, its result was never recorded, and repeating it could do it twice."""

    code = "outcome_unknown"
    status = 409
    default_mend = "Look upstream whether it happened, then answer the card: do it again, or leave it."

    def __init__(self, step: str, ordinal: int) -> None:
        super().__init__("An outside call was under way when the process died; nobody can tell whether it happened.")
        self.step = step
        self.ordinal = ordinal


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a run something happens. ``step`` is ``node@langgraph_step``, the same after a kill."""

    step: str
    node: str


class Journal:
    """The writing side of one attempt of a run."""

    def __init__(self, db: Database, run: Run, lease: Lease) -> None:
        self._db = db
        self._lease = lease
        self._beginning: Place | None = None
        self.run = run

    @property
    def actor(self) -> Actor:
        return self.run.actor

    @property
    def org(self) -> str:
        return self.run.org

    async def write(self, unit: Callable[[Transaction], T], *, brief: bool = False) -> T:
        """One unit of work of the run. Raises ``LeaseLost`` and writes nothing once the lease is void.

        ``brief`` as in ``Database.write``.
        """

        beginning = self._beginning

        def held(tx: Transaction) -> T:
            store.hold(tx, self._lease)
            self._begin(tx, beginning)
            return unit(tx)

        value = await self._db.write(held, brief=brief)
        self._begun(beginning)
        return value

    async def ask(self, unit: Callable[[Transaction], tuple[T, bool]], *, state: RunState = RunState.WAITING) -> T:
        """A unit of work that opens a card, or finds it, and says whether it is open: the run waits from then on."""

        def asking(tx: Transaction) -> T:
            value, is_open = unit(tx)
            if is_open:
                store.wait_for_answer(tx, self._lease, state)
            return value

        return await self.write(asking)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """A read, fenced by nothing."""
        return await self._db.read(query)

    def started(self, place: Place) -> None:
        """``step.started``: an occurrence, once an attempt.

        Stated first of all by the step's first unit of work, which comes before anything is done outside: a step
        that only computes is one commit and not two.
        """
        self._beginning = place

    async def announce(self) -> None:
        """State the step's start now: it does something long before it writes anything."""
        await self.write(lambda tx: None, brief=True)

    async def finished(self, place: Place, summary: Mapping[str, Any]) -> None:
        await self.write(lambda tx: self.occur(tx, "step.finished", place, {"output": summary}), brief=True)

    async def failed(self, place: Place, error: Mapping[str, Any]) -> None:
        await self.write(lambda tx: self.occur(tx, "step.failed", place, {"error": error}), brief=True)

    async def occurred(self, name: str, place: Place, data: Mapping[str, Any], n: int = 0) -> None:
        """An occurrence in a unit of its own: progress, deltas."""
        await self.write(lambda tx: self.occur(tx, name, place, data, n), brief=True)

    def _begin(self, tx: Transaction, place: Place | None) -> None:
        if place is not None:
            self.occur(tx, "step.started", place, {})

    def _begun(self, place: Place | None) -> None:
        if self._beginning is place:
            self._beginning = None

    def occur(self, tx: Transaction, name: str, place: Place, data: Mapping[str, Any], n: int = 0) -> None:
        """State that something happened each time it happens: keyed by the attempt, too."""
        attempt = self.run.attempt
        tx.emit(
            name,
            {"step": place.step, "node": place.node, "attempt": attempt, **data},
            key=f"{self.run.id}/{place.step}/{attempt}/{name}/{n}",
            org=self.org,
            run=self.run.id,
        )

    def result(self, tx: Transaction, name: str, place: Place, data: Mapping[str, Any], n: int = 0) -> None:
        """State an outcome: once for ever, in the transaction that records its effect or row."""
        tx.emit(
            name,
            {"step": place.step, "node": place.node, **data},
            key=f"{self.run.id}/{place.step}/{name}/{n}",
            org=self.org,
            run=self.run.id,
        )

    async def once(
        self,
        place: Place,
        kind: str,
        act: Act,
        *,
        record: Record | None = None,
        repeatable: bool,
        ordinal: int = 0,
        module: str | None = None,
    ) -> dict[str, Any]:
        """Do ``act(idempotency key)`` at most once a run, however often the node runs.

        A finished effect returns its recorded result. One that was begun and not finished is done again with the
        same key where it is ``repeatable`` (it reads, or the other side knows idempotency keys), and raises
        ``OutcomeUnknown`` where it is not. ``record`` writes what belongs to the result in the same transaction.
        ``module`` is the one whose operation is called.
        """
        found = await self.write(lambda tx: begin(tx, self.run.id, place.step, ordinal, kind, module), brief=True)
        if found is not None:
            if found.result is not None:
                return json.loads(found.result)
            if not repeatable:
                raise OutcomeUnknown(place.step, ordinal)
        try:
            result = await act(f"{self.run.id}/{place.step}/{ordinal}")
        except REFUSALS:
            if found is None:
                await self.write(lambda tx: forget(tx, self.run.id, place.step, ordinal))
            raise

        text = json.dumps(result)

        def conclude(tx: Transaction) -> None:
            complete(tx, self.run.id, place.step, ordinal, text)
            if record is not None:
                record(tx, result)

        await self.write(conclude, brief=len(text) <= SHORT)
        return result

    async def at_once(self, place: Place, kind: str, unit: Callable[[Transaction], dict[str, Any]]) -> dict[str, Any]:
        """An effect that is itself a transaction: its change, its row and its events commit together."""

        def act(tx: Transaction) -> dict[str, Any]:
            found = begin(tx, self.run.id, place.step, 0, kind)
            if found is not None and found.result is not None:
                return json.loads(found.result)
            result = unit(tx)
            complete(tx, self.run.id, place.step, 0, json.dumps(result))
            return result

        return await self.write(act)

    async def recorded(self, step: str, ordinal: int = 0) -> dict[str, Any] | None:
        """The recorded result of an effect, for nodes that come later."""

        return await self._db.read(lambda connection: recorded(connection, self.run.id, step, ordinal))

    async def settle_unknown(self, place: Place, result: dict[str, Any], record: Record, ordinal: int = 0) -> None:
        """The owner's word on an unknown outcome, as a result to go on with. ``record`` as in ``once``."""

        def unit(tx: Transaction) -> None:
            complete(tx, self.run.id, place.step, ordinal, json.dumps(result))
            record(tx, result)

        await self.write(unit)


def recorded(
    connection: Connection, run: str, step: str, ordinal: int = 0, *, kind: str | None = None
) -> dict[str, Any] | None:
    """The recorded result of an effect, if it has one and is of this kind."""
    query = select(effects.c.result).where(*at(run, step, ordinal))
    text = connection.execute(query.where(effects.c.kind == kind) if kind else query).scalar()
    return json.loads(text) if text else None


def at(run: str, step: str, ordinal: int) -> tuple[Any, ...]:
    return effects.c.run == run, effects.c.step == step, effects.c.ordinal == ordinal


def begin(tx: Transaction, run: str, step: str, ordinal: int, kind: str, module: str | None = None) -> Row[Any] | None:
    """The effect's row if it exists; otherwise it is begun now and ``None`` is returned."""
    row = tx.execute(select(effects).where(*at(run, step, ordinal))).first()
    if row is None:
        tx.execute(
            effects.insert().values(
                run=run,
                step=step,
                ordinal=ordinal,
                kind=kind,
                state="begun",
                begun_at=rfc3339(tx.now),
                module=module,
            )
        )
    return row


def forget(tx: Transaction, run: str, step: str, ordinal: int) -> None:
    """An effect that was begun and refused: there is none."""
    tx.execute(effects.delete().where(*at(run, step, ordinal)))


def complete(tx: Transaction, run: str, step: str, ordinal: int, result: str) -> None:
    """The effect has this result, which is JSON."""
    tx.execute(
        update(effects)
        .where(*at(run, step, ordinal))
        .values(state="finished", result=result, finished_at=rfc3339(tx.now))
    )
