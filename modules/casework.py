"""Contract cases run in the sandbox, many in one process, and judged outside it.

Expected values stay in the host. When a batch shows anything odd, its cases are run again, each in a process of its
own, and that is what counts.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from modules.broker import BrokerLimits, FixtureSession, Grant
from modules.contents import RESERVED, Case
from modules.envelope import Artifact
from modules.operations import Operation
from sandbox import CallResult, CaseResult, Made, Runner, RunRequest, SandboxPolicy, Usage, Verdict

OPERATIONS_A_BATCH: Final = 64
CASES_A_BATCH: Final = 256
BATCHES_AT_ONCE: Final = 4
RUNS_AT_ONCE: Final = 8
"""One proof's share of the sandbox's line, which refuses callers when it is full."""
DISPATCH: Final = f"{RESERVED}dispatch.py"
_ENTRY: Final = f"{RESERVED}dispatch"
LISTED: Final = "imported"


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations that are imported together, and the cases of them."""

    operations: Sequence[Operation]
    cases: Sequence[Case]


def dispatch_sources(operations: int) -> dict[str, bytes]:
    """Sources compiled beside a bundle: the entry that lists a batch's operations and calls one of them.

    The empty files stand for the operations' names, so that importing them is allowed.
    """
    names = [f"{RESERVED}op_{number}" for number in range(min(operations, OPERATIONS_A_BATCH))]
    lines = ["operations = {}"]
    for number, name in enumerate(names):
        lines += [f"def load_{number}():", f"    import {name}", f"    operations[{number}] = {name}.run"]
    lines += [f"loaders = [{', '.join(f'load_{number}' for number in range(len(names)))}]", _RUN]
    return {DISPATCH: "\n".join(lines).encode(), **{f"{name}.py": b"" for name in names}}


_RUN: Final = """
def run(ctx, arguments):
    if "count" in arguments:
        for number in range(arguments["count"]):
            loaders[number]()
        return [callable(operations[number]) for number in range(arguments["count"])]
    return operations[arguments["operation"]](ctx, arguments["arguments"])
"""


def batches(operations: Iterable[Operation], cases: Iterable[Case]) -> list[Batch]:
    """Operations with their cases, in groups that one process can hold."""
    by_operation: dict[str, list[Case]] = {}
    for case in cases:
        by_operation.setdefault(case.operation, []).append(case)
    made: list[Batch] = []
    held: list[Operation] = []
    waiting: list[Case] = []
    for operation in operations:
        own = by_operation.get(operation.id, [])
        if held and (len(held) == OPERATIONS_A_BATCH or len(waiting) + len(own) > CASES_A_BATCH):
            made.append(Batch(held, waiting))
            held, waiting = [], []
        held, waiting = [*held, operation], [*waiting, *own]
    return [*made, Batch(held, waiting)] if held else made


