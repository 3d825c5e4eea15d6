"""A client that keeps the conversation itself goes on in the thread that holds it, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from core.clock import SystemClock
from core.errors import Conflict
from core.ids import TimeOrderedIds
from gateway import Gateway
from orchestrator.api.openai.companion import say
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.threads.continuing import Said, fingerprint
from orchestrator.threads.service import Threads
from orchestrator.threads.speech import write_reply
from orchestrator.threads.store import list_messages
from tests.integration.runs.conftest import Launch
from tests.integration.runs.process import OWNER, Process, State, machine_of, until

TOLD = [Said("user", "Tea?"), Said("assistant", "Yes.")]


async def replies(state: State, execution: Execution[Any], place: Place) -> dict[str, Any]:
    journal = execution.journal

    def unit(tx: Any) -> dict[str, Any]:
        where = {"thread": journal.run.thread, "message": f"reply to {journal.run.id}", "text": "Yes.", "data": {}}
        write_reply(tx, journal, place, **where)
        return {}

    await journal.at_once(place, "reply", unit)
    return {"said": "Yes."}


def threads_of(process: Process) -> Threads:
    return Threads(process.db, TimeOrderedIds(SystemClock()), process.runs, Gateway())


async def talked(process: Process) -> str:
    """A thread in which the owner asked for tea, and a client of his was told the answer."""
    threads = threads_of(process)
    thread = (await threads.open(OWNER, ""))["id"]
    run, _ = await threads.say(OWNER, thread, "Tea?", attachments=[], params={})
    await until(process, run.id, "run.finished")
    await threads.told(OWNER, run, TOLD)
    return thread


async def test_the_thread_is_found_by_what_was_said_and_by_nobody_else(launch: Launch) -> None:
    process = await launch(machine_of(replies))
    threads, thread = threads_of(process), await talked(process)

    end = await threads.continued(OWNER, [Said("user", "Tea?\n"), Said("assistant", " Yes.")])
    assert end is not None
    assert (end.thread, end.position) == (thread, 2)
    others = [replace(OWNER, id="other"), replace(OWNER, org="other")]
    assert [await threads.continued(other, TOLD) for other in others] == [None, None]
    wrong = [[], TOLD[:1], TOLD * 2, [Said("assistant", "Tea?"), TOLD[1]], [TOLD[0], Said("assistant", "No.")]]
    assert [await threads.continued(OWNER, said) for said in wrong] == [None] * 5


async def test_the_newest_of_two_that_hold_the_same_goes_on(launch: Launch) -> None:
    process = await launch(machine_of(replies))
    await talked(process)
    newest = await talked(process)

    end = await threads_of(process).continued(OWNER, TOLD)
    assert end is not None
    assert end.thread == newest


async def test_a_thread_in_which_somebody_went_on_is_another_conversation(launch: Launch) -> None:
    process = await launch(machine_of(replies))
    threads, thread = threads_of(process), await talked(process)

    await threads.say(OWNER, thread, "Sugar?", attachments=[], params={})
    assert await threads.continued(OWNER, TOLD) is None


async def test_a_deleted_thread_is_not_found_and_takes_no_note(launch: Launch) -> None:
    process = await launch(machine_of(replies))
    threads, thread = threads_of(process), await talked(process)
    kept = (await threads.open(OWNER, ""))["id"]
    run, _ = await threads.say(OWNER, kept, "Tea?", attachments=[], params={})
    await until(process, run.id, "run.finished")

    for each in (thread, kept):
        await threads.delete(OWNER, each)
    await threads.told(OWNER, run, TOLD)
    assert await threads.continued(OWNER, TOLD) is None


async def test_of_many_who_go_on_at_once_one_does_and_the_others_are_told(launch: Launch) -> None:
    one, two = [await launch(machine_of(replies), beat=0.1) for _ in range(2)]
    thread = await talked(one)

    end = await threads_of(two).continued(OWNER, TOLD)
    assert end is not None
    said = await asyncio.gather(
        *(
            threads_of(process).say(OWNER, thread, f"message {number}", attachments=[], params={}, behind=end.position)
            for number in range(4)
            for process in (one, two)
        ),
        return_exceptions=True,
    )
    (went_on,) = [each for each in said if not isinstance(each, BaseException)]
    assert all(isinstance(each, Conflict) for each in said if isinstance(each, BaseException))
    await until(one, went_on[0].id, "run.finished")
    messages = await one.db.read(lambda connection: list_messages(connection, "org", thread, limit=200))
    assert [message.role for message in messages] == ["user", "assistant", "user", "assistant"]


@pytest.mark.parametrize("deleted", [False, True])
async def test_whoever_comes_too_late_to_go_on_opens_a_thread(launch: Launch, deleted: bool) -> None:
    process = await launch(machine_of(replies))
    threads, thread = threads_of(process), await talked(process)
    late = AsyncMock(wraps=threads)
    late.continued.return_value = await threads.continued(OWNER, TOLD)
    run, _ = await threads.say(OWNER, thread, "Sugar?", attachments=[], params={})
    await until(process, run.id, "run.finished")
    if deleted:
        await threads.delete(OWNER, thread)

    services: Any = SimpleNamespace(threads=late)
    run, _ = await say(services, OWNER, TOLD, "Milk?")
    opened = run.thread or ""
    assert opened not in ("", thread)
    messages = await process.db.read(lambda connection: list_messages(connection, "org", opened))
    assert [message.text for message in messages][:3] == ["Tea?", "Yes.", "Milk?"]


@pytest.mark.parametrize("other", [[Said("user", "a"), Said("user", "b")], [Said("user", "a\nuser: b")]])
def test_a_fingerprint_cannot_be_talked_into_another(other: list[Said]) -> None:
    assert fingerprint(other) != fingerprint([Said("user", "ab")])
    assert fingerprint(other) != fingerprint([Said("user", "a"), Said("assistant", "b")])
