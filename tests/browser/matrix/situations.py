"""The moments of a run: each brings the page there, and lets the run go on to its end afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from playwright.sync_api import expect

from tests.browser.conftest import build_weather, sandbox_held
from tests.browser.desk import Desk
from tests.scenario.upstream import LEDGER

PATIENCE_SECONDS = 60.0


@contextmanager
def text_streaming(desk: Desk) -> Iterator[None]:
    """The first words are on the page, and the others are still to be spoken."""
    desk.pause.hold()
    desk.say("What can you do?")
    assert desk.pause.begun.wait(PATIENCE_SECONDS)
    expect(desk.page.locator("[data-run] p").first).to_be_visible()
    yield
    desk.pause.end()
    desk.ended()


@contextmanager
def tool_running(desk: Desk) -> Iterator[None]:
    """A service outside has been asked, and takes its time."""
    desk.program.install(LEDGER, desk.upstream.bound)
    desk.upstream.hold()
    desk.say("list ledger entries")
    assert desk.upstream.arrived.wait(PATIENCE_SECONDS)
    expect(desk.page.get_by_role("link", name="execute")).to_be_visible()
    yield
    desk.upstream.release()
    desk.ended()


@contextmanager
def approval_open(desk: Desk) -> Iterator[None]:
    """A card waits for its answer."""
    build_weather(desk.page)
    yield
    desk.approve.click()
    desk.ended()


@contextmanager
def just_answered(desk: Desk) -> Iterator[None]:
    """The button was pressed; nobody knows yet whether the answer has arrived."""
    build_weather(desk.page)
    desk.approve.click()
    yield
    desk.await_live()
    again = desk.page.get_by_role("button", name="Send it again").or_(desk.approve)
    desk.page.get_by_text("Approved").or_(again).first.wait_for()
    if desk.cards()[0]["state"] == "pending":
        again.first.click()
    desk.ended()


@contextmanager
def build_running(desk: Desk) -> Iterator[None]:
    """What was built is being proven."""
    with sandbox_held(desk.service.pid):
        desk.page.get_by_role("button", name="Build a weather module").click()
        expect(desk.page.get_by_role("link", name="prove")).to_be_visible()
        yield
    desk.approve.click()
    desk.ended()


@contextmanager
def finished_meanwhile(desk: Desk) -> Iterator[None]:
    """While the page cannot see it, a program answers the card, and the run ends."""
    build_weather(desk.page)

    def answer() -> None:
        with desk.line.down():
            desk.program.approve(desk.cards()[0])
            desk.ended()

    desk.meanwhile = answer
    yield


SITUATIONS: dict[str, Callable[[Desk], AbstractContextManager[None]]] = {
    "text streaming": text_streaming,
    "tool running": tool_running,
    "approval open": approval_open,
    "just answered": just_answered,
    "build running": build_running,
    "finished meanwhile": finished_meanwhile,
}
