"""Make the README's picture from the real page: ``python -m tests.browser.picture``."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, House, build_weather

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "card.png"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, sync_playwright() as playwright:
        house = House(Path(folder), stack)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900}, color_scheme="light")
        page.goto(house.link)
        build_weather(page)
        page.get_by_role("status", name="Connection: Live").wait_for(state="attached")
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
