"""The seven tiers, in the order in which they run: the cheap and telling ones first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.verify import pytest_tier, static_tier
from tests.verify.report import TierResult

Tier = Callable[[Path], TierResult]
EMPTY = "no tests yet"


def _tests(name: str, *, distribution: str = "loadfile", when_empty: str = EMPTY) -> Tier:
    return lambda root: pytest_tier.run(root, name, distribution=distribution, when_empty=when_empty)


TIERS: dict[str, Tier] = {
    "static": static_tier.run,
    "unit": _tests("unit", distribution="worksteal"),
    "contract": _tests("contract", distribution="worksteal"),
    # a file at a time, because these share a running service or server within a file
    "integration": _tests("integration"),
    "security": _tests("security"),
    "scenario": _tests("scenario"),
    "browser": _tests("browser"),
}
QUICK = ["static", "unit", "contract"]
