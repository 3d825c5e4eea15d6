"""One interface: what holds for the runner in process holds for a worker elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import InvalidInput, NotFound, PolicyViolation, UpstreamFailed
from core.settings import SandboxSettings
from sandbox import (
    CapabilityHost,
    Limits,
    LocalRunner,
    NoCapabilities,
    Runner,
    RunRequest,
    RunResult,
    SandboxPolicy,
    Verdict,
)
from sandbox.service.address import Identity
from tests.integration.sandbox.service.conftest import LIMITS, Certificates, Start, remote
from tests.security.sandbox.attacks import native

POLICY = SandboxPolicy(limits=LIMITS)


@pytest.fixture(params=["in process", "unix", "token", "certificates"])
async def runner(
    request: pytest.FixtureRequest, start: Start, tmp_path: Path, token: Path, certificates: Certificates
) -> AsyncIterator[Runner]:
    if request.param == "in process":
        async with LocalRunner(POLICY, SandboxSettings()) as runner:
            yield runner
        return
    if request.param == "unix":
        opened = remote(start(f"unix:{tmp_path}/w.sock"))
    elif request.param == "token":
        opened = remote(start("127.0.0.1:0", token_file=token), identity=Identity.read(token, None, None, None))
    else:
        worker = start("127.0.0.1:0", **certificates.settings("ours", "worker"))
        opened = remote(worker, identity=certificates.identity("ours"))
    async with opened:
        yield opened


async def run(
    runner: Runner, body: str, host: CapabilityHost | None = None, *granted: str, arguments: Any = None, **more: Any
) -> RunResult:
    source = f"import json\nfrom nexus import AdapterError\ndef run(ctx, arguments):\n    {body}\n"
    compiled = await runner.compile({"operation.py": source.encode()})
    assert compiled.ok, compiled.findings
    code = compiled.compiled["operation.py"].code
    request = RunRequest({"operation": code}, "operation", [arguments], frozenset(granted), **more)
    return await runner.run(request, host or NoCapabilities())


class Answers:
    """Gives one answer (or raises it) to everything, and remembers what was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((capability, payload))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_what_is_enforced_is_said_layer_by_layer(runner: Runner) -> None:
    isolation = await runner.isolation()
    assert isolation.level == "kernel"
    assert isolation.enforces("seccomp")
    assert {layer.name for layer in isolation.layers} > {"static", "landlock", "cgroup"}


async def test_findings_say_where_and_what_to_do(runner: Runner) -> None:
    result = await runner.compile({"bad.py": b"import os\n", "good.py": b"x = 1\n"})
    assert set(result.compiled) == {"good.py"}
    (finding,) = result.findings["bad.py"]
    assert (finding.code, finding.place, finding.retryable) == ("import_denied", "bad.py:1", True)


async def test_values_errors_and_logs_come_back_whole(runner: Runner) -> None:
    value = {"text": "né 😀", "big": 2**70, "float": 0.1, "none": None, "list": [True, []]}
    (call,) = (await run(runner, "print('one')\n    return arguments", arguments=value)).calls
    assert (call.value, call.logs) == (value, ["one"])
    (call,) = (await run(runner, "raise AdapterError('code', 'text', True, 429, {'a': 1})")).calls
    assert call.verdict is Verdict.EXCEPTION
    expected = {"code": "code", "message": "text", "retryable": True, "status": 429, "body": {"a": 1}, "line": 4}
    assert {**(call.error or {}), **expected} == call.error


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("while True:\n        pass", Verdict.CPU_EXCEEDED),
        ("return [0] * 10 ** 10", Verdict.MEMORY_EXCEEDED),
        ("return {1: 2}", Verdict.RESULT_INVALID),
        ("return 'x' * 5_000_000", Verdict.OUTPUT_TOO_LARGE),
    ],
)
async def test_limits_hold(runner: Runner, body: str, verdict: Verdict) -> None:
    result = await run(runner, body)
    assert result.calls[0].verdict is verdict
    assert result.isolation.level == "kernel"
    assert result.usage.wall_seconds > 0


async def test_an_attack_is_killed(runner: Runner) -> None:
    request = RunRequest({"operation": native("os.fork()")}, "operation", [None])
    (call,) = (await runner.run(request, NoCapabilities())).calls
    assert call.verdict is Verdict.KILLED_BY_POLICY


async def test_what_a_run_asks_for_is_answered_here(runner: Runner) -> None:
    host = Answers({"status": 200, "text": "ü"})
    result = await run(runner, "return ctx.http.request('GET', 'http://h/x')['text']", host, "http")
    assert result.calls[0].value == "ü"
    assert host.asked[0][0] == "http"
    assert host.asked[0][1]["url"] == "http://h/x"


async def test_a_refusal_is_an_adapter_error_there(runner: Runner) -> None:
    body = (
        "try:\n        ctx.files.read('x')\n    except AdapterError as error:\n"
        "        return [error.code, error.message, error.retryable, error.status]"
    )
    result = await run(runner, body, Answers(UpstreamFailed("No.", upstream_status=503)), "files")
    assert result.calls[0].value == ["upstream_failed", "No.", True, 503]
    assert (await run(runner, body, Answers(NotFound("Gone.")), "files")).calls[0].value[0] == "not_found"
    told = (await run(runner, body, Answers(RuntimeError("secret path")), "files")).calls[0].value
    assert "secret" not in str(told)


async def test_nobody_gets_more_than_the_policy_gives(runner: Runner) -> None:
    wide = Limits(memory_mib=4096, cpu_seconds=100)
    result = await run(runner, "return len(bytearray(200 * 1024 * 1024))", limits=wide)
    assert result.calls[0].verdict is Verdict.MEMORY_EXCEEDED
    result = await run(runner, "return json.dumps(1)", imports=frozenset({"nexus"}))
    assert result.calls[0].verdict is Verdict.IMPORT_DENIED
    with pytest.raises(PolicyViolation, match="does not grant shell"):
        await run(runner, "return 1", None, "shell")
    with pytest.raises(InvalidInput, match="not among the modules"):
        await runner.run(RunRequest({}, "operation", [None]), NoCapabilities())


async def test_runs_at_once_do_not_mix(runner: Runner) -> None:
    results = await asyncio.gather(*(run(runner, "return arguments", arguments=number) for number in range(12)))
    assert [result.calls[0].value for result in results] == list(range(12))
