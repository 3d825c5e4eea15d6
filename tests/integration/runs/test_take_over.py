"""What happens to a run whose process is gone, or thought to be gone."""

from __future__ import annotations

import asyncio
from typing import Any

from orchestrator.governance.store import ApprovalState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.runs.model import RunKind, RunState
from tests.integration.runs.conftest import Launch
from tests.integration.runs.process import OWNER, State, machine_of, until

EXPIRED = -1.0


async def test_a_stopped_process_that_comes_back_writes_nothing_more(launch: Launch) -> None:
    reached, released, calls = asyncio.Event(), asyncio.Event(), []

    async def slow(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        async def act(key: str) -> dict[str, Any]:
            calls.append(key)
            if len(calls) == 1:
                reached.set()
                await released.wait()
            return {"by": len(calls)}

        return {"said": str(await execution.journal.once(place, "model", act, repeatable=True))}

    stopped = await launch(machine_of(slow), lease_seconds=EXPIRED, beat=3600)
    run, _ = await stopped.runs.start(OWNER, RunKind.TURN, {})
    await reached.wait()
    peer = await launch(machine_of(slow))
    await until(peer, run.id, "run.finished")
    released.set()
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == f"run {run.id}"))
    ended = await peer.runs.get("org", run.id)
    assert ended.output == {"steps": [], "said": "{'by': 2}"}
    assert calls == [f"{run.id}/body@1/0"] * 2
    types = await peer.types(run.id)
    assert types.count("run.finished") == 1
    assert types.count("step.finished") == 1


async def test_a_finished_effect_is_never_repeated(launch: Launch) -> None:
    crash, calls = [True], []

    async def pays(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        async def act(key: str) -> dict[str, Any]:
            calls.append(key)
            return {"paid": True}

        result = await execution.journal.once(place, "model", act, repeatable=False)
        if crash.pop() if crash else False:
            raise RuntimeError("the process dies here")
        return {"said": str(result)}

    process = await launch(machine_of(pays))
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await until(process, run.id, "run.failed")
    await process.runs.resume(OWNER, run.id)
    await until(process, run.id, "run.finished")
    assert len(calls) == 1


async def test_an_effect_that_may_have_happened_is_not_repeated_unasked(launch: Launch) -> None:
    reached = asyncio.Event()

    async def writes(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        async def act(key: str) -> dict[str, Any]:
            reached.set()
            await asyncio.Event().wait()
            return {}

        return await execution.journal.once(place, "tool", act, repeatable=False)

    dead = await launch(machine_of(writes), lease_seconds=EXPIRED, beat=3600)
    run, _ = await dead.runs.start(OWNER, RunKind.TURN, {})
    await reached.wait()
    peer = await launch(machine_of(writes))
    await until(peer, run.id, "run.failed")
    failed = await peer.runs.get("org", run.id)
    assert failed.error is not None
    assert failed.error["code"] == "outcome_unknown"


async def test_a_process_that_leaves_hands_its_runs_over_at_once(launch: Launch) -> None:
    reached, second = asyncio.Event(), []

    async def waits(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
        if execution.journal.run.attempt == 1:
            reached.set()
            await asyncio.Event().wait()
        second.append(execution.journal.run.epoch)
        return {}

    leaving = await launch(machine_of(waits))
    run, _ = await leaving.runs.start(OWNER, RunKind.TURN, {})
    await reached.wait()
    await leaving.sweeper.aclose()
    assert (await leaving.runs.get("org", run.id)).state is RunState.RUNNING
    peer = await launch(machine_of(waits))
    await until(peer, run.id, "run.finished")
    assert second == [2]


async def test_an_answer_given_while_nobody_listens_is_acted_on_at_the_next_start(launch: Launch) -> None:
    from tests.integration.runs.process import CARD_HASH, asks

    first = await launch(machine_of(asks))
    run, _ = await first.runs.start(OWNER, RunKind.TURN, {})
    await first.runs.settled("org", run.id)
    await first.sweeper.aclose()
    card = await first.card(run.id)
    await first.approvals.answer(OWNER, card.id, ApprovalState.APPROVED, CARD_HASH)
    second = await launch(machine_of(asks))
    await until(second, run.id, "run.finished")
    assert (await second.runs.get("org", run.id)).output == {"steps": [], "said": "approved"}
