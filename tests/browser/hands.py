"""The two ways to use a page: a pointer, or the keyboard alone."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

MOST_STEPS = 120


class Hand(Protocol):
    def press(self, target: Locator) -> None:
        """A button, a link."""
        ...

    def write(self, target: Locator, text: str) -> None:
        """Replace what stands in a field."""
        ...


class Pointer:
    def press(self, target: Locator) -> None:
        target.click()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)


class Keyboard:
    """Everything is reached with Tab, and where one stands can be seen."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, target: Locator) -> None:
        self._reach(target)
        assert target.evaluate("each => getComputedStyle(each).outlineStyle !== 'none'"), "the focus cannot be seen"
        self._page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self._reach(target)
        self._page.keyboard.press("Control+a")
        self._page.keyboard.type(text)

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_enabled()
        for _ in range(MOST_STEPS):
            if target.evaluate("each => each === document.activeElement"):
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab")
