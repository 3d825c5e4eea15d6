"""Who answers in a conversation is switched by one click, on any of its answers or where one types."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import House
from tests.browser.test_models import routed, say_hello, show, spoken
from tests.models import ModelServer, say
from tests.models.threaded import served


@pytest.fixture
def models() -> Iterator[ModelServer]:
    with served(otherwise=lambda asked: say(f"It is {asked.model} that speaks.")) as server:
        yield server


def composer(page: Page) -> Locator:
    """Who answers next, where one types."""
    return page.get_by_role("form", name="Say something").get_by_role("button", name="Who answers")


def tell(page: Page, text: str) -> None:
    page.get_by_label("Message").fill(text)
    page.keyboard.press("Enter")


def test_one_click_on_an_answer_switches_and_the_next_message_is_answered_by_the_other_model(
    page: Page, context: BrowserContext, house: House, models: ModelServer
) -> None:
    routed(house, models, "small", "large")
    said = say_hello(page, house)
    by = said.get_by_role("button", name="small · small-model")
    expect(said).to_contain_text("It is small-model that speaks.")
    expect(composer(page)).to_have_accessible_name("Who answers: As the routing says")
    other = context.new_page()
    other.goto(page.url)
    expect(composer(other)).to_have_accessible_name("Who answers: As the routing says")

    by.click()
    menu = page.get_by_role("menu", name="Who answers from now on")
    expect(menu.get_by_role("menuitemradio")).to_have_count(4)
    expect(menu.get_by_role("menuitemradio", name="As the routing says")).to_be_checked()
    expect(menu).to_contain_text("Now small")
    menu.get_by_role("menuitemradio", name="large").click()
    expect(menu).to_have_count(0)
    for tab in (page, other):
        expect(composer(tab)).to_have_accessible_name("Who answers: large")
    expect(said.get_by_text("From the next message on: large.")).to_be_attached()

    tell(page, "And now?")
    expect(said).to_contain_text("It is large-model that speaks.")
    expect(said.get_by_role("button", name="large · large-model")).to_be_visible()
    assert spoken(models) == ["small-model", "large-model"]
    page.reload()
    expect(composer(page)).to_have_accessible_name("Who answers: large")


def test_the_menu_works_from_the_keyboard_alone(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", "large")
    say_hello(page, house)
    page.get_by_role("button", name="small · small-model").wait_for()
    button = composer(page)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="As the routing says")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitemradio", name="As the routing says")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("menu")).to_have_count(0)
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("l")
    expect(page.get_by_role("menuitemradio", name="large")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitemradio", name="Builtin rules")).to_be_focused()
    page.keyboard.press("Enter")
    expect(button).to_be_focused()
    expect(button).to_have_accessible_name("Who answers: Builtin rules")
    tell(page, "What can you do?")
    expect(page.get_by_role("button", name="the builtin rules")).to_be_visible()
    assert spoken(models) == ["small-model"]


def test_a_new_conversation_begins_with_the_choice_and_one_said_anew_keeps_it(
    page: Page, house: House, models: ModelServer
) -> None:
    routed(house, models, "small", "large")
    show(page, house, "/threads")
    composer(page).click()
    page.get_by_role("menuitemradio", name="large").click()
    tell(page, "Hello")
    said = page.get_by_label("Conversation", exact=True)
    expect(said).to_contain_text("It is large-model that speaks.")
    before = page.url
    page.get_by_role("button", name="Edit and resend").click()
    tell(page, "Hello again")
    page.wait_for_url(lambda url: url != before)
    expect(said).to_contain_text("Hello again")
    expect(said).to_contain_text("It is large-model that speaks.")
    expect(composer(page)).to_have_accessible_name("Who answers: large")
    assert spoken(models) == ["large-model", "large-model"]


def test_a_choice_that_is_gone_is_told_and_the_routing_answers(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", "large")
    said = say_hello(page, house)
    page.get_by_role("button", name="small · small-model").click()
    page.get_by_role("menuitemradio", name="large").click()
    expect(composer(page)).to_have_accessible_name("Who answers: large")
    routed(house, models, "small")
    composer(page).click()
    expect(page.get_by_role("menuitemradio", name="large")).to_be_disabled()
    expect(page.get_by_role("menu")).to_contain_text("There is no such model any more: the routing chooses.")
    page.keyboard.press("Escape")
    tell(page, "And now?")
    expect(said).to_contain_text("small answered instead of large: there is no such model.")
