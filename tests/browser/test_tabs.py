"""Ten tabs of one browser share one stream of events."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.desk import desk
from tests.browser.tabs import tabs_that_work

TABS = 10


def test_every_tab_hears_and_every_button_answers(browser: Browser, tmp_path: Path) -> None:
    with desk(browser, tmp_path) as made:
        assert tabs_that_work(made, TABS) == made.pages
        streams = [path for path in made.line.asked if path.startswith("/v1/events?after=")]
        assert len(streams) == 1
