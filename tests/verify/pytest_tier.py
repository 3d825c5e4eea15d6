"""A tier that is a folder of tests: pytest with several workers, its outcome read from the JUnit file."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from tests.verify.report import Skip, TierResult

NO_TESTS = 5
TIER_SECONDS = 25 * 60


def run(root: Path, tier: str, *, distribution: str, when_empty: str) -> TierResult:
    """Run ``tests/<tier>``. ``distribution`` is xdist's; ``when_empty`` is the note of a tier without tests."""
    folder = root / "tests" / tier
    if not any(folder.rglob("test_*.py")):
        print(f"no tests: {when_empty}")
        return TierResult(tier, note=when_empty)
    with tempfile.TemporaryDirectory(prefix="nexus-verify-") as scratch:
        junit = Path(scratch) / "junit.xml"
        code = _pytest(root, folder, junit, distribution)
        result = read_junit(tier, junit)
    if code == NO_TESTS:
        result.note = when_empty
    elif code not in {0, 1} or (code == 1 and not result.failures):
        result.failures.append(f"pytest itself (it ended with {code})")
    return result


def _pytest(root: Path, folder: Path, junit: Path, distribution: str) -> int:
    command = [sys.executable, "-m", "pytest", str(folder.relative_to(root)), "-q", "--no-header"]
    command += ["-n", str(os.cpu_count() or 1), "--dist", distribution]
    command += [f"--junit-xml={junit}", "-o", "junit_family=xunit1"]
    try:
        return subprocess.run(command, cwd=root, timeout=TIER_SECONDS, stdin=subprocess.DEVNULL).returncode
    except subprocess.TimeoutExpired:
        print(f"the tier did not end within {TIER_SECONDS} s and was stopped")
        return -1


def read_junit(tier: str, path: Path) -> TierResult:
    """Count a JUnit file. A test that fails in its body and again in its teardown is one failure."""
    result = TierResult(tier)
    if not path.exists():
        return result
    failed: dict[str, None] = {}
    passed: set[str] = set()
    for case in ET.parse(path).iter("testcase"):
        name = _test_id(case)
        kinds = {child.tag: child for child in case}
        if "failure" in kinds or "error" in kinds:
            failed[name] = None
        elif "skipped" in kinds:
            result.skipped.append(Skip(name, _reason(kinds["skipped"])))
        else:
            passed.add(name)
    result.failures = list(failed)
    result.passed = len(passed - failed.keys())
    return result


def _test_id(case: ET.Element) -> str:
    where = case.get("file") or case.get("classname") or ""
    return "::".join(part for part in (where, case.get("name") or "") if part)


def _reason(skipped: ET.Element) -> str:
    return " ".join(_words(skipped)) or "no reason given"


def _words(skipped: ET.Element) -> Iterator[str]:
    if skipped.get("type") == "pytest.xfail":
        yield "expected to fail:"
    yield (skipped.get("message") or "").strip()
