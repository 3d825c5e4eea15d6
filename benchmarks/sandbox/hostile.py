"""The figures of the hostile suite: how many attacks and honest controls there are, and how they ended."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from benchmarks.report import Figure, RawSamples

SUITE = "tests.security.hostile"


async def measure() -> list[Figure]:
    """``escapes``, ``cases``, ``controls``, ``controls_ok`` (a share); none of them where the suite is not there."""
    if find_spec(SUITE) is None:
        return []
    result = await importlib.import_module(f"{SUITE}.suite").run_suite()
    with RawSamples("sandbox", "hostile") as raw:
        raw.add(
            cases=result.cases, controls=result.controls, controls_ok=result.controls_ok, escapes=str(result.escapes)
        )
    return [
        Figure("escapes", result.escapes, "count", result.cases, raw.path),
        Figure("cases", result.cases, "count", result.cases, raw.path),
        Figure("controls", result.controls, "count", result.controls, raw.path),
        Figure("controls_ok", result.controls_ok, "share", result.controls, raw.path),
    ]
