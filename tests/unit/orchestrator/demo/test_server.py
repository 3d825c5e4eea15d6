"""The stand-in answers as the examples describe, and says that it is one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from modules.broker.address import parse_url
from orchestrator.demo.notes import MOST_NOTES
from orchestrator.demo.server import demo_app
from orchestrator.streaming_transport import StreamingASGITransport

NOW = datetime(2025, 7, 1, 10, 7, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[4] / "examples"
PLACE = {"latitude": "52.52", "longitude": "13.41"}


@pytest.fixture
async def demo():
    transport = StreamingASGITransport(demo_app(lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://demo.invalid") as client:
        yield client


def description(name: str) -> dict[str, Any]:
    return yaml.safe_load((EXAMPLES / f"{name}.openapi.yaml").read_text(encoding="utf-8"))


def check(document: dict[str, Any], schema: str, value: Any) -> None:
    """``value`` against a schema of the description."""
    root = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    Draft202012Validator(root).validate(value)


def variables(document: dict[str, Any], kind: str) -> str:
    return ",".join(document["components"]["schemas"][f"{kind.capitalize()}Variable"]["enum"])


async def test_every_described_variable_has_a_forecast(demo) -> None:
    document = description("weather")
    query = {kind: variables(document, kind) for kind in ("current", "hourly", "daily")}
    answer = (await demo.get("/v1/forecast", params={**PLACE, **query, "timezone": "auto"})).json()

    check(document, "Forecast", answer)
    for kind in ("hourly", "daily"):
        assert set(answer[kind]) == {"time", *query[kind].split(",")}
        assert {len(values) for values in answer[kind].values()} == {168 if kind == "hourly" else 7}
    assert set(answer["current"]) == {"time", "interval", *query["current"].split(",")}
    assert answer["timezone"] == "Europe/Berlin"
    assert answer["current"]["time"] == "2025-07-01T12:00"
    assert answer["daily"]["time"][0] == "2025-07-01"


async def test_the_same_question_has_the_same_answer(demo) -> None:
    first, second = [
        (await demo.get("/v1/forecast", params={**PLACE, "current": "temperature_2m"})).json() for _ in "ab"
    ]

    assert first == second


async def test_units_are_what_was_asked_for(demo) -> None:
    async def temperature(unit: str) -> tuple[float, str]:
        query = {**PLACE, "current": "temperature_2m", "temperature_unit": unit}
        answer = (await demo.get("/v1/forecast", params=query)).json()
        return answer["current"]["temperature_2m"], answer["current_units"]["temperature_2m"]

    celsius, fahrenheit = await temperature("celsius"), await temperature("fahrenheit")
    assert (celsius[1], fahrenheit[1]) == ("°C", "°F")
    assert fahrenheit[0] == pytest.approx(celsius[0] * 1.8 + 32, abs=0.2)


@pytest.mark.parametrize("latitude", ["-90", "-70", "0", "70", "90"])
async def test_polar_days_and_nights_have_weather_too(demo, latitude: str) -> None:
    query = {"latitude": latitude, "longitude": "180", "daily": "sunrise,sunset,daylight_duration,temperature_2m_max"}
    daily = (await demo.get("/v1/forecast", params=query)).json()["daily"]

    assert all(0 <= seconds <= 86400 for seconds in daily["daylight_duration"])
    assert all(-80 < value < 60 for value in daily["temperature_2m_max"])


@pytest.mark.parametrize(
    "query",
    [
        {"latitude": "52"},
        {"latitude": "91", "longitude": "0"},
        {"latitude": "x", "longitude": "0"},
        {"latitude": "nan", "longitude": "0"},
        {**PLACE, "hourly": "happiness"},
        {**PLACE, "forecast_days": "17"},
        {**PLACE, "forecast_days": "-1"},
        {**PLACE, "timezone": "Mars/Olympus"},
        {**PLACE, "timezone": "../etc/passwd"},
        {**PLACE, "wind_speed_unit": "warp"},
    ],
)
async def test_a_wrong_parameter_is_a_400_with_the_reason(demo, query: dict[str, str]) -> None:
    response = await demo.get("/v1/forecast", params=query)

    assert response.status_code == 400
    check(description("weather"), "Error", response.json())


@pytest.mark.parametrize(
    ("name", "found", "country"),
    [
        ("Berlin", "Berlin", "DE"),
        ("münchen", "Munich", "DE"),
        ("Zürich", "Zurich", "CH"),
        ("san fran", "San Francisco", "US"),
        ("Buenos Aires", "Buenos Aires", "AR"),
        ("東京", "Tokyo", "JP"),
        ("cluj napoca", "Cluj-Napoca", "RO"),
    ],
)
async def test_places_are_found_whatever_case_and_accents(demo, name: str, found: str, country: str) -> None:
    answer = (await demo.get("/v1/search", params={"name": name, "count": 1})).json()

    check(description("weather"), "Places", answer)
    assert [(place["name"], place["country_code"]) for place in answer["results"]] == [(found, country)]


async def test_a_place_that_is_not_known_has_no_results(demo) -> None:
    assert "results" not in (await demo.get("/v1/search", params={"name": "Xyzzyville"})).json()
    assert "results" not in (await demo.get("/v1/search", params={"name": "x"})).json()


async def test_places_of_one_country_alone(demo) -> None:
    answer = (await demo.get("/v1/search", params={"name": "Springfield", "countryCode": "US", "count": 10})).json()

    assert [place["population"] for place in answer["results"]] == [170178, 114394]
    assert "results" not in (await demo.get("/v1/search", params={"name": "Springfield", "countryCode": "DE"})).json()


@pytest.mark.parametrize("base", ["/v1/notes", "/notes"])
async def test_notes_are_written_found_read_and_deleted(demo, base: str) -> None:
    document = description("notes")
    first = (await demo.post(base, json={"text": "Water the plants", "tags": ["home", "green"]})).json()
    second = (await demo.post(base, json={"text": "Call Ann"})).json()

    check(document, "Note", first)
    assert [note["id"] for note in (await demo.get(base)).json()["notes"]] == [second["id"], first["id"]]
    assert (await demo.get(base, params={"tag": ["home", "green"]})).json()["notes"] == [first]
    assert (await demo.get(base, params={"q": "WATER"})).json()["notes"] == [first]
    assert (await demo.get(f"{base}/{first['id']}")).json() == first
    assert (await demo.delete(f"{base}/{first['id']}")).status_code == 204
    gone = await demo.get(f"{base}/{first['id']}")
    assert gone.status_code == 404
    check(document, "Problem", gone.json())


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"text": " "}', '{"text": 1}', '{"text": "x", "y": 1}', '{"text": "x", "tags": "a"}']
)
async def test_what_is_no_note_is_refused(demo, body: str) -> None:
    response = await demo.post("/v1/notes", content=body)

    assert response.status_code == 422
    check(description("notes"), "Problem", response.json())


async def test_every_answer_says_that_it_is_a_stand_in(demo) -> None:
    for path in ("/", "/v1/forecast", "/v1/search?name=Berlin", "/nowhere"):
        assert (
            "stand-in" in json.dumps(dict((await demo.get(path)).headers)) or "stand_in" in (await demo.get(path)).text
        )
        assert "invented" in (await demo.get(path)).headers["x-stand-in"]


async def test_the_oldest_note_is_forgotten_when_there_are_too_many(demo: httpx.AsyncClient) -> None:
    for number in range(MOST_NOTES + 1):
        await demo.post("/v1/notes", json={"text": f"note {number}"})
    assert (await demo.get("/v1/notes/n1")).status_code == 404
    assert (await demo.get("/v1/notes/n2")).json()["text"] == "note 1"


async def test_it_says_which_hosts_it_plays(demo: httpx.AsyncClient) -> None:
    """In the form in which cards name them."""
    servers = {path["servers"][0]["url"] for path in description("weather")["paths"].values() if "servers" in path}
    servers |= {description(name)["servers"][0]["url"] for name in ("weather", "notes")}
    played = (await demo.get("/")).json()["plays"]
    assert set(played) == {str(parse_url(server).origin) for server in servers}
