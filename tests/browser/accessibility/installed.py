"""Installed modules: the list, each section, and what is asked and answered there."""

from __future__ import annotations

from tests.browser.accessibility.looking import Look, unfold
from tests.browser.conftest import House
from tests.verify.page import ROOT

EXAMPLES = ROOT / "examples"
SECOND = (EXAMPLES / "weather.openapi.yaml").read_text().replace("Unit of wind speeds.", "The wind's unit.")
NOTES = (EXAMPLES / "notes.openapi.yaml").read_text()
HOSTS = ["https://api.open-meteo.com:443", "https://geocoding-api.open-meteo.com:443"]
SECTIONS = ["operations", "reach", "files", "report", "versions", "changes", "runs"]


def module(look: Look, house: House, upstream: str) -> None:
    """The second version of one module, section by section, and another module."""
    page = look.page
    house.install(SECOND, dict.fromkeys(HOSTS, upstream))
    house.install(NOTES, {"https://notes.example/v1": f"{upstream}/v1"})
    look.show("/modules")
    look.at("modules", page.get_by_role("link", name="Weather"))
    for section in SECTIONS:
        look.show(f"/modules/weather/{section}")
        if section == "files":
            page.locator("[class^=hljs]").first.wait_for()
        if section == "report":
            unfold(page.get_by_role("region", name="Report"))
        look.at(f"a module's {section}", page.get_by_role("region", name=section.capitalize()))
    look.show("/modules/notes/runs")
    look.at("a module that nothing has called", page.get_by_text("Nothing has called this module yet."))
    look.show("/modules/notes/changes")
    look.at("a module of one version", page.get_by_text("There is one version only."))


def operations(look: Look) -> None:
    """An operation that reads: refused, tried, and as JSON."""
    page = look.page
    look.show("/modules/weather/operations?operation=get_forecast")
    run = page.get_by_role("button", name="Run", exact=True)
    look.at("a form", run)
    run.click()
    page.get_by_role("button", name="Add to current").click()
    look.at("a form that lacks something", page.get_by_text("Fill this in.").first)
    page.get_by_label("latitude").fill("52.5")
    page.get_by_label("longitude").fill("13.4")
    page.get_by_label("current 1").select_option("temperature_2m")
    run.click()
    look.at("a result", page.get_by_role("region", name="Result").get_by_label("The answer"))
    page.get_by_role("button", name="As JSON").click()
    page.get_by_label("As JSON").fill("{")
    run.click()
    look.at("a form as JSON that is none", page.get_by_text("This is no JSON object."))


def asking(look: Look) -> None:
    """An operation that writes, and other addresses: both ask first."""
    page = look.page
    look.show("/modules/notes/operations?operation=create_note")
    page.get_by_label("text").fill("buy milk, " * 40)
    page.get_by_role("button", name="Ask to run").click()
    card = page.get_by_role("article")
    look.at("a write that asks", card)
    card.get_by_role("button", name="Change the arguments").click()
    look.at(
        "a write with its arguments changed",
        card.get_by_role("button", name="Set these arguments"),
        card.get_by_label("text"),
    )
    card.get_by_role("button", name="Back").click()
    card.get_by_role("button", name="Approve").click()
    look.at("a write that was done", page.get_by_role("status").filter(has_text="Done"))
    look.show("/modules/notes/reach")
    page.get_by_role("textbox").fill("http://127.0.0.1:9/v1")
    page.get_by_role("button", name="Ask for these addresses").click()
    look.at("other addresses that ask", page.get_by_role("button", name="Approve"))


def moved(look: Look) -> None:
    """Rolled back, and its undo."""
    page = look.page
    look.show("/modules/weather/versions")
    page.get_by_role("button", name="Roll back to version 1").first.click()
    look.at("a module rolled back", page.get_by_text("answers with version 1 now"))
