"""Command line of the tiers: run them one after another, print tables, write the report, exit 1 on a failure."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.verify import latency, skips
from tests.verify.report import LatencySnapshot, Report, TierResult, render
from tests.verify.tiers import QUICK, TIERS

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments name; 0 when nothing failed."""
    options = _parse(arguments)
    # What the tests start must find the project as these tests do, whoever's environment this is.
    for name in [name for name in os.environ if name.startswith("NEXUS_")]:
        del os.environ[name]
    started = datetime.now(UTC).isoformat(timespec="seconds")
    results = [_run_tier(tier) for tier in options.tiers]
    measured = _measure() if options.latency else None
    report = Report(started, results, measured)
    print(f"\n{render(report)}\n")
    print(f"report: {report.write(ROOT).name}")
    print(report.closing_line(), flush=True)
    return 1 if report.failed else 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.verify", description=__doc__)
    parser.add_argument("--tier", action="append", choices=list(TIERS), help="run this tier alone; may be repeated")
    parser.add_argument("--quick", action="store_true", help=f"run {', '.join(QUICK)}")
    options = parser.parse_args(arguments)
    options.tiers = options.tier or (QUICK if options.quick else list(TIERS))
    options.latency = not options.tier and not options.quick
    return options


def _run_tier(tier: str) -> TierResult:
    print(f"\n== {tier} ==", flush=True)
    started = time.monotonic()
    result = TIERS[tier](ROOT)
    result.seconds = round(time.monotonic() - started, 2)
    return skips.judge(result, skips.load_allowed()) if skips.under_ci() else result


def _measure() -> LatencySnapshot:
    print("\n== latency of the running service ==", flush=True)
    return latency.snapshot()


if __name__ == "__main__":
    sys.exit(main())
