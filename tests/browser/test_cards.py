"""A card that is edited where it stands: narrower, with a secret, with other arguments; always another hash."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import House, build_weather
from tests.browser.desk import desk
from tests.scenario.upstream import LEDGER

GEOCODING = "https://geocoding-api.open-meteo.com:443"
LOCKED = LEDGER + "  securitySchemes: {apiKey: {type: apiKey, in: header, name: X-Key}}\nsecurity: [{apiKey: []}]\n"


def test_made_narrower_and_never_approved_half_edited(page: Page, house: House) -> None:
    build_weather(page)
    card = page.get_by_role("article", name="Install Weather")
    read = card.get_by_title("SHA-256 of the payload").inner_text()
    card.get_by_label(GEOCODING, exact=True).uncheck()
    expect(card.get_by_role("button", name="Approve")).to_be_disabled()
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_label(GEOCODING, exact=True)).to_be_checked()
    expect(card.get_by_role("button", name="Approve")).to_be_enabled()
    card.get_by_label(GEOCODING, exact=True).uncheck()
    card.get_by_role("button", name="Set this").click()
    expect(card.get_by_text(GEOCODING)).to_have_count(0)
    expect(card.get_by_title("SHA-256 of the payload")).not_to_have_text(read)
    card.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Installed weather version 1")).to_be_visible()
    granted = house.service.client().get("/v1/modules/weather").json()
    assert granted["hosts"] == ["https://api.open-meteo.com:443"]


def test_a_host_that_does_not_answer_is_told(page: Page, house: House) -> None:
    house.ask(LEDGER.replace("ledger.example", "ledger.invalid"))
    page.get_by_role("link", name="Approvals").click()
    card = page.get_by_role("article", name="Install Ledger")
    expect(card).to_contain_text("Not reachable from here: ledger.invalid has no address")
    expect(card.get_by_role("button", name="Use the stand-in")).to_have_count(0)


def test_an_edit_is_seen_in_another_tab(page: Page, house: House) -> None:
    build_weather(page)
    other = page.context.new_page()
    other.goto(house.service.url + "/approvals")
    there = other.get_by_role("article", name="Install Weather")
    expect(there.get_by_label(GEOCODING, exact=True)).to_be_checked()
    page.get_by_label(GEOCODING, exact=True).uncheck()
    page.get_by_role("button", name="Set this").click()
    expect(there.get_by_text(GEOCODING)).to_have_count(0)
    there.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Installed weather version 1")).to_be_visible()


def test_given_a_stored_secret(browser: Browser, tmp_path: Path) -> None:
    with desk(browser, tmp_path) as made:
        page = made.page
        made.service.http.put("/admin/credentials/ledger-key", json={"value": "s3cret"}).raise_for_status()
        page.locator("input[type=file]").set_input_files(
            {"name": "ledger.yaml", "mimeType": "application/yaml", "buffer": LOCKED.encode()}
        )
        page.get_by_role("button", name="Send", exact=True).click()
        card = page.get_by_role("article", name="Install Ledger")
        card.get_by_label("Stored secret for api_key").select_option("ledger-key")
        card.get_by_role("textbox").fill(made.upstream.url)
        card.get_by_role("button", name="Set this").click()
        card.get_by_role("button", name="Approve").click()
        expect(card).to_contain_text("ledger-key as api_key, at https://ledger.example:443 only")
        made.say("list ledger entries")
        expect(page.locator("summary", has_text="ledger__list_entries")).to_contain_text("succeeded")
        assert made.upstream.requests[-1].headers["x-key"] == "s3cret"
        assert "s3cret" not in page.content()


def test_a_call_with_other_arguments(browser: Browser, tmp_path: Path) -> None:
    with desk(browser, tmp_path) as made:
        made.program.install(LEDGER, made.upstream.bound)
        made.say("add an entry to the ledger with text rent")
        card = made.page.get_by_role("article")
        card.get_by_role("button", name="Change the arguments").click()
        expect(card.get_by_role("button", name="Approve")).to_be_disabled()
        card.get_by_label("text").fill("")
        card.get_by_role("button", name="Set these arguments").click()
        expect(card).to_contain_text("Fill this in.")
        card.get_by_label("text").fill("rent of May")
        card.get_by_role("button", name="Set these arguments").click()
        expect(card.get_by_role("group", name="Arguments")).to_contain_text("rent of May")
        card.get_by_role("button", name="Approve").click()
        expect(card).to_contain_text("Approved")
        made.ended()
        assert [entry["text"] for entry in made.upstream.entries] == ["rent of May"]
