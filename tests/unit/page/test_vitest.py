"""The page's own tests (machines, folds, hooks), run where the page's tools are installed."""

from __future__ import annotations

import subprocess

import pytest

from tests.verify.page import UI, installed
from tests.verify.static_tier import NO_PAGE


@pytest.mark.skipif(not installed(), reason=NO_PAGE)
def test_the_pages_own_tests_pass() -> None:
    command = ["node_modules/.bin/vitest", "run"]
    done = subprocess.run(command, cwd=UI, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
