"""Processes in small, any number of them on one database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.database import open_database
from core.events import EventLog
from core.ids import TimeOrderedIds
from orchestrator.governance.approvals import Approvals, Editor
from orchestrator.runs import store
from orchestrator.runs.executor import Executor
from orchestrator.runs.machine import Machine
from orchestrator.runs.model import RunKind
from orchestrator.runs.saver import open_saver
from orchestrator.runs.service import Runs
from orchestrator.runs.sweeper import Sweeper
from tests.integration.runs.process import Process


async def nothing() -> int:
    return 0


Launch = Callable[..., Awaitable[Process]]


@pytest.fixture
async def launch(migrated_database_url: str, tmp_path: Path) -> AsyncIterator[Launch]:
    """Starts processes on one database; all are closed in the end."""
    ids = TimeOrderedIds(SystemClock())
    async with AsyncExitStack() as stack:

        async def start(
            machines: Mapping[RunKind, Machine],
            *,
            alone: bool = False,
            lease_seconds: float = 15.0,
            beat: float = 5.0,
            editors: Mapping[str, Editor] | None = None,
            forget_calls: Callable[[], Awaitable[int]] = nothing,
        ) -> Process:
            db = open_database(migrated_database_url)
            stack.push_async_callback(db.aclose)
            saver = await stack.enter_async_context(open_saver(migrated_database_url, tmp_path))
            executor = Executor(ids.new(), db, saver)
            executor.serve(machines)
            events = EventLog(db)
            runs = Runs(db, ids, events, executor)
            approvals = Approvals(db, ids, editors=editors or {}, wake_run=store.wake, woken=runs.woken)
            sweeper = Sweeper(
                db,
                executor,
                saver,
                alone=alone,
                expire_cards=approvals.expire_overdue,
                keep_checkpoints_days=7,
                forget_calls=forget_calls,
                seconds=beat,
                lease_seconds=lease_seconds,
            )
            await sweeper.start()
            stack.push_async_callback(sweeper.aclose)
            return Process(db, events, executor, runs, approvals, sweeper)

        yield start
