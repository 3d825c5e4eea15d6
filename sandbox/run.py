"""One run in the host: sends the calls, answers what the child asks, makes the results."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from core.errors import NexusError, PolicyViolation, UpstreamFailed
from sandbox import judge
from sandbox.exchange import ChildEnded, ChildOverflow, Exchange, as_object
from sandbox.guest.context import LOG_BYTES
from sandbox.guest.frames import NotJson, TooMuch, strict_json
from sandbox.policy import SandboxPolicy
from sandbox.runner import CallResult, CapabilityHost, Isolation, RunRequest, RunResult, Usage, Verdict

_log = logging.getLogger(__name__)
_ENVELOPE = 4096
_TOTAL_FRAMES = 16
_FRAMES = 20_000

Opener = Callable[[dict[str, Any], int], Awaitable[Exchange]]


class _Refused(Exception):
    """A frame that no honest child sends."""


class Run:
    """One request on its way through one child."""

    def __init__(
        self, request: RunRequest, policy: SandboxPolicy, capabilities: CapabilityHost, isolation: Isolation
    ) -> None:
        self._request = request
        self._policy = policy
        self._limits = (request.limits or policy.limits).within(policy.limits)
        self._capabilities = capabilities
        self._isolation = isolation
        self._results: list[CallResult] = []
        self._logs: list[str] = []
        self._log_left = LOG_BYTES + _ENVELOPE
        self._frames_left = _FRAMES

    async def perform(self, open_exchange: Opener) -> RunResult:
        """Make the calls. Cancelling this ends the child."""
        limits = self._limits
        bodies = self._bodies()
        header = {"kind": "run", "limits": {"cpu_seconds": limits.cpu_seconds, "memory_mib": limits.memory_mib}}
        total = limits.frame_bytes * _TOTAL_FRAMES + limits.output_bytes * len(self._request.calls)
        started = time.monotonic()
        async with await open_exchange(header, total) as exchange:
            end = await self._converse(exchange, bodies)
            report = await (exchange.end() if end else exchange.report())
        end = end or judge.from_report(report, limits.cpu_seconds)
        judge.complete(self._results, len(self._request.calls), end, self._logs)
        report = report or {}
        usage = Usage(report.get("cpu", 0.0), time.monotonic() - started, report.get("rss", 0))
        return RunResult(self._results, usage, self._isolation)

    def _bodies(self) -> list[bytes]:
        request, policy, limits = self._request, self._policy, self._limits
        header = {
            "modules": list(request.modules),
            "entry": request.entry,
            "calls": list(request.calls),
            "capabilities": sorted(request.capabilities),
            "imports": sorted(policy.imports if request.imports is None else policy.imports & request.imports),
            "frame_bytes": limits.frame_bytes,
            "output_bytes": limits.output_bytes,
        }
        return [json.dumps(header).encode(), *request.modules.values()]

    async def _converse(self, exchange: Exchange, bodies: list[bytes]) -> tuple[Verdict, str] | None:
        """Talk until the child closes its channel; a verdict if it must be killed instead."""
        try:
            async with asyncio.timeout(self._limits.wall_seconds) as clock:
                await exchange.send(*bodies)
                while True:
                    body = await exchange.receive(self._limits.frame_bytes + _ENVELOPE)
                    await self._take(await as_object(body), len(body), exchange, clock)
        except ChildEnded:
            return None
        except TimeoutError:
            return Verdict.WALL_EXCEEDED, f"limit {self._limits.wall_seconds:g} s"
        except ChildOverflow as error:
            return Verdict.OUTPUT_TOO_LARGE, str(error)
        except (NotJson, _Refused) as error:
            return Verdict.RESULT_INVALID, str(error)

    async def _take(self, frame: dict[str, Any], size: int, exchange: Exchange, clock: asyncio.Timeout) -> None:
        match frame:
            case {"t": "result", "n": n} if n == len(self._results) < len(self._request.calls):
                self._take_result(frame, size)
            case {"t": "log", "text": str(text)}:
                self._take_log(text)
            case {"t": "progress", "text": str(text)} if "progress" in self._request.capabilities:
                self._frames_left -= 1
                await self._answer("progress", {"text": text}, clock)
            case {"t": "ask", "capability": str(capability), "payload": {**payload}}:
                self._frames_left -= 1
                answer = await self._answer(capability, payload, clock)
                await exchange.send(answer)
            case _:
                raise _Refused("an unexpected frame")
        if self._frames_left < 0:
            raise ChildOverflow("too many frames")

    def _take_result(self, frame: dict[str, Any], size: int) -> None:
        # The child held itself to this already; code that writes frames of its own did not.
        if size > self._limits.output_bytes + _ENVELOPE:
            raise ChildOverflow(f"a result of {size} bytes, limit {self._limits.output_bytes}")
        result = judge.from_frame(frame, self._logs)
        if result is None:
            raise _Refused("a malformed result")
        self._results.append(result)
        self._logs = []

    def _take_log(self, text: str) -> None:
        self._frames_left -= 1
        self._log_left -= len(text)
        if self._log_left < 0:
            raise ChildOverflow("the log")
        self._logs.append(judge.printable(text))

    async def _answer(self, capability: str, payload: dict[str, Any], clock: asyncio.Timeout) -> bytes:
        """The host's answer as a frame. The child's clock stands still meanwhile: this time is not its own."""
        loop = asyncio.get_running_loop()
        left = (clock.when() or loop.time()) - loop.time()
        clock.reschedule(None)
        try:
            answer = {"value": await self._ask(capability, payload)}
        except NexusError as error:
            answer = {"error": _refusal(error)}
        except Exception:
            _log.exception("capability %s failed", capability)
            answer = {"error": _refusal(UpstreamFailed(f"The host failed to answer {capability}.", retryable=False))}
        clock.reschedule(loop.time() + left)
        try:
            return strict_json(answer, self._limits.frame_bytes)
        except (NotJson, TooMuch) as error:
            return json.dumps({"error": {"code": "answer_too_large", "message": str(error)}}).encode()

    async def _ask(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        if capability not in self._request.capabilities:
            raise PolicyViolation(f"ctx.{capability} was not granted.")
        return await self._capabilities.handle(capability, payload)


def _refusal(error: NexusError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": error.detail,
        "retryable": getattr(error, "retryable", False) is True,
        "status": error.facts.get("upstream_status"),
    }
