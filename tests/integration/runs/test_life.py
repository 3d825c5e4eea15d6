"""A run's life in one process: steps, cards, effects, cancellation, the order within a thread."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core.errors import Conflict, InvalidInput
from orchestrator.governance.store import ApprovalState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.runs.model import RunKind, RunState
from orchestrator.runs.steps import steps_of
from orchestrator.threads.store import insert_thread
from tests.integration.runs.conftest import Launch
from tests.integration.runs.process import CARD_HASH, OWNER, State, asks, chain, machine_of, until


async def passes(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
    return {"steps": [*state["steps"], place.step]}


async def test_every_node_is_a_step_and_only_our_row_ends_the_run(launch: Launch) -> None:
    process = await launch({RunKind.TURN: chain(("one", passes), ("two", passes))})
    run, before = await process.runs.start(OWNER, RunKind.TURN, {})
    assert before == 0
    ended = await process.runs.settled("org", run.id)
    assert (ended.state, ended.output) == (RunState.DONE, {"steps": ["one@1", "two@2"]})
    assert await process.types(run.id) == [
        "run.started",
        "step.started",
        "step.finished",
        "step.started",
        "step.finished",
        "run.finished",
    ]
    steps = await process.db.read(lambda connection: steps_of(connection, "org", run.id))
    assert [(step["step"], step["state"], step["attempts"]) for step in steps] == [
        ("one@1", "done", 1),
        ("two@2", "done", 1),
    ]


async def test_a_card_pauses_the_run_until_its_one_answer(launch: Launch) -> None:
    process = await launch(machine_of(asks))
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    assert (await process.runs.settled("org", run.id)).state is RunState.WAITING
    card = await process.card(run.id)
    answered = await process.approvals.answer(OWNER, card.id, ApprovalState.APPROVED, CARD_HASH)
    assert answered.answered_by == "owner"
    await until(process, run.id, "run.finished")
    assert (await process.runs.get("org", run.id)).output == {"steps": [], "said": "approved"}
    with pytest.raises(Conflict) as late:
        await process.approvals.answer(OWNER, card.id, ApprovalState.REJECTED, CARD_HASH)
    assert late.value.facts["approval"]["state"] == "approved"


async def test_of_two_answers_at_once_one_counts(launch: Launch) -> None:
    process = await launch(machine_of(asks))
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await process.runs.settled("org", run.id)
    card = await process.card(run.id)
    outcomes = await asyncio.gather(
        process.approvals.answer(OWNER, card.id, ApprovalState.APPROVED, CARD_HASH),
        process.approvals.answer(OWNER, card.id, ApprovalState.REJECTED, CARD_HASH),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Approval", "Conflict"]
    await until(process, run.id, "run.finished")
    answers = [event for event in await process.log() if event.type == "approval.answered"]
    assert len(answers) == 1
    assert answers[0].data["answer"] == (await process.card(run.id)).state


async def test_an_answer_with_another_hash_changes_nothing(launch: Launch) -> None:
    process = await launch(machine_of(asks))
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await process.runs.settled("org", run.id)
    card = await process.card(run.id)
    with pytest.raises(Conflict):
        await process.approvals.answer(OWNER, card.id, ApprovalState.APPROVED, "b" * 64)
    assert (await process.card(run.id)).state is ApprovalState.PENDING


async def test_a_card_nobody_answers_expires_and_the_run_goes_on(launch: Launch) -> None:
    process = await launch(machine_of(asks, services=timedelta(milliseconds=1)), beat=0.05)
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await until(process, run.id, "run.finished")
    assert (await process.runs.get("org", run.id)).output == {"steps": [], "said": "expired"}
    assert "approval.expired" in await process.types(run.id)


async def test_a_key_starts_one_run_and_refuses_another_request(launch: Launch) -> None:
    process = await launch(machine_of(passes))
    first, _ = await process.runs.start(OWNER, RunKind.TURN, {"a": 1}, key="once")
    again, _ = await process.runs.start(OWNER, RunKind.TURN, {"a": 1}, key="once")
    assert again.id == first.id
    with pytest.raises(InvalidInput):
        await process.runs.start(OWNER, RunKind.TURN, {"a": 2}, key="once")


async def test_cancelling_ends_a_running_run_and_closes_an_open_card(launch: Launch) -> None:
    reached = asyncio.Event()

    async def hangs(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        reached.set()
        await asyncio.Event().wait()
        return {}

    process = await launch({RunKind.TURN: chain(("hangs", hangs)), RunKind.CALL: chain(("asks", asks))})
    running, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await reached.wait()
    assert (await process.runs.cancel(OWNER, running.id)).state is RunState.CANCELLED
    waiting, _ = await process.runs.start(OWNER, RunKind.CALL, {})
    await process.runs.settled("org", waiting.id)
    assert (await process.runs.cancel(OWNER, waiting.id)).state is RunState.CANCELLED
    assert (await process.card(waiting.id)).state is ApprovalState.EXPIRED
    with pytest.raises(Conflict):
        await process.runs.cancel(OWNER, waiting.id)


async def test_a_thread_runs_one_message_at_a_time_in_order(launch: Launch) -> None:
    gate, order = asyncio.Event(), []

    async def notes(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        order.append(execution.journal.run.input["n"])
        await gate.wait()
        return {}

    process = await launch(machine_of(notes))
    await process.db.write(lambda tx: insert_thread(tx, "t", "org", "talk"))
    runs = [(await process.runs.start(OWNER, RunKind.TURN, {"n": n}, thread="t"))[0] for n in range(4)]
    assert [run.state for run in runs] == [RunState.RUNNING, *[RunState.QUEUED] * 3]
    gate.set()
    for run in runs:
        await until(process, run.id, "run.finished")
    assert order == [0, 1, 2, 3]


async def test_a_message_while_a_card_is_open_is_a_run_of_its_own(launch: Launch) -> None:
    process = await launch({RunKind.TURN: chain(("asks", asks)), RunKind.CALL: chain(("passes", passes))})
    await process.db.write(lambda tx: insert_thread(tx, "t", "org", "talk"))
    asking, _ = await process.runs.start(OWNER, RunKind.TURN, {}, thread="t")
    await process.runs.settled("org", asking.id)
    for _ in range(3):
        other, _ = await process.runs.start(OWNER, RunKind.CALL, {}, thread="t")
        await until(process, other.id, "run.finished")
    await process.approvals.answer(OWNER, (await process.card(asking.id)).id, ApprovalState.REJECTED, CARD_HASH)
    await until(process, asking.id, "run.finished")
    assert (await process.runs.get("org", asking.id)).output == {"steps": [], "said": "rejected"}


async def test_a_run_of_another_graph_version_fails_visibly_and_can_be_resumed(launch: Launch) -> None:
    old = await launch(machine_of(asks, version="test/1"))
    run, _ = await old.runs.start(OWNER, RunKind.TURN, {})
    await old.runs.settled("org", run.id)
    await old.sweeper.aclose()
    new = await launch(machine_of(asks, version="test/2"))
    card = await new.card(run.id)
    await new.approvals.answer(OWNER, card.id, ApprovalState.APPROVED, CARD_HASH)
    await until(new, run.id, "run.failed")
    failed = await new.runs.get("org", run.id)
    assert failed.error is not None
    assert failed.error["code"] == "upgrade"
    await new.runs.resume(OWNER, run.id)
    await until(new, run.id, "run.finished")
    assert (await new.runs.get("org", run.id)).output == {"steps": [], "said": "approved"}
