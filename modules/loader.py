"""The one way a module's code runs: by hash, in the sandbox, behind the broker, answered in one envelope."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from core.clock import Clock, SystemClock, rfc3339
from core.database import Database
from core.errors import InvalidInput, NotFound
from modules.attestation import Signer
from modules.broker import Broker, BrokerSession, CallScope, Files
from modules.broker.session import Progress
from modules.envelope import AdapterRunResult, CallFinding, RunError, Usage
from modules.installed import Installed, ReadyOperation, read_installed, read_operation
from modules.proven_code import ProvenCode
from modules.recent import Recent
from modules.schemas import Mismatch, Schema
from modules.store.versions import Activation, read_active
from sandbox import CallResult, Runner, RunRequest, RunResult, SandboxPolicy, Verdict

FILES_IN_MEMORY: Final = 200_000
OPERATIONS_IN_MEMORY: Final = 512
# What is larger than this many characters of JSON, or follows more references, is checked in a thread.
LARGE: Final = 64 * 1024
QUICK: Final = 500


class Loader:
    """Calls operations of installed modules. Caches are bounded and hold only what was verified."""

    def __init__(
        self,
        db: Database,
        *,
        runner: Runner,
        policy: SandboxPolicy,
        code: ProvenCode,
        broker: Broker,
        signer: Signer,
        clock: Clock | None = None,
    ) -> None:
        self._db = db
        self._runner = runner
        self._policy = policy
        self._code = code
        self._broker = broker
        self._signer = signer
        self._clock = clock or SystemClock()
        self._installed: Recent[tuple[str, str], Installed] = Recent(FILES_IN_MEMORY, lambda one: len(one.listing))
        self._operations: Recent[tuple[str, str], ReadyOperation] = Recent(OPERATIONS_IN_MEMORY)

    async def call(
        self,
        org: str,
        module: str,
        operation: str,
        arguments: Any,
        *,
        key: str | None = None,
        files: Files | None = None,
        progress: Progress | None = None,
    ) -> AdapterRunResult:
        """Call an operation of the active version of ``module``.

        ``key`` is the Idempotency-Key of what the call writes upstream: the same call again brings the same key. What
        the operation or the service does wrong is in the envelope. Raises ``NotFound`` for what is not installed,
        ``PolicyViolation`` for stored bytes that were not approved, ``SandboxUnavailable`` where nothing may run.
        """
        started = rfc3339(self._clock.now())
        installed = await self._active(org, module)
        ready = await self._ready(installed, operation)
        call = _Call(self._clock, installed, ready, started)
        fault = await _mismatch(ready.input, arguments)
        if fault is not None and fault.decided:
            return call.refused(fault.sentence)
        if fault is not None:
            call.findings.append(CallFinding(code="input_unchecked", place="arguments", sentence=fault.sentence))
        modules = await self._code.modules(installed, ready.operation)
        session = self._broker.session(
            CallScope(
                org=org,
                grant=installed.grant,
                security=ready.operation.security,
                schemes=installed.schemes,
                key=key,
                files=files,
                progress=progress,
                limits=installed.policy.limits,
            )
        )
        policy = installed.policy
        request = RunRequest(
            modules,
            ready.operation.entry,
            [arguments],
            policy.capabilities,
            limits=policy.limits,
            imports=policy.imports,
        )
        result = await self._runner.run(request, session)
        return await call.answered(result, session)

    async def check_arguments(self, org: str, module: str, operation: str, arguments: Any) -> None:
        """Raise ``InvalidInput`` where the arguments do not fit the operation's input schema; nothing runs."""
        ready = await self._ready(await self._active(org, module), operation)
        fault = await _mismatch(ready.input, arguments)
        if fault is not None and fault.decided:
            raise InvalidInput(
                f"The arguments do not fit {module} {operation}: {fault.sentence}.",
                mend="Correct them as the operation's input schema says.",
                place=fault.place,
            )

    async def operation_schema(self, org: str, module: str, operation: str) -> dict[str, Any]:
        """``{"input": …, "output": …, "effect": …}``: schemas usable by themselves, with their ``$defs``."""
        ready = await self._ready(await self._active(org, module), operation)
        return {
            "id": ready.operation.id,
            "summary": ready.operation.summary,
            "description": ready.operation.description,
            "method": ready.operation.method,
            "path": ready.operation.path,
            "effect": ready.operation.effect,
            "input": ready.input.self_contained,
            "output": None if ready.output is None else ready.output.self_contained,
        }

    async def _active(self, org: str, module: str) -> Installed:
        """The active version. The pointer is read every time, so that a rollback elsewhere counts at once."""
        activation = await self._db.read(lambda connection: read_active(connection, org, module))
        if activation is None:
            raise NotFound(f"The module {module[:80]!r} is not installed.", mend="List the installed modules first.")
        return self._installed.get((org, activation.id)) or await self._install(activation)

    async def _install(self, activation: Activation) -> Installed:
        installed = await self._db.read(
            lambda connection: read_installed(connection, activation, self._signer, self._policy)
        )
        return self._installed.put((activation.org, activation.id), installed)

    async def _ready(self, installed: Installed, name: str) -> ReadyOperation:
        key = (installed.bundle_sha256, name)
        held = self._operations.get(key)
        if held is not None and f"operations/{name}.json" in installed.listing:
            return held
        ready = await self._db.read(lambda connection: read_operation(connection, installed, name))
        return self._operations.put(key, ready)


