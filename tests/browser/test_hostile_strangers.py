"""What strangers wrote, in descriptions, names of files and answers, is only text wherever it is shown."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import Desk, desk
from tests.scenario.upstream import LEDGER

HOSTILE = "<img src=x onerror='window.hit=1'><script>window.hit=1</script> [x](javascript:window.hit=1)"
LISTENING = """
    window.refused = [];
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        window.refused.push(`${violatedDirective} ${blockedURI}`);
    });
"""
DESCRIPTION = LEDGER.replace("title: Ledger", f'title: "Ledger {HOSTILE}"').replace(
    "summary: List ledger entries", f'summary: "List ledger entries {HOSTILE}"'
)


def test_what_strangers_wrote_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    with desk(browser, tmp_path) as made:
        made.context.add_init_script(LISTENING)
        page = made.page
        page.reload()
        page.locator("input[type=file]").set_input_files(
            {"name": f"{HOSTILE}.yaml".replace("/", ""), "mimeType": "application/yaml", "buffer": DESCRIPTION.encode()}
        )
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("article")).to_contain_text(f"Install Ledger {HOSTILE}")
        expect(page.locator("[data-message]").first).to_contain_text("<script>")
        install(made)
        made.upstream.entries.append({"id": 1, "text": HOSTILE})
        made.say("list ledger entries")
        answer = page.locator("[data-message]").last
        expect(answer).to_contain_text("<script>window.hit=1</script>")
        call = answer.locator("details").first
        call.locator("summary").click()
        expect(call.get_by_role("group", name="Result")).to_contain_text("onerror")
        ran_nothing(page)
        call.get_by_role("link", name="Watch the run").click()
        expect(page.get_by_role("region", name="Step execute")).to_be_visible()
        ran_nothing(page)
        for path in ("/runs", "/approvals", "/modules"):
            page.goto(made.line.url + path)
            page.get_by_text("Ledger", exact=False).first.wait_for()
            ran_nothing(page)


def install(made: Desk) -> None:
    (card,) = made.cards()
    made.program.approve(made.program.bind(card, made.upstream.bound))
    made.ended()
    expect(made.page.get_by_text("Installed ledger")).to_be_visible()


def ran_nothing(page: Page) -> None:
    assert page.evaluate("window.hit") is None
    assert page.evaluate("window.refused") == []
