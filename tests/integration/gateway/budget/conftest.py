"""Budgets on a database whose clock the test sets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.clock import SystemClock
from core.database import Database, open_database
from core.ids import TimeOrderedIds
from gateway.budget import Budgets
from tests.integration.gateway.budget.ledger import SetClock


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def database(migrated_database_url: str, clock: SetClock) -> AsyncIterator[Database]:
    opened = open_database(migrated_database_url, clock=clock)
    yield opened
    await opened.aclose()


@pytest.fixture
def budgets(database: Database, clock: SetClock) -> Budgets:
    # Ids of their own time: a clock that goes back must not make one twice.
    return Budgets(database, TimeOrderedIds(SystemClock()), clock=clock)
