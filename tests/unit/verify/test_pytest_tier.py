"""A tier's result is what pytest's own record of it says."""

from __future__ import annotations

from pathlib import Path

from tests.verify import pytest_tier

JUNIT = """<testsuites><testsuite>
<testcase file="tests/a.py" name="test_good"/>
<testcase file="tests/a.py" name="test_bad"><failure message="no">trace</failure></testcase>
<testcase file="tests/a.py" name="test_teardown"/>
<testcase file="tests/a.py" name="test_teardown"><error message="late">trace</error></testcase>
<testcase file="tests/a.py" name="test_away"><skipped type="pytest.skip" message="no Node">x</skipped></testcase>
<testcase file="tests/a.py" name="test_known"><skipped type="pytest.xfail" message="later"/></testcase>
</testsuite></testsuites>"""


def test_outcomes_are_counted_once_each_and_skips_keep_their_reason(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    junit.write_text(JUNIT)
    result = pytest_tier.read_junit("unit", junit)
    assert result.passed == 1
    assert result.failures == ["tests/a.py::test_bad", "tests/a.py::test_teardown"]
    assert [(skip.name, skip.reason) for skip in result.skipped] == [
        ("tests/a.py::test_away", "no Node"),
        ("tests/a.py::test_known", "expected to fail: later"),
    ]


def test_a_tier_without_tests_says_so(tmp_path: Path) -> None:
    (tmp_path / "tests" / "browser").mkdir(parents=True)
    result = pytest_tier.run(tmp_path, "browser", distribution="loadfile", when_empty="empty: no page yet")
    assert (result.passed, result.failed, result.note) == (0, 0, "empty: no page yet")
