"""Another version of the graphs begins where one build was running and one card was open."""

from __future__ import annotations

from contextlib import suppress

import httpx

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.test_killed_turn import kinds
from tests.scenario.upstream import LEDGER, Upstream
from tests.scenario.witness import Witness


def test_an_upgrade_shows_what_it_stopped_and_a_resumption_goes_on(service: Service, upstream: Upstream) -> None:
    me = Person(service)
    witness = Witness(service)
    me.install(LEDGER, upstream.bound)
    asking = me.say("add an entry to the ledger with text rent")["id"]
    card = me.card(asking)
    me.settled(asking)
    other = me.upload(LEDGER.replace("title: Ledger", "title: Journal"))
    service.kill()
    service.start(TEST_KILL="after build.stage implement").ready()
    with suppress(httpx.TransportError):
        service.http.post("/admin/drafts", json={"file": other})
    service.dies()

    service.start(TEST_VERSION="2").ready()
    building = service.get("/v1/runs", kind="build", limit=1)["items"][0]["id"]
    stopped = me.ended(building)
    assert (stopped["state"], stopped["error"]["code"]) == ("failed", "upgrade")
    assert "resume" in stopped["error"]["mend"].lower()
    assert service.get("/v1/approvals", state="pending")["items"] == [card]
    me.approve(card)
    halted = me.ended(asking)
    assert (halted["state"], halted["error"]["code"]) == ("failed", "upgrade")
    assert upstream.entries == []

    for run in (building, asking):
        assert service.http.post(f"/v1/runs/{run}/resume").status_code == 202
    resumed = me.ended(asking)
    assert (resumed["state"], resumed["graph_version"]) == ("done", "turn/2")
    assert [entry["text"] for entry in upstream.entries] == ["rent"]
    assert kinds(service, asking).count("approval.requested") == 1
    me.approve(me.bind(me.card(building), upstream.bound))
    assert me.ended(building)["state"] == "done"
    assert kinds(service, building).count("draft.created") == 1
    assert {module["name"] for module in service.get("/v1/modules")["items"]} == {"ledger", "journal"}
    assert service.http.post(f"/v1/runs/{building}/resume").status_code == 409
    assert witness.leave() == service.events()
