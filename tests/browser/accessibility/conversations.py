"""Conversations, from what is typed to the answered card."""

from __future__ import annotations

import json

from playwright.sync_api import Route, expect

from tests.browser.accessibility.looking import Look
from tests.browser.conftest import House, graph
from tests.verify.page import ROOT

WEATHER = (ROOT / "examples" / "weather.openapi.yaml").read_text()
ASKS = "Forecast for latitude 52.52 and longitude 13.41"
RICH = """## What it takes

A [link](https://example.com), `code`, and **weight**:

```python
async def run(ctx, arguments):
    \"\"\"A line that is longer than a phone is wide, so that the code has to be scrolled by itself.\"\"\"
    return await ctx.http.get("/v1/forecast", params={"latitude": 52.52})  # degrees
```

```json
{"latitude": 52.52, "daily": ["temperature_2m_max"], "past": false}
```

| place | latitude | longitude | elevation | timezone | what it is known for |
| --- | --- | --- | --- | --- | --- |
| Berlin | 52.52 | 13.41 | 38 m | Europe/Berlin | being where examples are |

> What somebody said.

1. first
2. second
"""


def composed(look: Look) -> None:
    look.show("/threads")
    look.page.get_by_label("Message").fill(f"Build a module from this\n\n{WEATHER}")
    look.page.locator("input[type=file]").set_input_files(
        {"name": "weather.openapi.yaml", "mimeType": "application/yaml", "buffer": WEATHER.encode()}
    )
    look.at("a pasted description and a file", look.page.get_by_role("button", name="Leave out weather.openapi.yaml"))


def under_way(look: Look, house: House) -> None:
    """A build that goes on, in its conversation and as a run."""
    page = look.page
    look.show("/threads")
    with house.sandbox_held():
        page.get_by_role("button", name="Build a weather module").click()
        watched = page.get_by_role("link", name="Watch the run")
        look.at("a turn under way", watched.filter(has_text="prove"))
        watched.click()
        look.at("a run under way", graph(page, "prove: running"))
    page.go_back()


def card(look: Look) -> None:
    page = look.page
    reject = page.get_by_role("button", name="Reject: Install Weather")
    look.at("a conversation with a card", reject)
    reject.click()
    look.at("a rejection", page.get_by_label("Why not?"))
    look.show("/approvals")
    look.at("approvals with an open card", reject)


def approved(look: Look, upstream: str) -> None:
    """The one open card, with its addresses set."""
    page = look.page
    look.show("/approvals")
    weather = page.get_by_role("article", name="Install Weather")
    for field in weather.get_by_role("textbox").all():
        field.fill(upstream)
    look.at("a card with addresses typed", weather.get_by_role("button", name="Set this"))
    weather.get_by_role("button", name="Set this").click()
    look.at("a card with addresses set", weather.get_by_text(f"really at {upstream}").first)
    weather.get_by_role("button", name="Approve").click()
    look.at("an approved card", weather.get_by_text("Approved"))


def answers(look: Look) -> None:
    """A tool that is called, and what it came to, opened."""
    page = look.page
    look.show("/threads")
    page.get_by_label("Message").fill(ASKS)
    page.keyboard.press("Enter")
    call = page.locator("summary", has_text="weather__get_forecast")
    look.at("a tool call", call)
    call.click()
    page.get_by_text("Why, and how it was checked").click()
    look.at("a tool call, opened", page.get_by_label("Result"), page.get_by_role("link", name="Watch the run"))


def threads(look: Look) -> None:
    """What is done to the conversation that is open."""
    page = look.page
    page.get_by_role("button", name="Rename").click()
    look.at("a conversation renamed", page.get_by_label("Title"))
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Delete…").click()
    look.at("a conversation about to be deleted", page.get_by_text("For good?"))
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Edit and resend").click()
    look.at("a message edited", page.get_by_text("This goes into a new conversation"))
    page.get_by_role("button", name="Back").click()


def code(look: Look) -> None:
    """An answer with all that Markdown has, as a model may give it."""
    page = look.page
    page.route("**/v1/threads/*/messages*", _rich)
    page.reload()
    expect(page.locator("[class^=hljs]").first).to_be_attached()
    look.at("an answer with code", page.get_by_role("table"))
    page.unroute("**/v1/threads/*/messages*")


def _rich(route: Route) -> None:
    answer = route.fetch()
    held = answer.json()
    for each in held["items"]:
        if each["role"] == "assistant":
            each["text"] = RICH
            each["data"]["fields"] = None
    route.fulfill(response=answer, body=json.dumps(held))


def answered(look: Look, house: House) -> None:
    """Several open cards, and cards of all ends."""
    house.ask(WEATHER.replace("Unit of wind speeds.", "The unit of wind."))
    house.ask(WEATHER.replace("Unit of wind speeds.", "Wind's unit."))
    look.show("/approvals")
    look.at("approvals with several cards", look.page.get_by_role("button", name="Approve: Install Weather").first)
    with house.service.client() as client:
        for card in client.get("/v1/approvals", params={"state": "pending"}).json()["items"]:
            body = {"answer": "reject", "payload_hash": card["payload_hash"], "reason": "Not today"}
            client.post(f"/v1/approvals/{card['id']}", json=body).raise_for_status()
    look.show("/approvals")
    look.at("answered approvals", *(look.page.get_by_text(end).first for end in ("Approved", "Rejected")))
