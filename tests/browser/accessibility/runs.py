"""Runs, listed and each by itself."""

from __future__ import annotations

from tests.browser.accessibility.looking import Look, unfold
from tests.browser.conftest import House, graph, watch


def build(look: Look, house: House) -> None:
    """While its card is open."""
    page = look.page
    watch(page, house, "build")
    look.at("a build that waits", graph(page, "card: waits for you"))
    graph(page, "prove: done").click()
    step = page.get_by_role("region", name="Step prove")
    step.get_by_text("6 of 6 cases").wait_for()
    unfold(step)
    look.at("a step with its report", step.get_by_label("Output"))
    page.get_by_role("region", name="Timeline").get_by_role("button", name="card").click()
    look.at("a step that waits", page.get_by_role("button", name="Approve: Install Weather"))


def turn(look: Look, house: House) -> None:
    page = look.page
    watch(page, house, "turn")
    look.at("a turn", graph(page, "evolve: done"))
    moment = page.get_by_label("Moment of the run")
    moment.focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    look.at("a moment of a turn", page.get_by_role("button", name="End").and_(page.locator("[aria-pressed=false]")))


def listed(look: Look) -> None:
    look.show("/runs")
    look.at("runs", look.page.get_by_role("link", name="Build").first)
    look.page.get_by_role("button", name="Calls").click()
    look.at("runs of one kind", look.page.get_by_role("button", name="Calls", pressed=True))
