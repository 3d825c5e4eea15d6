"""The figures of the hostile suite: how many attacks and honest controls there are, and how they ended."""

from __future__ import annotations

from benchmarks.report import Figure, RawSamples
from tests.security.hostile.suite import run_suite


async def measure() -> list[Figure]:
    """``escapes`` (of all three settings together), ``cases``, ``controls``, and ``controls_ok`` (a share)."""
    result = await run_suite()
    with RawSamples("sandbox", "hostile") as raw:
        raw.add(
            cases=result.cases,
            classes=result.classes,
            controls=result.controls,
            failed_controls=result.failed_controls,
            escapes=result.escapes,
        )
    return [
        Figure("escapes", len(result.escapes), "count", result.cases, raw.path),
        Figure("cases", result.cases, "count", result.cases, raw.path),
        Figure("controls", result.controls, "count", result.controls, raw.path),
        Figure("controls_ok", result.controls_ok, "share", result.controls, raw.path),
    ]
