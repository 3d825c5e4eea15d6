"""Models: providers and their forms, the routing while it is changed, spend and budgets, and who answered."""

from __future__ import annotations

from tests.browser.accessibility.looking import Look, unfold
from tests.browser.conftest import House
from tests.models.threaded import served

PRICED = {"provider": "local", "input_price": "2.5", "output_price": "10"}


def nothing_yet(look: Look) -> None:
    page = look.page
    look.show("/models")
    page.get_by_role("button", name="Add a provider").click()
    look.at("a provider's form", page.get_by_role("form", name="Add a provider"))
    look.show("/models/routing")
    look.at("a routing of nothing", page.get_by_text("would go to the builtin rules"))
    look.show("/models/spend")
    page.get_by_role("button", name="Add a budget").click()
    look.at("a budget's form", page.get_by_role("form", name="Add a budget"))


def configured(look: Look, house: House) -> None:
    """A provider that answers and one that is locked, until nothing is configured again."""
    with served() as models, house.service.client() as client:
        local = {"kind": "compatible", "base_url": models.openai_base}
        document = {
            "providers": {"local": local, "cloud": {"kind": "openai", "credential": "openai"}},
            "models": {"small": {**PRICED, "model": "a"}, "a-model-with-quite-a-long-name": {**PRICED, "model": "b"}},
            "tiers": {"standard": ["small", "a-model-with-quite-a-long-name"]},
            "purposes": {"plan": {"models": ["small", "tier:heavy", "builtin"]}},
        }
        client.put("/admin/routing", json={"document": document}).raise_for_status()
        providers(look)
        client.post("/admin/budgets", json={"period": "month", "usd": "0", "tokens": 100}).raise_for_status()
        routing(look)
        spend(look)
        say_hello(look)
        for budget in client.get("/admin/budgets").json()["items"]:
            client.delete(f"/admin/budgets/{budget['id']}").raise_for_status()
        client.put("/admin/routing", json={"document": {}}).raise_for_status()


def providers(look: Look) -> None:
    page = look.page
    look.show("/models")
    page.get_by_role("button", name="Add a model of cloud").click()
    page.get_by_role("button", name="Remove small").click()
    page.get_by_role("button", name="Test local").click()
    look.at("providers", page.get_by_role("article", name="local").get_by_text("small answered"))


def routing(look: Look) -> None:
    page = look.page
    look.show("/models/routing")
    page.get_by_role("button", name="Move small down").first.click()
    unfold(page.get_by_role("region", name="Routing"))
    look.at("a routing that is changed", page.get_by_role("region", name="Not in force yet"))
    page.get_by_role("button", name="Put in force").click()
    page.get_by_role("button", name="Roll back to version 1").click()
    look.at("a routing rolled back", page.get_by_text("Version 1 holds again"))


def spend(look: Look) -> None:
    page = look.page
    look.show("/models/spend")
    page.get_by_role("button", name="Change the budget").click()
    page.get_by_role("row", name="a 1").get_by_role("button", name="a", exact=True).click()
    page.get_by_role("button", name="for JUDGE").click()
    unfold(page.get_by_role("region", name="Spend"))
    look.at("a budget of nothing", page.get_by_text("Nothing may be spent", exact=True))


def say_hello(look: Look) -> None:
    page = look.page
    look.show("/threads")
    page.get_by_label("Message").fill("Hello")
    page.get_by_role("button", name="Send", exact=True).click()
    look.at("an answer of another model", page.get_by_text("answered instead of"))
    page.get_by_role("button", name="the builtin rules").click()
    look.at("who could answer", page.get_by_role("menuitemradio", name="Builtin rules"))
    page.keyboard.press("Escape")
