"""What routes really answer is what their described schemas say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.api.answers import ANSWERS
from tests.installing import approve, card_of
from tests.models.threaded import served
from tests.verify.service import running_service

# These answer with a row that another operation's answer shows as well.
WRITTEN = {"branch", "cancel", "resume", "answer", "validate", "promote"}
PLACE = {"latitude": 52.5, "longitude": 13.4, "current": ["temperature_2m"]}
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "weather.openapi.yaml"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One real answer of each kind, by operation id."""
    folder = tmp_path_factory.mktemp("answers")
    with served() as models, running_service(folder) as service, service.client() as client:

        def got(method: str, path: str, **sent: Any) -> Any:
            answer = client.request(method, path, timeout=30.0, **sent)
            answer.raise_for_status()
            return answer.json()

        thread = got("POST", "/v1/threads", json={"title": "Described"})
        place = f"/v1/threads/{thread['id']}"
        file = got("POST", "/v1/files", params={"name": EXAMPLE.name}, content=EXAMPLE.read_bytes())
        wish = {"message": "Build a module from this file", "attachments": [file["id"]], "stream": True}
        with client.stream("POST", f"{place}/runs", json=wish) as stream:
            stream.read()
        (approval,) = got("GET", "/v1/approvals")["items"]
        run = got("GET", "/v1/runs", params={"kind": "turn"})["items"][0]
        approve(client, approval)
        created = got(
            "POST", "/admin/drafts", json={"text": EXAMPLE.read_text().replace("Unit of wind", "The unit of wind")}
        )
        second = card_of(client, created["id"])
        draft = got("GET", "/admin/drafts")["items"][0]["id"]
        changed = got("GET", f"/admin/drafts/{draft}/diff")
        approve(client, second)
        module = "/v1/modules/weather"
        routing = got("PUT", "/admin/routing", json={"document": routing_to(models.openai_base), "after": 0})
        tested = got("POST", "/admin/providers/local/test", json={})
        budget = got("POST", "/admin/budgets", json={"period": "month", "usd": "5", "tokens": 1000})
        limits = {"usd": "6", "tokens": 2000}
        return {
            "me": got("GET", "/v1/me"),
            "upload": file,
            "open_thread": thread,
            "list_threads": got("GET", "/v1/threads"),
            "show_thread": got("GET", place),
            "change_thread": got("PATCH", place, json={"title": "Renamed"}),
            "list_messages": got("GET", f"{place}/messages"),
            "say": got("POST", f"{place}/runs", json={"message": "Hello"}),
            "list_runs": got("GET", "/v1/runs"),
            "show_run": got("GET", f"/v1/runs/{run['id']}"),
            "show_result": got("GET", f"/v1/runs/{run['id']}/results/execute@6"),
            "list_approvals": got("GET", "/v1/approvals"),
            "show_approval": got("GET", f"/v1/approvals/{approval['id']}"),
            "follow_events": got("GET", "/v1/events"),
            "follow_run": got("GET", f"/v1/runs/{run['id']}/events"),
            "create_draft": created,
            "diff_draft": changed,
            "list_modules": got("GET", "/v1/modules"),
            "show_module": got("GET", module),
            "show_operation": got("GET", f"{module}/operations/get_forecast"),
            # Nothing answers there: the envelope says so, and is whole.
            "call_operation": got("POST", f"{module}/operations/get_forecast", json={"arguments": PLACE}),
            "versions": got("GET", f"{module}/versions"),
            "show_version": got("GET", f"{module}/versions/2"),
            "list_files": got("GET", f"{module}/versions/2/files"),
            "diff_versions": got("GET", f"{module}/versions/2/diff", params={"against": 1}),
            "bind": got("PUT", "/admin/modules/weather/binding", json={"capabilities": ["http"]}),
            "roll_back": got("POST", "/admin/modules/weather/rollback", json={}),
            "install": got("POST", "/admin/modules/weather/install", json={"version": 2}),
            "sandbox": got("GET", "/admin/sandbox"),
            "get_routing": got("GET", "/admin/routing"),
            "put_routing": routing,
            "routing_history": got("GET", "/admin/routing/history"),
            "roll_back_routing": got("POST", "/admin/routing/rollback/1"),
            "explain_routing": got("POST", "/admin/routing/explain", json={"purpose": "plan", "text": "What now?"}),
            "list_choices": got("GET", "/v1/model-choices"),
            "list_providers": got("GET", "/admin/providers"),
            "test_provider": tested,
            "list_budgets": got("GET", "/admin/budgets"),
            "define_budget": budget,
            "change_budget": got("PUT", f"/admin/budgets/{budget['id']}", json=limits),
            "list_calls": (calls := got("GET", "/admin/model-calls")),
            "get_call": got("GET", f"/admin/model-calls/{calls['items'][0]['id']}"),
            "spent": got("GET", "/admin/model-calls/spend", params={"by": ["day", "purpose", "model"]}),
        }


def routing_to(address: str) -> dict[str, Any]:
    """A routing with one model, at ``address``."""
    return {
        "providers": {"local": {"kind": "compatible", "base_url": address}},
        "models": {"small": {"provider": "local", "model": "scripted"}},
        "tiers": {"standard": ["small"]},
        "purposes": {"judge": {"tier": "heavy"}},
        "fallback": {"timeout": {"tries": 2}},
    }


@pytest.mark.parametrize("operation", [name for name in ANSWERS if name not in WRITTEN])
def test_a_real_answer_is_as_described(answers: dict[str, Any], operation: str) -> None:
    model = ANSWERS[operation]
    model.model_validate(answers[operation])
    assert set(model.model_fields) <= set(answers[operation])
    assert answers[operation].get("items") != [], "an empty page shows nothing of its rows"
