"""A tier ends in failure when pytest could not do its work, whatever it counted."""

from __future__ import annotations

from pathlib import Path

from tests.verify import pytest_tier


def test_a_tier_that_cannot_be_collected_fails(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "unit"
    folder.mkdir(parents=True)
    (folder / "test_a.py").write_text("import there_is_no_such_module\n")
    assert pytest_tier.run(tmp_path, "unit", distribution="loadfile", when_empty="").failed >= 1


def test_outcomes_of_several_workers_are_gathered(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "unit"
    folder.mkdir(parents=True)
    (folder / "test_a.py").write_text("def test_good(): pass\ndef test_bad(): assert False\n")
    (folder / "test_b.py").write_text("import pytest\n@pytest.mark.skip('why')\ndef test_away(): pass\n")
    result = pytest_tier.run(tmp_path, "unit", distribution="loadfile", when_empty="")
    assert result.passed == 1
    assert result.failures == ["tests/unit/test_a.py::test_bad"]
    assert [skip.reason for skip in result.skipped] == ["why"]
