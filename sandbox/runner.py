"""The one interface to untrusted code, whatever holds it: here, in a container, on another machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, Self

from core.errors import NotFound, Unavailable
from sandbox.enforcement import WAYS_ON, Isolation
from sandbox.policy import Limits
from sandbox.report import Finding


class Verdict(StrEnum):
    """How a call ended. Decided outside the child, from what it sent and from how its process ended."""

    OK = "ok"
    POLICY_REJECTED = "policy_rejected"
    IMPORT_DENIED = "import_denied"
    EXCEPTION = "exception"
    CPU_EXCEEDED = "cpu_exceeded"
    WALL_EXCEEDED = "wall_exceeded"
    MEMORY_EXCEEDED = "memory_exceeded"
    OUTPUT_TOO_LARGE = "output_too_large"
    RESULT_INVALID = "result_invalid"
    NO_RESULT = "no_result"
    KILLED_BY_POLICY = "killed_by_policy"
    CRASHED = "crashed"
    SETUP_FAILED = "setup_failed"
    RUNNER_LOST = "runner_lost"

    @property
    def repairable(self) -> bool:
        """Whether other code might do better; the rest is a limit, an accident or a security event."""
        return self in _REPAIRABLE

    @property
    def violation(self) -> bool:
        """Whether the sandbox ended the call, which the code itself did not."""
        return self not in _BY_ITS_OWN_MEANS

    @property
    def security_event(self) -> bool:
        """Something tried what nothing legitimate tries: record it, never repair it silently."""
        return self is Verdict.KILLED_BY_POLICY


_BY_ITS_OWN_MEANS = frozenset({Verdict.OK, Verdict.EXCEPTION, Verdict.POLICY_REJECTED})
_REPAIRABLE = frozenset(
    {Verdict.OK, Verdict.POLICY_REJECTED, Verdict.IMPORT_DENIED, Verdict.EXCEPTION, Verdict.RESULT_INVALID}
)


class SandboxUnavailable(Unavailable):
    """This host cannot hold untrusted code as the policy requires."""

    code = "sandbox_unavailable"
    default_mend = WAYS_ON


@dataclass(frozen=True, slots=True)
class Compiled:
    """One file's code object as marshal bytes, and their SHA-256."""

    code: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class CompileResult:
    """Every file is in exactly one of the two: it has code, or findings."""

    compiled: Mapping[str, Compiled]
    findings: Mapping[str, tuple[Finding, ...]]

    @property
    def ok(self) -> bool:
        """Whether every file has code."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Calls of one entry module, made in order in one runner.

    ``modules``: marshalled code by the bare name it is imported with; ``entry`` names the one that defines
    ``run(ctx, arguments)``. The caller has compared the hashes; expected values never come in here. ``limits`` and
    ``imports`` narrow the runner's policy, and never widen it.
    """

    modules: Mapping[str, bytes]
    entry: str
    calls: Sequence[Any]
    capabilities: frozenset[str] = frozenset()
    limits: Limits | None = None
    imports: frozenset[str] | None = None


@dataclass(slots=True)
class CallResult:
    """One call's outcome. ``error`` has code, message, retryable, kind, and where known file, line, status, body."""

    verdict: Verdict
    value: Any = None
    error: dict[str, Any] | None = None
    logs: list[str] = field(default_factory=list[str])

    @property
    def ok(self) -> bool:
        """Whether the call returned a value."""
        return self.verdict is Verdict.OK


@dataclass(frozen=True, slots=True)
class Usage:
    """What a run took: seconds of processor and of wall clock, KiB of resident memory."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    max_rss_kib: int = 0


@dataclass(frozen=True, slots=True)
class RunResult:
    """One result a call, in order."""

    calls: list[CallResult]
    usage: Usage
    isolation: Isolation


class CapabilityHost(Protocol):
    """Answers what adapters ask of their ``ctx``: in the host, for each frame of the child."""

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The answer, or a ``NexusError``, which becomes an ``AdapterError`` in the child."""
        ...


class NoCapabilities:
    """For runs that may ask for nothing."""

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Refuse."""
        raise NotFound(f"No {capability} here.")


class Runner(Protocol):
    """Holds untrusted code."""

    async def compile(self, sources: Mapping[str, bytes]) -> CompileResult:
        """Check and compile sources, by path, in a confined child that never executes them."""
        ...

    async def run(self, request: RunRequest, capabilities: CapabilityHost) -> RunResult:
        """Make the calls in a fresh confined process."""
        ...

    async def isolation(self) -> Isolation:
        """What this runner enforces, as its self-test found it."""
        ...

    async def aclose(self) -> None:
        """End every process."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exception: object) -> None: ...
