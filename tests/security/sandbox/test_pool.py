"""The pool: zygotes by profile, replaced when they have served or leak, and a line that is not endless."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.errors import Unavailable
from core.settings import SandboxSettings
from sandbox import LocalRunner, NoCapabilities, RunRequest, RunResult, SandboxBusy, SandboxPolicy, Verdict, Wear
from sandbox.zygote import Zygote
from tests.security.sandbox.attacks import native, run_code, still_works
from tests.security.sandbox.conftest import LIMITS, no_process_left
from tests.security.sandbox.processes import family, watched

pytestmark = pytest.mark.asyncio(loop_scope="module")
POLICY = SandboxPolicy(limits=LIMITS)
GOOD = native("return arguments")
ENDLESS = native("while True: pass")
ASKS = native("return ctx.http.request('GET', 'u')")
CALLERS = 8
EACH = 10


class Host:
    """Answers every request once it is told to, and says when one has come."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.set()
        await self.answer.wait()
        return {"family": "answered"}


def asking(runner: LocalRunner, host: Host) -> asyncio.Task[RunResult]:
    """A run that goes on until the host answers."""
    request = RunRequest({"operation": ASKS}, "operation", [None], frozenset({"http"}))
    return asyncio.create_task(runner.run(request, host))


async def run_many(runner: LocalRunner) -> None:
    """Several callers at once, each of whose runs must give its own answer."""

    async def caller(number: int) -> None:
        for n in range(EACH):
            assert (await run_code(runner, GOOD, [number, n])).value == [number, n]

    await asyncio.gather(*map(caller, range(CALLERS)))


def descriptors() -> int:
    return psutil.Process().num_fds()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


async def test_a_zygote_that_has_served_is_replaced_and_no_caller_notices() -> None:
    others = children()
    async with LocalRunner(POLICY, SandboxSettings(parallel=4), wear=Wear(runs=20, check_every=10)) as runner:
        assert await still_works(runner)
        first = runner.zygote_pid
        assert first is not None
        before = descriptors()
        async with watched([first]) as ended:
            await run_many(runner)
            await ended
        assert runner.zygote_pid != first
        assert await still_works(runner)
        while len(children() - others) > 2:  # one of each profile; another may be on its way out
            await asyncio.sleep(0)
        assert descriptors() == before


async def test_a_run_in_a_zygote_that_retires_is_finished_in_it() -> None:
    host = Host()
    async with LocalRunner(POLICY, SandboxSettings(parallel=4), wear=Wear(runs=20, check_every=10)) as runner:
        assert await still_works(runner)
        first = runner.zygote_pid
        assert first is not None
        task = asking(runner, host)
        await host.asked.wait()
        async with watched([first]) as ended:
            while runner.zygote_pid == first:
                await run_code(runner, GOOD)
            assert psutil.Process(first).children(recursive=True)
            host.answer.set()
            assert (await task).calls[0].ok
            await ended


LEAKS = {"descriptors": "os.dup(null)", "memory": "gc.callbacks += [b'x' * 300_000]"}
RECEIVED = "        request, descriptors = received\n"


