"""{reload, cut, background tab, second tab, restart, kill -9} at each of six moments of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.matrix.cells import CELLS, play


@pytest.mark.parametrize(("situation", "happening"), CELLS)
def test_the_page_ends_in_the_logs_state(browser: Browser, tmp_path: Path, situation: str, happening: str) -> None:
    play(browser, tmp_path, situation, happening)
