"""What a run of the tiers found, as values, as a table and as ``verify-report.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REPORT_FILE = "verify-report.json"


@dataclass(frozen=True)
class Skip:
    """A check that did not run, and why."""

    name: str
    reason: str


@dataclass
class TierResult:
    """One tier: how many checks passed, the names of those that failed, every skip with its reason."""

    tier: str
    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    seconds: float = 0.0
    note: str = ""

    @property
    def failed(self) -> int:
        return len(self.failures)


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one route of the real service over ``n`` requests on a warm connection."""

    route: str
    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class LatencySnapshot:
    """The routes measured; those that the service does not have; why nothing was measured, if so."""

    routes: Sequence[Latency] = ()
    absent: Sequence[str] = ()
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """A whole run."""

    started: str
    tiers: Sequence[TierResult]
    latency: LatencySnapshot | None = None

    @property
    def passed(self) -> int:
        return sum(tier.passed for tier in self.tiers)

    @property
    def failed(self) -> int:
        return sum(tier.failed for tier in self.tiers)

    @property
    def skipped(self) -> int:
        return sum(len(tier.skipped) for tier in self.tiers)

    def closing_line(self) -> str:
        """The plain line that runners of any language are read by."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def to_json(self) -> dict[str, Any]:
        tiers = [{**asdict(tier), "failed": tier.failed} for tier in self.tiers]
        totals = {"passed": self.passed, "failed": self.failed, "skipped": self.skipped}
        latency = asdict(self.latency) if self.latency else None
        return {"started": self.started, **totals, "tiers": tiers, "latency": latency}

    def write(self, root: Path) -> Path:
        """Write the report into the project's root."""
        path = root / REPORT_FILE
        path.write_text(json.dumps(self.to_json(), indent=2) + "\n")
        return path


def render(report: Report) -> str:
    """The tables that close a run."""
    rows = [("tier", "passed", "failed", "skipped", "seconds", "")]
    rows += [
        (tier.tier, str(tier.passed), str(tier.failed), str(len(tier.skipped)), f"{tier.seconds:.1f}", tier.note)
        for tier in report.tiers
    ]
    lines = [columns(rows)]
    for tier in report.tiers:
        lines += [f"FAILED  {tier.tier}: {name}" for name in tier.failures]
        lines += [f"skipped {tier.tier}: {skip.name}: {skip.reason}" for skip in tier.skipped]
    if report.latency:
        lines += ["", render_latency(report.latency)]
    return "\n".join(lines)


def render_latency(snapshot: LatencySnapshot) -> str:
    """The latency snapshot; it informs, nothing is asserted."""
    if snapshot.reason:
        return f"latency: not measured: {snapshot.reason}"
    rows = [("route, ms", "n", "p50", "p95", "p99")]
    rows += [
        (each.route, str(each.n), f"{each.p50_ms:.2f}", f"{each.p95_ms:.2f}", f"{each.p99_ms:.2f}")
        for each in snapshot.routes
    ]
    absent = f"\nnot there yet: {', '.join(snapshot.absent)}" if snapshot.absent else ""
    return columns(rows) + absent


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Text columns: the first and last to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 or (not cell[:1].isdigit() and row is not rows[0]) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
