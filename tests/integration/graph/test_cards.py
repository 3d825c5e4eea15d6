"""Answers that come at the worst moment: while a node looks for its card, while its run is being parked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from orchestrator.governance.store import ApprovalState
from orchestrator.runs import store
from orchestrator.runs.executor import Executor
from orchestrator.runs.journal import Journal, Place
from orchestrator.runs.machine import Execution
from orchestrator.runs.model import RunKind, RunState
from orchestrator.threads.store import insert_thread
from tests.integration.runs.conftest import Launch
from tests.integration.runs.process import CARD_HASH, OWNER, Process, State, asks, machine_of, until


class HeldParking:
    """Keeps an executor between an open card and the parking of its run."""

    def __init__(self, executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.released = asyncio.Event(), asyncio.Event()
        park = executor._park

        async def held(lease: Any) -> bool:
            self.reached.set()
            await self.released.wait()
            return await park(lease)

        monkeypatch.setattr(executor, "_park", held)


async def approve(process: Process, run: str) -> None:
    card = await process.card(run)
    await process.approvals.answer(OWNER, card.id, ApprovalState.APPROVED, CARD_HASH)


async def test_an_answer_between_a_nodes_look_and_its_wait_is_not_lost(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = await launch(machine_of(asks), lease_seconds=-1, beat=3600)
    parking = HeldParking(dead.executor, monkeypatch)
    run, _ = await dead.runs.start(OWNER, RunKind.TURN, {})
    await parking.reached.wait()
    # Nobody has seen the run wait yet: it is taken over as a running one, as a failed one is that is resumed.
    running = store.runs.update().where(store.runs.c.id == run.id).values(state="running")
    await dead.db.write(lambda tx: tx.execute(running).rowcount)
    ask, answers = Journal.ask, [approve]

    async def answered_first(self: Journal, *unit: Any, **options: Any) -> Any:
        while answers:
            await answers.pop()(dead, run.id)
        return await ask(self, *unit, **options)

    monkeypatch.setattr(Journal, "ask", answered_first)
    peer = await launch(machine_of(asks))
    await until(peer, run.id, "run.finished")
    assert (await peer.runs.get("org", run.id)).output == {"steps": [], "said": "approved"}


async def test_an_answer_while_a_later_message_runs_is_acted_on_after_it(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, go_on = asyncio.Event(), asyncio.Event()

    async def body(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        if execution.journal.run.input.get("asks"):
            return await asks(state, execution, place)
        running.set()
        await go_on.wait()
        return {"said": "later"}

    process = await launch(machine_of(body), beat=0.05)
    await process.db.write(lambda tx: insert_thread(tx, "t", "org", "Talk"))
    parking = HeldParking(process.executor, monkeypatch)
    first, _ = await process.runs.start(OWNER, RunKind.TURN, {"asks": True}, thread="t")
    await parking.reached.wait()
    second, _ = await process.runs.start(OWNER, RunKind.TURN, {}, thread="t")
    await running.wait()
    await approve(process, first.id)
    parking.released.set()
    assert (await process.runs.settled("org", first.id)).state is RunState.WAITING
    go_on.set()
    await until(process, second.id, "run.finished")
    await until(process, first.id, "run.finished")
    assert "run.failed" not in await process.types(first.id)


async def test_an_answer_before_the_parking_is_told_as_a_resumption(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await launch(machine_of(asks))
    parking = HeldParking(process.executor, monkeypatch)
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await parking.reached.wait()
    await approve(process, run.id)
    assert (await process.runs.get("org", run.id)).state is RunState.WAITING
    parking.released.set()
    await until(process, run.id, "run.finished")
    told = [name for name in await process.types(run.id) if name.startswith(("run.", "approval."))]
    assert told == ["run.started", "approval.requested", "approval.answered", "run.resumed", "run.finished"]


async def test_a_card_answered_before_its_interrupt_was_saved_is_found_on_the_next_pass(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = await launch(machine_of(asks), lease_seconds=-1, beat=3600)
    save, saving = dead.executor._saver.aput_writes, asyncio.Event()

    async def never_saved(*arguments: Any, **options: Any) -> None:
        if any(channel == "__interrupt__" for channel, _ in arguments[1]):
            saving.set()
            await asyncio.Event().wait()
        await save(*arguments, **options)

    monkeypatch.setattr(dead.executor._saver, "aput_writes", never_saved)
    run, _ = await dead.runs.start(OWNER, RunKind.TURN, {})
    await saving.wait()
    await approve(dead, run.id)
    peer = await launch(machine_of(asks))
    await until(peer, run.id, "run.finished")
    types = await peer.types(run.id)
    assert [types.count(name) for name in ("approval.requested", "approval.answered", "run.finished")] == [1, 1, 1]
