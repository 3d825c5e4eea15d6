"""A run on the page: live, past, and scrubbed to any event of it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Locator, Page, expect

from core.database import Transaction, open_database
from tests.browser.conftest import House, build_weather, graph, watch

READABLE = 10
"""Pixels."""


def test_a_build_is_seen_live_and_scrubbed_while_it_lasts(page: Page, house: House) -> None:
    with house.sandbox_held():
        page.get_by_role("button", name="Build a weather module").click()
        page.get_by_role("link", name="Watch the run").click()
        expect(graph(page, "prove: running")).to_be_visible()
        expect(graph(page, "build: done")).to_be_visible()
        expect(graph(page, "card")).to_have_count(0)
        # To the moment at which the build's first step had begun, and the others not.
        page.get_by_role("region", name="Event log").get_by_role("button", name="step.started fetch").click()
        expect(graph(page, "fetch: running")).to_be_visible()
        expect(graph(page, "build: ")).to_have_count(0)
        moment = page.get_by_label("Moment of the run")
        at, last = moment.input_value(), int(moment.get_attribute("max") or 0)
        # A reload looks at the same moment.
        page.wait_for_url("**at=*")
        page.reload()
        expect(graph(page, "fetch: running")).to_be_visible()
        expect(graph(page, "build: ")).to_have_count(0)
    # The run goes on; the moment that is looked at stays.
    page.wait_for_function("last => Number(document.querySelector('input[type=range]').max) > last + 5", arg=last)
    expect(moment).to_have_value(at)
    expect(graph(page, "build: ")).to_have_count(0)
    page.get_by_role("group", name="Moment").get_by_role("button").last.click()
    expect(graph(page, "card: waits for you")).to_be_visible()
    expect(graph(page, "prove: done")).to_be_visible()


def test_a_step_shows_what_went_in_what_came_out_and_its_report(page: Page, house: House) -> None:
    build_weather(page)
    watch(page, house, "build")
    graph(page, "prove: done").click()
    step = page.get_by_role("region", name="Step prove")
    expect(step).to_contain_text("6 of 6 cases passed")
    step.get_by_text("Input", exact=True).click()
    expect(step.get_by_label("Input")).to_contain_text('"draft"')
    expect(step.get_by_label("Output")).to_contain_text('"proof_hash"')
    # The card of the run is the approval itself, wherever it is shown.
    page.get_by_role("region", name="Timeline").get_by_role("button", name="card").click()
    page.get_by_role("button", name="Approve: Install Weather").click()
    expect(graph(page, "tell: done")).to_be_visible()
    expect(page.get_by_role("banner").or_(page.locator("header")).filter(has_text="weather").first).to_contain_text(
        "done"
    )


def test_a_past_run_plays_as_a_film(page: Page, house: House) -> None:
    build_weather(page)
    watch(page, house, "turn")
    expect(graph(page, "evolve: done")).to_be_visible()
    moment = page.get_by_label("Moment of the run")
    moment.focus()
    page.keyboard.press("Home")
    expect(graph(page, "evolve")).to_have_count(0)
    page.get_by_role("button", name="Play").click()
    expect(graph(page, "evolve: done")).to_be_visible()
    expect(page.get_by_role("button", name="End")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
def test_every_step_of_a_build_can_be_read_at_once(page: Page, house: House, width: int) -> None:
    build_weather(page)
    page.set_viewport_size({"width": width, "height": 740})
    watch(page, house, "turn")
    for step in ("intake", "structure", "execute", "evolve", "fetch", "prove", "card"):
        box = graph(page, f"{step}: ")
        expect(box).to_be_in_viewport(ratio=0.99)
        assert letters(box) >= READABLE


def test_three_hundred_steps_can_be_read_on_a_phone(page: Page, house: House) -> None:
    page.get_by_label("Message").fill("hello")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("No module is installed yet").last).to_be_visible()
    run = house.service.client().get("/v1/runs", params={"kind": "turn"}).json()["items"][0]["id"]
    with ThreadPoolExecutor() as beside:
        # Playwright's own loop runs in this thread.
        beside.submit(asyncio.run, lengthen(house, run, 300)).result()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{house.service.url}/runs/{run}")
    # What is looked at is in view, at a size at which its name can be read: the last step, and the one scrubbed to.
    expect(graph(page, "work 299: done")).to_be_in_viewport()
    assert letters(graph(page, "work 299: ")) >= READABLE
    moment = page.get_by_label("Moment of the run")
    moment.fill("100")
    expect(graph(page, r"work 4\d").last).to_be_in_viewport()
    assert letters(graph(page, r"work 4\d").last) >= READABLE
    # Moved by hand it stays, until it is told to follow again.
    moment.press("End")
    expect(graph(page, "work 299: done")).to_be_in_viewport()
    page.get_by_role("button", name="Zoom out").click()
    page.mouse.move(180, 350)
    page.mouse.down()
    page.mouse.move(180, 1200, steps=5)
    page.mouse.up()
    expect(graph(page, "work 299: done")).not_to_be_in_viewport()
    page.get_by_role("button", name="Latest").click()
    expect(graph(page, "work 299: done")).to_be_in_viewport()


async def lengthen(house: House, run: str, count: int) -> None:
    """State the events of so many more steps of a run."""
    database = open_database(f"sqlite:///{house.service.data_dir / 'nexus.db'}")

    def state(tx: Transaction) -> None:
        for number in range(count):
            place = {"step": f"work@{number}", "node": f"work {number}", "attempt": 1}
            for name, more in (("step.started", {}), ("step.finished", {"output": {}})):
                key = f"{run}/work@{number}/1/{name}/0"
                tx.emit(name, {**place, **more}, key=key, org="home", run=run)

    try:
        await database.write(state)
    finally:
        await database.aclose()


def letters(box: Locator) -> float:
    """How large a step's name is written, in pixels of the screen."""
    name = box.locator("span.truncate").first
    return name.evaluate(
        "name => parseFloat(getComputedStyle(name).fontSize) * name.getBoundingClientRect().width / name.offsetWidth"
    )
