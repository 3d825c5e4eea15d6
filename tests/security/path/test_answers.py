"""Answers to a card that are late, doubled, wrong or greedy: the first right one counts, and only once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.upstream import LEDGER, SERVER, Upstream

CLIENTS = 6


@pytest.fixture
def ledger(house: Service, upstream: Upstream) -> Person:
    """The ledger, bound to this test's upstream."""
    me = Person(house)
    me.install(LEDGER, upstream.bound)
    return me


def asked(me: Person, text: str = "rent") -> dict[str, Any]:
    """The card of a write."""
    run = me.call("ledger", "add_entry", body={"text": text})["run"]
    me.settled(run["id"])
    return me.card(run["id"])


@pytest.mark.parametrize(("first", "second"), [("approve", "approve"), ("reject", "approve"), ("approve", "reject")])
def test_a_second_answer_is_a_conflict_that_shows_the_first(
    ledger: Person, upstream: Upstream, first: str, second: str
) -> None:
    card = asked(ledger)
    assert ledger.answer(card, first, reason="because").is_success
    late = ledger.answer(card, second)
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    assert late.json()["approval"]["state"] == {"approve": "approved", "reject": "rejected"}[first]
    assert late.json()["approval"]["reason"] == "because"
    assert ledger.answer(card, "edit", edit={"arguments": {"body": {"text": "more"}}}).status_code == 409
    ledger.ended(card["run"])
    assert len(upstream.entries) == (1 if first == "approve" else 0)


