"""Several processes write into one thread at once: everything finds its place, nothing is made twice."""

from __future__ import annotations

import asyncio
from typing import Any

from core.clock import SystemClock
from core.ids import TimeOrderedIds
from gateway import Gateway, GatewayConfig
from orchestrator.files.store import put_file
from orchestrator.runs.idempotency import write_racing
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.threads.service import Threads
from orchestrator.threads.speech import write_reply
from orchestrator.threads.store import get_thread, list_messages
from tests.integration.runs.conftest import Launch
from tests.integration.runs.process import OWNER, Process, State, machine_of, until

SAYINGS = 12


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


async def test_messages_from_two_processes_at_once_are_all_taken_and_answered_one_at_a_time(launch: Launch) -> None:
    one, two = [await launch(machine_of(replies), beat=0.1) for _ in range(2)]
    thread = (await threads_of(one).open(OWNER, ""))["id"]
    said = await asyncio.gather(
        *(
            threads_of(process).say(OWNER, thread, f"message {number}", attachments=[], params={})
            for number in range(SAYINGS)
            for process in (one, two)
        )
    )
    for run, _ in said:
        await until(one, run.id, "run.finished")
    messages = await one.db.read(lambda connection: list_messages(connection, "org", thread, limit=200))
    assert [message.position for message in messages] == list(range(1, 4 * SAYINGS + 1))
    assert sum(message.role == "user" for message in messages) == 2 * SAYINGS
    running: set[str] = set()
    for event in await one.log():
        if event.type in ("run.started", "run.resumed"):
            assert not running, "two runs of one thread at once"
            running.add(event.run or "")
        elif event.type == "run.finished":
            running.discard(event.run or "")


async def test_one_idempotency_key_makes_one_thing_whoever_uses_it_at_once(launch: Launch) -> None:
    one, two = [await launch(machine_of(replies)) for _ in range(2)]
    pairs = [(process, number) for number in range(SAYINGS) for process in (one, two)]
    opened = await asyncio.gather(*(threads_of(process).open(OWNER, "Talk", f"t{n}") for process, n in pairs))
    assert len({thread["id"] for thread in opened}) == SAYINGS
    thread = opened[0]["id"]
    say = {"attachments": [], "params": {}}
    said = await asyncio.gather(
        *(threads_of(process).say(OWNER, thread, "hello", **say, key=f"m{n}") for process, n in pairs)
    )
    assert len({run.id for run, _ in said}) == SAYINGS


async def test_the_same_bytes_uploaded_at_once_are_one_file(launch: Launch) -> None:
    processes = [await launch(machine_of(replies)) for _ in range(2)]
    ids = TimeOrderedIds(SystemClock())

    async def upload(process: Process, content: bytes) -> str:
        made = ids.new()
        kept = await write_racing(
            process.db, lambda tx: put_file(tx, "org", made, content, name="a.json", media_type="application/json")
        )
        return kept["id"]

    uploads = [upload(process, b"%d" % number) for number in range(SAYINGS) for process in processes]
    assert len(set(await asyncio.gather(*uploads))) == SAYINGS


async def test_of_many_who_switch_a_conversation_at_once_the_last_one_told_holds(launch: Launch) -> None:
    one, two = [await launch(machine_of(replies)) for _ in range(2)]
    config = GatewayConfig.parse(
        {
            "providers": {"here": {"kind": "ollama"}},
            "models": {f"m{number}": {"provider": "here", "model": "any"} for number in range(SAYINGS)},
        }
    )
    first, second = [
        Threads(process.db, TimeOrderedIds(SystemClock()), process.runs, Gateway(config)) for process in (one, two)
    ]
    thread = (await first.open(OWNER, ""))["id"]
    switching = [threads.change(OWNER, thread, model=f"m{n}") for n in range(SAYINGS) for threads in (first, second)]
    saying = [
        threads.say(OWNER, thread, f"message {n}", attachments=[], params={}, model=f"m{n}")
        for n in range(SAYINGS)
        for threads in (first, second)
    ]
    await asyncio.gather(*(each for pair in zip(switching, saying, strict=True) for each in pair))
    told = [event.data["model"] for event in await one.log() if event.type == "thread.switched"]
    assert (await one.db.read(lambda connection: get_thread(connection, "org", thread)))["model"] == told[-1]
    messages = await one.db.read(lambda connection: list_messages(connection, "org", thread, limit=200))
    said = [message for message in messages if message.role == "user"]
    assert all(message.text == f"message {message.data['model'][1:]}" for message in said)
