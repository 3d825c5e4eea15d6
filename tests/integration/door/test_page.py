"""How the page is served: where it was built, where it was not, and to whom an unknown address is the page's."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.settings import Settings
from orchestrator.api import page
from orchestrator.app import create_app

BROWSER = {"accept": "text/html,application/xhtml+xml"}
LOCAL = "http://127.0.0.1"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The application with a page that was built into a folder of this test's."""
    built = tmp_path / "page"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>NEXUS</title>")
    (built / "assets" / "index-abc123.js").write_text("start()")
    monkeypatch.setattr(page, "BUILT", built)
    return TestClient(create_app(Settings(data_dir=tmp_path / "data")), base_url=LOCAL, follow_redirects=False)


@pytest.mark.parametrize("address", ["/", "/threads", "/threads/01a2/anything", "/approvals"])
def test_an_address_of_the_page_is_the_page(client: TestClient, address: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "address", ["/nowhere", "/v1/runs/a/nowhere", "/admin/nowhere", "/docs/nowhere", "/assets/nowhere.js"]
)
def test_programs_are_told_that_there_is_nothing(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "address", ["/v1/runs/a/nowhere", "/admin/nowhere", "/assets/nowhere.js", "/assets/..%2findex.html"]
)
def test_an_address_of_the_api_is_never_the_page(client: TestClient, address: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_nor_is_one_that_a_client_of_openais_would_ask_for(client: TestClient) -> None:
    answer = client.get("/v1/nowhere", headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["error"]["code"] == "not_found"


def test_a_built_file_never_changes_and_has_the_pages_policy(client: TestClient) -> None:
    answer = client.get("/assets/index-abc123.js")
    assert answer.text == "start()"
    assert "immutable" in answer.headers["cache-control"]
    # A shared worker obeys the policy of its own script.
    assert "connect-src 'self'" in answer.headers["content-security-policy"]


def test_without_a_page_the_documentation_stands_in(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "BUILT", Path("/nowhere"))
    answer = client.get("/", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")
    lost = client.get("/threads", headers=BROWSER)
    assert lost.status_code == 404
