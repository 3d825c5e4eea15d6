"""The page's packages are named by version and hash, and come from whichever registry npm is configured for."""

from __future__ import annotations

import json
from typing import Any

from tests.verify.page import UI

LOCKED: dict[str, dict[str, Any]] = json.loads((UI / "package-lock.json").read_text())["packages"]
# The root is ours, and what lies inside another package comes with that one's hash.
FETCHED = {name: locked for name, locked in LOCKED.items() if name and not locked.get("inBundle")}


def test_no_registry_is_named() -> None:
    assert [name for name, locked in LOCKED.items() if "resolved" in locked] == []


def test_everything_that_is_fetched_has_a_hash() -> None:
    assert len(FETCHED) > 100
    assert [name for name, locked in FETCHED.items() if not locked.get("integrity", "").startswith("sha512-")] == []
