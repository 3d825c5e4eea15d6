"""An anchor that does not work is an error, never a figure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.reference import ReferenceFailed, reference_process


def test_the_reference_process_is_waited_for() -> None:
    assert reference_process(Path(sys.executable)) > 0


def test_a_reference_process_that_fails_is_no_anchor(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(ReferenceFailed):
        reference_process(program)
