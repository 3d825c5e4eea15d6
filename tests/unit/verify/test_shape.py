"""Files and functions stay small, and what runs in the sandbox imports nothing of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify import shape


def _project(root: Path, name: str, text: str) -> list[str]:
    path = root / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return shape.findings(root)


def test_small_files_pass(tmp_path: Path) -> None:
    assert _project(tmp_path, "core/a.py", "def f() -> int:\n    return 1\n") == []


def test_a_long_file_is_named(tmp_path: Path) -> None:
    (finding,) = _project(tmp_path, "core/a.py", "x = 1\n" * 801)
    assert finding.startswith("core/a.py: 801 lines")


def test_a_long_function_is_named(tmp_path: Path) -> None:
    (finding,) = _project(tmp_path, "modules/a.py", "async def f():\n" + "    x = 1\n" * 120)
    assert "f has 121 lines" in finding


@pytest.mark.parametrize("line", ["import core.errors", "from sandbox import policy", "import pydantic"])
def test_the_guest_may_not_import_from_outside(tmp_path: Path, line: str) -> None:
    (finding,) = _project(tmp_path, "sandbox/guest/a.py", f"{line}\n")
    assert "sandbox/guest/a.py: imports" in finding


@pytest.mark.parametrize("line", ["import os.path", "from guest import frames", "from . import frames"])
def test_the_guest_may_import_the_standard_library_and_itself(tmp_path: Path, line: str) -> None:
    assert _project(tmp_path, "sandbox/guest/a.py", f"{line}\n") == []
