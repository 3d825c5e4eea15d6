"""Processes and descriptors: nothing leaks, nothing survives, and a lost zygote is replaced."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.settings import SandboxSettings
from sandbox import LocalRunner, NoCapabilities, RunRequest, SandboxPolicy, Verdict
from tests.security.sandbox.attacks import native, run_code, still_works
from tests.security.sandbox.conftest import LIMITS, no_process_left

pytestmark = pytest.mark.asyncio(loop_scope="module")
RUNS = 300


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def _condition(check: Any) -> bool:
    for _ in range(1000):
        if check():
            return True
        await asyncio.sleep(0.005)
    return False


async def test_hundreds_of_runs_leave_no_descriptor_no_process_and_no_memory(runner: LocalRunner) -> None:
    good = native("return arguments")
    bad = native("os._exit(0)")
    assert await still_works(runner)
    zygote = psutil.Process(runner.zygote_pid)
    await no_process_left(runner)
    before = (_descriptors(os.getpid()), zygote.num_fds(), len(psutil.Process().children(recursive=True)))
    memory = zygote.memory_info().rss
    for n in range(RUNS // 4):
        await asyncio.gather(*(run_code(runner, bad if n % 5 == 0 else good, k) for k in range(4)))
    assert await no_process_left(runner)
    after = (_descriptors(os.getpid()), zygote.num_fds(), len(psutil.Process().children(recursive=True)))
    assert after == before
    assert zygote.memory_info().rss < memory * 1.05
    assert not any(child.status() == psutil.STATUS_ZOMBIE for child in psutil.Process().children(recursive=True))


async def test_killing_the_zygote_in_mid_run_loses_that_run_only() -> None:
    async with LocalRunner(SandboxPolicy(limits=LIMITS)) as runner:
        assert await still_works(runner)
        first = runner.zygote_pid
        assert first is not None
        task = asyncio.create_task(run_code(runner, native("while True: pass")))
        zygote = psutil.Process(first)
        assert await _condition(lambda: len(zygote.children(recursive=True)) == 2)
        family = zygote.children(recursive=True)
        os.kill(first, signal.SIGKILL)
        result = await task
        assert result.verdict is Verdict.RUNNER_LOST
        assert await _condition(lambda: not any(member.is_running() for member in family))
        assert await still_works(runner)
        assert runner.zygote_pid != first
        assert not psutil.pid_exists(first)


async def test_killing_the_supervisor_takes_the_runner_with_it() -> None:
    async with LocalRunner(SandboxPolicy(limits=LIMITS)) as runner:
        assert await still_works(runner)
        zygote = psutil.Process(runner.zygote_pid)
        task = asyncio.create_task(run_code(runner, native("while True: pass")))
        assert await _condition(lambda: len(zygote.children(recursive=True)) == 2)
        supervisor, child = zygote.children()[0], zygote.children()[0].children()[0]
        supervisor.kill()
        assert (await task).verdict is Verdict.RUNNER_LOST
        assert await _condition(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
        assert await still_works(runner)


async def test_closing_ends_everything() -> None:
    runner = LocalRunner(SandboxPolicy(limits=LIMITS))
    assert await still_works(runner)
    before = _descriptors(os.getpid())
    zygote = psutil.Process(runner.zygote_pid)
    task = asyncio.create_task(run_code(runner, native("while True: pass")))
    assert await _condition(lambda: len(zygote.children(recursive=True)) == 2)
    family = [zygote, *zygote.children(recursive=True)]
    await runner.aclose()
    assert (await task).verdict is Verdict.RUNNER_LOST
    assert await _condition(lambda: not any(member.is_running() for member in family))
    assert _descriptors(os.getpid()) < before


async def test_killing_the_host_ends_everything(tmp_path: Path) -> None:
    script = tmp_path / "host.py"
    script.write_text(
        "import asyncio\nfrom sandbox import LocalRunner, SandboxPolicy\n"
        "from tests.security.sandbox.attacks import native, run_code, still_works\n"
        "async def main():\n"
        "    runner = LocalRunner()\n"
        "    assert await still_works(runner)\n"
        "    task = asyncio.create_task(run_code(runner, native('while True: pass')))\n"
        "    await asyncio.sleep(0)\n"
        "    print(runner.zygote_pid, flush=True)\n"
        "    await task\n"
        "asyncio.run(main())\n"
    )
    root = str(Path(__file__).parents[3])
    host = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": root})
    assert host.stdout is not None
    with host.stdout:
        zygote = psutil.Process(int(host.stdout.readline()))
    assert await _condition(lambda: len(zygote.children(recursive=True)) == 2)
    family = [zygote, *zygote.children(recursive=True)]
    host.kill()
    host.wait()
    assert await _condition(lambda: not any(member.is_running() for member in family))


async def test_runs_beyond_the_cap_wait_their_turn() -> None:
    async with LocalRunner(SandboxPolicy(limits=LIMITS), SandboxSettings(parallel=2)) as runner:
        assert await still_works(runner)
        zygote = psutil.Process(runner.zygote_pid)
        tasks = [asyncio.create_task(run_code(runner, native("while True: pass"))) for _ in range(5)]
        most = 0
        while not all(task.done() for task in tasks):
            most = max(most, len(zygote.children()))
            await asyncio.sleep(0.01)
        assert most <= 3  # a supervisor that has reported may still be on its way out
        assert {task.result().verdict for task in tasks} == {Verdict.CPU_EXCEEDED}


async def test_the_same_source_gives_the_same_code_in_every_zygote() -> None:
    source = b"NAMES = {'a', 'b', 'c'}\ndef run(ctx, arguments):\n    return arguments in {'x', 'y', 1, None}\n"
    hashes: set[str] = set()
    for _ in range(3):
        async with LocalRunner(SandboxPolicy(limits=LIMITS)) as runner:
            compiled = await runner.compile({"operation.py": source, "other.py": b"x = 1\n"})
            hashes.add(compiled.compiled["operation.py"].sha256)
            again = await runner.compile({"operation.py": source})
            hashes.add(again.compiled["operation.py"].sha256)
    assert len(hashes) == 1


async def test_a_request_without_its_entry_or_over_the_policy_is_refused(runner: LocalRunner) -> None:
    from core.errors import InvalidInput, PolicyViolation

    with pytest.raises(InvalidInput):
        await runner.run(RunRequest({}, "operation", [None]), NoCapabilities())
    with pytest.raises(PolicyViolation):
        await runner.run(RunRequest({"operation": b""}, "operation", [None], frozenset({"shell"})), NoCapabilities())


async def test_bytes_that_are_no_code_are_an_error_of_the_call(runner: LocalRunner) -> None:
    for garbage in (b"", b"garbage", b"i\x01\x00\x00\x00"):
        result = await run_code(runner, garbage)
        assert result.verdict in (Verdict.EXCEPTION, Verdict.CRASHED)
    assert await still_works(runner)
