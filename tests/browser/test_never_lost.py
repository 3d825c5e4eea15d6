"""Whatever happens to the connection or the service, the page ends where the log is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

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


def test_what_is_typed_stays_with_its_conversation(page: Page) -> None:
    message = page.get_by_label("Message")
    message.fill("hello")
    page.keyboard.press("Enter")
    page.wait_for_url("**/threads/*")
    expect(page.locator("[data-message]")).to_have_count(2)
    # What was said is typed no more, not even where it has led to.
    expect(message).to_have_value("")
    message.fill("half a thou")
    page.reload()
    expect(message).to_have_value("half a thou")
    page.get_by_role("link", name="New", exact=True).click()
    expect(message).to_have_value("")
    page.go_back()
    expect(message).to_have_value("half a thou")


def test_a_reload_shows_the_card_again(page: Page) -> None:
    build_weather(page)
    page.reload()
    expect(page.get_by_role("button", name="Approve: Install Weather")).to_be_visible()


def test_signed_out_is_said_as_such(page: Page, house: House) -> None:
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_role("alert").filter(has_text="not signed in")).to_be_visible()
    expect(page.get_by_role("status", name="Connection: Signed out")).to_be_attached()


@pytest.mark.parametrize("stood", [True, False])
def test_a_page_that_was_not_loaded_yet_comes_when_the_service_is_back(page: Page, house: House, stood: bool) -> None:
    if stood:
        expect(page.get_by_role("status", name="Connection: Live")).to_be_attached()
    else:
        # Its stream never came to stand, so that nothing tells the page that it is lost.
        page.route("**/v1/events*", lambda route: route.abort())
        page.reload()
    house.kill()
    expect(page.get_by_role("status", name="Connection: Connecting")).to_be_attached()
    page.get_by_role("navigation").get_by_role("link", name="Runs").click()
    expect(page.get_by_role("status", name="Loading")).to_be_visible()
    house.start_again()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()


@pytest.mark.parametrize(("part", "wish"), [("MarkdownRendered", "hello"), ("Card", "Build a weather module")])
def test_a_part_that_is_lost_on_the_way_is_no_fault_of_the_page(page: Page, part: str, wish: str) -> None:
    loaded_anew: list[Request] = []
    page.on("request", lambda request: loaded_anew.append(request) if request.is_navigation_request() else None)
    # A module is asked for twice where it is preloaded, and lost only when both are.
    page.route(
        re.compile(f"/assets/{part}-.*[.]js$"), lambda route: route.continue_() if loaded_anew else route.abort()
    )
    with page.expect_event("domcontentloaded"):
        if wish == "hello":
            page.get_by_label("Message").fill(wish)
            page.keyboard.press("Enter")
        else:
            page.get_by_role("button", name=wish).click()
        page.wait_for_url("**/threads/*")
        page.get_by_label("Message").fill("typed meanwhile")
    shown = page.get_by_text("No module is installed yet").or_(page.get_by_role("article", name="Install Weather"))
    expect(shown.last).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_label("Message")).to_have_value("typed meanwhile")


def test_a_part_that_never_comes_is_said_once(page: Page) -> None:
    page.route(re.compile("/assets/Card-.*[.]js$"), lambda route: route.abort())
    page.get_by_role("button", name="Build a weather module").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be loaded")
