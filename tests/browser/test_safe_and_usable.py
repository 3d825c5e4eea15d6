"""Hostile text runs nothing under the strict policy; two widths and two themes pass axe."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.conftest import House, build_weather
from tests.verify.page import UI

HOSTILE = "<img src=x onerror='window.hit=1'><script>window.hit=1</script> [x](javascript:window.hit=1)"
AXE = UI / "node_modules" / "axe-core" / "axe.min.js"


def test_hostile_text_is_only_text(page: Page, house: House) -> None:
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("console", note)
    page.get_by_label("Message").fill(HOSTILE)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-message]")).to_have_count(2)
    expect(page.locator("[data-message]").first).to_contain_text("<script>window.hit=1</script>")
    assert page.evaluate("window.hit") is None
    assert refused == []


def test_the_policy_is_strict(house: House) -> None:
    policy = house.service.client().get("/", headers={"accept": "text/html"}).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_serious(page: Page, house: House, theme: Literal["light", "dark"], width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})
    found = {"a first visit": serious(page)}
    build_weather(page)
    found["a conversation with a card"] = serious(page)
    page.get_by_role("button", name="Reject: Install Weather").click()
    found["a rejection"] = serious(page)
    page.get_by_role("link", name="Approvals").click()
    page.get_by_role("heading", name="Approvals", exact=True).wait_for()
    found["approvals"] = serious(page)
    assert found == {place: [] for place in found}
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it is."""
    page.evaluate(AXE.read_text())
    report: dict[str, Any] = page.evaluate("axe.run()")
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in report["violations"]
        if each["impact"] in ("serious", "critical")
    ]
