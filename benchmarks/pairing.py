"""Ratios that survive a noisy machine: product and anchor take turns, and each pair gives one ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.report import Figure, RawSamples


@dataclass(frozen=True)
class Pair:
    """Seconds of the product and of its anchor, measured one right after the other."""

    product: float
    anchor: float

    @property
    def ratio(self) -> float:
        return self.product / self.anchor


def interleave(
    rounds: int, product: Callable[[], object], anchor: Callable[[], object], *, warm_up: int = 3
) -> Iterator[Pair]:
    """Time the two in turn; who goes first changes every round, so that a drift favours neither."""
    for turn in range(warm_up + rounds):
        if turn % 2:
            first, second = seconds(anchor), seconds(product)
            pair = Pair(second, first)
        else:
            pair = Pair(seconds(product), seconds(anchor))
        if turn >= warm_up:
            yield pair


async def interleave_async(
    rounds: int,
    product: Callable[[], Awaitable[object]],
    anchor: Callable[[], Awaitable[object]],
    *,
    warm_up: int = 3,
) -> list[Pair]:
    """``interleave`` for coroutines."""
    pairs: list[Pair] = []
    for turn in range(warm_up + rounds):
        if turn % 2:
            first, second = await seconds_async(anchor), await seconds_async(product)
            pair = Pair(second, first)
        else:
            pair = Pair(await seconds_async(product), await seconds_async(anchor))
        if turn >= warm_up:
            pairs.append(pair)
    return pairs


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


async def seconds_async(action: Callable[[], Awaitable[object]]) -> float:
    """How long one awaited call takes."""
    started = time.perf_counter()
    await action()
    return time.perf_counter() - started


def ratio_figure(benchmark: str, name: str, pairs: Sequence[Pair]) -> Figure:
    """The p50 of the paired ratios as a figure, the pairs kept as raw samples."""
    with RawSamples(benchmark, name) as raw:
        for pair in pairs:
            raw.add(product=pair.product, anchor=pair.anchor, ratio=pair.ratio)
    return Figure(name, statistics.median(pair.ratio for pair in pairs), "x", len(pairs), raw.path)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of the sorted values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
