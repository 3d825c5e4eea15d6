"""The story by HTTP alone, as README shows it with curl: what each answer carries, and what each refusal says."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from orchestrator.governance.decision import recompute
from tests.scenario.person import Person
from tests.scenario.record import check_record
from tests.scenario.service import EXAMPLES, Service
from tests.scenario.witness import Witness

WEATHER = (EXAMPLES / "weather.openapi.yaml").read_text()
PLACE = {"latitude": 52.5, "longitude": 13.4, "current": ["temperature_2m"]}
HOSTS = ["https://api.open-meteo.com:443", "https://geocoding-api.open-meteo.com:443"]


pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data_dir = tmp_path_factory.mktemp("story") / "data"
    service = Service(data_dir, plain=True).start().ready()
    yield service
    service.close()
    assert not service.complaints
    check_record(f"sqlite:///{data_dir / 'nexus.db'}")


@pytest.fixture(scope="module")
def demo(house: Service) -> Iterator[str]:
    with house.spawn("demo", "upstream", "--port", "0", "--json") as stand_in:
        assert stand_in.stdout is not None
        yield json.loads(stand_in.stdout.readline())["url"]
        stand_in.kill()


def curl(house: Service, *arguments: str) -> Any:
    """The JSON that curl prints: the service's clients are not only ours."""
    command = ["curl", "-sS", "--fail-with-body", "-H", f"Authorization: Bearer {house.key}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_the_story_with_curl(house: Service, demo: str) -> None:
    url, as_json = str(house.http.base_url), ("-H", "Content-Type: application/json")
    file = curl(house, "--data-binary", f"@{EXAMPLES / 'weather.openapi.yaml'}", f"{url}/v1/files?name=weather.yaml")
    assert file["sha256"] == hashlib.sha256(WEATHER.encode()).hexdigest()
    thread = curl(house, *as_json, "-d", "{}", f"{url}/v1/threads")["id"]
    wish = {"message": "build a module from the attached file", "attachments": [file["id"]]}
    run = curl(house, *as_json, "-d", json.dumps(wish), f"{url}/v1/threads/{thread}/runs")
    # The stream is read to its end by a client that knows nothing of events.
    stream = ["curl", "-sSN", "-H", f"Authorization: Bearer {house.key}", f"{url}/v1/runs/{run['id']}/events"]
    told = subprocess.run(stream, capture_output=True, text=True, timeout=60).stdout
    assert "event: tool.returned" in told
    assert told.rstrip().splitlines()[-1].startswith("data:")
    (card,) = curl(house, f"{url}/v1/approvals?state=pending")["items"]
    edit = {"binding": dict.fromkeys(HOSTS, demo)}
    body = {"answer": "edit", "payload_hash": card["payload_hash"], "edit": edit}
    edited = curl(house, *as_json, "-d", json.dumps(body), f"{url}/v1/approvals/{card['id']}")
    yes = {"answer": "approve", "payload_hash": edited["payload_hash"]}
    assert curl(house, *as_json, "-d", json.dumps(yes), f"{url}/v1/approvals/{card['id']}")["state"] == "approved"
    Person(house).ended(card["run"])
    call = curl(
        house, *as_json, "-d", json.dumps({"arguments": PLACE}), f"{url}/v1/modules/weather/operations/get_forecast"
    )
    assert isinstance(call["result"]["data"]["current"]["temperature_2m"], int | float)


def test_the_card_says_what_would_be_installed_and_an_answer_binds_to_it(house: Service, demo: str) -> None:
    me, witness = Person(house), Witness(house)
    run = me.say("build a module from the attached file", me.upload(WEATHER.replace("title: Weather", "title: Sky")))
    turn = me.ended(run["id"])
    (build,) = turn["output"]["runs"]
    card = me.card(build)
    payload, shown = card["payload"], card["shown"]
    assert (payload["module"], payload["hosts"], payload["capabilities"]) == ("sky", HOSTS, ["http"])
    draft = house.get(f"/admin/drafts/{house.get(f'/v1/runs/{build}')['steps'][1]['output']['draft']}")
    assert (payload["bundle_sha256"], payload["proof_hash"]) == (draft["bundle_sha256"], draft["proof_hash"])
    assert shown["tests"]["passed"] == shown["tests"]["cases"] > 0
    assert (payload["isolation"], shown["operations"], shown["writes"]) == ("kernel", 2, 0)
    assert [host["reachable"] for host in shown["reachability"]] == [False, False]
    assert sum("--bind" in note for note in shown["notes"]) == 2

    edited = me.bind(card, dict.fromkeys(HOSTS, demo))
    assert edited["payload_hash"] != card["payload_hash"]
    assert {name: value for name, value in edited["payload"].items() if name != "binding"} == {
        name: value for name, value in payload.items() if name != "binding"
    }
    assert witness.saw("decision.made", approval=card["id"])["data"]["payload_hash"] == edited["payload_hash"]
    old = me.answer(card, "approve")
    assert (old.status_code, old.json()["code"], old.json()["payload_hash"]) == (
        409,
        "conflict",
        edited["payload_hash"],
    )
    assert house.get(f"/v1/approvals/{card['id']}")["state"] == "pending"
    me.approve(edited)
    assert me.ended(build)["output"]["activation"]["payload_hash"] == edited["payload_hash"]
    attested = house.get("/v1/modules/sky")["attestation"]["statement"]
    assert (attested["payload_hash"], attested["approval"]) == (edited["payload_hash"], card["id"])
    stages = [event["data"]["stage"] for event in house.events(run=build) if event["type"] == "build.stage"]
    assert list(dict.fromkeys(stages)) == [
        *("read", "blueprint", "scaffold", "implement", "tests", "package"),
        *("validate", "compile", "prove", "validated"),
    ]
    assert witness.leave() == house.events()


def test_a_bundle_can_be_fetched_and_hashes_to_what_was_approved(house: Service) -> None:
    versions = house.get("/v1/modules/sky/versions")["items"]
    content = house.http.get(f"/v1/modules/sky/versions/{versions[0]['number']}/bundle").content
    assert hashlib.sha256(content).hexdigest() == versions[0]["bundle_sha256"]


def test_a_rolled_back_module_answers_with_its_old_hash(house: Service) -> None:
    me = Person(house)
    changed = WEATHER.replace("title: Weather", "title: Sky").replace("Unit of wind speeds.", "The wind's unit.")
    build = me.build(changed)["id"]
    old = house.get("/v1/modules/sky")["bundle_sha256"]
    me.settled(build)
    me.approve(me.card(build))
    new = me.ended(build)["output"]["bundle_sha256"]
    assert me.call("sky", "get_forecast", **PLACE)["result"]["bundle_sha256"] == new != old
    back = house.post("/admin/modules/sky/rollback", {})
    assert (back["version"], back["bundle_sha256"]) == (1, old)
    call = me.call("sky", "get_forecast", **PLACE)
    assert call["result"]["bundle_sha256"] == old
    returned = [event for event in house.events(run=call["run"]["id"]) if event["type"] == "tool.returned"]
    assert [event["data"]["bundle_sha256"] for event in returned] == [old]
    forward = house.post("/admin/modules/sky/install", {"version": 2})
    assert forward["bundle_sha256"] == new
    refused = house.http.post("/admin/modules/sky/rollback", json={"version": 9})
    assert refused.status_code == 404


def test_a_write_waits_with_its_arguments_and_an_edit_replaces_them(house: Service, demo: str) -> None:
    me = Person(house)
    me.install((EXAMPLES / "notes.openapi.yaml").read_text(), {"https://notes.example/v1": demo + "/v1"})
    call = {"arguments": {"body": {"text": "buy milk"}}}
    response = house.http.post("/v1/modules/notes/operations/create_note", json=call)
    assert (response.status_code, response.json()["run"]["state"]) == (202, "waiting")
    run = response.json()["run"]["id"]
    card = me.card(run)
    assert card["payload"]["arguments"] == call["arguments"]
    assert me.call("notes", "list_notes")["result"]["data"] == {"notes": []}
    for wrong in ({"arguments": {"body": {}}}, {"hosts": []}, {"arguments": []}, {}):
        refused = me.answer(card, "edit", edit=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input"), wrong
    edited = me.answer(card, "edit", edit={"arguments": {"body": {"text": "buy bread"}}}).json()
    assert me.answer(card, "approve").status_code == 409
    me.approve(edited)
    assert me.ended(run)["output"]["ok"]
    (note,) = me.call("notes", "list_notes")["result"]["data"]["notes"]
    assert note["text"] == "buy bread"
    # The same change again is a new question.
    assert house.http.post("/v1/modules/notes/operations/create_note", json=call).status_code == 202


def test_every_decision_of_every_run_is_the_same_when_it_is_computed_again(house: Service) -> None:
    runs = house.get("/v1/runs", limit=200)["items"]
    decisions = [each for run in runs for each in house.get(f"/v1/runs/{run['id']}")["decisions"]]
    assert {each["decision"]["state"] for each in decisions} >= {"ACTION_READY", "NEEDS_CONFIRM"}
    for each in decisions:
        assert recompute(each["inputs"]).model_dump(mode="json") == each["decision"]
    tampered = json.loads(json.dumps(decisions[0]["inputs"]))
    tampered["context"]["role"] = "viewer"
    assert recompute(tampered).hash != decisions[0]["decision"]["hash"]


def test_a_program_may_stream_its_turn(house: Service) -> None:
    me = Person(house)
    body = {"message": "hello", "stream": True}
    with house.http.stream("POST", f"/v1/threads/{me.open_thread()}/runs", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[5:]) for line in response.iter_lines() if line.startswith("data:")]
    assert [event["id"] for event in events] == sorted({event["id"] for event in events})
    assert events[-1]["type"] == "run.finished"
    said = "".join(event["data"]["text"] for event in events if event["type"] == "message.delta")
    assert me.messages()[-1]["text"].startswith(said)


def test_what_only_a_key_may_do_is_done_by_nobody_else(house: Service) -> None:
    stranger = httpx.Client(base_url=house.http.base_url, trust_env=False)
    for method, path in (("GET", "/v1/approvals"), ("POST", "/admin/drafts"), ("POST", "/v1/files")):
        assert stranger.request(method, path).status_code == 401
