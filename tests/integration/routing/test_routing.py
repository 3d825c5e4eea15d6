"""The routing while the service runs: from the file and by HTTP, in versions, and what a turn makes of it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx

from tests.integration.door.conftest import Serve, Served
from tests.integration.routing.conftest import Configure, say
from tests.models import ModelServer, call, call_tool, call_tools, refuse, structured
from tests.models import say as answer

PATIENCE = 20


def routing(client: httpx.Client) -> dict[str, Any]:
    return client.get("/admin/routing").raise_for_status().json()


def until(client: httpx.Client, holds: Any) -> dict[str, Any]:
    """The routing, once ``holds`` of it: the file is looked at each second, and nobody tells when."""
    end = time.monotonic() + PATIENCE
    while not holds(found := routing(client)):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def test_a_turn_is_answered_by_the_model_and_says_by_which(
    house: tuple[Served, httpx.Client], models: ModelServer
) -> None:
    _, client = house
    models.script = [answer("Bern lies on the Aare.", usage=(30, 6))]
    message = say(client, "Tell me something about Bern.")
    assert message["text"] == "Bern lies on the Aare. [CONVERSATION]"
    assert (message["data"]["provider"], message["data"]["model"]) == ("local", "small")
    sent = models.requests[0].body
    assert sent["stream"] is True
    assert sent["messages"][0]["role"] == "system"
    assert "companion of NEXUS" in sent["messages"][0]["content"]
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert ">>>\n\nTell me something about Bern.\n\n[Sent at 20" in sent["messages"][-1]["content"]
    assert "tools" not in sent
    talk, way = client.get("/admin/model-calls").json()["items"]
    assert (talk["purpose"], talk["run"], talk["input_tokens"]) == ("chat", message["run"], 30)
    assert (way["purpose"], way["run"]) == ("route", message["run"])


def test_the_operator_plans_with_the_model_under_the_same_decisions(
    house: tuple[Served, httpx.Client], models: ModelServer
) -> None:
    _, client = house
    models.script = [call_tool("list_modules", {})]
    message = say(client, "list my modules")
    assert message["data"]["mode"] == "operator"
    assert message["data"]["model"] == "small"
    assert message["data"]["tool_calls"][0]["name"] == "list_modules"
    assert {tool["function"]["name"] for tool in models.requests[0].body["tools"]} >= {"build_module", "list_modules"}
    models.script = [answer("Which of the two do you mean?")]
    asked = say(client, "list my modules")
    assert "Which of the two do you mean?" in asked["text"]
    assert asked["data"]["tool_calls"] == []


def test_what_a_models_call_lacks_is_asked_for_and_more_than_one_call_is_left_for_later(
    house: tuple[Served, httpx.Client], models: ModelServer
) -> None:
    _, client = house
    models.script = [call_tool("install_module", {})]
    asked = say(client, "list my modules")
    assert asked["data"]["question"]["missing"] == "draft"
    assert asked["text"].startswith("Which `draft` shall I use")
    assert asked["data"]["tool_calls"] == []
    models.script = [call_tools(call("list_modules", {}), call("install_module", {"draft": "any"}))]
    done = say(client, "list my modules")
    assert [each["name"] for each in done["data"]["tool_calls"]] == ["list_modules"]
    assert "left for your next message: install_module." in done["text"]
    models.script = [call_tool("delete_everything", {})] * 2
    refused = say(client, "list my modules")
    assert refused["data"]["provider"] == "builtin"
    assert "answered instead of small" in refused["data"]["instead_of"]


def test_a_message_that_the_rules_do_not_understand_goes_the_way_that_the_model_says(
    house: tuple[Served, httpx.Client], models: ModelServer
) -> None:
    _, client = house
    models.way = structured({"mode": "operator", "reason": "It wants to see something."})
    models.script = [call_tool("list_modules", {})]
    done = say(client, "Anything here by now?")
    assert (done["data"]["mode"], done["data"]["mode_reason"]) == ("operator", "It wants to see something.")
    assert done["data"]["tool_calls"][0]["name"] == "list_modules"
    (way,) = models.ways
    assert "tools" not in way.body
    assert "list_modules: List the installed modules." in way.body["messages"][-1]["content"]
    models.way = refuse(400)
    assert say(client, "Anything here by now?")["data"]["mode"] == "companion"
    models.way = structured({"mode": "both", "reason": ""})
    assert say(client, "Anything here by now?")["data"]["mode"] == "companion"
    asked = len(models.ways)
    assert say(client, "list my modules")["data"]["mode"] == "operator"
    document = {**routing(client)["routing"], "purposes": {"route": {"models": ["builtin"]}}}
    client.put("/admin/routing", json={"document": document}).raise_for_status()
    assert say(client, "Anything here by now?")["data"]["mode"] == "companion"
    assert len(models.ways) == asked


def test_what_was_done_before_is_told_to_the_model_as_calls_with_their_results(
    house: tuple[Served, httpx.Client], models: ModelServer
) -> None:
    _, client = house
    models.script = [call_tool("list_modules", {})]
    thread = client.post("/v1/threads", json={}).raise_for_status().json()["id"]
    say(client, "list my modules", thread)
    models.script = [answer("There are none.")]
    assert say(client, "Which of them do I need?", thread)["text"] == "There are none. [CONVERSATION]"
    models.script = [call_tool("list_modules", {})]
    assert say(client, "list my modules", thread)["data"]["provider"] == "local"
    talked, planned = models.requests[-2].body["messages"], models.requests[-1].body["messages"]
    assert [message["role"] for message in talked] == ["system", "user", "assistant", "user"]
    assert '{"tool": "list_modules", "arguments": {}}' in talked[2]["content"]
    assert "Which of them do I need?\n\n[Sent at" in talked[3]["content"]
    assert [message["role"] for message in planned] == [
        "system", "user", "assistant", "tool", "user", "assistant", "user"
    ]  # fmt: skip
    assert planned[3]["tool_call_id"] == planned[2]["tool_calls"][0]["id"]
    assert "No module is installed" in planned[3]["content"]
    assert "SITUATION" not in planned[3]["content"]
    assert planned[5]["content"] == "There are none."


def test_a_model_that_fails_leaves_the_rules_which_say_so(
    house: tuple[Served, httpx.Client], models: ModelServer
) -> None:
    _, client = house
    models.script = [refuse(401)]
    message = say(client, "What can you do?")
    assert message["data"]["provider"] == "builtin"
    assert "answered instead of small: its key was refused or is missing." in message["text"]


def test_a_spent_budget_leaves_the_rules_which_say_so(house: tuple[Served, httpx.Client], models: ModelServer) -> None:
    _, client = house
    made = client.post("/admin/budgets", json={"period": "day", "tokens": 0})
    assert made.status_code == 201
    message = say(client, "What can you do?")
    assert message["data"]["instead_of"].endswith("the budget is spent.")
    assert models.requests == []
    client.delete(f"/admin/budgets/{made.json()['id']}").raise_for_status()
    assert say(client, "What can you do?")["data"]["provider"] == "local"


def test_the_file_is_taken_while_the_service_runs_and_a_broken_one_changes_nothing(
    house: tuple[Served, httpx.Client], configure: Configure, models: ModelServer
) -> None:
    served, client = house
    first = routing(client)["version"]
    assert (first["version"], first["source"]) == (1, "nexus.toml")
    configure("small", "large", standard='["large"]')
    assert until(client, lambda found: found["version"]["version"] == 2)["routing"]["tiers"] == {"standard": ["large"]}
    say(client, "Hello there, friend.")
    assert models.requests[-1].model == "large"
    configure("small", standard='["nobody"]')
    broken = until(client, lambda found: found["problem"])
    assert "names the model 'nobody'" in broken["problem"]
    assert broken["version"]["version"] == 2
    probe = next(each for each in client.get("/admin/check").json()["probes"] if each["name"] == "models")
    assert not probe["ok"]
    served.data_dir.parent.joinpath("nexus.toml").write_text("[llm")
    until(client, lambda found: "cannot be read" in (found["problem"] or ""))
    configure("small")
    assert until(client, lambda found: found["problem"] is None)["version"]["version"] == 3


def test_versions_are_kept_and_come_back(house: tuple[Served, httpx.Client], serve: Serve) -> None:
    served, client = house
    document = routing(client)["version"]["document"]
    changed = {**document, "deadline_seconds": 7.0}
    made = client.put("/admin/routing", json={"document": changed, "after": 1}).raise_for_status().json()
    assert (made["version"], made["source"]) == (2, "http")
    assert routing(client)["routing"]["deadline_seconds"] == 7.0
    late = client.put("/admin/routing", json={"document": document, "after": 1})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert routing(client)["routing"]["deadline_seconds"] == 7.0
    bad = client.put("/admin/routing", json={"document": {"tiers": {"heavy": ["tier:heavy"]}}})
    assert bad.status_code == 422
    assert "cannot contain itself" in bad.json()["detail"]
    back = client.post("/admin/routing/rollback/1").raise_for_status().json()
    assert (back["version"], back["source"], back["document"]) == (3, "rollback", document)
    assert client.post("/admin/routing/rollback/99").status_code == 404
    assert [each["version"] for each in client.get("/admin/routing/history").json()["items"]] == [3, 2, 1]
    assert served.stop() == 0
    with serve().ready().client() as again:
        assert routing(again)["version"]["version"] == 3


def test_a_call_that_is_only_thought_of_is_explained(house: tuple[Served, httpx.Client], models: ModelServer) -> None:
    _, client = house
    told = client.post("/admin/routing/explain", json={"purpose": "plan", "text": "Compare them."}).json()
    assert told["tier"] == "heavy"
    assert [model["name"] for model in told["models"]] == ["small", "builtin"]
    assert client.post("/admin/routing/explain", json={"purpose": "dream"}).status_code == 422
    assert models.requests == []


def test_a_provider_is_unlocked_tested_and_locked(house: tuple[Served, httpx.Client], models: ModelServer) -> None:
    _, client = house
    document = routing(client)["version"]["document"]
    document["providers"]["local"]["credential"] = "local-key"
    client.put("/admin/routing", json={"document": document}).raise_for_status()
    (listed,) = client.get("/admin/providers").json()["items"]
    assert listed["missing"] == ["The key 'local-key' is not stored: nexus credentials set local-key"]
    failed = client.post("/admin/providers/local/test", json={}).json()
    assert not failed["ok"]
    assert "nexus credentials set local-key" in failed["mend"]
    assert client.post("/admin/providers/local/unlock", json={}).status_code == 422
    client.post("/admin/providers/local/unlock", json={"value": "sk-secret-of-ours"}).raise_for_status()
    assert client.get("/admin/providers").json()["items"][0]["missing"] == []
    models.script = [answer("ready")]
    tested = client.post("/admin/providers/local/test", json={}).json()
    assert (tested["ok"], tested["model"], tested["detail"]) == (True, "small", "ready")
    assert models.requests[-1].key == "sk-secret-of-ours"
    client.post("/admin/providers/local/lock").raise_for_status()
    assert client.get("/admin/providers").json()["items"][0]["missing"]
    assert client.post("/admin/providers/nobody/test", json={}).status_code == 404


def test_a_key_in_the_environment_is_offered_and_not_used(serve: Serve, models: ModelServer) -> None:
    served = serve(OPENAI_API_KEY="sk-found-in-the-environment").ready()
    with served.client() as client:
        offers = client.get("/admin/providers").json()["offers"]
        assert [(offer["kind"], offer["variable"]) for offer in offers] == [("openai", "OPENAI_API_KEY")]
        assert say(client, "What can you do?")["data"]["provider"] == "builtin"
        document = {
            "providers": {"openai": {"kind": "openai", "credential": "openai", "base_url": models.openai_base}},
            "models": {"mini": {"provider": "openai", "model": "gpt-5-mini"}},
            "tiers": {"standard": ["mini"]},
        }
        client.put("/admin/routing", json={"document": document}).raise_for_status()
        client.post("/admin/providers/openai/unlock", json={}).raise_for_status()
        assert say(client, "Tell me something.")["data"]["model"] == "gpt-5-mini"
    assert models.requests[0].key == "sk-found-in-the-environment"


def test_a_routing_that_is_not_right_keeps_the_service_from_starting(serve: Serve, configure: Configure) -> None:
    configure("small", standard='["nobody"]')
    served = serve()
    said = served.output.read()
    assert served.process.wait() != 0
    assert "names the model 'nobody'" in said
    assert "Traceback" not in said


def test_the_service_never_imports_litellm(house: tuple[Served, httpx.Client], models: ModelServer) -> None:
    served, client = house
    say(client, "Tell me something.")
    assert models.requests
    maps = Path(f"/proc/{served.process.pid}/maps").read_text()
    assert "tiktoken" in maps
    assert "/tokenizers/" not in maps
    assert "aiohttp" not in maps
