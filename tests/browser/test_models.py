"""Models as an owner looks after them: added, unlocked, tested, ordered, rolled back, and held to a budget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import House
from tests.models import ModelServer, refuse, say
from tests.models.ollama import SAID as OLLAMA_SAID
from tests.models.ollama import Ollama, running_ollama
from tests.models.threaded import served

KEY = "sk-nobody-may-read-this"
SAID = "Hello from the script."
PRICED = {"input_price": "2.5", "output_price": "10"}


@pytest.fixture
def models() -> Iterator[ModelServer]:
    with served(otherwise=say(SAID)) as server:
        yield server


@pytest.fixture
def key_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service finds in its environment."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ollama]:
    """One that runs on this machine, where its own programs would look for it."""
    with running_ollama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.host)
        yield server


def show(page: Page, house: House, path: str) -> None:
    page.goto(house.service.url + path)
    expect(page.get_by_role("status", name="Connection: Live")).to_be_attached()


def routed(house: House, models: ModelServer, *tier: str, priced: bool = False, **provider: Any) -> None:
    """Put models of the scripted server in force, by HTTP."""
    more = PRICED if priced else {}
    document = {
        "providers": {"local": {"kind": "compatible", "base_url": models.openai_base, **provider}},
        "models": {name: {"provider": "local", "model": f"{name}-model", **more} for name in sorted(tier)},
        "tiers": {"standard": list(tier)},
    }
    with house.service.client() as client:
        client.put("/admin/routing", json={"document": document}).raise_for_status()


def say_hello(page: Page, house: House) -> Locator:
    """Say something in a new conversation; gives the conversation."""
    show(page, house, "/threads")
    page.get_by_label("Message").fill("Hello")
    page.get_by_role("button", name="Send", exact=True).click()
    return page.get_by_label("Conversation", exact=True)


def spoken(models: ModelServer) -> list[str]:
    """The models that a conversation was held with, as their provider calls them."""
    return [asked.body["model"] for asked in models.requests if asked.path.endswith("/chat/completions")]


def test_a_provider_is_added_tested_and_answers(page: Page, house: House, models: ModelServer) -> None:
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="No provider yet: the builtin rules answer.")).to_be_visible()
    page.get_by_role("button", name="Add a provider").click()
    form = page.get_by_role("form", name="Add a provider")
    form.get_by_label("Kind").select_option("compatible")
    form.get_by_label("Provider’s name").fill("local")
    form.get_by_label("Address").fill(models.openai_base)
    form.get_by_label("As the provider calls it.").fill("Scripted One")
    expect(form.get_by_label("As it is called here.")).to_have_value("scripted-one")
    form.get_by_label("Input price").fill("2.5")
    form.get_by_label("Output price").fill("10")
    form.get_by_role("button", name="Add it").click()

    provider = page.get_by_role("article", name="local")
    expect(provider).to_contain_text("Ready")
    expect(provider.get_by_role("list", name="Models of local")).to_contain_text("$2.50 in, $10.00 out")
    provider.get_by_role("button", name="Test local").click()
    expect(provider.get_by_role("status")).to_contain_text("scripted-one answered")
    expect(provider.get_by_role("status")).to_contain_text(SAID)
    assert spoken(models) == ["Scripted One"]

    models.script.append(refuse(404))
    provider.get_by_role("button", name="Test local").click()
    expect(provider.get_by_role("status")).to_contain_text("scripted-one failed")
    expect(provider.get_by_role("status")).to_contain_text("Check the model's name")

    said = say_hello(page, house)
    expect(said).to_contain_text(SAID)
    expect(said).to_contain_text("Answered by")
    expect(said.get_by_role("button", name="scripted-one · Scripted One")).to_have_attribute(
        "title", "Scripted One of local"
    )


def test_a_key_goes_in_and_never_comes_back(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", credential="vault")
    show(page, house, "/models")
    provider = page.get_by_role("article", name="local")
    expect(provider).to_contain_text("Locked")
    expect(provider).to_contain_text("Its key is missing: put it in below.")
    who = page.get_by_role("region", name="Who would answer?").get_by_role("status")
    show(page, house, "/models/routing")
    expect(who).to_contain_text("A PLAN call now would go to the builtin rules.")
    expect(who).to_contain_text("local misses its key: small is passed over.")
    show(page, house, "/models")
    field = provider.get_by_label("Key", exact=True)
    expect(field).to_have_attribute("type", "password")
    field.fill(KEY)
    provider.get_by_role("button", name="Unlock").click()
    expect(provider).to_contain_text("Key vault is stored.")
    expect(provider.get_by_role("group", name="Key of local")).to_be_focused()
    assert KEY not in page.content()
    provider.get_by_role("button", name="Test local").click()
    expect(provider.get_by_role("status")).to_contain_text("small answered")
    assert models.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    provider.get_by_role("button", name="Lock local").click()
    expect(provider).to_contain_text("Locked")
    expect(provider.get_by_label("Key", exact=True)).to_have_value("")
    expect(provider.get_by_role("group", name="Key of local")).to_be_focused()
    page.keyboard.press("Tab")
    expect(provider.get_by_label("Key", exact=True)).to_be_focused()


def test_what_the_environment_holds_is_one_click_away(key_around: None, page: Page, house: House) -> None:
    show(page, house, "/models")
    expect(page.get_by_text("OPENAI_API_KEY is set in the service's environment.")).to_be_visible()
    page.get_by_role("button", name="Add OpenAI with this key").click()
    provider = page.get_by_role("article", name="openai")
    expect(provider).to_contain_text("Key openai is stored.")
    expect(page.get_by_role("button", name="Add OpenAI with this key")).to_have_count(0)
    provider.get_by_role("button", name="Lock openai").click()
    provider.get_by_role("button", name="Take it from OPENAI_API_KEY").click()
    expect(provider).to_contain_text("Key openai is stored.")


def test_an_ollama_that_runs_here_is_one_click_away(ollama: Ollama, page: Page, house: House) -> None:
    show(page, house, "/models")
    expect(page.get_by_text(f"It answers at http://{ollama.host}.")).to_be_visible()
    page.get_by_role("button", name="Add Ollama").click()
    provider = page.get_by_role("article", name="ollama")
    expect(provider).to_contain_text(f"http://{ollama.host}")
    expect(provider).to_contain_text("It has no model yet: add one below.")
    expect(page.get_by_role("button", name="Add Ollama")).to_have_count(0)
    expect(page.get_by_role("region", name="Providers")).to_be_focused()

    provider.get_by_role("button", name="Add a model of ollama").click()
    form = provider.get_by_role("form", name="Add a model of ollama")
    form.get_by_label("As the provider calls it.").fill("llama3.2")
    form.get_by_role("button", name="Add the model").click()
    expect(provider).to_contain_text("Ready")
    provider.get_by_role("button", name="Test ollama").click()
    expect(provider.get_by_role("status")).to_contain_text("llama3.2 answered")
    expect(say_hello(page, house)).to_contain_text(OLLAMA_SAID)
    assert ollama.asked == ["llama3.2", "llama3.2"]


def test_who_removes_something_stays_where_it_was(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", "large")
    show(page, house, "/models")
    provider = page.get_by_role("article", name="local")

    def remove(what: str, within: Locator) -> None:
        within.get_by_role("button", name=what, exact=True).focus()
        page.keyboard.press("Enter")
        expect(within.get_by_role("button", name="Remove", exact=True)).to_be_focused()
        page.keyboard.press("Enter")

    remove("Remove small", provider)
    expect(provider.get_by_role("button", name="Remove small", exact=True)).to_have_count(0)
    expect(provider).to_be_focused()
    remove("Remove local", provider)
    expect(provider).to_have_count(0)
    expect(page.get_by_role("region", name="Providers")).to_be_focused()

    with house.service.client() as client:
        client.post("/admin/budgets", json={"period": "day", "usd": "1"}).raise_for_status()
    show(page, house, "/models/spend")
    budgets = page.get_by_role("region", name="Budgets")
    remove("Remove the budget: All calls, a day", budgets)
    expect(budgets.get_by_role("listitem")).to_have_count(0)
    expect(budgets).to_be_focused()


def test_a_provider_without_a_key_is_given_one_where_it_lacks_it(page: Page, house: House) -> None:
    document = {
        "providers": {"cloud": {"kind": "openai"}},
        "models": {"mini": {"provider": "cloud", "model": "gpt-5-mini"}},
    }
    with house.service.client() as client:
        client.put("/admin/routing", json={"document": document}).raise_for_status()
    show(page, house, "/models")
    provider = page.get_by_role("article", name="cloud")
    expect(provider).to_contain_text("It needs a key.")
    provider.get_by_role("button", name="Give cloud a key").click()
    provider.get_by_label("Key", exact=True).fill(KEY)
    provider.get_by_role("button", name="Unlock").click()
    expect(provider).to_contain_text("Key cloud is stored.")
    expect(provider).to_contain_text("Ready")


def test_an_order_is_changed_with_the_keyboard_explained_and_rolled_back(
    page: Page, house: House, models: ModelServer
) -> None:
    routed(house, models, "small", "large")
    show(page, house, "/models/routing")
    who = page.get_by_role("region", name="Who would answer?").get_by_role("status")
    small_first = "A PLAN call now would go to small (local), then large (local), then the builtin rules."
    large_first = "A PLAN call now would go to large (local), then small (local), then the builtin rules."
    expect(who).to_contain_text(small_first)
    expect(who).to_contain_text("Tier standard: nothing about it looks hard.")
    page.get_by_label("What is said").fill("Please prove it")
    expect(who).to_contain_text("Tier heavy: the message has 'prove' in it.")

    up = page.get_by_role("group", name="Tier standard").get_by_role("button", name="Move large up")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(page.get_by_role("group", name="Tier standard").get_by_role("listitem")).to_contain_text(["large", "small"])
    draft = page.get_by_role("region", name="Not in force yet")
    expect(draft).to_contain_text("Tier standard: large, small (was small, large)")
    expect(who).to_contain_text(small_first)
    draft.get_by_role("button", name="Put in force").click()
    expect(who).to_contain_text(large_first)
    expect(draft).to_have_count(0)

    history = page.get_by_role("region", name="History")
    history.get_by_role("button", name="Roll back to version 1").click()
    expect(who).to_contain_text(small_first)
    done = history.get_by_role("status")
    expect(done).to_contain_text("Version 1 holds again, as version 3.")
    expect(done).to_contain_text("Tier standard: small, large (was large, small)")
    done.get_by_role("button", name="Undo: version 2 again").click()
    expect(who).to_contain_text(large_first)


def test_a_purpose_gets_a_list_of_its_own(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", "large")
    show(page, house, "/models/routing")
    page.get_by_label("PLAN calls").select_option("list")
    own = page.get_by_role("group", name="List for PLAN")
    own.get_by_label("Add to List for PLAN").select_option("builtin")
    own.get_by_role("button", name="Remove large from List for PLAN").click()
    page.get_by_role("button", name="Put in force").click()
    who = page.get_by_role("region", name="Who would answer?").get_by_role("status")
    expect(who).to_contain_text("A PLAN call now would go to the builtin rules.")
    with house.service.client() as client:
        assert client.get("/admin/routing").json()["routing"]["purposes"]["plan"]["models"] == ["builtin"]


def test_who_was_slower_is_told_and_sees_what_holds(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", "large")
    show(page, house, "/models/routing")
    tier = page.get_by_role("group", name="Tier standard")
    tier.get_by_role("button", name="Move large up").click()
    routed(house, models, "medium")
    page.get_by_role("button", name="Put in force").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Somebody changed the routing meanwhile: your change was not made.")
    expect(told).to_contain_text("Tier standard: large, small (was small, large)")
    expect(tier.get_by_role("listitem")).to_contain_text(["medium"])
    with house.service.client() as client:
        assert client.get("/admin/routing").json()["routing"]["tiers"]["standard"] == ["medium"]


def test_a_budget_of_nothing_lets_the_rules_answer(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", priced=True)
    show(page, house, "/models/spend")
    page.get_by_role("button", name="Add a budget").click()
    form = page.get_by_role("form", name="Add a budget")
    form.get_by_label("Dollars").fill("0")
    form.get_by_label("Purpose").select_option("chat")
    form.get_by_role("button", name="Add the budget").click()
    budget = page.get_by_role("listitem", name="CHAT calls, a month")
    expect(budget).to_contain_text("Nothing may be spent")

    said = say_hello(page, house)
    expect(said.get_by_role("button", name="the builtin rules")).to_be_visible()
    note = said.get_by_text("The builtin rules answered instead of small: the budget is spent.")
    expect(note).to_have_count(1)
    assert spoken(models) == []

    show(page, house, "/models/spend")
    budget.get_by_role("button", name="Change the budget").click()
    page.get_by_label("Dollars").fill("5")
    page.get_by_role("button", name="Set these limits").click()
    expect(budget.get_by_role("meter", name="Money")).to_have_attribute("aria-valuetext", re.compile(r"of \$5.00"))
    expect(say_hello(page, house)).to_contain_text(SAID)
    assert spoken(models) == ["small-model"]

    show(page, house, "/models/spend")
    budget.get_by_role("button", name="Remove the budget").click()
    budget.get_by_role("button", name="Remove", exact=True).click()
    expect(budget).to_have_count(0)
    expect(page.get_by_text("Nothing limits what calls may cost.")).to_be_visible()


def test_what_calls_cost_is_seen_by_model_and_by_call(page: Page, house: House, models: ModelServer) -> None:
    routed(house, models, "small", priced=True)
    show(page, house, "/models/spend")
    expect(page.get_by_text("No model was called in these days.")).to_be_visible()
    with house.service.client() as client:
        models.script.append(refuse(500))
        client.post("/admin/providers/local/test", json={}, timeout=20).raise_for_status()
    page.reload()
    spend = page.get_by_role("region", name="Spend")
    expect(spend.get_by_role("img", name=re.compile("^Cost by the day from"))).to_be_visible()
    row = spend.get_by_role("row", name=re.compile("^small-model"))
    expect(row).to_contain_text(re.compile(r"\$0\.0"))
    row.get_by_role("button", name="small-model").click()
    expect(spend.get_by_role("img", name=re.compile("small-model in ink$"))).to_be_visible()
    spend.get_by_role("button", name="By purpose").click()
    expect(spend.get_by_role("row", name=re.compile("^judge"))).to_be_visible()
    calls = page.get_by_role("region", name="Newest calls")
    calls.get_by_role("button", name=re.compile("for JUDGE")).click()
    tries = calls.get_by_role("list", name="Tries").get_by_role("listitem")
    expect(tries).to_contain_text(["server error", "answered"])


def test_a_budget_whose_answer_was_lost_is_added_once(page: Page, house: House) -> None:
    show(page, house, "/models/spend")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST" or lost:
            route.fallback()
            return
        lost.append(route.fetch().text())
        route.abort()

    page.route("**/admin/budgets", lose)
    page.get_by_role("button", name="Add a budget").click()
    form = page.get_by_role("form", name="Add a budget")
    form.get_by_label("Dollars").fill("5")
    form.get_by_role("button", name="Add the budget").click()
    expect(form.get_by_role("alert")).to_be_visible()
    form.get_by_role("button", name="Add the budget").click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("listitem", name="All calls, a month")).to_have_count(1)
    assert len(lost) == 1
