"""Under CI a skip is a failure unless the list names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.report import Skip, TierResult
from tests.verify.skips import ALLOWED_FILE, AllowedSkip, judge, load_allowed, under_ci

SKIPPED = TierResult("unit", passed=3, skipped=[Skip("tests/unit/test_a.py::test_b[x]", "no PostgreSQL")])


def test_a_skip_that_is_not_listed_fails_with_its_reason() -> None:
    judged = judge(SKIPPED, [])
    assert judged.skipped == []
    assert judged.failed == 1
    assert "test_b[x]" in judged.failures[0]
    assert "no PostgreSQL" in judged.failures[0]


def test_a_listed_skip_stays_a_skip() -> None:
    judged = judge(SKIPPED, [AllowedSkip("unit: tests/unit/test_a.py::test_b*", "why")])
    assert judged.failed == 0
    assert judged.skipped == SKIPPED.skipped
    assert judged.passed == 3


def test_a_list_entry_of_another_tier_does_not_count() -> None:
    assert judge(SKIPPED, [AllowedSkip("security: *", "why")]).failed == 1


def test_every_entry_of_the_list_says_why(tmp_path: Path) -> None:
    assert all(entry.why for entry in load_allowed(ALLOWED_FILE))
    listed = tmp_path / "allowed.toml"
    listed.write_text('[[skip]]\nname = "unit: *"\n')
    with pytest.raises(KeyError):
        load_allowed(listed)


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("1", True), ("", False), ("false", False)])
def test_ci_is_told_by_the_environment(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("CI", value)
    assert under_ci() is expected
