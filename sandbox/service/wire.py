"""How requests, results and errors travel: JSON where Python has values, bytes where it has bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from core.errors import InvalidInput, NexusError, PolicyViolation
from core.hashing import sha256_hex
from sandbox.enforcement import Isolation
from sandbox.places import SandboxBusy
from sandbox.policy import Limits
from sandbox.report import Finding
from sandbox.runner import Compiled, CompileResult, RunRequest, RunResult, SandboxUnavailable
from sandbox.service.sandbox_pb2 import Calls, Code, CompileReply

MESSAGE_BYTES: Final = 256 * 1024 * 1024
ERROR_KEY: Final = "nexus-error-bin"
_ERRORS: Final = {error.code: error for error in (InvalidInput, PolicyViolation, SandboxBusy, SandboxUnavailable)}
_isolation = TypeAdapter(Isolation)
_result = TypeAdapter(RunResult)
_findings = TypeAdapter(dict[str, tuple[Finding, ...]])


def isolation_json(isolation: Isolation) -> bytes:
    """``isolation`` for the way."""
    return _isolation.dump_json(isolation)


def read_isolation(body: bytes) -> Isolation:
    """Raises ``ValueError``, as everything here that reads."""
    return _isolation.validate_json(body)


def code_of(name: str, content: bytes) -> Code:
    """Compiled code with the hash by which the other side knows that it is whole."""
    return Code(name=name, content=content, sha256=sha256_hex(content))


def read_code(code: Code) -> bytes:
    """The bytes of ``code``; ``InvalidInput`` where they are not those of its hash."""
    if sha256_hex(code.content) != code.sha256:
        raise InvalidInput(f"The code of {code.name!r} is not what its hash says.", mend="Send it again.")
    return code.content


def calls_of(request: RunRequest) -> Calls:
    """A run's request for the way."""
    imports = None if request.imports is None else sorted(request.imports)
    limits = None if request.limits is None else request.limits.model_dump_json().encode()
    return Calls(
        modules=[code_of(name, content) for name, content in request.modules.items()],
        entry=request.entry,
        calls_json=json.dumps(list(request.calls)).encode(),
        capabilities=sorted(request.capabilities),
        limits_json=limits,
        imports_json=json.dumps({"imports": imports}).encode(),
    )


def read_calls(calls: Calls) -> RunRequest:
    """The request that ``calls`` states. Raises ``InvalidInput`` for code that was changed on the way."""
    imports = json.loads(calls.imports_json)["imports"]
    return RunRequest(
        modules={code.name: read_code(code) for code in calls.modules},
        entry=calls.entry,
        calls=json.loads(calls.calls_json),
        capabilities=frozenset(calls.capabilities),
        limits=Limits.model_validate_json(calls.limits_json) if calls.HasField("limits_json") else None,
        imports=None if imports is None else frozenset(imports),
    )


def result_json(result: RunResult) -> bytes:
    """A run's result for the way."""
    return _result.dump_json(result)


def read_result(body: bytes) -> RunResult:
    """The result of a run."""
    return _result.validate_json(body)


def reply_of(result: CompileResult) -> CompileReply:
    """What was compiled, and what was found, for the way."""
    return CompileReply(
        compiled=[code_of(path, each.code) for path, each in result.compiled.items()],
        findings_json=_findings.dump_json(dict(result.findings)),
    )


def read_reply(reply: CompileReply) -> CompileResult:
    """What was compiled elsewhere. Raises ``InvalidInput`` for code that was changed on the way."""
    compiled = {code.name: Compiled(read_code(code), code.sha256) for code in reply.compiled}
    return CompileResult(compiled, _findings.validate_json(reply.findings_json))


def refusal_json(error: NexusError) -> bytes:
    """``error`` for the way: what people are shown of it, and what an adapter may know."""
    facts = {"upstream_status": error.facts.get("upstream_status")}
    shown = {"code": error.code, "detail": error.detail, "mend": error.mend, "facts": facts}
    return json.dumps({**shown, "retryable": getattr(error, "retryable", False) is True}).encode()


class Refused(NexusError):
    """An error of the other side, by its own code."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(str(told["detail"]), mend=str(told["mend"]), **told["facts"])
        self.code = str(told["code"])  # pyright: ignore[reportAttributeAccessIssue] - this one's, not the class's
        self.retryable = told["retryable"] is True


def read_refusal(body: bytes) -> NexusError:
    """The error that ``refusal_json`` wrote: of the class that the runner in process would raise, where it is one."""
    told = json.loads(body)
    kind = _ERRORS.get(told["code"])
    return kind(told["detail"], mend=told["mend"]) if kind else Refused(told)
