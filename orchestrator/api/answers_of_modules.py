"""What the routes of modules answer: what is installed, its versions, their proofs and their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import JsonValue

from orchestrator.api.answer import Answer, Page


class Module(Answer):
    """An installed module in one line. ``hosts`` are the origins that it was granted."""

    name: str
    title: str
    description: str
    version: int
    bundle_sha256: str
    hosts: list[str]
    installed_at: str
    installed_by: str


class ListedModule(Module):
    operations: int


class ListedModules(Page):
    items: list[ListedModule]


class OperationBrief(Answer):
    id: str
    tool: str
    summary: str
    method: str
    path: str
    effect: Literal["read", "write"]


class Operation(OperationBrief):
    """``input`` and ``output`` are JSON Schemas, each complete in itself."""

    description: str
    input: dict[str, Any]
    output: dict[str, Any] | None
    as_of: int


class LeftOut(Answer):
    """What of a module's source was dropped or read differently, and why."""

    code: str
    place: str
    sentence: str


class Learned(LeftOut):
    """What real answers of an operation disagreed with; ``seen`` so many times."""

    bundle_sha256: str
    operation: str
    seen: int
    last_seen_at: str


class GrantedCredential(Answer):
    """Which stored secret stands for a credential of the module, at one origin."""

    credential: str
    reference: str
    origin: str


class InstalledModule(Module):
    """``binding`` says where described servers are really reached."""

    operations: list[OperationBrief]
    capabilities: list[str]
    binding: dict[str, str]
    credentials: list[GrantedCredential]
    isolation: str
    findings: list[LeftOut]
    learned: list[Learned]
    attestation: dict[str, Any]
    as_of: int


class Result(Answer):
    """An operation's envelope: ``data`` with ``ok``, else ``error``."""

    ok: bool
    data: Any
    error: dict[str, Any] | None
    module: str
    operation: str
    version: int
    bundle_sha256: str
    isolation: str
    started_at: str
    finished_at: str
    findings: list[LeftOut]
    exchanges: list[dict[str, Any]]
    logs: list[str]
    usage: dict[str, Any]


class Version(Answer):
    number: int
    bundle_sha256: str
    active: bool
    created_by: str
    created_at: str


class PointerMove(Answer):
    kind: Literal["installed", "rolled_back"]
    version: int
    actor: str
    at: str


class Versions(Page):
    items: list[Version]
    moves: list[PointerMove]


class MadeArtifact(Answer):
    """``bytes`` is its size."""

    name: str
    media_type: str
    sha256: str
    bytes: int


class Case(Answer):
    """Old proofs have no ``place`` and no ``artifacts``."""

    operation: str
    case: str
    verdict: str
    passed: bool
    sentence: str
    place: str = ""
    artifacts: Sequence[MadeArtifact] = ()


class ProofFinding(LeftOut):
    hint: str
    retryable: bool


class Ruling(Answer):
    """One rule of the sandbox's policy: what the manifest asked, what is allowed, what holds, and who decided it."""

    rule: str
    asked: JsonValue
    allowed: JsonValue
    holds: JsonValue
    by: Literal["manifest", "organisation"]


class Proof(Answer):
    """``findings`` before anything ran, ``violations`` while cases ran. Old proofs lack ``rulings``, ``violations``."""

    bundle_sha256: str
    policy_hash: str
    isolation: str
    rulings: Sequence[Ruling] = ()
    code_sha256: dict[str, str]
    findings: list[ProofFinding]
    violations: Sequence[ProofFinding] = ()
    cases: list[Case]


class ModulePayload(Answer):
    """What an approval of a module says yes to."""

    module: str
    bundle_sha256: str
    proof_hash: str
    policy_hash: str
    isolation: str
    hosts: list[str]
    capabilities: list[str]
    binding: dict[str, str]
    credentials: list[GrantedCredential]


class VersionReport(Version):
    """What was last granted to the version and how it was proven; null for one that was never approved."""

    title: str
    description: str
    source: dict[str, Any]
    findings: list[LeftOut]
    payload: ModulePayload | None
    payload_hash: str | None
    approval: str | None
    approved_by: str | None
    approved_at: str | None
    proof: Proof | None
    measured: dict[str, Any] | None
    as_of: int


class BundleFile(Answer):
    path: str
    size: int


class BundleFiles(Page):
    items: list[BundleFile]


class FileChange(Answer):
    """``lines`` is a unified diff, cut at two thousand lines; empty for what is no text."""

    path: str
    change: Literal["added", "removed", "changed"]
    lines: list[str]


class FileChanges(Page):
    items: list[FileChange]


class Moved(Answer):
    """Where a module's pointer stands now."""

    module: str
    version: int
    bundle_sha256: str
    sentence: str
