"""Mail from threads reaches its loop, in order, with and without a bell of the loop's own."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.database import mailbox as mailbox_module
from core.database.mailbox import Mailbox, Mailboxes


@pytest.fixture(params=["eventfd", "call_soon_threadsafe"], autouse=True)
def bell(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "eventfd":
        monkeypatch.setattr(mailbox_module, "install_bell", lambda loop, ring: None)
    elif not hasattr(os, "eventfd"):
        pytest.skip("eventfd: Linux only")


async def test_everything_posted_from_many_threads_arrives_in_each_threads_order() -> None:
    mailbox = Mailbox(asyncio.get_running_loop())
    arrived: list[tuple[int, int]] = []
    done = asyncio.Event()

    def arrive(sender: int, number: int) -> None:
        arrived.append((sender, number))
        if len(arrived) == 4 * 500:
            done.set()

    def send(sender: int) -> None:
        for number in range(500):
            mailbox.post(partial(arrive, sender, number))

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
    for thread in threads:
        thread.start()
    await asyncio.wait_for(done.wait(), 30)
    for sender in range(4):
        assert [number for of, number in arrived if of == sender] == list(range(500))
    mailbox.close()


async def test_a_callback_that_fails_is_reported_and_the_next_one_runs() -> None:
    loop = asyncio.get_running_loop()
    reported: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: reported.append(context))
    mailbox = Mailbox(loop)
    done = asyncio.Event()
    mailbox.post(lambda: 1 / 0, done.set)
    await asyncio.wait_for(done.wait(), 30)
    assert isinstance(reported[0]["exception"], ZeroDivisionError)
    mailbox.close()


async def test_closing_delivers_what_is_there() -> None:
    mailbox = Mailbox(asyncio.get_running_loop())
    arrived: list[int] = []
    mailbox.post(lambda: arrived.append(1))
    mailbox.close()
    await asyncio.sleep(0)
    assert arrived == [1]
    mailbox.close()


async def test_mail_for_a_loop_that_has_ended_is_dropped() -> None:
    def make() -> Mailbox:
        async def here() -> Mailbox:
            return Mailbox(asyncio.get_running_loop())

        return asyncio.run(here())

    mailbox = await asyncio.to_thread(make)
    for _ in range(3):
        mailbox.post(lambda: None)
    assert not mailbox._posted
    mailbox.close()


async def test_closing_all_gives_every_descriptor_back() -> None:
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        mailboxes = Mailboxes()
        assert mailboxes.here() is mailboxes.here()
        await asyncio.to_thread(asyncio.run, use(mailboxes))
        mailboxes.close()
    after = len(list(Path("/proc/self/fd").iterdir())) if before else 0
    assert after <= before + 1


async def use(mailboxes: Mailboxes) -> None:
    mailboxes.here().post(lambda: None)


async def test_a_loop_that_has_ended_is_forgotten_when_another_comes() -> None:
    mailboxes = Mailboxes()
    for _ in range(5):
        await asyncio.to_thread(asyncio.run, use(mailboxes))
    mailboxes.here()
    assert len(mailboxes._by_loop) == 1
    mailboxes.close()
