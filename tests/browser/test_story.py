"""The story as a person does it on the page, from the one-time link on."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import House, build_weather

ASKS = "Forecast for latitude 52.52 and longitude 13.41"


def test_built_bound_approved_and_used(page: Page, house: House, upstream: str) -> None:
    build_weather(page)
    card = page.get_by_role("article", name="Install Weather")
    expect(card).to_contain_text("6 of 6 passed")
    before = house.service.client().get("/v1/approvals").json()["items"][0]["payload_hash"]

    for field in card.get_by_role("textbox").all():
        field.fill(upstream)
    card.get_by_role("button", name="Set this").click()
    expect(card).to_contain_text(f"really at {upstream}")
    approval = house.service.client().get("/v1/approvals").json()["items"][0]
    assert approval["payload_hash"] != before
    expect(card).to_contain_text(approval["payload_hash"][:12])

    card.get_by_role("button", name="Approve").click()
    expect(card).to_contain_text("Approved")
    expect(page.get_by_text("Installed weather version 1")).to_be_visible()
    page.get_by_label("Message").fill(ASKS)
    page.keyboard.press("Enter")
    bundle = approval["payload"]["bundle_sha256"][:12]
    expect(page.locator("summary", has_text=bundle)).to_contain_text("succeeded")


def test_what_one_tab_renames_and_deletes_the_others_follow(page: Page, context: BrowserContext, house: House) -> None:
    page.get_by_role("button", name="What can you do?").click()
    expect(page.locator("[data-message]")).to_have_count(2)
    other = context.new_page()
    other.goto(house.service.url + "/threads")
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Title").fill("Abilities")
    page.keyboard.press("Enter")
    listed = other.get_by_role("link", name="Abilities")
    expect(listed).to_be_visible()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(listed).to_have_count(0)


def test_a_message_edited_and_sent_again_is_a_branch(page: Page, house: House) -> None:
    for said in ("What can you do?", "Thank you"):
        page.get_by_label("Message").fill(said)
        page.keyboard.press("Enter")
        expect(page.locator("[data-message]")).to_have_count(2 if said.startswith("What") else 4)
    first = page.url
    page.get_by_role("button", name="Edit and resend").last.click()
    expect(page.get_by_label("Message")).to_have_value("Thank you")
    page.get_by_label("Message").fill("Hello")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != first)
    said_there = page.locator("[data-message]")
    expect(said_there).to_have_count(4)
    expect(said_there.first).to_contain_text("What can you do?")
    expect(said_there.nth(2)).to_contain_text("Hello")
    page.goto(first)
    expect(said_there.nth(2)).to_contain_text("Thank you")


def test_a_turn_that_is_stopped_stops_its_build(page: Page, house: House) -> None:
    with house.sandbox_held():
        page.get_by_role("button", name="Build a weather module").click()
        expect(page.get_by_role("link", name="prove")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    with house.service.client() as client:
        (build,) = client.get("/v1/runs", params={"kind": "build"}).json()["items"]
        # Its log ends when it has ended.
        client.get(f"/v1/runs/{build['id']}/events", headers={"Accept": "text/event-stream"}).raise_for_status()
        assert client.get(f"/v1/runs/{build['id']}").json()["state"] == "cancelled"
        assert client.get("/v1/approvals").json()["items"] == []


def test_a_card_is_answered_once_in_every_tab(page: Page, context: BrowserContext, house: House) -> None:
    build_weather(page)
    other = context.new_page()
    other.goto(house.service.url + "/approvals")
    expect(other.get_by_role("button", name="Approve: Install Weather")).to_be_visible()
    page.get_by_role("button", name="Reject: Install Weather").click()
    page.get_by_label("Why not?").fill("Not today")
    page.keyboard.press("Enter")
    for tab in (page, other):
        expect(tab.get_by_role("article", name="Install Weather")).to_contain_text("Not today")
        expect(tab.get_by_role("button", name="Approve: Install Weather")).to_have_count(0)


def test_a_late_answer_is_told_the_first_one(page: Page, house: House) -> None:
    build_weather(page)
    # The answer travels while a program answers first: held at the door until the other one is through.
    approval = house.service.client().get("/v1/approvals").json()["items"][0]

    def after_another(route: object) -> None:
        body = {"answer": "reject", "payload_hash": approval["payload_hash"], "reason": "I was first"}
        house.service.client().post(f"/v1/approvals/{approval['id']}", json=body).raise_for_status()
        route.continue_()  # pyright: ignore[reportAttributeAccessIssue]

    page.route(lambda url: url.endswith(approval["id"]), after_another, times=1)
    page.get_by_role("button", name="Approve: Install Weather").click()
    card = page.get_by_role("article", name="Install Weather")
    expect(card).to_contain_text("answered already")
    expect(card).to_contain_text("I was first")
    assert house.service.client().get("/v1/modules").json()["items"] == []
