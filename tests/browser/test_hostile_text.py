"""Hostile text runs nothing, and the policy that sees to it is strict."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.conftest import House

HOSTILE = "<img src=x onerror='window.hit=1'><script>window.hit=1</script> [x](javascript:window.hit=1)"


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
