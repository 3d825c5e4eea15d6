"""Many tabs of one browser: each hears what happens, and a button in each is answered."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Error, Page, expect

from tests.browser.desk import Desk

TITLE = "From a program"


def tabs_that_work(desk: Desk, tabs: int) -> list[Page]:
    """Those of ``tabs`` open ones that hear of a conversation opened elsewhere, and get an answer of their own."""
    while len(desk.pages) < tabs:
        desk.open_page("/threads")
    desk.await_live()
    desk.service.post("/v1/threads", {"title": TITLE})
    return [page for page in desk.pages if hears(page) and is_answered(page)]


def hears(page: Page) -> bool:
    return _holds(lambda: expect(page.get_by_role("link", name=TITLE).first).to_be_visible())


def is_answered(page: Page) -> bool:
    page.get_by_role("button", name="What can you do?").click()
    return _holds(lambda: expect(page.locator("[data-message]")).to_have_count(2))


def _holds(expectation: Callable[[], None]) -> bool:
    try:
        expectation()
    except (AssertionError, Error):
        return False
    return True
