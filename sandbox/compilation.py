"""Compilation in the host: sends sources to a compile child, collects code and findings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, cast

from core.hashing import sha256_hex
from sandbox import judge
from sandbox.exchange import ChildEnded, ChildOverflow, Exchange
from sandbox.guest.frames import NotJson
from sandbox.policy import SandboxPolicy
from sandbox.report import Finding
from sandbox.run import Opener
from sandbox.runner import Compiled, CompileResult, Verdict

_BASE_SECONDS, _SECONDS_PER_MIB = 10, 8
_MEMORY_MIB = 1024
_ANSWER_BYTES = 1 << 20
_CODE_FACTOR = 64


async def compile_in_child(open_exchange: Opener, sources: Mapping[str, bytes], policy: SandboxPolicy) -> CompileResult:
    """Compile ``sources`` in one child. A file that ends the child is blamed; the ones after it get a new child.

    A child that was lost with its zygote blames nobody the first time.
    """
    compiled: dict[str, Compiled] = {}
    findings: dict[str, tuple[Finding, ...]] = {}
    importable = sorted(policy.imports | {PurePosixPath(path).stem for path in sources if "/" not in path})
    waiting = dict(sources)
    lost = False
    while waiting:
        end = await _pass(open_exchange, waiting, importable, compiled, findings)
        waiting = {path: source for path, source in waiting.items() if path not in compiled and path not in findings}
        if waiting and end[0] is Verdict.RUNNER_LOST and not lost:
            lost = True
        elif waiting:
            culprit = next(iter(waiting))
            findings[culprit] = (_ended(culprit, end),)
            del waiting[culprit]
    return CompileResult(compiled, findings)


async def _pass(
    open_exchange: Opener,
    sources: Mapping[str, bytes],
    importable: list[str],
    compiled: dict[str, Compiled],
    findings: dict[str, tuple[Finding, ...]],
) -> tuple[Verdict, str]:
    size = sum(map(len, sources.values()))
    seconds = _BASE_SECONDS + _SECONDS_PER_MIB * size // (1 << 20)
    header = {"kind": "compile", "limits": {"cpu_seconds": seconds, "memory_mib": _MEMORY_MIB}}
    request = json.dumps({"paths": list(sources), "importable": importable}).encode()
    end: tuple[Verdict, str] | None = None
    async with await open_exchange(header, _ANSWER_BYTES * len(sources) + _CODE_FACTOR * size) as exchange:
        try:
            async with asyncio.timeout(2 * seconds):
                await _talk(exchange, [request, *sources.values()], sources, compiled, findings)
        except ChildEnded:
            end = judge.from_report(await exchange.report(), seconds)
        except TimeoutError:
            end = Verdict.WALL_EXCEEDED, ""
        except (ChildOverflow, NotJson) as error:
            end = Verdict.RESULT_INVALID, str(error)
    return end or (Verdict.NO_RESULT, "")


async def _talk(
    exchange: Exchange,
    bodies: list[bytes],
    sources: Mapping[str, bytes],
    compiled: dict[str, Compiled],
    findings: dict[str, tuple[Finding, ...]],
) -> None:
    sending = asyncio.create_task(exchange.send(*bodies))
    try:
        for path in sources:
            answer = await exchange.receive_json(_ANSWER_BYTES)
            if answer.get("path") != path:
                raise NotJson("an answer out of order")
            if answer.get("code") is True:
                code = await exchange.receive(_CODE_FACTOR * max(len(sources[path]), 4096))
                compiled[path] = Compiled(code, sha256_hex(code))
            else:
                findings[path] = tuple(
                    _finding(path, breach) for breach in cast("list[Any]", answer.get("findings") or [])
                )
                if not findings[path]:
                    raise NotJson("neither code nor findings")
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


def _finding(path: str, breach: Any) -> Finding:
    match breach:
        case [str(code), int(line), str(sentence), str(hint)]:
            return Finding(code=code, place=f"{path}:{line}", sentence=sentence, hint=hint)
        case _:
            raise NotJson("a malformed finding")


def _ended(path: str, end: tuple[Verdict, str]) -> Finding:
    return Finding(
        code="compile_failed",
        place=f"{path}:1",
        sentence=f"Compiling it ended the compile child: {end[0].value} {end[1]}".strip() + ".",
        hint="Write smaller, simpler source.",
        retryable=False,
    )
