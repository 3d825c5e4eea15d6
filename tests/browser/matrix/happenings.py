"""What happens to the page or to the service."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.desk import Desk


def reload(desk: Desk) -> None:
    desk.meanwhile()
    desk.page.reload()


def cut(desk: Desk) -> None:
    """No connection, until the page has noticed; the run goes on."""
    with desk.line.down():
        expect(desk.page.get_by_role("status", name="Connection: Connecting")).to_be_attached()
        desk.meanwhile()


def background(desk: Desk) -> None:
    """The browser freezes the tab, as it does with those that nobody looks at; another one is in front."""
    lifecycle = desk.context.new_cdp_session(desk.page)
    lifecycle.send("Page.setWebLifecycleState", {"state": "frozen"})
    front = desk.context.new_page()
    front.goto(desk.line.url + "/runs")
    front.get_by_role("heading", name="Runs").wait_for()
    desk.meanwhile()
    front.close()
    lifecycle.send("Page.setWebLifecycleState", {"state": "active"})


def second_tab(desk: Desk) -> None:
    """The person goes on in another tab; the first one follows."""
    path = urlsplit(desk.page.url).path
    desk.meanwhile()
    desk.open_page(path)


def restart(desk: Desk) -> None:
    desk.meanwhile()
    assert desk.service.stop() == 0
    desk.serve()


def kill(desk: Desk) -> None:
    """kill -9: what was in its hands is in the log, or it is not."""
    desk.meanwhile()
    desk.service.kill()
    desk.serve()


HAPPENINGS: dict[str, Callable[[Desk], None]] = {
    "reload": reload,
    "cut": cut,
    "background tab": background,
    "second tab": second_tab,
    "restart": restart,
    "kill -9": kill,
}
