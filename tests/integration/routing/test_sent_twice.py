"""What is made by HTTP is made once for an Idempotency-Key, also where the request comes twice at the same moment."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from core.clock import SystemClock
from core.database import Database, open_database
from core.errors import InvalidInput, NotFound
from core.ids import TimeOrderedIds
from gateway.budget import Budget, Budgets, Period
from orchestrator.routing.budgets import define_once
from tests.integration.door.conftest import Served

IDS = TimeOrderedIds(SystemClock())
AT_ONCE = 8


def wanted(org: str = "acme", tokens: int = 10) -> Budget:
    return Budget(IDS.new(), org, Period.DAY, limit_tokens=tokens)


async def test_one_key_makes_one_budget_and_every_request_is_told_of_it(
    database: Database, migrated_database_url: str
) -> None:
    other = open_database(migrated_database_url)
    sent = [define_once(db, wanted(), "key") for _ in range(AT_ONCE) for db in (database, other)]
    (made,) = {budget.id for budget in await asyncio.gather(*sent)}
    assert [state.budget.id for state in await Budgets(database, IDS).list("acme")] == [made]
    await other.aclose()


async def test_a_key_is_of_one_request_and_of_one_organisation(database: Database) -> None:
    made = await define_once(database, wanted(), "key")
    with pytest.raises(InvalidInput, match="used for another request"):
        await define_once(database, wanted(tokens=11), "key")
    assert (await define_once(database, wanted("guest", 11), "key")).org == "guest"
    assert (await define_once(database, wanted(), None)).id != made.id
    await Budgets(database, IDS).remove("acme", made.id)
    with pytest.raises(NotFound):
        await define_once(database, wanted(), "key")


def at_once(client: httpx.Client, path: str, **more: Any) -> list[httpx.Response]:
    """The same request several times at the same moment."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(lambda _: client.post(path, **more), range(AT_ONCE)))


def test_a_budget_that_is_sent_again_is_there_once(house: tuple[Served, httpx.Client]) -> None:
    _, client = house
    headers, body = {"Idempotency-Key": "one"}, {"period": "day", "usd": "2.50"}
    first = client.post("/admin/budgets", json=body, headers=headers)
    again = client.post("/admin/budgets", json={"period": "day", "usd": "2.5"}, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    another = client.post("/admin/budgets", json={**body, "usd": "3"}, headers=headers)
    assert (another.status_code, another.json()["code"]) == (422, "invalid_input")
    many = at_once(client, "/admin/budgets", json=body, headers={"Idempotency-Key": "two"})
    assert {answer.status_code for answer in many} == {201}
    (second,) = {answer.json()["id"] for answer in many}
    assert [each["id"] for each in client.get("/admin/budgets").json()["items"]] == [first.json()["id"], second]


def test_a_rollback_that_is_sent_again_makes_one_version(house: tuple[Served, httpx.Client]) -> None:
    _, client = house
    headers = {"Idempotency-Key": "back"}
    many = at_once(client, "/admin/routing/rollback/1", headers=headers)
    assert {(answer.status_code, answer.json()["version"]) for answer in many} == {(200, 2)}
    document = {**many[0].json()["document"], "deadline_seconds": 7.0}
    client.put("/admin/routing", json={"document": document, "after": 2}).raise_for_status()
    assert client.post("/admin/routing/rollback/1", headers=headers).json() == many[0].json()
    assert client.post("/admin/routing/rollback/2", headers=headers).status_code == 422
    found = client.get("/admin/routing").json()
    assert (found["version"]["version"], found["routing"]["deadline_seconds"]) == (3, 7.0)
