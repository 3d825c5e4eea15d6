"""A real service, its stand-in upstream, and Debian's chromium, looked at through Playwright."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from orchestrator.api.page import BUILT
from tests.installing import approve, card_of
from tests.verify.service import RunningService, running_service

CHROMIUM = shutil.which("chromium")
PATIENCE_MS = 20_000
# A machine under load, and a connection that waits up to ten seconds before it tries again.
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH (apt-get install chromium)")
    if not (BUILT / "index.html").is_file():
        pytest.skip("the page is not built (Node 20.19 or newer, then make page)")
    with sync_playwright() as playwright:
        # Chromium's own sandbox refuses to run as root, as tests in a container do.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def sandbox_held(service: int) -> Iterator[None]:
    """The sandbox of the service with this process stands still, and with it every proof, until the block ends."""
    held = [each for each in psutil.Process(service).children(recursive=True) if "boot.py" in " ".join(each.cmdline())]
    assert held
    for process in held:
        process.suspend()
    try:
        yield
    finally:
        for process in held:
            # It ends with its service.
            with suppress(psutil.NoSuchProcess):
                process.resume()


class House:
    """The service, which can be killed and started again on its port."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self.service = self._serve()

    def _serve(self, port: int | None = None) -> RunningService:
        return self._stack.enter_context(running_service(self._folder, port=port))

    @property
    def link(self) -> str:
        """The one-time link that the service printed."""
        found = re.search(r"http://\S+/login\?code=\S+", (self._folder / "serve.log").read_text())
        assert found is not None
        return found[0]

    def kill(self) -> None:
        """kill -9, and wait until nobody listens any more."""
        subprocess.run(["kill", f"-{signal.SIGKILL.value}", str(self.service.pid)], check=True)

    def sandbox_held(self) -> AbstractContextManager[None]:
        return sandbox_held(self.service.pid)

    def ask(self, description: str) -> dict[str, Any]:
        """From a description to the card that asks for its module to be installed, by HTTP."""
        with self.service.client() as client:
            run = client.post("/admin/drafts", json={"text": description}).json()["id"]
            return card_of(client, run)

    def install(self, description: str, binding: dict[str, str] | None = None) -> None:
        """From a description to an installed module, by HTTP."""
        card = self.ask(description)
        with self.service.client() as client:
            if binding is not None:
                edit = {"answer": "edit", "payload_hash": card["payload_hash"], "edit": {"binding": binding}}
                card = client.post(f"/v1/approvals/{card['id']}", json=edit).raise_for_status().json()
            approve(client, card)

    def start_again(self) -> None:
        """On the same port, with the same data."""
        self.service = self._serve(int(self.service.url.rpartition(":")[2]))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(tmp_path, stack)


@contextmanager
def upstream_service() -> Iterator[str]:
    """Address of the stand-in that answers for the examples' services, while the block lasts."""
    program = Path(sys.executable).with_name("nexus")
    process = subprocess.Popen([program, "demo", "upstream"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = re.search(r"http://[\d.]+:\d+", process.stdout.readline())
    assert address is not None
    try:
        yield address[0]
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def upstream() -> Iterator[str]:
    with upstream_service() as address:
        yield address


@pytest.fixture
def context(browser: Browser, house: House) -> Iterator[BrowserContext]:
    """A browser that came through the one-time link."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(PATIENCE_MS)
    page = opened.new_page()
    page.goto(house.link)
    page.get_by_role("heading", name="What do you need").wait_for()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """The first page, which must end without an error of its own."""
    wrong: list[str] = []
    opened = context.pages[0]
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    assert wrong == []


def build_weather(page: Page) -> None:
    """One click on the example, until its card waits."""
    page.get_by_role("button", name="Build a weather module").click()
    page.get_by_role("button", name="Approve: Install Weather").wait_for()


def watch(page: Page, house: House, kind: str) -> str:
    """Open the newest run of a kind; gives its id."""
    run = house.service.client().get("/v1/runs", params={"kind": kind}).json()["items"][0]["id"]
    page.goto(f"{house.service.url}/runs/{run}")
    return run


def graph(page: Page, step: str) -> Locator:
    """The box of a step in a state, as ``prove: done``."""
    said = re.compile(step.replace(": ", r"\s*:\s*"))
    return page.get_by_label("The run as a graph").get_by_role("button", name=said)
