"""Calls and money, together: what is held before a call, what is booked after it, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from core.clock import SystemClock
from core.database import Database, open_database
from core.errors import BudgetExceeded
from core.ids import TimeOrderedIds
from gateway import CallFailed, Gateway, Purpose, TextDelta
from gateway.budget import Amount, Budgets
from gateway.cache import DatabaseCache
from gateway.database_ledger import DatabaseLedger
from gateway.records import one_call, recent_calls, spend
from gateway.tokens import TokenCounter
from tests.integration.gateway.conftest import MakeGateway, asked
from tests.models import ModelServer, Usage, cut, drip, reasoning, refuse, reset_after, say

pytestmark = pytest.mark.asyncio(loop_scope="session")
DOLLAR = 10**9


@pytest_asyncio.fixture(loop_scope="session")
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    clock = SystemClock()
    db = open_database(migrated_database_url, clock=clock)
    yield db
    await db.aclose()


class House:
    """A gateway whose money is in a database."""

    def __init__(self, db: Database, gateway_of: MakeGateway, **more: Any) -> None:
        ids = TimeOrderedIds(SystemClock())
        self.db = db
        self.budgets = Budgets(db, ids)
        self.gateway: Gateway = gateway_of(ledger=DatabaseLedger(db, ids), **more)

    async def stands(self) -> tuple[Amount, Amount]:
        """What the one budget has spent and holds."""
        (state,) = await self.budgets.list("home")
        return state.spent, state.reserved

    async def calls(self) -> list[dict[str, Any]]:
        return await self.db.read(lambda connection: recent_calls(connection, "home", limit=50))


@pytest.fixture
def house(db: Database, gateway_of: MakeGateway) -> House:
    return House(db, gateway_of)


async def test_a_call_is_booked_as_the_provider_tells_it(house: House, server: ModelServer) -> None:
    await house.budgets.define("home", period="day", limit_nanos=DOLLAR, limit_tokens=10**6)
    server.script = [say("Yes.", usage=(40, 2))]
    await house.gateway.generate(asked(user="ada", thread="t1", metadata={"run": "r1"}))
    assert await house.stands() == (Amount(42, 42_000), Amount())
    (call,) = await house.calls()
    assert (call["user"], call["thread"], call["run"], call["purpose"]) == ("ada", "t1", "r1", "judge")
    assert (call["input_tokens"], call["output_tokens"], call["cost"]) == (40, 2, "0.000042000")
    assert call["attempts"][0]["model"] == "small"


async def test_without_room_nothing_is_sent_and_the_error_says_when_there_is_some(
    house: House, server: ModelServer
) -> None:
    await house.budgets.define("home", period="month", limit_nanos=0)
    with pytest.raises(BudgetExceeded) as refused:
        await house.gateway.generate(asked())
    assert server.requests == []
    assert "month" in refused.value.detail + refused.value.mend
    (call,) = await house.calls()
    assert call["failure"] == "budget_exceeded"


async def test_a_spent_budget_leaves_the_rules(house: House, server: ModelServer) -> None:
    await house.budgets.define("home", period="total", limit_tokens=1)
    reply = await house.gateway.generate(asked("what can you do?", Purpose.CHAT))
    assert reply.result.provider == "builtin"
    assert reply.record.attempts[0].failure == "budget"
    assert server.requests == []


async def test_a_refused_call_costs_nothing_and_one_that_broke_off_what_had_come(
    house: House, server: ModelServer
) -> None:
    await house.budgets.define("home", period="day", limit_nanos=DOLLAR)
    server.script = [refuse(400)]
    with pytest.raises(CallFailed):
        await house.gateway.generate(asked())
    assert await house.stands() == (Amount(), Amount())
    gate = asyncio.Event()
    server.script = [reset_after(3, gate=gate)]
    heard: list[str] = []

    async def listen() -> None:
        async for part in house.gateway.stream(asked()):
            assert isinstance(part, TextDelta)
            heard.append(part.text)
            if len(heard) == 3:
                gate.set()

    with pytest.raises(CallFailed):
        await listen()
    spent, held = await house.stands()
    assert held == Amount()
    assert spent.tokens == await TokenCounter().count(asked()) + await TokenCounter().count_texts(["".join(heard)])


async def test_whoever_goes_pays_for_what_came(house: House, server: ModelServer) -> None:
    await house.budgets.define("home", period="day", limit_nanos=DOLLAR)
    server.script = [drip("one two three four", asyncio.Semaphore(1))]
    stream = house.gateway.stream(asked())
    assert await anext(stream) == TextDelta(text="one")
    await stream.aclose()  # pyright: ignore[reportAttributeAccessIssue]
    spent, held = await house.stands()
    assert held == Amount()
    assert spent.tokens == await TokenCounter().count(asked()) + 1
    (call,) = await house.calls()
    assert call["failure"] == "cancelled"
    assert call["input_tokens"] + call["output_tokens"] == spent.tokens
    assert Decimal(call["cost"]).scaleb(9) == spent.nanos


async def test_hidden_thoughts_above_the_hold_are_booked_and_block_the_next_call(
    house: House, server: ModelServer
) -> None:
    await house.budgets.define("home", period="day", limit_tokens=1_000)
    server.script = [reasoning("Yes.", 2_000)]
    await house.gateway.generate(asked(max_output_tokens=10))
    spent, _ = await house.stands()
    assert spent.tokens == 2_011
    with pytest.raises(BudgetExceeded):
        await house.gateway.generate(asked(max_output_tokens=10))


async def test_every_failed_try_that_was_paid_for_is_in_the_calls_record(
    db: Database, gateway_of: MakeGateway, server: ModelServer
) -> None:
    house = House(db, gateway_of, models={"first": {}, "second": {}})
    await house.budgets.define("home", period="day", limit_nanos=DOLLAR)
    schema = {"type": "object", "required": ["n"]}
    server.script = [say("no JSON", usage=(10, 5)), say('{"n": 1}', usage=(10, 5))]
    reply = await house.gateway.generate(asked(output_schema=schema))
    assert reply.record.usage.input_tokens == 20
    assert await house.stands() == (Amount(30, 30_000), Amount())


async def test_spend_is_grouped(house: House, server: ModelServer) -> None:
    server.script = [say("a", usage=(10, 1)), say("b", usage=(20, 2)), say("c", usage=(5, 5))]
    for purpose in (Purpose.JUDGE, Purpose.JUDGE, Purpose.CHAT):
        await house.gateway.generate(asked(purpose=purpose))
    since = SystemClock().now().replace(hour=0)
    found = await house.db.read(lambda connection: spend(connection, "home", since=since, by=("purpose", "model")))
    assert [(row["purpose"], row["calls"], row["input_tokens"], Decimal(row["cost"])) for row in found] == [
        ("chat", 1, 5, Decimal("0.00001")),
        ("judge", 2, 30, Decimal("0.000033")),
    ]
    assert await house.db.read(lambda connection: spend(connection, "guest", since=since, by=("day",))) == []


async def test_what_was_held_and_booked_is_told_as_events(house: House, server: ModelServer) -> None:
    from core.database.schema import events

    await house.budgets.define("home", period="day", limit_tokens=100)
    server.script = [say("Yes.", usage=(50, 5))]
    await house.gateway.generate(asked(max_output_tokens=10))
    rows = await house.db.read(lambda connection: list(connection.execute(select(events.c.type))))
    assert [row.type for row in rows] == ["budget.reserved", "budget.settled", "budget.threshold"]


async def test_the_same_question_is_paid_for_once_in_an_organisation(
    db: Database, gateway_of: MakeGateway, server: ModelServer
) -> None:
    kept = {"purposes": {"judge": {"cache": True, "cache_seconds": 60}}}
    clock = SystemClock()
    house = House(db, gateway_of, config=kept, cache=DatabaseCache(db, clock))
    server.script = [say("One.", usage=(10, 1)), say("Of the guests.", usage=(10, 1)), say("Two.", usage=(10, 1))]
    first = await house.gateway.generate(asked(user="ada"))
    again = await house.gateway.generate(asked(user="bob"))
    assert again.result.text == first.result.text == "One."
    assert again.record.cached
    assert again.record.usage.input_tokens == 0
    parts = [part async for part in house.gateway.stream(asked())]
    assert [part.text for part in parts if isinstance(part, TextDelta)] == ["One."]
    assert (await house.gateway.generate(asked(org="guest"))).result.text == "Of the guests."
    assert (await house.gateway.generate(asked("Another?"))).result.text == "Two."
    assert len(server.requests) == 3
    assert [call["cached"] for call in await house.calls()] == [False, True, True, False]


async def test_what_is_kept_expires(db: Database) -> None:
    clock = Moved()
    cache = DatabaseCache(db, clock)
    await cache.put("a", "answer", 60)
    assert await cache.get("a") == "answer"
    clock.ahead = timedelta(seconds=61)
    assert await cache.get("a") is None


async def test_an_answer_that_was_cut_off_is_not_kept(
    db: Database, gateway_of: MakeGateway, server: ModelServer
) -> None:
    kept = {"purposes": {"judge": {"cache": True}}}
    house = House(db, gateway_of, config=kept, cache=DatabaseCache(db, SystemClock()))
    server.script = [cut("And th"), say("And then?")]
    await house.gateway.generate(asked())
    assert (await house.gateway.generate(asked())).result.text == "And then?"


@pytest.mark.parametrize(("keep", "kept"), [("off", None), ("metadata", {"role": "user", "characters": 40})])
async def test_what_was_said_is_kept_as_the_routing_says(
    db: Database, gateway_of: MakeGateway, keep: str, kept: object
) -> None:
    house = House(db, gateway_of, config={"payloads": keep})
    await house.gateway.generate(asked("My api_key=sk-very-secret is what I have"))
    (call,) = await house.calls()
    assert "payload" not in call
    found = await house.db.read(lambda connection: one_call(connection, "home", call["id"]))
    assert found is not None
    assert (found["payload"]["messages"][0] if found["payload"] else None) == kept
    assert await house.db.read(lambda connection: one_call(connection, "guest", call["id"])) is None


async def test_a_call_is_told_by_opentelemetrys_names(
    db: Database, gateway_of: MakeGateway, server: ModelServer
) -> None:
    house = House(db, gateway_of)
    server.script = [say("Yes.", usage=Usage(9, 2, cached=4)), refuse(401)]
    await house.gateway.generate(asked())
    with pytest.raises(CallFailed):
        await house.gateway.generate(asked())
    failed, answered = [
        await house.db.read(lambda connection, id_=call["id"]: one_call(connection, "home", id_)) or {}
        for call in await house.calls()
    ]
    assert answered["attributes"] == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "one",
        "gen_ai.request.model": "small",
        "gen_ai.response.model": "small",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 9,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 0,
    }
    assert failed["attributes"]["error.type"] == "auth"
    assert "gen_ai.response.model" not in failed["attributes"]


async def test_words_are_kept_without_secrets(db: Database, gateway_of: MakeGateway, server: ModelServer) -> None:
    house = House(db, gateway_of, config={"payloads": "full"})
    server.script = [say("I saw api_key=sk-very-secret there.")]
    await house.gateway.generate(asked("My api_key=sk-very-secret is what I have"))
    (call,) = await house.calls()
    found = await house.db.read(lambda connection: one_call(connection, "home", call["id"]))
    assert found is not None
    assert found["payload"]["messages"] == [{"role": "user", "content": "My api_key=(hidden) is what I have"}]
    assert found["payload"]["answer"]["text"] == "I saw api_key=(hidden) there."


class Moved(SystemClock):
    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead
