"""What there is before anything was said, what surrounds every page, and the service that has gone."""

from __future__ import annotations

from tests.browser.accessibility.looking import Look
from tests.browser.conftest import House

EMPTY = {
    "/approvals": "Nothing waits for you.",
    "/runs": "Nothing has run yet.",
    "/modules": "No module is installed yet.",
    "/models": "No provider yet",
    "/models/spend": "No model was called in these days.",
    "/models/nothing": "There is no such place.",
    "/nowhere": "There is no such page.",
    "/modules/nothing": "The module 'nothing' is not installed.",
    "/runs/nothing": "There is no run",
    "/threads/nothing": "There is no thread",
}


def signed_out(look: Look) -> None:
    look.page.goto(f"{look.url}/threads")
    look.at("signed out", look.page.get_by_role("alert").filter(has_text="not signed in"))


def nothing_yet(look: Look, link: str) -> None:
    look.page.goto(link)
    look.at("a first visit", look.page.get_by_role("heading", name="What do you need"))
    for path, words in EMPTY.items():
        look.show(path)
        look.at(f"{path} without anything", look.page.get_by_text(words).first)
    look.page.goto(f"{look.url}/design")
    look.at("the design language", look.page.locator("[class^=hljs]").first)


def palette(look: Look) -> None:
    look.show("/threads")
    look.page.get_by_role("button", name="Go to").click()
    look.at("the palette", look.page.get_by_role("option", name="Runs"))
    look.page.get_by_role("combobox").fill("nothing is called like this")
    look.at("the palette without a match", look.page.get_by_text("Nothing is called so."))
    look.page.keyboard.press("Escape")


def connection_lost(look: Look, house: House) -> None:
    look.show("/threads")
    house.kill()
    look.at("the connection lost", look.page.get_by_text("Connecting", exact=True))
    look.page.get_by_label("Message").fill("What can you do?")
    look.page.keyboard.press("Enter")
    look.at("a message that could not be sent", look.page.get_by_role("alert"))
    house.start_again()
