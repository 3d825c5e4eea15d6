"""A browser without SharedWorker: one tab leads, the others hear it, and when it goes another one takes over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.conftest import PATIENCE_MS, House


class Asked:
    """What the tabs asked the service for, in order."""

    def __init__(self, context: BrowserContext) -> None:
        self._requests: list[tuple[Page, Request]] = []
        context.on("request", lambda request: self._note(request))

    def _note(self, request: Request) -> None:
        if not request.is_navigation_request():
            self._requests.append((request.frame.page, request))

    @property
    def streams(self) -> list[tuple[Page, str]]:
        """Which tab opened a stream, and its address."""
        streams = [each for each in self._requests if each[1].headers.get("accept") == "text/event-stream"]
        return [(tab, request.url) for tab, request in streams]

    def by(self, tab: Page, path: str) -> int:
        return sum(asks == tab and path in request.url for asks, request in self._requests)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(PATIENCE_MS)
    opened.add_init_script("delete window.SharedWorker")
    yield opened
    opened.close()


@pytest.fixture
def asked(context: BrowserContext) -> Asked:
    return Asked(context)


@pytest.fixture
def tabs(context: BrowserContext, house: House, asked: Asked) -> list[Page]:
    """Three of one browser, which came one after another: the first one leads."""
    first = context.new_page()
    first.goto(house.link)
    live(first)
    return [first, *(another(context, house) for _ in range(2))]


def another(context: BrowserContext, house: House) -> Page:
    tab = context.new_page()
    tab.goto(house.service.url + "/threads")
    live(tab)
    return tab


def live(tab: Page) -> None:
    expect(tab.get_by_role("status", name="Connection: Live")).to_be_attached()


def say(house: House, title: str) -> None:
    """A program begins a conversation."""
    with house.service.client() as client:
        client.post("/v1/threads", json={"title": title}).raise_for_status()


def hear(tabs: list[Page], title: str) -> None:
    for tab in tabs:
        expect(tab.get_by_role("link", name=title)).to_be_visible()


def head(house: House) -> int:
    with house.service.client() as client:
        return int(client.get("/v1/events?limit=1").json()["as_of"])


def test_the_first_tab_has_the_only_stream_and_all_hear_it(house: House, tabs: list[Page], asked: Asked) -> None:
    say(house, "From a program")
    hear(tabs, "From a program")
    assert [tab for tab, _ in asked.streams] == [tabs[0]]


def test_another_tab_takes_over_where_the_leading_one_stopped(
    context: BrowserContext, house: House, tabs: list[Page], asked: Asked
) -> None:
    say(house, "Before")
    hear(tabs, "Before")
    stopped = head(house)

    def meanwhile(route: Any) -> None:
        say(house, "Meanwhile")
        route.continue_()

    context.route(lambda url: "/v1/events?limit=1" in url, meanwhile, times=1)
    left = tabs[1:]
    tabs[0].close()
    hear(left, "Meanwhile")
    say(house, "After")
    hear(left, "After")
    _, (leads, address) = asked.streams
    assert leads in left
    assert address.endswith(f"after={stopped}")


def test_a_tab_that_joins_makes_no_other_read_again(
    context: BrowserContext, house: House, tabs: list[Page], asked: Asked
) -> None:
    say(house, "Before")
    hear(tabs, "Before")
    read = [asked.by(tab, "/v1/approvals") for tab in tabs]
    joined = another(context, house)
    say(house, "After")
    hear([*tabs, joined], "After")
    assert [asked.by(tab, "/v1/approvals") for tab in tabs] == read


def test_without_locks_each_tab_has_a_stream_of_its_own(context: BrowserContext, house: House, asked: Asked) -> None:
    context.add_init_script("delete Navigator.prototype.locks")
    first = context.new_page()
    first.goto(house.link)
    live(first)
    tabs = [first, another(context, house)]
    say(house, "From a program")
    hear(tabs, "From a program")
    assert [tab for tab, _ in asked.streams] == tabs
