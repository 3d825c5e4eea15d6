"""One cell: a situation, what happens in it, and whether everything is as the log says afterwards."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import Desk, desk
from tests.browser.matrix.happenings import HAPPENINGS
from tests.browser.matrix.situations import SITUATIONS

CELLS = [(situation, happening) for situation in SITUATIONS for happening in HAPPENINGS]


def play(browser: Browser, folder: Path, situation: str, happening: str) -> None:
    """Raises ``AssertionError`` where the page does not end in the log's state, or something was sent twice."""
    with desk(browser, folder) as made:
        with SITUATIONS[situation](made):
            HAPPENINGS[happening](made)
        made.await_live()
        for page in made.pages:
            shows_the_log(made, page)
        nothing_twice(made)
        assert made.faults == []


def shows_the_log(desk: Desk, page: Page) -> None:
    """The page shows every message and the card's answer, and exactly what it shows when it is read afresh."""
    messages = desk.service.get(f"/v1/threads/{desk.thread}/messages")["items"]
    said = page.locator("[data-message]")
    expect(said).to_have_count(len(messages))
    expect(page.locator("[data-run]")).to_have_count(0)
    for card in desk.cards():
        expect(page.locator(f"[data-approval='{card['id']}']")).to_contain_text(card["state"].capitalize())
    expect(page.get_by_role("button", name="Approve: ")).to_have_count(0)
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    shown = said.all_text_contents()
    page.reload()
    expect(said).to_have_text(shown)


def nothing_twice(desk: Desk) -> None:
    """One run, one answer, one installation; and a card that was answered takes no other answer."""
    happened = Counter(event["type"] for run in desk.runs() for event in desk.service.events(run=run))
    said = [each["role"] for each in desk.service.get(f"/v1/threads/{desk.thread}/messages")["items"]]
    cards = desk.cards()
    assert said.count("user") == 1
    assert happened["message.completed"] == said.count("assistant") == 1 + len(cards)
    assert happened["approval.answered"] == happened["module.installed"] == len(cards)
    for card in cards:
        assert desk.program.answer(card, "reject").status_code == 409
