"""The sandbox: what a confined run costs beside a bare process, what it leaves behind, and what the attacks reached.

``warm_x``, ``warm_plain_x``: one run in a warm pool, its result back, over the reference process; with every layer and
without namespaces. ``import_x``: a cold interpreter with httpx, pydantic and jsonschema over one such run.
``throughput_x``: runs a second of 8 callers over the same protocol (request, two forks, result) with every layer off.
``private_mib``: dirty memory that a run has for itself. ``growth_pct``, ``leaked``: one zygote after 10,000 runs, and
the processes, descriptors and files that they left. ``cancel_ms``: from the cancellation of a run until the last of its
processes is dead, the longest. ``static_x``: sources a second through our whole compile path over RestrictedPython's
own compiler. ``escapes``, ``cases``, ``controls``, ``controls_ok``: the hostile suite.
"""

from __future__ import annotations

from benchmarks.report import Figure
from benchmarks.sandbox import hostile, remains, speed, static


async def run(seed: int) -> list[Figure]:
    """All figures of the sandbox; nothing is drawn, so ``seed`` changes nothing."""
    return [*await speed.measure(), *await remains.measure(), await static.measure(), *await hostile.measure()]
