"""Every place of the page, in both themes and at both widths, before two independent engines."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.accessibility.looking import told
from tests.browser.accessibility.walk import walked
from tests.browser.conftest import House


@pytest.mark.timeout(900)
def test_nothing_serious_anywhere(browser: Browser, house: House) -> None:
    look = walked(browser, house)
    assert look.found == [], f"\n{told(look.found)}"
