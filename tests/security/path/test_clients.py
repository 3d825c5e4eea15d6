"""Clients that leave, repeat themselves or change their mind."""

from __future__ import annotations

import threading
from contextlib import suppress

import httpx
import pytest

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.upstream import LEDGER, Upstream

IMPATIENT = httpx.Timeout(0.2, connect=5)


@pytest.fixture
def ledger(house: Service, upstream: Upstream) -> Person:
    me = Person(house)
    me.install(LEDGER, upstream.bound)
    me.open_thread()
    return me


def test_a_turn_goes_on_when_its_streaming_client_is_gone(ledger: Person, upstream: Upstream) -> None:
    upstream.hold()
    body = {"message": "list ledger entries", "stream": True}
    with ledger.service.http.stream("POST", f"/v1/threads/{ledger.thread}/runs", json=body) as response:
        next(response.iter_lines())
        upstream.arrived.wait()
    upstream.release()
    (run,) = ledger.service.get("/v1/runs", thread=ledger.thread)["items"]
    assert ledger.ended(run["id"])["state"] == "done"
    assert [message["role"] for message in ledger.messages()] == ["user", "assistant"]


def test_a_call_goes_on_when_its_client_is_gone(ledger: Person, upstream: Upstream) -> None:
    upstream.hold()
    path, key = "/v1/modules/ledger/operations/list_entries", {"Idempotency-Key": "gone"}
    with suppress(httpx.ReadTimeout):
        ledger.service.http.post(path, json={}, headers=key, timeout=IMPATIENT)
    upstream.arrived.wait()
    upstream.release()
    again = ledger.service.http.post(path, json={}, headers=key).json()
    assert again["result"]["ok"]
    assert upstream.count("GET") == 1


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        (
            "/v1/modules/ledger/operations/add_entry",
            {"arguments": {"body": {"text": "a"}}},
            {"arguments": {"body": {"text": "b"}}},
        ),
        ("/admin/drafts", {"text": LEDGER}, {"text": LEDGER + "\n"}),
        ("/v1/threads", {"title": "a"}, {"title": "b"}),
    ],
)
def test_a_key_stands_for_one_request(ledger: Person, path: str, body: dict, other: dict) -> None:
    headers = {"Idempotency-Key": f"key of {path}"}
    first, again = (ledger.service.http.post(path, json=body, headers=headers) for _ in range(2))
    assert first.is_success
    made = [answer.json().get("run", answer.json())["id"] for answer in (first, again)]
    assert made[0] == made[1]
    refused = ledger.service.http.post(path, json=other, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    for key in ("", "x" * 256):
        assert ledger.service.http.post(path, json=body, headers={"Idempotency-Key": key}).status_code == 422
    for run in ledger.service.get("/v1/runs", state="waiting")["items"]:
        ledger.service.post(f"/v1/runs/{run['id']}/cancel")


def test_a_cancelled_turn_stops_at_once_and_the_next_message_is_answered(ledger: Person, upstream: Upstream) -> None:
    upstream.hold()
    run = ledger.say("list ledger entries")["id"]
    upstream.arrived.wait()
    queued = ledger.say("hello")
    assert queued["state"] == "queued"
    assert ledger.service.post(f"/v1/runs/{run}/cancel")["state"] == "cancelled"
    upstream.release()
    assert ledger.ended(queued["id"])["state"] == "done"
    told = [event["type"] for event in ledger.service.events(run=run)]
    assert told[-1] == "run.cancelled"
    assert "tool.returned" not in told
    assert ledger.service.http.post(f"/v1/runs/{run}/resume").status_code == 409


def test_a_queued_message_can_be_cancelled_before_it_begins(ledger: Person, upstream: Upstream) -> None:
    upstream.hold()
    running = ledger.say("list ledger entries")["id"]
    upstream.arrived.wait()
    queued = ledger.say("hello")["id"]
    assert ledger.service.post(f"/v1/runs/{queued}/cancel")["state"] == "cancelled"
    refused = ledger.service.http.delete(f"/v1/threads/{ledger.thread}")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    upstream.release()
    assert ledger.ended(running)["state"] == "done"
    assert ledger.run(queued)["steps"] == []


def test_a_thread_deleted_while_its_card_is_open_does_not_hinder_the_run(ledger: Person, upstream: Upstream) -> None:
    run = ledger.say("add an entry to the ledger with text rent")["id"]
    card = ledger.card(run)
    ledger.settled(run)
    built = ledger.ended(ledger.say("build a module from the attached file", ledger.upload(LEDGER))["id"])
    (build,) = built["output"]["runs"]
    wish = ledger.card(build)
    assert ledger.service.http.delete(f"/v1/threads/{ledger.thread}").status_code == 204
    ledger.approve(card)
    ledger.approve(wish)
    assert [ledger.ended(each)["state"] for each in (run, build)] == ["done", "done"]
    assert len(upstream.entries) == 1


def test_messages_sent_at_once_are_answered_one_after_the_other(ledger: Person) -> None:
    together, runs = threading.Barrier(5), []

    def say(number: int) -> None:
        together.wait()
        runs.append(ledger.say(f"hello {number}")["id"])

    senders = [threading.Thread(target=say, args=(number,)) for number in range(5)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert {ledger.ended(run)["state"] for run in runs} == {"done"}
    turns = [event for event in ledger.service.events() if event["run"] in runs and event["type"].startswith("run.")]
    # Each begins only after the one before it has ended.
    assert [event["type"] for event in turns] == ["run.started", "run.finished"] * 5


def test_a_second_server_on_the_directory_is_refused_and_the_first_goes_on(house: Service) -> None:
    refused = house.command("serve")
    assert refused.returncode == 1
    assert "in use" in refused.stderr
    assert house.http.get("/readyz").is_success
    assert house.command("approvals", "list").returncode == 0
