"""Untrusted code, held: a zygote, a confined child for each run, frames on one pipe, a verdict made outside.

Usable alone: ``async with LocalRunner(SandboxPolicy(), SandboxSettings()) as runner`` compiles sources and runs
them. Only ``core`` is imported.
"""

from sandbox.local import LocalRunner
from sandbox.policy import Limits, SandboxPolicy
from sandbox.report import CaseResult, Finding, Measured, Proof, ValidationReport
from sandbox.runner import (
    CallResult,
    CapabilityHost,
    Compiled,
    CompileResult,
    Isolation,
    NoCapabilities,
    Runner,
    RunRequest,
    RunResult,
    SandboxUnavailable,
    Usage,
    Verdict,
)

__all__ = [
    "CallResult",
    "CapabilityHost",
    "CaseResult",
    "CompileResult",
    "Compiled",
    "Finding",
    "Isolation",
    "Limits",
    "LocalRunner",
    "Measured",
    "NoCapabilities",
    "Proof",
    "RunRequest",
    "RunResult",
    "Runner",
    "SandboxPolicy",
    "SandboxUnavailable",
    "Usage",
    "ValidationReport",
    "Verdict",
]
