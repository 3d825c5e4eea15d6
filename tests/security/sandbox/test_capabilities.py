"""What an adapter asks of its ctx, and what the host makes of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.errors import NotFound, UpstreamFailed
from sandbox import CallResult, LocalRunner, RunRequest, Verdict

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Recorder:
    """Answers every request with ``answer`` (or raises it) and remembers what was asked."""

    def __init__(self, answer: Any, delay: float = 0.0) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answer = answer
        self._delay = delay

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((capability, payload))
        await asyncio.sleep(self._delay)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


async def _call(runner: LocalRunner, body: str, host: Recorder, *granted: str, wall: float | None = None) -> CallResult:
    source = f"import rest\nfrom nexus import AdapterError\ndef run(ctx, arguments):\n    {body}\n"
    helper = "BASE = 'http://h'\ndef get(ctx, path):\n    return ctx.http.request('GET', BASE + path)\n"
    compiled = await runner.compile({"operation.py": source.encode(), "rest.py": helper.encode()})
    assert compiled.ok, compiled.findings
    modules = {path.removesuffix(".py"): each.code for path, each in compiled.compiled.items()}
    limits = runner.policy.limits.model_copy(update={"wall_seconds": wall or 4})
    request = RunRequest(modules, "operation", [None], frozenset(granted), limits)
    return (await runner.run(request, host)).calls[0]


async def test_a_request_travels_to_the_host_and_its_answer_back(runner: LocalRunner) -> None:
    host = Recorder({"status": 200, "headers": [["a", "b"]], "text": "ü", "base64": None, "artifact": None})
    result = await _call(runner, "return rest.get(ctx, '/x')['text']", host, "http")
    assert result.value == "ü"
    assert host.asked == [
        ("http", {"method": "GET", "url": "http://h/x", "headers": [], "body": None, "body_base64": None})
    ]


async def test_headers_may_be_pairs_or_a_mapping(runner: LocalRunner) -> None:
    host = Recorder({})
    body = (
        "ctx.http.request('POST', 'u', {'a': 'b'}, 'text')\n"
        "    ctx.http.request('POST', 'u', [('a', 'b')], None, 'eA==')"
    )
    await _call(runner, body, host, "http")
    assert [payload["headers"] for _, payload in host.asked] == [[["a", "b"]]] * 2
    assert [(payload["body"], payload["body_base64"]) for _, payload in host.asked] == [("text", None), (None, "eA==")]


async def test_a_refusal_is_an_adapter_error_that_can_be_caught(runner: LocalRunner) -> None:
    host = Recorder(UpstreamFailed("No route.", upstream_status=503))
    body = (
        "try:\n        rest.get(ctx, '/')\n    except AdapterError as error:\n"
        "        return [error.code, error.message, error.retryable, error.status]"
    )
    result = await _call(runner, body, host, "http")
    assert result.value == ["upstream_failed", "No route.", True, 503]


async def test_an_uncaught_refusal_is_the_call_s_typed_error(runner: LocalRunner) -> None:
    result = await _call(runner, "return rest.get(ctx, '/')", Recorder(NotFound("Gone.")), "http")
    assert result.verdict is Verdict.EXCEPTION
    assert result.error is not None
    assert (result.error["kind"], result.error["code"], result.error["message"]) == ("adapter", "not_found", "Gone.")


async def test_a_fault_of_the_host_tells_the_adapter_nothing_of_it(runner: LocalRunner) -> None:
    result = await _call(runner, "return rest.get(ctx, '/')", Recorder(RuntimeError("secret path")), "http")
    assert result.error is not None
    assert "secret" not in str(result.error)


async def test_an_adapter_s_own_error_keeps_code_status_and_body(runner: LocalRunner) -> None:
    body = "raise AdapterError('upstream_status', 'Nope', retryable=True, status=429, body={'a': 1})"
    result = await _call(runner, body, Recorder({}))
    assert result.error is not None
    expected = {"kind": "adapter", "code": "upstream_status", "message": "Nope", "retryable": True, "status": 429}
    assert {**result.error, **expected} == result.error
    assert result.error["body"] == {"a": 1}
    assert (result.error["file"], result.error["line"]) == ("operation.py", 4)


@pytest.mark.parametrize("capability", ["http", "files", "artifacts", "log", "progress"])
async def test_what_was_not_granted_does_not_exist(runner: LocalRunner, capability: str) -> None:
    host = Recorder({})
    result = await _call(runner, f"ctx.{capability}", host)
    assert result.error is not None
    assert "was not granted" in result.error["message"]
    assert host.asked == []


async def test_files_artifacts_log_and_progress_reach_the_host(runner: LocalRunner) -> None:
    host = Recorder({"id": "a1"})
    body = (
        "ctx.log('one')\n    ctx.progress('half')\n    ctx.files.read('f1')\n"
        "    return ctx.artifacts.put('n', 'text/plain', text='x')"
    )
    result = await _call(runner, body, host, "files", "artifacts", "log", "progress")
    assert result.value == {"id": "a1"}
    assert result.logs == ["one"]
    assert host.asked == [
        ("progress", {"text": "half"}),
        ("files", {"action": "read", "id": "f1"}),
        ("artifacts", {"action": "put", "name": "n", "media_type": "text/plain", "text": "x", "base64": None}),
    ]


async def test_time_the_host_takes_is_not_the_adapter_s(runner: LocalRunner) -> None:
    result = await _call(runner, "return rest.get(ctx, '/')['x']", Recorder({"x": 1}, delay=0.6), "http", wall=0.4)
    assert result.value == 1


async def test_an_answer_over_the_frame_limit_is_an_error(runner: LocalRunner) -> None:
    host = Recorder({"text": "x" * 1_000_000})
    result = await _call(runner, "return rest.get(ctx, '/')", host, "http")
    assert result.error is not None
    assert result.error["code"] == "answer_too_large"


async def test_a_request_over_the_frame_limit_never_leaves(runner: LocalRunner) -> None:
    host = Recorder({})
    result = await _call(runner, "ctx.http.request('POST', 'u', [], 'x' * 1000000)", host, "http")
    assert result.error is not None
    assert result.error["code"] == "invalid_request"
    assert host.asked == []


async def test_several_calls_share_one_process_and_each_has_its_result(runner: LocalRunner) -> None:
    source = (
        b"seen = []\ndef run(ctx, arguments):\n    print(arguments)\n    seen.append(arguments)\n"
        b"    return 1 / arguments, len(seen)\n"
    )
    source = source.replace(b"return 1 / arguments, len(seen)", b"return [1 / arguments, len(seen)]")
    code = (await runner.compile({"operation.py": source})).compiled["operation.py"].code
    result = await runner.run(RunRequest({"operation": code}, "operation", [1, 0, 2]), Recorder({}))
    assert [call.verdict for call in result.calls] == [Verdict.OK, Verdict.EXCEPTION, Verdict.OK]
    assert result.calls[2].value == [0.5, 3]
    assert [call.logs for call in result.calls] == [["1"], ["0"], ["2"]]
    assert result.usage.cpu_seconds > 0
    assert result.usage.max_rss_kib > 0


async def test_nothing_of_one_run_is_left_for_the_next(runner: LocalRunner) -> None:
    source = b"import json\nseen = []\ndef run(ctx, arguments):\n    seen.append(1)\n    return len(seen)\n"
    code = (await runner.compile({"operation.py": source})).compiled["operation.py"].code
    for _ in range(3):
        result = await runner.run(RunRequest({"operation": code}, "operation", [None]), Recorder({}))
        assert result.calls[0].value == 1
