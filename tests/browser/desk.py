"""A person's desk: a browser in front of a service, with a line between them and a service outside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.line import Line
from tests.browser.pause import Pause
from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.upstream import Upstream, upstream


@dataclass
class Desk:
    """``pages`` are the tabs that are open; what happens ``meanwhile`` happens while they cannot see it."""

    service: Service
    line: Line
    upstream: Upstream
    pause: Pause
    context: BrowserContext
    pages: list[Page] = field(default_factory=list[Page])
    meanwhile: Callable[[], None] = lambda: None
    faults: list[str] = field(default_factory=list[str])

    @property
    def page(self) -> Page:
        """The tab that the person sits at: the newest."""
        return self.pages[-1]

    @property
    def thread(self) -> str:
        return urlsplit(self.page.url).path.rpartition("/")[2]

    @property
    def approve(self) -> Locator:
        return self.page.get_by_role("button", name="Approve: ")

    @property
    def program(self) -> Person:
        """The owner at the service itself, past the line."""
        return Person(self.service)

    def serve(self, **settings: str) -> None:
        """Start the service; the line leads to it."""
        self.service.start(**settings).ready()
        self.line.port = self.service.http.base_url.port or 0

    def open_page(self, path: str) -> None:
        opened = self.context.new_page()
        opened.on("pageerror", lambda error: self.faults.append(str(error)))
        opened.goto(self.line.url + path)
        self.pages.append(opened)

    def say(self, text: str) -> None:
        self.page.get_by_label("Message").fill(text)
        self.page.get_by_role("button", name="Send", exact=True).click()

    def runs(self) -> list[str]:
        """The run of what the person said, and the builds that it began."""
        (turn,) = self.service.get("/v1/runs", kind="turn")["items"]
        return [turn["id"], *(each["id"] for each in self.service.get("/v1/runs", parent=turn["id"])["items"])]

    def ended(self) -> None:
        """Wait until these have ended."""
        for run in self.runs():
            assert self.program.ended(run)["state"] == "done"

    def cards(self) -> list[dict[str, Any]]:
        """The cards of this conversation."""
        return [each for each in self.service.get("/v1/approvals")["items"] if each["thread"] == self.thread]

    def await_live(self) -> None:
        for page in self.pages:
            expect(page.get_by_role("status", name="Connection: Live")).to_be_attached()


@contextmanager
def desk(browser: Browser, folder: Path) -> Iterator[Desk]:
    """A signed-in browser in front of a new service."""
    with ExitStack() as stack:
        outside = stack.enter_context(upstream())
        pause = Pause(folder / "pause")
        stack.callback(pause.close)
        service = Service(folder / "data")
        stack.callback(service.close)
        line = Line()
        stack.callback(line.close)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        stack.callback(context.close)
        context.set_default_timeout(PATIENCE_MS)
        made = Desk(service, line, outside, pause, context)
        made.serve(TEST_PAUSE=str(pause.path))
        link = re.search(r"/login\?code=\S+", service.said)
        assert link is not None
        made.open_page(link[0])
        made.page.get_by_role("heading", name="What do you need").wait_for()
        yield made
