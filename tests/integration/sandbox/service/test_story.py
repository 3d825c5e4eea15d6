"""A service whose runs are all made by a worker: built, proven, installed and called there."""

from __future__ import annotations

import json
from pathlib import Path

import psutil

from tests.installing import approve, card_of
from tests.integration.sandbox.service.conftest import Start
from tests.verify.service import running_service

EXAMPLE = Path(__file__).parents[4] / "examples/weather.openapi.yaml"
PLACE = {"latitude": 52.5, "longitude": 13.4, "current": ["temperature_2m"]}


def test_a_module_is_proven_and_called_on_a_worker(start: Start, tmp_path: Path) -> None:
    worker = start(f"unix:{tmp_path}/w.sock")
    remote = json.dumps([worker.address.target])
    with running_service(tmp_path, NEXUS_SANDBOX__REMOTE=remote) as service, service.client() as client:
        found = client.get("/admin/sandbox").raise_for_status().json()
        assert (found["level"], found["sufficient"]) == ("kernel", True)
        created = client.post("/admin/drafts", json={"text": EXAMPLE.read_text()}).raise_for_status().json()
        card = card_of(client, created["id"])
        assert card["shown"]["tests"]["passed"] == card["shown"]["tests"]["cases"] > 0
        approve(client, card)
        called = client.post("/v1/modules/weather/operations/get_forecast", json={"arguments": PLACE}, timeout=60)
        result = called.raise_for_status().json()["result"]
        # Nothing answers at the example's address: the broker looked for it here, for a run that was there.
        assert (result["ok"], result["isolation"]) == (False, "kernel")
        assert result["exchanges"][0]["url"].startswith("https://")
        own = psutil.Process(service.pid).children(recursive=True)
        assert not [one for one in own if "boot.py" in " ".join(one.cmdline())], "the service has zygotes of its own"
