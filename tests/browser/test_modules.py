"""Modules as a person looks after them: tried, read, compared, rolled back and forth."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.browser.conftest import House
from tests.verify.page import ROOT

EXAMPLES = ROOT / "examples"
WEATHER = (EXAMPLES / "weather.openapi.yaml").read_text()
SECOND = WEATHER.replace("Unit of wind speeds.", "The wind's unit.")
NOTES = (EXAMPLES / "notes.openapi.yaml").read_text()
HOSTS = ["https://api.open-meteo.com:443", "https://geocoding-api.open-meteo.com:443"]
HOSTILE = "<script>window.hit=1</script><img src=x onerror='window.hit=1'>"
SECTIONS = ["operations", "reach", "files", "report", "versions", "changes", "runs"]


def show(page: Page, house: House, path: str) -> None:
    page.goto(house.service.url + path)
    expect(page.get_by_role("status", name="Connection: Live")).to_be_attached()


def test_an_operation_is_tried_through_its_form(page: Page, house: House, upstream: str) -> None:
    page.get_by_role("link", name="Modules").click()
    expect(page.get_by_text("No module is installed yet.")).to_be_visible()
    house.install(WEATHER, dict.fromkeys(HOSTS, upstream))
    page.get_by_role("link", name="Weather", exact=False).click()
    page.get_by_role("button", name="Weather forecast for a coordinate").click()
    expect(page.locator("code", has_text="hourly_units")).to_be_visible()
    page.get_by_label("latitude").fill("52.5")
    page.get_by_role("button", name="Run", exact=True).click()
    longitude = page.get_by_label("longitude")
    expect(longitude).to_be_focused()
    expect(longitude).to_have_accessible_description("Fill this in. Longitude in degrees (WGS84), east is positive.")
    longitude.fill("13.4")
    page.get_by_role("button", name="Add to current").click()
    page.get_by_label("current 1").select_option("temperature_2m")
    page.get_by_role("button", name="Run", exact=True).click()
    result = page.get_by_role("region", name="Result")
    expect(result).to_contain_text("Succeeded")
    expect(result.get_by_role("group", name="The answer")).to_contain_text('"temperature_2m"')
    page.get_by_role("navigation", name="About Weather").get_by_role("link", name="Runs").click()
    expect(page.get_by_role("region", name="Runs").get_by_role("listitem")).to_contain_text(["get_forecast"])


def test_its_source_can_be_read_and_a_reload_stays(page: Page, house: House) -> None:
    house.install(WEATHER)
    show(page, house, "/modules/weather/files")
    page.get_by_role("link", name="operations/get_forecast.py").click()
    source = page.get_by_role("group", name="operations/get_forecast.py")
    expect(source.locator(".hljs-keyword").first).to_have_text("import")
    page.reload()
    expect(source).to_contain_text("def run(ctx, arguments):")
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("region", name="Report")).to_contain_text("6 of 6 passed")
    page.go_back()
    expect(source).to_be_visible()


def test_rolled_back_in_one_tab_and_followed_in_another(page: Page, context: BrowserContext, house: House) -> None:
    house.install(WEATHER)
    show(page, house, "/modules/weather/versions")
    house.install(SECOND)
    other = context.new_page()
    show(other, house, "/modules/weather")
    expect(other.get_by_text("Version 2 ·")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    changed = page.get_by_role("group", name="Changes of operations/get_forecast.json")
    expect(changed.locator(".text-green", has_text="The wind's unit.")).to_contain_text("+")
    expect(changed.locator(".text-red", has_text="Unit of wind speeds.")).to_contain_text("-")
    page.get_by_role("button", name="Roll back to version 1").first.click()
    expect(page.get_by_text("answers with version 1 now")).to_be_visible()
    expect(other.get_by_text("Version 1 ·")).to_be_visible()
    page.get_by_role("button", name="Undo: version 2 again").click()
    expect(other.get_by_text("Version 2 ·")).to_be_visible()
    expect(page.get_by_text("answers with version 2 now")).to_be_visible()
    assert house.service.client().get("/v1/modules/weather").json()["version"] == 2


def test_a_write_asks_first_and_so_do_new_addresses(page: Page, house: House, upstream: str) -> None:
    house.install(NOTES, {"https://notes.example/v1": upstream + "/v1"})
    show(page, house, "/modules/notes/operations?operation=create_note")
    page.get_by_label("text").fill("buy milk")
    page.get_by_role("button", name="Ask to run").click()
    card = page.get_by_role("article")
    expect(card).to_contain_text("buy milk")
    card.get_by_role("button", name="Approve").click()
    came = page.get_by_role("region", name="What came of it")
    expect(came.get_by_role("status")).to_contain_text("Done")
    expect(came).to_contain_text("buy milk")
    page.get_by_role("link", name="Reach").click()
    page.get_by_role("textbox").fill("http://127.0.0.1:9/v1")
    page.get_by_role("button", name="Ask for these addresses").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("really at http://127.0.0.1:9/v1").first).to_be_visible()


def test_a_hostile_description_is_only_text(page: Page, house: House) -> None:
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    page.on("console", note)
    hostile = WEATHER
    for said in ("Weather forecast for a coordinate", "Number of days, today included.", "Lists line up with their"):
        hostile = hostile.replace(said, HOSTILE)
    house.install(hostile)
    show(page, house, "/modules/weather/operations?operation=get_forecast")
    for told in (page.get_by_text(HOSTILE).first, page.locator("p", has=page.locator("code", has_text="daily_units"))):
        expect(told).to_contain_text(HOSTILE)
    page.get_by_label("latitude").fill("1")
    page.get_by_role("button", name="As JSON").click()
    for section in SECTIONS:
        show(page, house, f"/modules/weather/{section}")
    assert page.evaluate("window.hit") is None
    assert refused == []