class _Call:
    """One call on its way to its envelope."""

    def __init__(self, clock: Clock, installed: Installed, ready: ReadyOperation, started: str) -> None:
        self._clock = clock
        self._installed = installed
        self._ready = ready
        self._started = started
        self.findings: list[CallFinding] = []

    def refused(self, sentence: str) -> AdapterRunResult:
        """The answer to arguments that do not fit: nothing ran."""
        return self._envelope(ok=False, error=RunError(code="invalid_arguments", message=sentence))

    async def answered(self, result: RunResult, session: BrokerSession) -> AdapterRunResult:
        """The answer of a run. Data that the document does not describe is returned, with a finding."""
        (outcome,) = result.calls
        self.findings += session.findings
        error = None if outcome.ok else _error(outcome, self.findings)
        if outcome.verdict.security_event:
            sentence = "The code tried what nothing legitimate tries, and was ended."
            self.findings.append(CallFinding(code="security_event", place="run", sentence=sentence))
        if outcome.ok and self._ready.output is not None:
            fault = await _mismatch(self._ready.output, outcome.value)
            if fault is not None:
                code = "output_mismatch" if fault.decided else "output_unchecked"
                self.findings.append(CallFinding(code=code, place=f"data{fault.place}", sentence=fault.sentence))
        return self._envelope(
            ok=outcome.ok,
            data=outcome.value if outcome.ok else None,
            error=error,
            artifacts=tuple(session.artifacts),
            usage=_usage(result, session),
            isolation=result.isolation.level,
            exchanges=tuple(session.exchanges),
            logs=tuple(outcome.logs),
        )

    def _envelope(self, **values: Any) -> AdapterRunResult:
        activation = self._installed.activation
        return AdapterRunResult(
            started_at=self._started,
            finished_at=rfc3339(self._clock.now()),
            module=activation.module,
            operation=self._ready.operation.id,
            version=activation.number,
            bundle_sha256=activation.bundle_sha256,
            findings=tuple(self.findings),
            **values,
        )


def _error(outcome: CallResult, findings: list[CallFinding]) -> RunError:
    error = outcome.error or {}
    message = str(error.get("message") or outcome.verdict.value)
    missing = next((finding for finding in findings if finding.code == "credential_missing"), None)
    if error.get("status") in (401, 403) and missing is not None:
        message = f"{message} {missing.sentence}"
    code = str(error.get("code") or outcome.verdict.value)
    limits = outcome.verdict not in (Verdict.OK, Verdict.EXCEPTION, Verdict.IMPORT_DENIED, Verdict.RESULT_INVALID)
    return RunError(
        code=outcome.verdict.value if limits else code,
        message=message,
        retryable=error.get("retryable") is True or outcome.verdict is Verdict.RUNNER_LOST,
        status=error.get("status"),
        body=error.get("body"),
    )


def _usage(result: RunResult, session: BrokerSession) -> Usage:
    return Usage(
        wall_seconds=round(result.usage.wall_seconds, 6),
        cpu_seconds=round(result.usage.cpu_seconds, 6),
        memory_bytes=result.usage.max_rss_kib * 1024,
        http_calls=session.http_calls,
        http_bytes=session.http_bytes,
    )


async def _mismatch(schema: Schema, value: Any) -> Mismatch | None:
    if not _is_large(value):
        found = schema.mismatch(value, budget=QUICK)
        if found is None or found.decided:
            return found
    return await asyncio.to_thread(schema.mismatch, value)


def _is_large(value: Any) -> bool:
    return isinstance(value, list | dict | str) and len(json.dumps(value)) > LARGE