@dataclass(slots=True)
class Casework:
    """Runs batches with the bundle's compiled code (by path), under the grant and the policy that the manifest gets."""

    runner: Runner
    code: Mapping[str, bytes]
    grant: Grant
    policy: SandboxPolicy
    usage: Usage = field(default_factory=Usage)
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(BATCHES_AT_ONCE))
    _share: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(RUNS_AT_ONCE))

    async def results(self, work: Iterable[Batch]) -> list[CaseResult]:
        """One result a case, and one for the import of an operation that has none or failed it."""
        groups = await asyncio.gather(*(self._batch(batch) for batch in work))
        return [result for group in groups for result in group]

    async def _batch(self, batch: Batch) -> list[CaseResult]:
        async with self._turn:  # so that a large bundle is laid out piece by piece, not all at once
            together = await self._together(batch)
            if together is not None:
                return together
            alone = await asyncio.gather(*(self._alone(batch, operation) for operation in batch.operations))
            return [result for group in alone for result in group]

    async def _together(self, batch: Batch) -> list[CaseResult] | None:
        """The batch's results if all of them are good."""
        modules = {_ENTRY: self.code[DISPATCH]}
        for number, operation in enumerate(batch.operations):
            modules[f"{RESERVED}op_{number}"] = self.code[operation.code]
            modules |= {name: self.code[path] for name, path in operation.sources.items() if path in operation.uses}
        places = {operation.id: number for number, operation in enumerate(batch.operations)}
        calls: list[Any] = [{"count": len(batch.operations)}]
        calls += [{"operation": places[case.operation], "arguments": case.arguments} for case in batch.cases]
        fixture = self._fixture([exchange for case in batch.cases for exchange in case.exchanges])
        listed, *outcomes = await self._run(modules, _ENTRY, calls, fixture)
        if not listed.ok or not all(listed.value) or fixture.problems or fixture.unused:
            return None
        if fixture.artifacts:  # whose they are, and whether each case keeps its own budget, only a run alone tells
            return None
        results = [judged(case, outcome, ()) for case, outcome in zip(batch.cases, outcomes, strict=True)]
        if not all(result.passed for result in results):
            return None
        tested = {case.operation for case in batch.cases}
        return [_imported(operation) for operation in batch.operations if operation.id not in tested] + results

    async def _alone(self, batch: Batch, operation: Operation) -> list[CaseResult]:
        cases = [case for case in batch.cases if case.operation == operation.id]
        if not cases:
            return [await self._import(operation)]
        return list(await asyncio.gather(*(self._case(operation, case) for case in cases)))

    async def _case(self, operation: Operation, case: Case) -> CaseResult:
        modules = {name: self.code[path] for name, path in operation.sources.items()}
        fixture = self._fixture(case.exchanges)
        (outcome,) = await self._run(modules, operation.entry, [case.arguments], fixture)
        problems = list(fixture.problems)
        if not problems and fixture.unused:
            problems.append(f"{fixture.unused} of the case's requests were never sent")
        return judged(case, outcome, problems, fixture.artifacts)

    async def _import(self, operation: Operation) -> CaseResult:
        modules = {_ENTRY: self.code[DISPATCH], f"{RESERVED}op_0": self.code[operation.code]}
        modules |= {name: self.code[path] for name, path in operation.sources.items() if path in operation.uses}
        (outcome,) = await self._run(modules, _ENTRY, [{"count": 1}], self._fixture(()))
        return _imported(operation, outcome)

    def _fixture(self, exchanges: Sequence[Mapping[str, Any]]) -> FixtureSession:
        return FixtureSession(exchanges, self.grant, BrokerLimits().for_module(self.policy.limits))

    async def _run(
        self, modules: Mapping[str, bytes], entry: str, calls: Sequence[Any], fixture: FixtureSession
    ) -> list[CallResult]:
        request = RunRequest(
            modules, entry, calls, self.policy.capabilities, limits=self.policy.limits, imports=self.policy.imports
        )
        async with self._share:
            result = await self.runner.run(request, fixture)
        self.usage = Usage(
            self.usage.cpu_seconds + result.usage.cpu_seconds,
            self.usage.wall_seconds + result.usage.wall_seconds,
            max(self.usage.max_rss_kib, result.usage.max_rss_kib),
        )
        return result.calls


def judged(case: Case, outcome: CallResult, problems: Sequence[str], artifacts: Sequence[Artifact] = ()) -> CaseResult:
    """The verdict on a case, from what its call gave and what its fixture saw."""
    sentence = problems[0] if problems else _difference(case.expect, outcome)
    return CaseResult(
        operation=case.operation,
        case=case.name,
        verdict=outcome.verdict.value,
        passed=not sentence,
        sentence=sentence,
        place=_place(outcome) if sentence else "",
        artifacts=tuple(
            Made(name=each.name, media_type=each.media_type, sha256=each.sha256, bytes=each.bytes) for each in artifacts
        ),
    )


def _imported(operation: Operation, outcome: CallResult | None = None) -> CaseResult:
    sentence = ""
    if outcome is not None and not outcome.ok:
        sentence = _error(outcome)
    elif outcome is not None and outcome.value != [True]:
        sentence = "The code defines no function 'run'."
    verdict = Verdict.OK if outcome is None else outcome.verdict
    place = _place(outcome) if outcome is not None and sentence else ""
    return CaseResult(
        operation=operation.id, case=LISTED, verdict=verdict, passed=not sentence, sentence=sentence, place=place
    )


def _difference(expect: Mapping[str, Any], outcome: CallResult) -> str:
    if "error" in expect:
        code = (outcome.error or {}).get("code")
        if outcome.verdict is Verdict.EXCEPTION and code == expect["error"]:
            return ""
        given = _error(outcome) or _short(outcome.value)
        return f"expected the error {expect['error']!r}, and the call gave {given}"
    if not outcome.ok:
        return _error(outcome)
    if _text(outcome.value) != _text(expect["data"]):
        return f"expected {_short(expect['data'])}, and the call gave {_short(outcome.value)}"
    return ""


def _error(outcome: CallResult) -> str:
    if outcome.error is None:
        return "" if outcome.ok else outcome.verdict.value
    place = _place(outcome)
    return f"{outcome.error.get('code')}: {str(outcome.error.get('message'))[:500]}" + (f" at {place}" if place else "")


def _place(outcome: CallResult) -> str:
    error = outcome.error or {}
    return f"{error['file']}:{error.get('line')}" if error.get("file") else ""


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _short(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= 200 else text[:200] + "…"
