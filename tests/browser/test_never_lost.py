"""Whatever happens to the connection or the service, the page ends where the log is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, build_weather


def test_killed_with_an_open_card_and_answered_after(page: Page, house: House) -> None:
    build_weather(page)
    house.kill()
    expect(page.get_by_role("status", name="Connection: Connecting")).to_be_attached()
    expect(page.get_by_role("article", name="Install Weather")).to_be_visible()
    house.start_again()
    expect(page.get_by_role("status", name="Connection: Live")).to_be_attached()
    page.get_by_role("button", name="Approve: Install Weather").click()
    expect(page.get_by_text("Installed weather version 1")).to_have_count(1)
    assert len(house.service.client().get("/v1/modules").json()["items"]) == 1


def test_said_while_the_service_was_down_is_kept_and_said_once(page: Page, house: House) -> None:
    page.get_by_label("Message").fill("What can you do?")
    house.kill()
    expect(page.get_by_role("status", name="Connection: Connecting")).to_be_attached()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    expect(page.get_by_label("Message")).to_have_value("What can you do?")
    house.start_again()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-message]")).to_have_count(2)
    assert len(house.service.client().get("/v1/runs").json()["items"]) == 1


def test_a_reload_shows_the_card_again(page: Page) -> None:
    build_weather(page)
    page.reload()
    expect(page.get_by_role("button", name="Approve: Install Weather")).to_be_visible()


def test_signed_out_is_said_as_such(page: Page, house: House) -> None:
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_role("alert").filter(has_text="not signed in")).to_be_visible()
    expect(page.get_by_role("status", name="Connection: Signed out")).to_be_attached()


def test_a_page_that_was_not_loaded_yet_comes_when_the_service_is_back(page: Page, house: House) -> None:
    house.kill()
    expect(page.get_by_role("status", name="Connection: Connecting")).to_be_attached()
    page.get_by_role("navigation").get_by_role("link", name="Runs").click()
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    house.start_again()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()


@pytest.mark.parametrize("part", ["MarkdownRendered", "Card"])
def test_a_part_that_is_lost_on_the_way_is_no_fault_of_the_page(page: Page, part: str) -> None:
    page.route(re.compile(f"/assets/{part}-.*[.]js$"), lambda route: route.abort(), times=1)
    page.get_by_role("button", name="Build a weather module").click()
    page.get_by_label("Message").fill("typed meanwhile")
    page.wait_for_event("framenavigated", lambda frame: frame.url == page.url)
    expect(page.get_by_role("article", name="Install Weather")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_label("Message")).to_have_value("typed meanwhile")


def test_a_part_that_never_comes_is_said_once(page: Page) -> None:
    page.route(re.compile("/assets/Card-.*[.]js$"), lambda route: route.abort())
    page.get_by_role("button", name="Build a weather module").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
