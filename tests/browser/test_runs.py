"""A run on the page: live, past, and scrubbed to any event of it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import House, build_weather, graph, watch


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
