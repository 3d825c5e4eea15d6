"""kill -9 around a card: it is neither forgotten nor asked twice, and its answer is acted on once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.test_killed_turn import kinds, survive
from tests.scenario.upstream import LEDGER, Upstream
from tests.scenario.witness import Witness

pytestmark = pytest.mark.timeout(600)

OPENING = (
    "checkpointed decide",
    "before approval.requested tool",
    "after approval.requested tool",
)
ANSWERED = (
    "after approval.answered tool",
    "before step.finished commit",
    "checkpoint commit",
    "checkpointed commit",
)


@pytest.fixture
def me(service: Service, upstream: Upstream) -> Person:
    """A person who has the ledger installed, and a conversation."""
    person = Person(service)
    person.install(LEDGER, upstream.bound)
    person.open_thread()
    return person


def turns(service: Service) -> list[dict[str, Any]]:
    """Oldest first."""
    return service.get("/v1/runs", kind="turn")["items"][::-1]


def test_a_card_survives_kills_while_it_opens_and_after_its_answer(me: Person, upstream: Upstream) -> None:
    service = me.service
    service.kill()
    service.start(TEST_KILL=OPENING[0]).ready()
    witness = Witness(service)
    with suppress(httpx.TransportError):
        me.say("add an entry to the ledger with text rent")
    service.dies()
    survive(service, OPENING[1:])
    (run,) = turns(service)
    card = me.card(run["id"])
    me.settled(run["id"])
    assert card["payload"]["arguments"] == {"body": {"text": "rent"}}
    service.kill()
    service.start(TEST_KILL=ANSWERED[0]).ready()
    with suppress(httpx.TransportError):
        me.answer(card, "approve")
    service.dies()
    survive(service, ANSWERED[1:])
    assert me.ended(run["id"])["state"] == "done"
    assert [entry["text"] for entry in upstream.entries] == ["rent"]
    told = kinds(service, run["id"])
    for outcome in ("approval.requested", "approval.answered", "tool.returned", "message.completed", "run.finished"):
        assert told.count(outcome) == 1, outcome
    late = me.answer(card, "reject")
    assert (late.status_code, late.json()["approval"]["state"]) == (409, "approved")
    assert witness.leave() == service.events()


def test_a_card_whose_interrupt_was_never_saved_is_answered_as_any_other(me: Person, upstream: Upstream) -> None:
    service = me.service
    service.kill()
    service.start(TEST_KILL="interrupt -").ready()
    with suppress(httpx.TransportError):
        me.say("add an entry to the ledger with text rent")
    service.dies()
    service.start().ready()
    (run,) = turns(service)
    assert (run["state"], run["attempt"]) == ("waiting", 1)
    me.approve(me.card(run["id"]))
    assert me.ended(run["id"])["state"] == "done"
    assert len(upstream.entries) == 1


def test_an_answer_that_was_never_committed_can_be_given_again(me: Person, upstream: Upstream) -> None:
    service = me.service
    run = me.say("add an entry to the ledger with text rent")["id"]
    card = me.card(run)
    me.settled(run)
    service.kill()
    service.start(TEST_KILL="before approval.answered").ready()
    with pytest.raises(httpx.TransportError):
        me.answer(card, "approve")
    service.dies()
    service.start().ready()
    assert service.get(f"/v1/approvals/{card['id']}")["state"] == "pending"
    me.approve(card)
    assert me.ended(run)["state"] == "done"
    assert len(upstream.entries) == 1


def test_three_messages_sent_while_a_card_is_open_are_answered_and_the_card_stays(
    me: Person, upstream: Upstream
) -> None:
    service = me.service
    witness = Witness(service)
    first = me.say("add an entry to the ledger with text rent")["id"]
    card = me.card(first)
    me.settled(first)
    answered = me.ended(me.say("list ledger entries")["id"])
    service.kill()
    service.start(TEST_KILL="after tool.called execute").ready()
    with suppress(httpx.TransportError):
        me.say("please list ledger entries")
    service.dies()
    service.start().ready()
    me.ended(turns(service)[-1]["id"])
    service.kill()
    service.start().ready()
    last = me.ended(me.say("hello")["id"])
    assert [answered["state"], last["state"]] == ["done", "done"]
    assert service.get("/v1/approvals", state="pending")["items"] == [{**card}]
    assert upstream.entries == []
    me.approve(card)
    assert me.ended(first)["state"] == "done"
    assert len(upstream.entries) == 1
    assert [message["role"] for message in me.messages()].count("user") == 4
    assert [message["role"] for message in me.messages()].count("assistant") == 4
    assert witness.leave() == service.events()


@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_of_a_write_that_was_under_way_nobody_knows_and_the_owner_is_asked(
    me: Person, upstream: Upstream, answer: str
) -> None:
    service = me.service
    run = me.say("add an entry to the ledger with text rent")["id"]
    card = me.card(run)
    me.settled(run)
    service.kill()
    service.start(TEST_KILL="before tool.returned execute").ready()
    with suppress(httpx.TransportError):
        me.answer(card, "approve")
    service.dies()
    assert len(upstream.entries) == 1
    service.start().ready()
    question = me.card(run)
    assert me.settled(run)["state"] == "unknown"
    assert question["kind"] == "repeat"
    assert upstream.count("POST") == 1
    # The question itself survives as any card does.
    service.kill()
    service.start().ready()
    assert me.card(run)["id"] == question["id"]
    assert me.answer(question, answer).is_success
    ended = me.ended(run)
    assert ended["state"] == "done"
    assert upstream.count("POST") == (2 if answer == "approve" else 1)
    assert ended["output"]["ok"] == (answer == "approve")


def test_a_write_that_knows_idempotency_keys_is_repeated_with_the_same_one(me: Person, upstream: Upstream) -> None:
    service = me.service
    run = service.post("/v1/modules/ledger/operations/pay_invoice", {"arguments": {"body": {"text": "42"}}})["run"]
    card = me.card(run["id"])
    service.kill()
    service.start(TEST_KILL="before tool.returned execute").ready()
    with suppress(httpx.TransportError):
        me.answer(card, "approve")
    service.dies()
    service.start().ready()
    assert me.ended(run["id"])["state"] == "done"
    keys = [request.headers["idempotency-key"] for request in upstream.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(upstream.entries) == 1
