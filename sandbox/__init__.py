"""Untrusted code, held: a zygote, a confined child for each run, frames on one pipe, a verdict made outside.

Usable alone: ``async with LocalRunner(SandboxPolicy(), SandboxSettings()) as runner`` compiles sources and runs
them. Only ``core`` is imported.
"""

from sandbox.artifacts import Accepted, ArtifactLimits, ArtifactRefused, accept
from sandbox.enforcement import Isolation, Layer
from sandbox.local import LocalRunner
from sandbox.opening import open_runner
from sandbox.places import SandboxBusy
from sandbox.policy import Limits, SandboxPolicy
from sandbox.pool import Wear
from sandbox.report import CaseResult, Finding, Made, Measured, Proof, Ruling, ValidationReport
from sandbox.ruling import Ask, Decision, decide
from sandbox.runner import (
    CallResult,
    CapabilityHost,
    Compiled,
    CompileResult,
    NoCapabilities,
    Runner,
    RunRequest,
    RunResult,
    SandboxUnavailable,
    Usage,
    Verdict,
)
from sandbox.violations import violations

__all__ = [
    "Accepted",
    "ArtifactLimits",
    "ArtifactRefused",
    "Ask",
    "CallResult",
    "CapabilityHost",
    "CaseResult",
    "CompileResult",
    "Compiled",
    "Decision",
    "Finding",
    "Isolation",
    "Layer",
    "Limits",
    "LocalRunner",
    "Made",
    "Measured",
    "NoCapabilities",
    "Proof",
    "Ruling",
    "RunRequest",
    "RunResult",
    "Runner",
    "SandboxBusy",
    "SandboxPolicy",
    "SandboxUnavailable",
    "Usage",
    "ValidationReport",
    "Verdict",
    "Wear",
    "accept",
    "decide",
    "open_runner",
    "violations",
]
