"""Stages arrive while they happen: a build whose child is stopped says nothing more until it goes on."""

from __future__ import annotations

import json
import signal

import psutil

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.witness import Witness

OPERATIONS = 3000


def large(operations: int) -> str:
    """A description that takes a while: every operation with a body and an answer of its own."""
    fields = {f"field{place}": {"type": "string", "maxLength": place + 1} for place in range(12)}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": fields}}}}
    answer = {"200": {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}}}
    paths = {
        f"/things/{number}": {
            "put": {"operationId": f"putThing{number}", "summary": "Put it", "requestBody": body, "responses": answer}
        }
        for number in range(operations)
    }
    document = {"openapi": "3.0.3", "info": {"title": "Things", "version": "1"}, "paths": paths}
    return json.dumps({**document, "servers": [{"url": "https://things.example"}]})


def builder(service: Service) -> psutil.Process | None:
    """The builder's child process, while there is one."""
    for child in psutil.Process(service.pid).children(recursive=True):
        if "modules.builder.child" in " ".join(child.cmdline()):
            return child
    return None


def test_a_build_that_is_held_at_a_stage_says_nothing_later_until_it_goes_on(service: Service) -> None:
    me, witness = Person(service), Witness(service)
    run = me.build(large(OPERATIONS))["id"]
    child = service.until(lambda: builder(service), "the builder runs")
    assert child is not None
    witness.saw("build.stage", stage="read")
    child.send_signal(signal.SIGSTOP)

    # The rest of the service goes on meanwhile, and the stream with it.
    me.ended(me.say("hello")["id"])
    held = [event["data"]["stage"] for event in service.events(run=run) if event["type"] == "build.stage"]
    me.ended(me.say("hello again")["id"])
    events = service.events(run=run)
    assert [event["data"]["stage"] for event in events if event["type"] == "build.stage"] == held
    assert "package" not in held
    assert me.run(run)["state"] == "running"
    assert events[-1]["id"] < service.events()[-1]["id"]

    child.send_signal(signal.SIGCONT)
    witness.saw("build.stage", stage="package")
    assert service.http.post(f"/v1/runs/{run}/cancel").json()["state"] == "cancelled"
    assert builder(service) is None
    assert witness.leave() == service.events()


def test_a_turn_streams_its_words_before_it_is_done(service: Service) -> None:
    me, witness = Person(service), Witness(service)
    run = me.ended(me.say("hello")["id"])["id"]
    seen = [event for event in witness.leave() if event["run"] == run]
    types = [event["type"] for event in seen]
    assert types.index("message.delta") < types.index("message.completed") < types.index("run.finished")
