"""What surrounds every page: navigation, the palette, what a screen reader is told."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import build_weather


def command(page: Page, words: str) -> None:
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_the_palette_leads_anywhere_by_keyboard(page: Page) -> None:
    build_weather(page)
    command(page, "appro")
    expect(page.get_by_role("heading", name="Approvals", exact=True)).to_be_visible()
    command(page, "build a module")
    expect(page.get_by_role("article", name="Install Weather")).to_be_visible()
    command(page, "theme: dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Commands")).to_have_count(0)


def test_what_is_typed_right_after_the_keys_is_in_the_palette(page: Page) -> None:
    """Its code is still on its way when the first letters come: they are kept, and the field beneath gets none."""
    chunk = re.compile(r"/assets/Palette-.*\.js$")
    held: list[Route] = []
    page.route(chunk, lambda route: held.append(route))
    message = page.get_by_label("Message")
    message.focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("apprz")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status", name="The commands are being loaded")).to_have_text("appr")
    for route in held:
        route.continue_()
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    page.keyboard.type("ovals")
    expect(field).to_have_value("approvals")
    expect(message).to_have_value("")
    expect(page.locator("[data-message]")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Approvals", exact=True)).to_be_visible()


def test_what_is_typed_at_once_is_in_the_palette_each_time(page: Page) -> None:
    message, field = page.get_by_label("Message"), page.get_by_role("combobox")
    for _ in range(3):
        message.focus()
        page.keyboard.press("Control+k")
        page.keyboard.type("approvals")
        expect(field).to_have_value("approvals")
        page.keyboard.press("Escape")
        expect(field).to_have_count(0)
        expect(message).to_have_value("")


def test_the_palette_is_loaded_before_it_is_opened(page: Page) -> None:
    with page.expect_response(re.compile(r"/assets/Palette-.*\.js$")):
        page.keyboard.down("Control")
    expect(page.get_by_role("combobox")).to_have_count(0)
    page.keyboard.up("Control")


def test_a_palette_that_is_lost_before_it_is_opened_leaves_the_page_as_it_is(page: Page) -> None:
    page.route(re.compile(r"/assets/Palette-.*\.js$"), lambda route: route.abort())
    page.evaluate("window.isTheSame = true")
    with page.expect_event("requestfailed"):
        page.keyboard.down("Control")
    # Nothing tells that a reload will not come: a part that was asked for brings it after half a second.
    page.wait_for_timeout(1500)
    assert page.evaluate("window.isTheSame")


def test_a_screen_reader_is_told_the_start_the_tool_and_the_card(page: Page) -> None:
    page.evaluate(
        """() => {
            window.told = [];
            const place = document.querySelector('[aria-label="What is happening"]');
            new MutationObserver(() => window.told.push(place.textContent)).observe(place, {
                childList: true, characterData: true, subtree: true,
            });
        }"""
    )
    build_weather(page)
    page.wait_for_function("window.told.some((words) => words.includes('The answer is complete'))")
    told = page.evaluate("window.told")
    assert any("has started" in words for words in told)
    assert any("Calling build module" in words for words in told)
    assert any("Waiting for your approval: Install Weather" in words for words in told)
    # Said once each, never word by word.
    assert len(told) < 10
