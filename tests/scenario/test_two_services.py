"""Two processes on one PostgreSQL database: what one leaves, the other finishes; what has been taken over stays so."""

from __future__ import annotations

import signal
from contextlib import suppress

import httpx
import psutil
import pytest

from tests.scenario.conftest import Serve
from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.test_killed_turn import kinds
from tests.scenario.upstream import LEDGER, Upstream
from tests.scenario.witness import Witness
from tests.verify.postgres import PostgresServer

pytestmark = pytest.mark.timeout(300)

LEASE = "2"
# What is stopped in the middle of a transaction keeps its locks until the server ends its session.
SHORT_TRANSACTIONS = "&options=--idle_in_transaction_session_timeout%3D3000"


@pytest.fixture
def pair(postgres: PostgresServer, serve: Serve) -> tuple[Service, Service]:
    """Two services that share a database and a data directory, with a short lease."""
    settings = {"NEXUS_DATABASE_URL": postgres.create_database() + SHORT_TRANSACTIONS, "TEST_LEASE": LEASE}
    first = serve(**settings).start().ready()
    second = serve(**settings).start().ready()
    return first, second


@pytest.fixture
def both(pair: tuple[Service, Service], upstream: Upstream) -> tuple[Person, Person]:
    """One person at each of them, in one conversation, with the ledger installed."""
    here, there = (Person(service) for service in pair)
    here.install(LEDGER, upstream.bound)
    there.thread = here.open_thread()
    return here, there


# What the driver says when it finds that the server has ended the session of a process that was stopped.
SESSION_ENDED = "the connection is lost|discarding closed connection"


def freeze(service: Service) -> None:
    """SIGSTOP the process and all its children: nothing of it moves."""
    service.tolerated = SESSION_ENDED
    for process in (psutil.Process(service.pid), *psutil.Process(service.pid).children(recursive=True)):
        process.send_signal(signal.SIGSTOP)


def thaw(service: Service) -> None:
    for process in (*psutil.Process(service.pid).children(recursive=True), psutil.Process(service.pid)):
        process.send_signal(signal.SIGCONT)


def test_a_peer_finishes_the_turn_of_a_process_that_was_killed(both: tuple[Person, Person], upstream: Upstream) -> None:
    here, there = both
    witness = Witness(there.service)
    upstream.hold()
    run = here.say("list ledger entries")["id"]
    upstream.arrived.wait()
    here.service.kill()
    upstream.release()
    ended = there.ended(run)
    assert (ended["state"], ended["attempt"]) == ("done", 2)
    assert upstream.count("GET") == 2
    assert kinds(there.service, run).count("tool.returned") == 1
    assert there.ended(there.say("list ledger entries")["id"])["state"] == "done"
    assert witness.leave() == there.service.events()


def test_a_process_that_was_stopped_past_its_lease_changes_nothing_when_it_goes_on(
    both: tuple[Person, Person], upstream: Upstream
) -> None:
    here, there = both
    witness = Witness(there.service)
    upstream.hold()
    run = here.say("list ledger entries")["id"]
    upstream.arrived.wait()
    freeze(here.service)
    upstream.release()
    ended = there.ended(run)
    thaw(here.service)
    # It has the answer to its own request by now, and no right to write it down. It lives, and takes new work.
    later = here.ended(here.say("list ledger entries")["id"])
    assert [ended["state"], later["state"]] == ["done", "done"]
    assert there.run(run) | {"as_of": 0} == ended | {"as_of": 0}
    told = kinds(here.service, run)
    for outcome in (
        "run.started",
        "run.resumed",
        "decision.made",
        "tool.returned",
        "message.completed",
        "run.finished",
    ):
        assert told.count(outcome) == 1, outcome
    assert witness.leave() == here.service.events()


