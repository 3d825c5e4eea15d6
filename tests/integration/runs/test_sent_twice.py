"""One answer or edit of a card that comes twice at the same moment counts once, and both are told what it made."""

from __future__ import annotations

import asyncio
from typing import Any

from core.actor import Actor
from core.errors import Conflict
from orchestrator.governance.approvals import Edited, Editor
from orchestrator.governance.decision import decide, payload_hash, stored_inputs
from orchestrator.governance.model import Action, Context
from orchestrator.governance.store import Approval, ApprovalState
from orchestrator.runs.model import RunKind
from tests.integration.runs.conftest import Launch
from tests.integration.runs.process import CARD_HASH, OWNER, Process, asks, machine_of, until

CARDS = 8


async def edited(actor: Actor, approval: Approval, edit: dict[str, Any]) -> Edited:
    action = Action(kind="tool.call", subject="bell__ring", payload=edit)
    context = Context(actor=actor.id, org=actor.org, role="owner")
    return Edited(edit, decide(action, context), stored_inputs(action, context), {})


def meeting(parties: int) -> Editor:
    """An editor that goes on once so many edits have come to it, none of which has been stored by then."""
    barrier = asyncio.Barrier(parties)

    async def meet(actor: Actor, approval: Approval, edit: dict[str, Any]) -> Edited:
        await barrier.wait()
        return await edited(actor, approval, edit)

    return meet


async def open_card(process: Process) -> Approval:
    run, _ = await process.runs.start(OWNER, RunKind.TURN, {})
    await process.runs.settled("org", run.id)
    return await process.card(run.id)


async def told(process: Process, type: str, card: Approval) -> int:
    return sum(event.type == type and event.data["approval"] == card.id for event in await process.log())


async def test_an_edit_with_one_key_makes_one_payload(launch: Launch) -> None:
    editors = {"tool": meeting(2)}
    one, two = [await launch(machine_of(asks), editors=editors) for _ in range(2)]
    card, edit = await open_card(one), {"times": 3}
    found = await asyncio.gather(
        *(process.approvals.edit(OWNER, card.id, CARD_HASH, edit, key="edit") for process in (one, two))
    )
    assert [each.payload_hash for each in found] == [payload_hash(edit)] * 2
    assert found[0].decision == found[1].decision
    assert await told(one, "decision.made", card) == 1


async def test_edits_with_keys_of_their_own_are_one_and_a_conflict(launch: Launch) -> None:
    editors = {"tool": meeting(2)}
    one, two = [await launch(machine_of(asks), editors=editors) for _ in range(2)]
    card = await open_card(one)
    outcomes = await asyncio.gather(
        one.approvals.edit(OWNER, card.id, CARD_HASH, {"times": 3}, key="mine"),
        two.approvals.edit(OWNER, card.id, CARD_HASH, {"times": 4}, key="yours"),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [Approval.__name__, Conflict.__name__]
    assert await told(one, "decision.made", card) == 1


async def test_an_answer_with_one_key_is_given_once(launch: Launch) -> None:
    one, two = [await launch(machine_of(asks)) for _ in range(2)]
    cards = [await open_card(one) for _ in range(CARDS)]
    answers = await asyncio.gather(
        *(
            process.approvals.answer(OWNER, card.id, ApprovalState.APPROVED, CARD_HASH, key=f"yes to {card.id}")
            for card in cards
            for process in (one, two)
        )
    )
    assert {answer.state for answer in answers} == {ApprovalState.APPROVED}
    for card in cards:
        await until(one, card.run, "run.finished")
        assert await told(one, "approval.answered", card) == 1
