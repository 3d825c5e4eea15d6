"""What a process holds and does not execute any more is set going again by its own sweeper."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.errors import Unavailable
from orchestrator.runs import store
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.runs.model import RunKind, RunState
from tests.integration.runs.conftest import Launch
from tests.integration.runs.process import OWNER, State, asks, machine_of, until


async def test_a_run_whose_failure_could_not_even_be_written_goes_on_when_the_disk_has_space(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    full: list[bool] = []

    async def fills_the_disk(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        if execution.journal.run.attempt == 1:
            full.append(True)
        return {"said": "done"}

    process = await launch(machine_of(fills_the_disk), beat=0.05)
    write, refused = process.db.write, 0

    async def writes(unit: Any, **how: Any) -> Any:
        nonlocal refused
        if full:
            refused += 1
            # The run's own writes, then those of a sweeper or two.
            if refused == 6:
                full.clear()
            raise Unavailable("The database could not store this: database or disk is full.")
        return await write(unit, **how)

    monkeypatch.setattr(process.db, "write", writes)
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await until(process, run.id, "run.finished")
    ended = await process.runs.get("org", run.id)
    assert (ended.state, ended.attempt) == (RunState.DONE, 2)


async def test_a_run_that_was_to_be_cancelled_when_its_process_died_is_cancelled_by_the_next(launch: Launch) -> None:
    dead = await launch(machine_of(asks), lease_seconds=-1, beat=3600)
    run, _ = await dead.runs.start(OWNER, RunKind.TURN, {})
    while dead.executor.executes(run.id):
        await asyncio.sleep(0)
    held = store.runs.update().where(store.runs.c.id == run.id)
    await dead.db.write(lambda tx: tx.execute(held.values(executor=dead.executor.id, cancel_due=True)).rowcount)
    peer = await launch(machine_of(asks))
    await until(peer, run.id, "run.cancelled")
    assert "run.resumed" not in await peer.types(run.id)


async def test_the_sweeper_outlives_whatever_goes_wrong_in_it(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    process = await launch(machine_of(asks), beat=0.05)
    failures = [ZeroDivisionError()]

    async def expire() -> list[str]:
        if failures:
            raise failures.pop()
        return []

    monkeypatch.setattr(process.sweeper, "_expire_cards", expire)
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await process.runs.settled("org", run.id)
    ownerless = store.runs.update().where(store.runs.c.id == run.id).values(state="queued")
    await process.db.write(lambda tx: tx.execute(ownerless).rowcount)
    await until(process, run.id, "run.resumed")
    assert not failures
