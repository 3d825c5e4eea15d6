"""The story of the first page, typed: from the wish to the rollback, with `nexus serve` and its commands alone."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.record import check_record
from tests.scenario.service import EXAMPLES, Service

WEATHER = EXAMPLES / "weather.openapi.yaml"
FORECAST = "get the forecast for latitude 52.5 and longitude 13.4 with current temperature_2m"
HOSTS = ("https://api.open-meteo.com", "https://geocoding-api.open-meteo.com")


pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The plain command, for the whole story."""
    data_dir = tmp_path_factory.mktemp("story") / "data"
    service = Service(data_dir, plain=True).start().ready()
    yield service
    assert service.stop() == 0
    service.close()
    assert not service.complaints
    assert check_record(f"sqlite:///{data_dir / 'nexus.db'}")["decisions"] > 10


@pytest.fixture(scope="module")
def demo(house: Service) -> Iterator[str]:
    """Where `nexus demo upstream` says that it is."""
    with house.spawn("demo", "upstream", "--port", "0", "--json") as stand_in:
        assert stand_in.stdout is not None
        yield json.loads(stand_in.stdout.readline())["url"]
        stand_in.terminate()
        assert stand_in.wait(20) == 0


class Typed:
    """What a command answered."""

    def __init__(self, completed: subprocess.CompletedProcess[str], code: int) -> None:
        assert completed.returncode == code, f"{completed.args}\n{completed.stdout}\n{completed.stderr}"
        self.text = completed.stdout

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def card(self) -> str:
        found = re.search(r"(?m)^  approval  (\S+)$", self.text)
        assert found, self.text
        return found[1]


def test_the_story_from_the_wish_to_the_rollback(house: Service, demo: str, tmp_path: Path) -> None:
    def nexus(*arguments: str | Path, code: int = 0) -> Typed:
        return Typed(house.command(*map(str, arguments)), code)

    wish = nexus("ask", "build a module from the attached file", "-a", WEATHER, code=3)
    for said in ("Install Weather", *(f"{host}:443" for host in HOSTS), "may use   http", "contract cases passed"):
        assert said in wish.text
    assert f"bind it on this card: --bind {HOSTS[0]}:443=" in wish.text
    assert nexus("modules", "list").text.startswith("None is installed.")
    card = nexus("approvals", "show", wish.card, "--json").json
    assert re.fullmatch(r"[0-9a-f]{64}", card["payload"]["bundle_sha256"])
    assert wish.card in nexus("approvals", "list").text

    bind = [part for host in HOSTS for part in ("--bind", f"{host}={demo}")]
    edited = nexus("approvals", "edit", wish.card, *bind, "--json").json
    assert edited["payload_hash"] != card["payload_hash"]
    # What was true of the real hosts is not true of the bound ones any more.
    assert all(host["reachable"] for host in edited["shown"]["reachability"])
    nexus("approvals", "approve", wish.card, "--hash", card["payload_hash"], code=1)
    approved = nexus("approvals", "approve", wish.card, "--hash", edited["payload_hash"])
    assert "Installed weather version 1" in approved.text
    first = edited["payload"]["bundle_sha256"]

    answer = nexus("ask", FORECAST)
    assert re.search(r"temperature_2m\W+-?\d", answer.text)
    assert f"Source: weather · get_forecast, version {first[:12]}" in answer.text

    changed = tmp_path / "weather.yaml"
    changed.write_text(WEATHER.read_text().replace("Number of days, today included.", "Days to look ahead."))
    second = nexus("ask", "build a module from the attached file", "-a", changed, code=3)
    card = nexus("approvals", "show", second.card, "--json").json
    assert card["payload"]["bundle_sha256"] != first
    # The new version's card begins with the addresses that were set for the old one.
    assert card["payload"]["binding"] == edited["payload"]["binding"]
    nexus("approvals", "approve", second.card)
    newer = card["payload"]["bundle_sha256"]
    assert f"version {newer[:12]}" in nexus("ask", FORECAST).text

    assert f"weather is at version 1 now ({first[:12]})" in nexus("modules", "rollback", "weather").text
    assert f"version {first[:12]}" in nexus("ask", FORECAST).text
    record = nexus("modules", "run", "weather", "get_forecast", "latitude=52.5", "longitude=13.4", "--json").json
    assert record["run"]["output"]["ok"]
    shown = nexus("modules", "show", "weather", "--json").json
    assert (shown["version"], shown["bundle_sha256"], len(shown["versions"])) == (1, first, 2)
    assert nexus("check").text.count("NOT OK") == 0


def test_a_question_back_is_answered_in_the_same_thread(house: Service, demo: str) -> None:
    def nexus(*arguments: str | Path, code: int = 0) -> Typed:
        return Typed(house.command(*map(str, arguments)), code)

    blocked = nexus("ask", "what is the weather forecast?", code=4)
    assert "latitude" in blocked.text
    assert "[BLOCKED]" in blocked.text
    blocked = nexus("ask", "latitude 52.5", "--thread", "last", code=4)
    assert "longitude" in blocked.text
    assert "Source: weather" in nexus("ask", "13.4", "--thread", "last").text
    given = nexus("ask", "weather forecast", "--param", "latitude=52.5", "--param", "longitude=13.4")
    assert "Source: weather" in given.text


def test_a_write_asks_first_can_be_edited_and_can_be_refused(house: Service, demo: str) -> None:
    def nexus(*arguments: str | Path, code: int = 0) -> Typed:
        return Typed(house.command(*map(str, arguments)), code)

    wish = nexus("modules", "build", EXAMPLES / "notes.openapi.yaml", code=3)
    nexus("approvals", "edit", wish.card, "--bind", f"https://notes.example/v1={demo}/v1")
    nexus("approvals", "approve", wish.card)

    asked = nexus("ask", "create a note with text buy milk", code=3)
    assert "POST /notes: Create a note" in asked.text
    card = nexus("approvals", "show", asked.card, "--json").json
    assert card["payload"]["arguments"] == {"body": {"text": "buy milk"}}
    bad = '{"arguments": {"body": {"text": 7}}}'
    nexus("approvals", "edit", asked.card, "--edit", bad, code=1)
    better = '{"arguments": {"body": {"text": "buy oat milk", "tags": ["home"]}}}'
    edited = nexus("approvals", "edit", asked.card, "--edit", better, "--json").json
    assert edited["payload_hash"] != card["payload_hash"]
    assert "buy oat milk" in nexus("approvals", "approve", asked.card).text

    refused = nexus("ask", "create a note with text never", code=3)
    nexus("approvals", "reject", refused.card, "--reason", "not today")
    listed = nexus("ask", "list notes").text
    assert "buy oat milk" in listed
    assert "never" not in listed
    told = nexus("approvals", "show", refused.card, "--json").json
    assert (told["state"], told["reason"]) == ("rejected", "not today")
    run = house.get(f"/v1/runs/{told['run']}")
    assert (run["state"], run["output"]["executed"]) == ("done", None)
    assert "not today" in run["output"]["reply"]["text"]
