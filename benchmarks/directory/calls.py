"""Calls of real descriptions' operations, served by an outside mock that checks them; FastMCP beside us.

``prism``: share of calls that succeed (2xx, data valid), with all required and a half of the optional arguments;
``prism_required``: the same with required arguments only; ``over_fastmcp``: ``prism`` minus the peer's share on the
same calls. Answers in which the mock blames its own response are left out; documents that it cannot serve, too.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.directory.corpus import callable_sample, name_of
from benchmarks.directory.credentials import shown
from benchmarks.directory.described import Described, operations
from benchmarks.directory.ours import Ours
from benchmarks.directory.outcome import Outcome
from benchmarks.directory.peer import Peer
from benchmarks.directory.prism import NoPrism, serving
from benchmarks.directory.values import Undrawable
from benchmarks.report import CACHE, Figure, RawSamples
from benchmarks.workshop import Workshop, open_workshop

DOCUMENTS = 120
OPERATIONS = 2  # a document: many documents tell more than many operations of one
AT_ONCE = 2


@dataclass(frozen=True)
class Sample:
    """One call, made by both."""

    document: str
    operation: str
    full: bool
    ours: Outcome
    peer: Outcome


async def measure(seed: int, *, documents: int = DOCUMENTS) -> list[Figure]:
    """The three figures."""
    drawn = callable_sample(random.Random(seed), documents)
    limit = asyncio.Semaphore(AT_ONCE)
    CACHE.mkdir(parents=True, exist_ok=True)
    with RawSamples("directory", "calls") as raw, tempfile.TemporaryDirectory(dir=CACHE) as folder:
        async with open_workshop(Path(folder)) as workshop:

            async def one(number: int, document: Path) -> list[Sample]:
                async with limit:
                    samples, left_out = await _document(workshop, f"sample-{number}", document, seed)
                for sample in samples:
                    raw.add(**asdict(sample), counts=sample.ours.counts)
                for reason in left_out:
                    raw.add(document=name_of(document), left_out=reason)
                print(f"{name_of(document)}: {_told(samples, left_out)}", flush=True)
                return samples

            found = await asyncio.gather(*(one(number, document) for number, document in enumerate(drawn)))
    return figures([sample for samples in found for sample in samples], raw.path)


def figures(samples: Sequence[Sample], raw: str) -> list[Figure]:
    """Shares over the samples in which the mock did not blame itself."""
    full = [sample for sample in samples if sample.full and sample.ours.counts]
    least = [sample for sample in samples if not sample.full and sample.ours.counts]
    both = [sample for sample in full if sample.peer.counts]
    over = _share([sample.ours for sample in both]) - _share([sample.peer for sample in both])
    return [
        Figure("prism", _share([sample.ours for sample in full]), "share", len(full), raw),
        Figure("prism_required", _share([sample.ours for sample in least]), "share", len(least), raw),
        Figure("over_fastmcp", over, "share", len(both), raw),
    ]


def _share(outcomes: Sequence[Outcome]) -> float:
    return sum(outcome.ok for outcome in outcomes) / len(outcomes) if outcomes else 0.0


async def _document(workshop: Workshop, name: str, path: Path, seed: int) -> tuple[list[Sample], list[str]]:
    content = await asyncio.to_thread(path.read_bytes)
    document: dict[str, Any] = json.loads(content)
    rng = random.Random(f"{seed}/{name_of(path)}")
    described = list(operations(document))
    chosen = rng.sample(described, min(OPERATIONS, len(described)))
    try:
        async with serving(path) as origin:
            ours = Ours(workshop)
            await ours.install(content, name, origin)
            peer = await asyncio.to_thread(Peer, document, origin)
            try:
                return await _calls(name_of(path), chosen, ours, peer, rng)
            finally:
                await peer.aclose()
    except NoPrism as reason:
        return [], [f"the mock cannot serve it: {reason}"]


async def _calls(
    document: str, chosen: Sequence[Described], ours: Ours, peer: Peer, rng: random.Random
) -> tuple[list[Sample], list[str]]:
    samples: list[Sample] = []
    left_out: list[str] = []
    for operation in chosen:
        for full in (False, True):
            try:
                call = operation.draw(rng, full=full)
            except Undrawable as reason:
                left_out.append(str(reason))
                continue
            outcome, beside = await ours.call(call), await peer.call(call, shown(operation))
            samples.append(Sample(document, f"{call.method} {call.path}", full, outcome, beside))
    return samples, left_out


def _told(samples: Sequence[Sample], left_out: Sequence[str]) -> str:
    counted = [sample for sample in samples if sample.ours.counts]
    good = sum(sample.ours.ok for sample in counted)
    beside = sum(sample.peer.ok for sample in counted)
    return f"{good} of {len(counted)} (peer {beside})" + "".join(f"; left out: {reason}" for reason in left_out)
