"""Who answers in a conversation that names somebody: over HTTP, by command line, and when that name is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.door.conftest import Run, Serve, Served
from tests.integration.routing.conftest import Configure, say
from tests.models import ModelServer, call_tool, hang, refuse
from tests.models import say as answer


@pytest.fixture
def client(serve: Serve, configure: Configure) -> Iterator[httpx.Client]:
    """The owner at a service whose routing asks ``small``, and has ``large``, too."""
    configure("small", "large", standard='["small"]')
    with serve().ready().client() as opened:
        yield opened


def opened(client: httpx.Client) -> str:
    return client.post("/v1/threads", json={}).raise_for_status().json()["id"]


def choose(client: httpx.Client, thread: str, model: str | None) -> dict[str, Any]:
    return client.patch(f"/v1/threads/{thread}", json={"model": model}).raise_for_status().json()


def messages(client: httpx.Client, thread: str, role: str) -> list[dict[str, Any]]:
    found = client.get(f"/v1/threads/{thread}/messages").json()["items"]
    return [each for each in found if each["role"] == role]


def switches(client: httpx.Client) -> list[str | None]:
    """Which models were chosen, as every open page is told."""
    events = client.get("/v1/events", params={"after": 0, "limit": 500}, headers={"Accept": "application/json"})
    return [each["data"]["model"] for each in events.json()["items"] if each["type"] == "thread.switched"]


def routed(client: httpx.Client) -> dict[str, Any]:
    return client.get("/admin/routing").json()["version"]["document"]


def test_a_conversation_is_answered_by_the_model_that_it_names(client: httpx.Client, models: ModelServer) -> None:
    thread = opened(client)
    assert client.get(f"/v1/threads/{thread}").json()["model"] is None
    assert say(client, "Tell me something.", thread)["data"]["name"] == "small"
    assert choose(client, thread, "large")["model"] == "large"
    message = say(client, "Tell me more.", thread)
    assert (message["data"]["name"], models.requests[-1].model) == ("large", "large")
    assert "instead_of" not in message["data"]
    models.script = [call_tool("list_modules", {})]
    assert say(client, "list my modules", thread)["data"]["name"] == "large"
    asked = len(models.requests)
    choose(client, thread, "builtin")
    assert say(client, "What can you do?", thread)["data"]["name"] == "builtin"
    assert len(models.requests) == asked
    choose(client, thread, None)
    assert say(client, "And now?", thread)["data"]["name"] == "small"
    assert switches(client) == ["large", "builtin", None]


def test_a_message_may_switch_its_conversation(client: httpx.Client) -> None:
    thread = opened(client)
    assert say(client, "Tell me something.", thread, model="large")["data"]["name"] == "large"
    assert client.get(f"/v1/threads/{thread}").json()["model"] == "large"
    assert say(client, "Tell me more.", thread)["data"]["name"] == "large"
    assert say(client, "And more.", thread, model="large")["data"]["name"] == "large"
    assert say(client, "And now?", thread, model=None)["data"]["name"] == "small"
    assert switches(client) == ["large", None]
    assert [each["data"]["model"] for each in messages(client, thread, "user")] == ["large", "large", "large", None]


def test_a_branch_goes_on_with_the_model_of_its_conversation(client: httpx.Client) -> None:
    thread = opened(client)
    first = say(client, "Tell me something.", thread, model="large")
    branch = client.post(f"/v1/threads/{thread}/branch", json={"message": first["id"]}).json()
    assert branch["model"] == "large"
    choose(client, thread, None)
    assert say(client, "Tell me more.", branch["id"])["data"]["name"] == "large"


def test_an_unknown_model_is_refused_with_those_that_there_are(client: httpx.Client) -> None:
    thread = opened(client)
    key = {"Idempotency-Key": "once"}
    for name in ("nobody", "", "tier:heavy", "x" * 5000):
        refused = client.patch(f"/v1/threads/{thread}", json={"model": name})
        unsaid = client.post(f"/v1/threads/{thread}/runs", json={"message": "Hello", "model": name}, headers=key)
        for answered in (refused, unsaid):
            assert (answered.status_code, answered.json()["code"]) == (422, "invalid_input")
            assert "small, large, builtin" in answered.json()["mend"]
            assert len(answered.json()["detail"]) < 200
    assert client.get(f"/v1/threads/{thread}").json()["model"] is None
    assert client.get(f"/v1/threads/{thread}/messages").json()["items"] == []
    # Corrected it is said, with the same key, which then stands for that choice.
    said = client.post(f"/v1/threads/{thread}/runs", json={"message": "Hello", "model": "large"}, headers=key)
    assert said.status_code == 202
    other = client.post(f"/v1/threads/{thread}/runs", json={"message": "Hello", "model": "small"}, headers=key)
    assert other.status_code == 422


def test_a_change_of_nothing_is_refused(client: httpx.Client) -> None:
    thread = opened(client)
    for body in ({}, {"title": None}, {"model": 1}):
        assert client.patch(f"/v1/threads/{thread}", json=body).status_code == 422
    both = client.patch(f"/v1/threads/{thread}", json={"title": "Talk", "model": "large"}).json()
    assert (both["title"], both["model"]) == ("Talk", "large")
    assert client.patch(f"/v1/threads/{thread}", json={"title": "Chat"}).json()["model"] == "large"
    assert client.patch("/v1/threads/nowhere", json={"model": "large"}).status_code == 404


def test_a_model_that_was_removed_leaves_it_to_the_routing_which_says_so(client: httpx.Client) -> None:
    thread = opened(client)
    choose(client, thread, "large")
    whole = routed(client)
    without = {**whole, "models": {"small": whole["models"]["small"]}}
    client.put("/admin/routing", json={"document": without}).raise_for_status()
    message = say(client, "Tell me something.", thread)
    assert message["data"]["name"] == "small"
    assert message["data"]["instead_of"] == "small answered instead of large: there is no such model."
    assert client.get(f"/v1/runs/{message['run']}").json()["state"] == "done"
    call, way = client.get("/admin/model-calls").json()["items"]
    assert (call["purpose"], way["purpose"]) == ("chat", "route")
    tried = [(each["model"], each["failure"]) for each in call["attempts"]]
    assert tried == [("large", "not_found"), ("small", None)]
    client.put("/admin/routing", json={"document": {}}).raise_for_status()
    alone = say(client, "What can you do?", thread)
    assert alone["data"]["instead_of"] == "The builtin rules answered instead of large: there is no such model."
    client.put("/admin/routing", json={"document": whole}).raise_for_status()
    back = say(client, "Tell me more.", thread)
    assert (back["data"]["name"], "instead_of" in back["data"]) == ("large", False)


def test_a_chosen_model_that_fails_leaves_the_rules_and_nobody_else(client: httpx.Client, models: ModelServer) -> None:
    thread = opened(client)
    document = {**routed(client), "purposes": {"chat": {"models": ["small"]}}}
    client.put("/admin/routing", json={"document": document}).raise_for_status()
    models.script = [refuse(401)]
    message = say(client, "What can you do?", thread, model="large")
    assert message["data"]["name"] == "builtin"
    assert "The builtin rules answered instead of large: its key was refused or is missing." in message["text"]
    assert [asked.model for asked in models.requests] == ["large"]
    client.post("/admin/budgets", json={"period": "day", "tokens": 0}).raise_for_status()
    spent = say(client, "What can you do?", thread)
    assert spent["data"]["instead_of"].endswith("instead of large: the budget is spent.")


def test_whoever_is_asked_again_and_answers_stood_in_for_nobody(client: httpx.Client, models: ModelServer) -> None:
    models.script = [refuse(500), answer("There you are.")]
    data = say(client, "Tell me something.", model="large")["data"]
    assert (data["name"], "instead_of" in data) == ("large", False)


def test_a_message_keeps_the_model_that_was_chosen_when_it_was_said(client: httpx.Client, models: ModelServer) -> None:
    thread = opened(client)
    models.otherwise = lambda asked: hang() if asked.model == "small" else answer("Here it is.")
    path = f"/v1/threads/{thread}/runs"
    first = client.post(path, json={"message": "Tell me something.", "model": "small"}).json()
    queued = client.post(path, json={"message": "Tell me more.", "model": "large"}).json()
    assert queued["state"] == "queued"
    choose(client, thread, "builtin")
    client.post(f"/v1/runs/{first['id']}/cancel").raise_for_status()
    assert say(client, "What can you do?", thread)["data"]["name"] == "builtin"
    names = {each["run"]: each["data"]["name"] for each in messages(client, thread, "assistant")}
    assert names[queued["id"]] == "large"


def test_the_choices_hold_no_secret(client: httpx.Client, models: ModelServer) -> None:
    document = routed(client)
    document["providers"]["vault"] = {"kind": "openai", "credential": "vault-key"}
    document["models"]["mini"] = {"provider": "vault", "model": "gpt-5-mini"}
    document["tiers"] = {"standard": ["mini", "small"]}
    client.put("/admin/routing", json={"document": document}).raise_for_status()
    found = client.get("/v1/model-choices").raise_for_status()
    choices = found.json()
    assert choices["routed"] == "small", "the provider of mini misses its key"
    locked = {each["name"]: each["locked"] for each in choices["items"]}
    assert locked == {"small": False, "large": False, "mini": True, "builtin": False}
    mini = next(each for each in choices["items"] if each["name"] == "mini")
    assert (mini["model"], mini["provider"], mini["title"]) == ("gpt-5-mini", "vault", "OpenAI")
    assert "vault-key" not in found.text
    assert str(models.port) not in found.text
    client.put("/admin/routing", json={"document": {}}).raise_for_status()
    assert client.get("/v1/model-choices").json()["routed"] == "builtin"


def test_the_explanation_names_who_would_really_answer(client: httpx.Client) -> None:
    document = routed(client)
    document["providers"]["vault"] = {"kind": "openai", "credential": "vault"}
    document["models"]["mini"] = {"provider": "vault", "model": "gpt-5-mini"}
    document["tiers"] = {"standard": ["mini", "small"]}
    client.put("/admin/routing", json={"document": document}).raise_for_status()

    def told() -> tuple[list[tuple[str, bool]], str]:
        found = client.post("/admin/routing/explain", json={"purpose": "plan"}).json()
        return [(each["name"], each["locked"]) for each in found["models"]], found["answers"]

    assert told() == ([("mini", True), ("small", False), ("builtin", False)], "small")
    client.post("/admin/providers/vault/unlock", json={"value": "sk-secret-of-ours"}).raise_for_status()
    assert told() == ([("mini", False), ("small", False), ("builtin", False)], "mini")


def test_the_command_line_names_a_model(configure: Configure, nexus: Run, models: ModelServer) -> None:
    configure("small", "large", standard='["small"]')
    models.otherwise = lambda asked: answer(f"It is {asked.model} that speaks.")

    def told(*more: str) -> str:
        ran = nexus("ask", "Tell me something.", "--json", *more)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)["run"]["output"]["reply"]["text"]

    assert "large" in told("--model", "large")
    assert "large" in told("--thread", "last"), "the conversation keeps it"
    assert "small" in told("--thread", "last", "--model", "-")
    told("--model", "builtin")
    assert [asked.model for asked in models.requests] == ["large", "large", "small"]
    refused = nexus("ask", "Tell me something.", "--model", "nobody")
    assert refused.returncode == 1
    assert "There is no model 'nobody'." in refused.stderr
    assert "small, large, builtin" in refused.stderr
    told("--thread", "last")
    assert [asked.model for asked in models.requests] == ["large", "large", "small"], "no empty conversation is left"


def test_the_choice_is_kept_over_a_restart(serve: Serve, configure: Configure, models: ModelServer) -> None:
    configure("small", "large", standard='["small"]')
    first: Served = serve().ready()
    with first.client() as client:
        thread = opened(client)
        choose(client, thread, "large")
    assert first.stop() == 0
    with serve().ready().client() as client:
        assert say(client, "Tell me something.", thread)["data"]["name"] == "large"
