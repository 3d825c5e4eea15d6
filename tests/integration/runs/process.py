"""A process in small: an executor with its sweeper on a database, executing graphs that a test makes."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph

from core.actor import Actor, Role
from core.database import Database
from core.events import Event, EventLog
from orchestrator.governance import store as governance
from orchestrator.governance.approvals import Approvals
from orchestrator.governance.ask import ask
from orchestrator.governance.store import Approval
from orchestrator.runs.executor import Executor
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Body, Execution, Machine, node
from orchestrator.runs.model import RunKind
from orchestrator.runs.service import Runs
from orchestrator.runs.sweeper import Sweeper

OWNER = Actor("owner", "org", Role.OWNER)
CARD_HASH = "a" * 64


class State(TypedDict):
    """What the test graphs carry."""

    steps: list[str]
    said: str


@dataclass
class Process:
    """What one process holds."""

    db: Database
    events: EventLog
    executor: Executor
    runs: Runs
    approvals: Approvals
    sweeper: Sweeper

    async def log(self) -> list[Event]:
        return (await self.events.read(after=0, org="org", limit=10_000))[0]

    async def types(self, run: str) -> list[str]:
        return [event.type for event in await self.log() if event.run == run]

    async def card(self, run: str) -> Approval:
        found = await self.db.read(
            lambda connection: governance.list_approvals(connection, "org", state=None, run=run, limit=10, after="")
        )
        return found[0]


def chain(*bodies: tuple[str, Body], version: str = "test/1", services: Any = None) -> Machine:
    """A graph of nodes one after the other."""
    graph = StateGraph(State, context_schema=Execution)
    names = [START, *(name for name, _ in bodies), END]
    for name, body in bodies:
        graph.add_node(name, node(name, body))
    for before, after in itertools.pairwise(names):
        graph.add_edge(before, after)
    return Machine("test", version, graph, services, initial=lambda given: {"steps": []}, output=dict)


async def asks(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
    """A node that opens a card."""
    journal = execution.journal

    def card(expires_at: str) -> Approval:
        return Approval(
            id=f"card-{journal.run.id}",
            org=journal.org,
            run=journal.run.id,
            step=place.step,
            kind="tool",
            title="May I?",
            payload={"arguments": {}},
            payload_hash=CARD_HASH,
            shown={},
            role=Role.OPERATOR,
            requested_by=journal.actor.id,
            expires_at=expires_at,
        )

    settled = await ask(journal, place, card, execution.services or timedelta(hours=1))
    return {"said": settled.state.value}


def machine_of(body: Body, **options: Any) -> dict[RunKind, Machine]:
    """Turns that execute one node."""
    return {RunKind.TURN: chain(("body", body), **options)}


async def until(process: Process, run: str, type: str) -> Event:
    """The first event of a type in a run, whenever it comes."""
    following = process.events.follow(org="org", after=0, run=run)
    try:
        async with asyncio.timeout(30):
            async for event in following:
                if event.type == type:
                    return event
    finally:
        await following.aclose()
    raise AssertionError("a follower never ends by itself")