def test_a_write_of_a_stopped_process_is_asked_about_and_made_once(
    both: tuple[Person, Person], upstream: Upstream
) -> None:
    here, there = both
    run = here.say("add an entry to the ledger with text rent")["id"]
    card = there.card(run)
    here.settled(run)
    upstream.hold()
    here.approve(card)
    upstream.arrived.wait()
    freeze(here.service)
    question = there.card(run)
    assert (question["kind"], there.settled(run)["state"]) == ("repeat", "unknown")
    upstream.release()
    assert there.answer(question, "reject").is_success
    assert there.ended(run)["output"]["ok"] is False
    thaw(here.service)
    assert here.ended(here.say("list ledger entries")["id"])["state"] == "done"
    assert [entry["text"] for entry in upstream.entries] == ["rent"]
    assert kinds(here.service, run).count("tool.returned") == 1


def test_a_build_of_a_stopped_process_makes_one_draft_and_one_card(
    pair: tuple[Service, Service], upstream: Upstream
) -> None:
    here, there = (Person(service) for service in pair)
    witness = Witness(there.service)
    run = here.build(LEDGER)["id"]
    witness.saw("build.stage", stage="read")
    freeze(here.service)
    card = there.card(run)
    there.settled(run)
    thaw(here.service)
    here.approve(here.bind(card, upstream.bound))
    assert there.ended(run)["state"] == "done"
    assert len(there.service.get("/admin/drafts")["items"]) == 1
    assert [there.call("ledger", "list_entries")["result"]["ok"], here.run(run)["state"]] == [True, "done"]
    for outcome in ("draft.created", "approval.requested", "module.installed", "run.finished"):
        assert kinds(there.service, run).count(outcome) == 1, outcome
    assert witness.leave() == there.service.events()


@pytest.mark.parametrize("moment", ["after tool.called execute", "before tool.returned execute", "checkpoint execute"])
def test_a_peer_takes_over_at_the_boundaries_of_an_effect(
    postgres: PostgresServer, serve: Serve, upstream: Upstream, moment: str
) -> None:
    settings = {"NEXUS_DATABASE_URL": postgres.create_database(), "TEST_LEASE": LEASE}
    there = Person(serve(**settings).start().ready())
    there.install(LEDGER, upstream.bound)
    here = Person(serve(**settings).start(TEST_KILL=moment).ready(), there.open_thread())
    with suppress(httpx.TransportError):
        here.say("list ledger entries")
    here.service.dies()
    (run,) = there.service.get("/v1/runs", kind="turn")["items"]
    assert there.ended(run["id"])["state"] == "done"
    assert upstream.count("GET") == (2 if moment.startswith("before") else 1)
    assert kinds(there.service, run["id"]).count("tool.returned") == 1


def test_a_process_that_was_stopped_in_the_middle_of_a_transaction_holds_nobody_up(
    postgres: PostgresServer, serve: Serve, upstream: Upstream
) -> None:
    settings = {"NEXUS_DATABASE_URL": postgres.create_database() + SHORT_TRANSACTIONS, "TEST_LEASE": LEASE}
    there = Person(serve(**settings).start().ready())
    here = Person(serve(**settings).start(TEST_KILL="stop build.stage implement").ready())
    here.service.tolerated = SESSION_ENDED
    witness = Witness(there.service)
    run = there.upload(LEDGER)
    run = here.service.post("/admin/drafts", {"file": run})["id"]
    card = there.card(run)
    there.settled(run)
    thaw(here.service)
    here.approve(here.bind(card, upstream.bound))
    assert there.ended(run)["state"] == "done"
    assert kinds(here.service, run).count("draft.created") == 1
    assert witness.leave() == here.service.events()


def test_an_answer_given_to_one_process_wakes_the_run_of_another(
    both: tuple[Person, Person], upstream: Upstream
) -> None:
    here, there = both
    run = here.say("add an entry to the ledger with text rent")["id"]
    card = there.card(run)
    there.approve(card)
    assert here.ended(run)["state"] == "done"
    assert len(upstream.entries) == 1
    assert here.answer(card, "approve").status_code == 409
