"""Skips are counted and named; under CI one that is not on the list is a failure."""

from __future__ import annotations

import fnmatch
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.verify.report import TierResult

ALLOWED_FILE = Path(__file__).with_name("allowed_skips.toml")


@dataclass(frozen=True)
class AllowedSkip:
    """``name`` is a pattern over ``tier: test``; ``why`` says what makes the skip right under CI."""

    name: str
    why: str


def load_allowed(path: Path = ALLOWED_FILE) -> list[AllowedSkip]:
    """The list of skips that CI accepts."""
    entries = tomllib.loads(path.read_text()).get("skip", [])
    return [AllowedSkip(entry["name"], entry["why"]) for entry in entries]


def under_ci() -> bool:
    """Whether this run is CI's, where nobody reads a skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def judge(result: TierResult, allowed: Sequence[AllowedSkip]) -> TierResult:
    """``result`` with every skip that is not allowed turned into a failure."""
    kept, failures = [], list(result.failures)
    for skip in result.skipped:
        name = f"{result.tier}: {skip.name}"
        if any(fnmatch.fnmatchcase(name, entry.name) for entry in allowed):
            kept.append(skip)
        else:
            failures.append(f"{skip.name} was skipped, and CI allows no such skip: {skip.reason}")
    return TierResult(result.tier, result.passed, failures, kept, result.seconds, result.note)
