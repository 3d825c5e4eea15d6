"""The event log: what a durable event costs beside bare SQLite, and whether every reader sees every one.

``append_1_x``, ``append_16_x``: events a second through core's write path, one or sixteen concurrent writers with a
unit of work an event, over a bare ``sqlite3`` loop of INSERT + COMMIT with the same row, table, pragmas and disk.
``delivered_all``: 1 when every reader saw every id once and in order, on both engines.
"""

from __future__ import annotations

import random

from benchmarks.events import append, delivery
from benchmarks.report import Figure


async def run(seed: int) -> list[Figure]:
    """All figures of the event log."""
    figures = [await append.measure(writers) for writers in (1, 16)]
    return [*figures, await delivery.measure(random.Random(seed))]
