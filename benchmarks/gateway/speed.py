"""``p50_x`` and ``throughput_x``: a call of ours beside a call of ``litellm.Router``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.gateway.side import Side, side
from benchmarks.gateway.upstream import upstream
from benchmarks.pairing import Pair, ratio_figure
from benchmarks.report import CACHE, Figure
from core.database import migrate

PAIRS = 500
WARM_UP = 60
AT_ONCE = 50
ROUNDS = 25
CALLS = 200


async def measure() -> list[Figure]:
    """Both, in the same run against the same server."""
    CACHE.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=CACHE)))
        database = f"sqlite:///{folder / 'nexus.db'}"
        migrate(database)
        base = await stack.enter_async_context(upstream())
        product = await stack.enter_async_context(side("benchmarks.gateway.product", base, database))
        anchor = await stack.enter_async_context(side("benchmarks.gateway.anchor", base))
        return [await _one_by_one(product, anchor), await _many_at_once(product, anchor)]


async def _one_by_one(product: Side, anchor: Side) -> Figure:
    """The p50 of the paired ratios; prints where the product's time goes."""
    await product.calls(WARM_UP)
    await anchor.calls(WARM_UP)
    pairs: list[Pair] = []
    parts: list[dict[str, float]] = []
    for turn in range(PAIRS):
        ours, theirs = await _in_turn(turn, product, anchor, 1, 1)
        pairs.append(Pair(ours["seconds"], theirs["seconds"]))
        parts.append(ours["parts"])
    _tell(pairs, parts)
    return ratio_figure("gateway", "p50_x", pairs)


async def _many_at_once(product: Side, anchor: Side) -> Figure:
    """Calls a second, alternating rounds."""
    await product.calls(CALLS, at_once=AT_ONCE)
    await anchor.calls(CALLS, at_once=AT_ONCE)
    rates: list[Pair] = []
    for turn in range(ROUNDS):
        ours, theirs = await _in_turn(turn, product, anchor, CALLS, AT_ONCE)
        rates.append(Pair(CALLS / ours["seconds"], CALLS / theirs["seconds"]))
        print(f"{AT_ONCE} at once: {rates[-1].product:.0f} and {rates[-1].anchor:.0f} calls a second", file=sys.stderr)
    return replace(ratio_figure("gateway", "throughput_x", rates), n=CALLS * ROUNDS)


async def _in_turn(turn: int, product: Side, anchor: Side, count: int, at_once: int) -> list[dict[str, Any]]:
    """Either side's answer, the product's first; who goes first changes every turn."""
    order = [product, anchor] if turn % 2 else [anchor, product]
    answers = {each: await each.calls(count, at_once=at_once) for each in order}
    return [answers[product], answers[anchor]]


def _tell(pairs: Sequence[Pair], parts: Sequence[dict[str, float]]) -> None:
    middle = len(pairs) // 2
    ours = 1000 * sorted(pair.product for pair in pairs)[middle]
    theirs = 1000 * sorted(pair.anchor for pair in pairs)[middle]
    print(f"one by one, p50: {ours:.2f} ms, litellm.Router {theirs:.2f} ms; of ours", file=sys.stderr)
    for name in parts[0]:
        print(f"  {1000 * sorted(each[name] for each in parts)[middle]:6.3f} ms {name}", file=sys.stderr)
