"""kill -9 in each stage of a build, in its activation and in a rollback: one draft, one card, one move."""

from __future__ import annotations

from contextlib import suppress

import httpx
import pytest

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.test_killed_turn import kinds, survive
from tests.scenario.upstream import LEDGER, Upstream
from tests.scenario.witness import Witness

pytestmark = pytest.mark.timeout(600)

TO_THE_CARD = (
    "after run.started build",
    "before step.finished fetch",
    "checkpoint fetch",
    "after build.stage read",
    "after build.stage blueprint",
    "after build.stage scaffold",
    "after build.stage implement",
    "after build.stage tests",
    "after build.stage package",
    "before draft.created",
    "after draft.created",
    "checkpoint build",
    "after build.stage validate",
    "after build.stage compile",
    "after build.stage prove",
    "before draft.validated",
    "after draft.validated",
    "after build.stage validated",
    "checkpoint prove",
    "before decision.made card",
    "after decision.made card",
    "before approval.requested module",
    "interrupt -",  # the card is open, and LangGraph does not know yet
)
FROM_THE_ANSWER = (
    "after approval.answered module",
    "checkpoint card",
    "before module.promoted",
    "before module.installed",
    "after module.installed",
    "before step.finished activate",
    "checkpoint activate",
    "before message.completed tell",
    "after message.completed tell",
    "checkpointed tell",
    "before run.finished",
    "after run.finished",
)
ONCE = ("approval.requested", "approval.answered", "module.promoted", "module.installed", "draft.created")


def test_a_build_survives_a_kill_in_every_stage(service: Service, upstream: Upstream) -> None:
    me = Person(service)
    document = me.upload(LEDGER)
    me.open_thread()
    service.kill()
    service.start(TEST_KILL=TO_THE_CARD[0]).ready()
    witness = Witness(service)
    with suppress(httpx.TransportError):
        me.say("build a module from the attached file", document)
    service.dies()
    survive(service, TO_THE_CARD[1:])
    (run,) = service.get("/v1/runs", kind="build")["items"]
    card = me.card(run["id"])
    (turn,) = service.get("/v1/runs", kind="turn")["items"]
    # The turn that wished for it has survived the same kills, and started one build.
    assert me.ended(turn["id"])["output"]["runs"] == [run["id"]]
    me.settled(run["id"])
    card = me.bind(card, upstream.bound)
    service.kill()
    service.start(TEST_KILL=FROM_THE_ANSWER[0]).ready()
    with suppress(httpx.TransportError):
        me.answer(card, "approve")
    service.dies()
    survive(service, FROM_THE_ANSWER[1:])
    ended = me.ended(run["id"])
    assert ended["state"] == "done"
    assert ended["output"]["activation"]["payload_hash"] == card["payload_hash"]
    told = kinds(service, run["id"])
    assert {outcome: told.count(outcome) for outcome in ONCE} == dict.fromkeys(ONCE, 1)
    assert len(service.get("/admin/drafts")["items"]) == 1
    versions = service.get("/v1/modules/ledger/versions")
    assert (len(versions["items"]), len(versions["moves"])) == (1, 1)
    assert me.call("ledger", "list_entries")["result"]["ok"]
    assert [message["role"] for message in me.messages()] == ["user", "assistant", "assistant"]
    assert witness.leave() == service.events()


@pytest.mark.parametrize("moment", ["before module.rolled_back", "after module.rolled_back"])
def test_a_rollback_that_was_killed_happens_once_when_it_is_asked_for_again(
    service: Service, upstream: Upstream, moment: str
) -> None:
    me = Person(service)
    me.install(LEDGER, upstream.bound)
    me.install(LEDGER.replace("Entries and payments", "Payments and entries"), upstream.bound)
    old, new = (each["bundle_sha256"] for each in reversed(service.get("/v1/modules/ledger/versions")["items"]))
    assert old != new
    service.kill()
    service.start(TEST_KILL=moment).ready()
    request = {"json": {"version": None}, "headers": {"Idempotency-Key": "back"}}
    with pytest.raises(httpx.TransportError):
        service.http.post("/admin/modules/ledger/rollback", **request)
    service.dies()
    service.start().ready()
    here = service.get("/v1/modules/ledger")["bundle_sha256"]
    assert here == (new if moment.startswith("before") else old)
    assert service.http.post("/admin/modules/ledger/rollback", **request).json()["bundle_sha256"] == old
    assert service.get("/v1/modules/ledger")["bundle_sha256"] == old
    moves = [move["kind"] for move in service.get("/v1/modules/ledger/versions")["moves"]]
    assert sorted(moves) == ["installed", "installed", "rolled_back"]
    assert me.call("ledger", "list_entries")["result"]["bundle_sha256"] == old


@pytest.mark.parametrize("moment", ["before module.rolled_back", "after tool.returned execute"])
def test_a_rollback_by_word_survives_a_kill(service: Service, upstream: Upstream, moment: str) -> None:
    me = Person(service)
    me.install(LEDGER, upstream.bound)
    me.install(LEDGER.replace("Entries and payments", "Payments and entries"), upstream.bound)
    old = service.get("/v1/modules/ledger/versions")["items"][-1]["bundle_sha256"]
    me.open_thread()
    service.kill()
    service.start(TEST_KILL=moment).ready()
    with suppress(httpx.TransportError):
        me.say("roll back ledger")
    service.dies()
    service.start().ready()
    (turn,) = service.get("/v1/runs", kind="turn")["items"]
    assert me.ended(turn["id"])["state"] == "done"
    versions = service.get("/v1/modules/ledger/versions")
    assert [move["kind"] for move in versions["moves"]].count("rolled_back") == 1
    assert service.get("/v1/modules/ledger")["bundle_sha256"] == old