def test_who_lost_the_reply_asks_again_with_the_same_key(ledger: Person, upstream: Upstream) -> None:
    card = asked(ledger)
    change = {"arguments": {"body": {"text": "more"}}}
    edited = [ledger.answer(card, "edit", edit=change, key=f"edit {card['id']}").json() for _ in range(2)]
    assert edited[0]["payload_hash"] == edited[1]["payload_hash"] != card["payload_hash"]
    first, again = (ledger.answer(edited[0], "approve", key=f"answer {card['id']}") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["answered_at"] == again.json()["answered_at"]
    assert ledger.answer(edited[0], "reject", key=f"answer {card['id']}").status_code == 422
    assert ledger.answer(edited[0], "approve", key=f"another {card['id']}").status_code == 409
    ledger.ended(card["run"])
    assert [entry["text"] for entry in upstream.entries] == ["more"]


def test_one_key_sent_at_once_is_one_answer(ledger: Person, upstream: Upstream) -> None:
    card, together = asked(ledger), threading.Barrier(CLIENTS)

    def answer(_: int) -> dict[str, Any]:
        together.wait()
        return ledger.answer(card, "approve", key=f"answer {card['id']}").json()

    with ThreadPoolExecutor(CLIENTS) as clients:
        states = [each.get("state", each) for each in clients.map(answer, range(CLIENTS))]
    assert states == ["approved"] * CLIENTS
    ledger.ended(card["run"])
    assert len(upstream.entries) == 1


def test_of_several_clients_at_once_one_is_first(ledger: Person, upstream: Upstream) -> None:
    card, together = asked(ledger), threading.Barrier(CLIENTS)

    def answer(number: int) -> int:
        together.wait()
        return ledger.answer(card, "approve" if number % 2 else "reject").status_code

    with ThreadPoolExecutor(CLIENTS) as clients:
        statuses = sorted(clients.map(answer, range(CLIENTS)))
    assert statuses == [200] + [409] * (CLIENTS - 1)
    ledger.ended(card["run"])
    said = ledger.service.get(f"/v1/approvals/{card['id']}")["state"]
    assert len(upstream.entries) == (1 if said == "approved" else 0)


def test_an_edit_and_an_approval_at_once_never_approve_what_was_not_read(ledger: Person, upstream: Upstream) -> None:
    card, together = asked(ledger), threading.Barrier(2)

    def approve() -> int:
        together.wait()
        return ledger.answer(card, "approve").status_code

    def edit() -> int:
        together.wait()
        return ledger.answer(card, "edit", edit={"arguments": {"body": {"text": "edited"}}}).status_code

    with ThreadPoolExecutor(2) as clients:
        statuses = [task.result() for task in (clients.submit(approve), clients.submit(edit))]
    assert sorted(statuses) == [200, 409]
    if statuses[0] == 409:
        ledger.approve(ledger.service.get(f"/v1/approvals/{card['id']}"))
    ledger.ended(card["run"])
    assert [entry["text"] for entry in upstream.entries] == ["rent" if statuses[0] == 200 else "edited"]


@pytest.mark.parametrize("payload_hash", ["0" * 64, "", "short", "g" * 65, None, 7])
def test_an_answer_without_the_right_hash_changes_nothing(ledger: Person, payload_hash: Any) -> None:
    card = asked(ledger)
    refused = ledger.answer({**card, "payload_hash": payload_hash}, "approve")
    assert refused.status_code == (409 if payload_hash == "0" * 64 else 422)
    if refused.status_code == 409:
        assert refused.json()["payload_hash"] == card["payload_hash"]
    assert ledger.service.get(f"/v1/approvals/{card['id']}")["state"] == "pending"
    ledger.answer(card, "reject")
    ledger.ended(card["run"])


@pytest.mark.parametrize(
    "body",
    [
        {"answer": "maybe"},
        {"answer": "edit"},
        {"answer": "approve", "edit": {"arguments": {}}},
        {"answer": "approve", "extra": 1},
        {"answer": "approve", "reason": "x" * 2001},
    ],
)
def test_what_is_no_answer_is_refused(ledger: Person, body: dict[str, Any]) -> None:
    card = asked(ledger)
    path = f"/v1/approvals/{card['id']}"
    assert ledger.service.http.post(path, json={"payload_hash": card["payload_hash"], **body}).status_code == 422
    assert (
        ledger.service.http.post("/v1/approvals/none", json={"answer": "approve", "payload_hash": "0" * 64}).status_code
        == 404
    )
    ledger.answer(card, "reject")
    ledger.ended(card["run"])


@pytest.mark.parametrize(
    "edit",
    [
        {"hosts": [f"{SERVER}", "https://evil.example"]},
        {"hosts": ["https://ledger.example:443", "https://evil.example:443"]},
        {"capabilities": ["http", "files"]},
        {"bundle_sha256": "0" * 64},
        {"isolation": "none"},
        {"binding": {"https://evil.example": "http://127.0.0.1:1"}},
        {"binding": {SERVER: "file:///etc/passwd"}},
        {"binding": {SERVER: "nonsense"}},
        {"credentials": [{"credential": "none", "reference": "x"}]},
        {"binding": ["not", "a", "mapping"]},
        {"hosts": "https://ledger.example"},
        {"credentials": "x"},
        {"arguments": {}},
        {},
    ],
)
def test_a_card_cannot_be_edited_into_more(me: Person, edit: dict[str, Any]) -> None:
    run = me.settled(me.build(LEDGER.replace("title: Ledger", "title: Narrow"))["id"])
    card = me.card(run["id"])
    refused = me.answer(card, "edit", edit=edit)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input"), refused.text
    assert me.service.get(f"/v1/approvals/{card['id']}")["payload_hash"] == card["payload_hash"]
    me.service.post(f"/v1/runs/{run['id']}/cancel")


def test_a_card_can_be_narrowed_and_then_reaches_nothing(me: Person, upstream: Upstream) -> None:
    run = me.settled(me.build(LEDGER.replace("title: Ledger", "title: Mute"))["id"])
    edited = me.answer(me.bind(me.card(run["id"]), upstream.bound), "edit", edit={"hosts": []}).json()
    assert (edited["payload"]["hosts"], edited["payload"]["binding"]) == ([], {})
    me.approve(edited)
    me.ended(run["id"])
    assert me.call("mute", "list_entries")["result"]["error"]["code"] == "egress_denied"
    assert upstream.requests == []


def test_cancelling_a_run_closes_its_card(ledger: Person, upstream: Upstream) -> None:
    card = asked(ledger)
    assert ledger.service.post(f"/v1/runs/{card['run']}/cancel")["state"] == "cancelled"
    assert ledger.service.get(f"/v1/approvals/{card['id']}")["state"] == "expired"
    assert ledger.answer(card, "approve").status_code == 409
    assert ledger.service.http.post(f"/v1/runs/{card['run']}/cancel").status_code == 409
    assert upstream.entries == []


def test_what_was_approved_for_one_version_is_not_done_by_another(ledger: Person, upstream: Upstream) -> None:
    ledger.install(LEDGER.replace("Entries and payments", "Payments and entries"), upstream.bound)
    card = asked(ledger)
    ledger.service.post("/admin/modules/ledger/rollback", {})
    ledger.approve(card)
    ended = ledger.ended(card["run"])
    assert (ended["state"], ended["error"]["code"]) == ("failed", "policy_violation")
    # Set going again it is refused again: nobody is asked whether something happened that was never begun.
    ledger.service.post(f"/v1/runs/{card['run']}/resume")
    again = ledger.ended(card["run"])
    assert (again["state"], again["error"]["code"]) == ("failed", "policy_violation")
    assert ledger.service.get("/v1/approvals", run=card["run"], state="pending")["items"] == []
    assert upstream.entries == []


def test_a_card_that_nobody_answers_in_time_expires_and_its_run_ends(serve, upstream: Upstream) -> None:
    # A moment: the card opens, and its time is up.
    service = serve(NEXUS_LIMITS__APPROVAL_HOURS="0.00001", TEST_LEASE="1").start().ready()
    me = Person(service)
    run = me.ended(me.build(LEDGER)["id"])
    assert run["state"] == "done"
    assert "expired" in run["output"]["sentence"]
    (card,) = service.get("/v1/approvals", run=run["id"])["items"]
    assert card["state"] == "expired"
    assert me.answer(card, "approve").status_code == 409
    assert service.get("/v1/modules")["items"] == []
