"""The proof of a bundle: every source compiled, every operation imported, every contract case run and judged."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from modules.ask import asked
from modules.broker import Grant, parse_origin
from modules.builder.openapi.writing import json_file
from modules.bundle import Bundle
from modules.casework import Casework, batches, dispatch_sources
from modules.codecache import CodeCache
from modules.contents import Contents, read_contents
from modules.manifest import PATH as MANIFEST
from sandbox import (
    CaseResult,
    Compiled,
    Finding,
    Measured,
    Proof,
    Runner,
    SandboxPolicy,
    ValidationReport,
    decide,
    violations,
)
from sandbox.runner import CompileResult

SOURCES_A_CHILD: Final = 1_000
Progress = Callable[[str, dict[str, Any]], Awaitable[None]]


async def prove(
    bundle: Bundle,
    runner: Runner,
    policy: SandboxPolicy,
    *,
    cache: CodeCache | None = None,
    progress: Progress | None = None,
) -> ValidationReport:
    """Prove ``bundle`` under ``policy``. The report's proof is deterministic; the code goes into ``cache``.

    Raises ``SandboxUnavailable`` where the host cannot confine as the policy requires: nothing is run then.
    """
    isolation = await runner.isolation()
    contents = await asyncio.to_thread(read_contents, bundle)
    await _tell(progress, "compile", {"files": len(contents.sources)})
    compiled = await compile_sources(runner, contents.sources, dispatch_sources(len(contents.operations)))
    ruled = decide(policy, asked(contents.manifest))
    findings = [
        *contents.findings,
        *ruled.refused,
        *(found for path in sorted(compiled.findings) for found in compiled.findings[path]),
    ]
    code = {path: part for path, part in compiled.compiled.items() if path in contents.sources}
    if cache is not None:
        codes = {path: part.code for path, part in code.items()}
        await asyncio.to_thread(lambda: cache.write(bundle.listing, codes))
    cases, usage = await _run_cases(contents, compiled.compiled, runner, ruled.policy, progress)
    proof = Proof(
        bundle_sha256=bundle.sha256,
        policy_hash=policy.policy_hash,
        isolation=isolation.level,
        rulings=ruled.rulings,
        code_sha256={path: code[path].sha256 for path in sorted(code)},
        findings=tuple(findings),
        violations=tuple(violations(cases)),
        cases=tuple(cases),
    )
    return ValidationReport(proof=proof, measured=usage)


async def compile_sources(
    runner: Runner, sources: Mapping[str, bytes], beside: Mapping[str, bytes] | None = None
) -> CompileResult:
    """Compile ``sources`` and what the host puts ``beside`` them, a thousand files a child, helpers along with each."""
    helpers = {path: source for path, source in sources.items() if "/" not in path} | dict(beside or {})
    others = sorted(path for path in sources if "/" in path)
    groups = [others[start : start + SOURCES_A_CHILD] for start in range(0, len(others), SOURCES_A_CHILD)] or [[]]
    results = [await runner.compile(helpers | {path: sources[path] for path in group}) for group in groups]
    compiled: dict[str, Compiled] = {}
    findings: dict[str, tuple[Finding, ...]] = {}
    for result in results:
        compiled |= result.compiled
        findings |= result.findings
    return CompileResult(compiled, findings)


def failing_operations(report: ValidationReport, bundle: Bundle) -> dict[str, str]:
    """Operations that the proof speaks against, each with the first reason; what is not theirs alone is left out."""
    listed = {
        path.removeprefix("operations/").rpartition(".")[0] for path in bundle.files if path.startswith("operations/")
    }
    reasons: dict[str, str] = {}
    for case in report.proof.cases:
        if not case.passed:
            reasons.setdefault(case.operation, f"{case.case}: {case.sentence}")
    for finding in (*report.proof.findings, *report.proof.violations):
        folder, _, rest = finding.place.partition("/")
        name = rest.partition(".")[0]
        if folder in ("operations", "tests") and name in listed:
            reasons.setdefault(name, finding.sentence)
    return reasons


def without_operations(bundle: Bundle, reasons: Mapping[str, str]) -> Bundle:
    """The bundle without some operations, each of which its manifest names as a finding with the reason.

    One bad operation costs itself, never the module. Definitions that only it used stay; they do no harm.
    """
    gone = {
        path: None
        for name in reasons
        for path in (f"operations/{name}.json", f"operations/{name}.py", f"tests/{name}.json")
        if path in bundle.files
    }
    manifest = json.loads(bundle.files[MANIFEST])
    manifest["operations"] = [entry for entry in manifest["operations"] if entry["id"] not in reasons]
    manifest["findings"] += [
        {"code": "operation_unproven", "place": f"operations/{name}.json", "sentence": sentence[:500]}
        for name, sentence in sorted(reasons.items())
    ]
    return bundle.with_changes({**gone, MANIFEST: json_file(manifest)})


async def _run_cases(
    contents: Contents,
    compiled: Mapping[str, Compiled],
    runner: Runner,
    policy: SandboxPolicy,
    progress: Progress | None,
) -> tuple[list[CaseResult], Measured]:
    runnable = [
        operation
        for operation in contents.operations.values()
        if all(path in compiled for path in operation.sources.values())
    ]
    if not runnable or any(found.code == "host_invalid" for found in contents.findings):
        return [], Measured()
    names = {operation.id for operation in runnable}
    cases = [case for case in contents.cases if case.operation in names]
    await _tell(progress, "prove", {"operations": len(runnable), "cases": len(cases)})
    manifest = contents.manifest
    grant = Grant(frozenset(map(parse_origin, manifest["hosts"])), frozenset(manifest["capabilities"]))
    work = Casework(runner, {path: part.code for path, part in compiled.items()}, grant, policy)
    results = await work.results(batches(runnable, cases))
    usage = work.usage
    return results, Measured(
        wall_seconds=usage.wall_seconds, cpu_seconds=usage.cpu_seconds, max_rss_kib=usage.max_rss_kib
    )


async def _tell(progress: Progress | None, stage: str, data: dict[str, Any]) -> None:
    if progress is not None:
        await progress(stage, data)
