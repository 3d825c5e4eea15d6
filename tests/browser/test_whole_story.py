"""From the one-time link to the rollback by what the page offers alone: with a pointer, and with the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import House
from tests.browser.hands import Hand, Keyboard, Pointer
from tests.browser.test_modules import SECOND
from tests.browser.test_runs import graph

ASKS = "Forecast for latitude 52.52 and longitude 13.41"


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
def test_the_story(page: Page, house: House, by: str) -> None:
    hand: Hand = Pointer() if by == "pointer" else Keyboard(page)
    watch_it_being_built(page, house, hand)
    first = bind_and_approve(page, house, hand)
    assert ask(page, hand) == first
    second = build_the_next_from_what_is_pasted(page, hand)
    assert ask(page, hand) == second != first
    roll_back(page, hand)
    assert ask(page, hand) == first


def watch_it_being_built(page: Page, house: House, hand: Hand) -> None:
    """Each stage appears when it happens: held at the proof, the page stands at the proof."""
    with house.sandbox_held():
        hand.press(page.get_by_role("button", name="Build a weather module"))
        hand.press(page.get_by_role("link", name="Watch the run"))
        expect(graph(page, "build: done")).to_be_visible()
        expect(graph(page, "prove: running")).to_be_visible()
        expect(graph(page, "card")).to_have_count(0)
    expect(graph(page, "prove: done")).to_be_visible()
    expect(graph(page, "card: waits for you")).to_be_visible()
    open_conversation(page, hand)


def open_conversation(page: Page, hand: Hand) -> None:
    hand.press(page.get_by_role("link", name="Conversations").first)
    hand.press(page.get_by_role("link", name="Build a module from this file").first)


def bind_and_approve(page: Page, house: House, hand: Hand) -> str:
    """Approves exactly what the card says; the beginning of the bundle's hash."""
    card = page.get_by_role("article", name="Install Weather")
    hand.press(card.get_by_role("button", name="Use the stand-in"))
    hand.press(card.get_by_role("button", name="Set this"))
    expect(card.get_by_text(f"really at {house.service.url}/demo")).to_have_count(2)
    return approve(page, hand, 1)


def approve(page: Page, hand: Hand, version: int) -> str:
    card = page.get_by_role("article", name="Install Weather").last
    bundle = hash_in(card)
    hand.press(card.get_by_role("button", name="Approve"))
    expect(page.get_by_text(f"Installed weather version {version}")).to_be_visible()
    expect(card).to_contain_text("Approved")
    return bundle


def ask(page: Page, hand: Hand) -> str:
    """Asks what the module answers; the beginning of the hash of the bytes that did."""
    said = page.locator("[data-message]")
    before = said.count()
    hand.write(page.get_by_label("Message"), ASKS)
    page.keyboard.press("Enter")
    expect(said).to_have_count(before + 2)
    called = said.last.locator("summary", has_text="succeeded")
    expect(said.last).to_contain_text("52.5")
    return hash_in(called)


def hash_in(place: Locator) -> str:
    """Its text, not what is laid out of it: the browser lays a message out when it comes into view."""
    return place.get_by_title("SHA-256 of the bundle").text_content() or ""


def build_the_next_from_what_is_pasted(page: Page, hand: Hand) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", SECOND)
    hand.write(page.get_by_label("Message"), "")
    page.keyboard.press("Control+v")
    expect(page.get_by_role("button", name="Leave out pasted.openapi.yaml")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Approve: Install Weather")).to_be_visible()
    return approve(page, hand, 2)


def roll_back(page: Page, hand: Hand) -> None:
    """And there and back again, since a rollback can be undone; then to the conversation."""
    hand.press(page.get_by_role("link", name="Modules").first)
    hand.press(page.get_by_role("link", name="Weather").first)
    hand.press(page.get_by_role("button", name="Roll back to version 1"))
    expect(page.get_by_text("answers with version 1 now")).to_be_visible()
    hand.press(page.get_by_role("button", name="Undo: version 2 again"))
    expect(page.get_by_text("answers with version 2 now")).to_be_visible()
    hand.press(page.get_by_role("button", name="Roll back to version 1"))
    expect(page.get_by_text("answers with version 1 now")).to_be_visible()
    open_conversation(page, hand)
