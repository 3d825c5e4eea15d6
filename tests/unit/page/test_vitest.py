"""The page's own tests (machines, folds, hooks), run where the page's tools are installed."""

from __future__ import annotations

import subprocess

import pytest

from tests.verify.page import UI, installed


@pytest.mark.skipif(not installed(), reason="what builds the page is not installed (Node 20.19 or newer, then make page)")
def test_the_pages_own_tests_pass() -> None:
    done = subprocess.run(
        ["node_modules/.bin/vitest", "run"], cwd=UI, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
