"""kill -9 at every boundary of a turn: the run goes on where it was, and nothing happens or is told twice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import httpx
import pytest

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.upstream import LEDGER, Upstream
from tests.scenario.witness import Witness

pytestmark = pytest.mark.timeout(600)

OPERATOR = (
    "after run.started turn",  # no checkpoint exists yet: to LangGraph this looks like a finished run
    "before step.finished intake",
    "checkpoint intake",
    "checkpointed intake",
    "before model.called route",
    "after model.called route",
    "checkpoint route",
    "before model.called structure",
    "after model.called structure",
    "checkpoint structure",
    "before decision.made decide",
    "after decision.made decide",
    "checkpoint decide",
    "after tool.called execute",
    "before tool.returned execute",
    "after tool.returned execute",
    "checkpoint execute",
    "checkpoint verify",
    "after message.delta log",
    "before message.completed log",
    "after message.completed log",
    "checkpoint log",
    "checkpointed evolve",  # the graph is at its end, the run is not
    "before run.finished",
    "after run.finished",
)
COMPANION = (
    "before model.called route",
    "after message.delta companion",
    "before message.completed companion",
    "after message.completed companion",
    "checkpoint companion",
)


def say_and_die(me: Person, text: str) -> None:
    """Say something to a service that will not live to answer."""
    with suppress(httpx.TransportError):
        me.say(text)
    me.service.dies()


def survive(service: Service, moments: Sequence[str]) -> None:
    """Start the service again for each moment, and see it die there."""
    for moment in moments:
        service.start(TEST_KILL=moment).dies()
    service.start().ready()


def kinds(service: Service, run: str) -> list[str]:
    return [event["type"] for event in service.events(run=run)]


def test_an_operators_turn_survives_a_kill_at_each_of_its_boundaries(service: Service, upstream: Upstream) -> None:
    me = Person(service)
    me.install(LEDGER, upstream.bound)
    me.open_thread()
    service.kill()
    service.start(TEST_KILL=OPERATOR[0]).ready()
    witness = Witness(service)
    say_and_die(me, "list ledger entries")
    survive(service, OPERATOR[1:])
    (run,) = service.get("/v1/runs", kind="turn")["items"]
    run = me.ended(run["id"])
    assert run["state"] == "done"
    assert run["attempt"] == len(OPERATOR)
    # One request was under way when its process died; it only reads, so it was made once more.
    assert upstream.count("GET") == 2
    told = kinds(service, run["id"])
    for outcome in ("decision.made", "tool.returned", "message.completed", "run.started", "run.finished"):
        assert told.count(outcome) == 1, outcome
    assert told.count("model.called") == 2
    assert [message["role"] for message in me.messages()] == ["user", "assistant"]
    assert witness.leave() == service.events()


def test_a_companions_turn_survives_a_kill_while_it_streams(serve, data_dir) -> None:
    service = serve().start().ready()
    me = Person(service)
    me.open_thread()
    service.kill()
    service.start(TEST_KILL=COMPANION[0]).ready()
    witness = Witness(service)
    say_and_die(me, "hello, how are you?")
    survive(service, COMPANION[1:])
    (run,) = service.get("/v1/runs", kind="turn")["items"]
    run = me.ended(run["id"])
    assert (run["state"], run["output"]["mode"]) == ("done", "companion")
    assert kinds(service, run["id"]).count("message.completed") == 1
    _, reply = me.messages()
    assert reply["text"] == run["output"]["reply"]["text"]
    seen = witness.leave()
    assert seen == service.events()
    # The words of an attempt that died are told as such: they belong to a message that was never completed.
    streamed = {event["data"]["message"] for event in seen if event["type"] == "message.delta"}
    assert reply["id"] in streamed


@pytest.mark.parametrize("event", ["step.finished route", "message.delta companion", "message.completed companion"])
def test_nothing_is_told_before_it_is_committed(service: Service, event: str) -> None:
    me = Person(service)
    me.open_thread()
    service.kill()
    service.start(TEST_KILL=f"commit {event}").ready()
    witness = Witness(service)
    witness.saw("key.created")
    say_and_die(me, "hello, how are you?")
    before = len(witness.seen)
    service.start().ready()
    (run,) = service.get("/v1/runs", kind="turn")["items"]
    assert me.ended(run["id"])["state"] == "done"
    assert before > 1, "the witness was there when it happened"
    assert witness.leave() == service.events()


def test_a_person_at_the_command_line_is_told_and_finds_the_answer_later(service: Service, upstream: Upstream) -> None:
    me = Person(service)
    me.install(LEDGER, upstream.bound)
    upstream.hold()
    with service.spawn("ask", "list ledger entries") as typed:
        upstream.arrived.wait()
        service.kill()
        upstream.release()
        _, complaint = typed.communicate(timeout=60)
    assert (typed.returncode, "cannot be reached" in complaint) == (1, True)
    service.start().ready()
    (run,) = service.get("/v1/runs", kind="turn")["items"]
    assert me.ended(run["id"])["state"] == "done"
    thread = service.get("/v1/threads")["items"][0]["id"]
    assert "entries" in me.messages(thread)[-1]["text"]
