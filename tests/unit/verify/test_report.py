"""The report says what was found, in a table, as JSON and in the closing line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.verify.report import Latency, LatencySnapshot, Report, Skip, TierResult, render


def _report() -> Report:
    unit = TierResult("unit", passed=12, failures=["tests/unit/test_a.py::test_b"], seconds=3.21)
    browser = TierResult("browser", skipped=[Skip("test_page", "no browser")], note="empty")
    latency = LatencySnapshot([Latency("/healthz", 200, 0.5, 0.75, 1.25)], absent=["/v1/modules"])
    return Report("2026-01-01T00:00:00+00:00", [unit, browser], latency)


def test_the_closing_line_stands_in_the_form_that_runners_are_read_by() -> None:
    assert _report().closing_line() == "12 passed, 1 failed, 1 skipped"


def test_the_file_holds_every_tier_with_its_reasons(tmp_path: Path) -> None:
    written = json.loads(_report().write(tmp_path).read_text())
    assert (written["passed"], written["failed"], written["skipped"]) == (12, 1, 1)
    unit, browser = written["tiers"]
    assert unit["failed"] == 1
    assert unit["failures"] == ["tests/unit/test_a.py::test_b"]
    assert unit["seconds"] == 3.21
    assert browser["skipped"] == [{"name": "test_page", "reason": "no browser"}]
    assert written["latency"]["routes"][0]["p99_ms"] == 1.25


def test_the_table_names_failures_skips_and_routes() -> None:
    lines = render(_report()).splitlines()
    assert lines[1].split() == ["unit", "12", "1", "0", "3.2"]
    assert "FAILED  unit: tests/unit/test_a.py::test_b" in lines
    assert "skipped browser: test_page: no browser" in lines
    assert any(line.split() == ["/healthz", "200", "0.50", "0.75", "1.25"] for line in lines)
    assert "not there yet: /v1/modules" in lines