@pytest.mark.parametrize("what", LEAKS)
async def test_a_zygote_that_leaks_is_replaced(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = tmp_path / "guest"
    source = Path(__file__).parents[3] / "sandbox" / "guest"
    shutil.copytree(source, guest, ignore=shutil.ignore_patterns("__pycache__"))
    text = (guest / "zygote.py").read_text()
    assert text.count(RECEIVED) == 1
    (guest / "zygote.py").write_text(text.replace(RECEIVED, f"{RECEIVED}        {LEAKS[what]}\n"))
    monkeypatch.setattr("sandbox.zygote._GUEST", guest)
    async with LocalRunner(POLICY, SandboxSettings(parallel=2), wear=Wear(check_every=20)) as runner:
        assert await still_works(runner)
        first = runner.zygote_pid
        assert first is not None
        async with watched([first]) as ended:
            await run_many(runner)
            await ended
        assert await still_works(runner)


async def test_a_zygote_that_is_well_stays() -> None:
    async with LocalRunner(POLICY, SandboxSettings(parallel=2), wear=Wear(check_every=5)) as runner:
        assert await still_works(runner)
        first = runner.zygote_pid
        await run_many(runner)
        assert runner.zygote_pid == first


async def test_a_zygote_without_a_successor_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with LocalRunner(POLICY, SandboxSettings(parallel=2), wear=Wear(runs=10, check_every=10)) as runner:
        assert await still_works(runner)
        refused = asyncio.Event()

        async def refuse(*_: Any) -> Zygote:
            refused.set()
            raise Unavailable("no memory")

        monkeypatch.setattr(Zygote, "start", refuse)
        first = runner.zygote_pid
        await run_many(runner)
        await refused.wait()
        assert await still_works(runner)
        assert runner.zygote_pid == first


async def test_a_zygote_that_hangs_loses_its_run_and_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.zygote._ANSWER_SECONDS", 0.1)
    monkeypatch.setattr("sandbox.exchange._KILL_GRACE", 0.1)
    async with LocalRunner(POLICY) as runner:
        assert await still_works(runner)
        first = runner.zygote_pid
        assert first is not None
        async with watched([first]) as ended:
            os.kill(first, signal.SIGSTOP)
            assert (await run_code(runner, GOOD, wall=0.1)).verdict is Verdict.WALL_EXCEEDED
            await ended
        assert await still_works(runner)


async def test_each_profile_has_a_zygote_of_its_own_and_a_lost_one_is_replaced() -> None:
    others = children()
    async with LocalRunner(POLICY) as runner:
        assert await still_works(runner)
        zygotes = children() - others
        assert len(zygotes) == 2
        compiling, _ = sorted(zygotes, key=lambda pid: pid == runner.zygote_pid)
        async with watched([compiling]) as ended:
            os.kill(compiling, signal.SIGKILL)
            await ended
        assert await still_works(runner)
        assert runner.zygote_pid in zygotes


async def test_a_zygote_that_is_lost_while_it_compiles_blames_no_file() -> None:
    others = children()
    long = "".join(f"def f{number}(a, b):\n    return [a[b] for b in a.b if b]\n" for number in range(3500)).encode()
    async with LocalRunner(POLICY) as runner:
        assert await still_works(runner)
        (compiling,) = children() - others - {runner.zygote_pid}
        running = asyncio.create_task(runner.compile({"a.py": b"x = 1\n", "long.py": long}))
        while not psutil.Process(compiling).children():
            await asyncio.sleep(0.001)  # until its child is there: nobody else tells
        os.kill(compiling, signal.SIGKILL)
        result = await running
        assert result.ok, result.findings
        assert set(result.compiled) == {"a.py", "long.py"}


async def test_a_run_cannot_reach_the_compiler_of_adapters(runner: LocalRunner) -> None:
    look = native("return sorted(name for name in modules if name.endswith(('.compile', '.compiler', '.rules')))")
    assert (await run_code(runner, look)).value == []


async def test_whoever_comes_after_a_full_line_is_refused_at_once() -> None:
    host = Host()
    async with LocalRunner(POLICY, SandboxSettings(parallel=1, waiting=1)) as runner:
        assert await still_works(runner)
        running = asking(runner, host)
        await host.asked.wait()
        in_line = asyncio.create_task(run_code(runner, GOOD, "later"))
        await asyncio.sleep(0)
        with pytest.raises(SandboxBusy) as refusal:
            await run_code(runner, GOOD)
        with pytest.raises(SandboxBusy):
            await runner.compile({"operation.py": b"x = 1\n"})
        assert (refusal.value.status, refusal.value.code) == (503, "sandbox_busy")
        in_line.cancel()
        await asyncio.gather(in_line, return_exceptions=True)
        in_line = asyncio.create_task(run_code(runner, GOOD, "instead"))
        await asyncio.sleep(0)
        host.answer.set()
        assert (await running).calls[0].ok
        assert (await in_line).value == "instead"
        assert await still_works(runner)


@pytest.mark.parametrize("code", [ENDLESS, ASKS], ids=["computing", "asking"])
async def test_cancelling_ends_supervisor_and_runner(code: bytes) -> None:
    host = Host()
    async with LocalRunner(POLICY, SandboxSettings(parallel=1)) as runner:
        assert await still_works(runner)
        before = descriptors()
        request = RunRequest({"operation": code}, "operation", [None], frozenset({"http"}))
        task = asyncio.create_task(runner.run(request, host))
        while len(pids := family(runner)) < 2:
            await asyncio.sleep(0)
        async with watched(pids) as ended:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await ended
        assert await no_process_left(runner)
        assert descriptors() == before
        assert await still_works(runner)


async def test_closing_while_a_successor_starts_leaves_nothing() -> None:
    before, others = descriptors(), children()
    async with LocalRunner(POLICY, SandboxSettings(parallel=2), wear=Wear(runs=5, check_every=5)) as runner:
        assert await still_works(runner)
        while len(children() - others) < 3:  # two profiles and a successor
            await run_code(runner, GOOD)
    assert children() == others
    assert descriptors() <= before


async def test_no_run_starts_after_closing() -> None:
    others = children()
    runner = LocalRunner(POLICY)
    assert await still_works(runner)
    await runner.aclose()
    with pytest.raises(Unavailable, match="closed"):
        await runner.run(RunRequest({"operation": GOOD}, "operation", [None]), NoCapabilities())
    assert children() == others
