"""kill -9 around a call of a language model: what is finished is never paid for again."""

from __future__ import annotations

import pytest

from tests.models import ModelServer, call_tool, say
from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.test_killed_turn import say_and_die

pytestmark = pytest.mark.timeout(300)


def with_a_model(service: Service, models: ModelServer) -> Person:
    """The owner of a service whose nexus.toml names one model."""
    (service.data_dir.parent / "nexus.toml").write_text(
        f'[llm.providers.local]\nkind = "compatible"\nbase_url = "{models.openai_base}"\n'
        '[llm.models.small]\nprovider = "local"\nmodel = "small"\n[llm.tiers]\nstandard = ["small"]\n'
    )
    me = Person(service.start().ready())
    me.open_thread()
    service.kill()
    return me


@pytest.mark.parametrize(("when", "paid"), [("after", 1), ("before", 2)])
def test_an_answer_that_was_recorded_is_not_asked_for_again(
    serve, threaded_models: ModelServer, when: str, paid: int
) -> None:
    service = serve()
    me = with_a_model(service, threaded_models)
    threaded_models.script = [say("First answer."), say("Second answer.")]
    service.start(TEST_KILL=f"{when} model.called companion").ready()
    say_and_die(me, "Tell me something, would you?")
    service.start().ready()
    (run,) = service.get("/v1/runs", kind="turn")["items"]
    assert me.ended(run["id"])["state"] == "done"
    assert (len(threaded_models.ways), len(threaded_models.requests)) == (1, paid)
    _, reply = me.messages()
    assert reply["text"] == ("First answer. [CONVERSATION]" if paid == 1 else "Second answer. [CONVERSATION]")
    calls = service.get("/admin/model-calls")["items"]
    assert {(call["run"], call["failure"]) for call in calls} == {(run["id"], None)}
    assert [call["purpose"] for call in calls] == ["chat"] * paid + ["route"]


def test_a_plan_that_was_recorded_is_not_made_again(serve, threaded_models: ModelServer) -> None:
    service = serve()
    me = with_a_model(service, threaded_models)
    threaded_models.script = [call_tool("list_modules", {})]
    service.start(TEST_KILL="after model.called structure").ready()
    say_and_die(me, "list my modules")
    service.start().ready()
    (run,) = service.get("/v1/runs", kind="turn")["items"]
    assert me.ended(run["id"])["state"] == "done"
    assert len(threaded_models.requests) == 1
    assert me.messages()[-1]["data"]["model"] == "small"
