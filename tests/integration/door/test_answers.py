"""Every error of the real service is problem+json, its docs come from itself, and secrets stay in."""

from __future__ import annotations

import re

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
MEMBERS = {"type", "title", "status", "code", "detail", "mend", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "arguments", "status"),
    [
        ("GET", "/nowhere", {}, 404),
        ("GET", "/docs/assets/..%2f..%2fdocs.py", {}, 404),
        ("GET", "/docs/assets/LICENSE", {}, 404),
        ("DELETE", "/v1/me", {}, 405),
        ("PUT", "/admin/credentials/a", {"content": b"{", "headers": JSON}, 400),
        ("PUT", "/admin/credentials/a", {"content": b"\xff\xfe", "headers": JSON}, 400),
        ("PUT", "/admin/credentials/a", {"content": b"value=1"}, 422),
        ("PUT", "/admin/credentials/a", {"json": {"value": ""}}, 422),
        ("PUT", "/admin/credentials/" + "a" * 200, {"json": {"value": "v"}}, 422),
        ("PUT", "/admin/credentials/a", {"json": {"value": "x" * 1024 * 1024}}, 413),
        ("DELETE", "/admin/credentials/none", {}, 404),
        ("GET", "/v1/events?after=x", {}, 422),
        ("GET", "/v1/events?after=-1", {}, 422),
        ("GET", "/v1/events?after=99999999999999999999", {}, 422),
        ("GET", "/v1/events?after=9999999999", {}, 409),
        ("GET", "/v1/threads/none/messages?after=" + "9" * 30, {}, 422),
        ("GET", "/v1/threads/none/messages?before=" + "9" * 30, {}, 422),
        ("GET", "/v1/modules/none/versions/" + "9" * 30 + "/bundle", {}, 422),
        ("POST", "/admin/modules/none/rollback", {"json": {"version": 10**30}}, 422),
        ("POST", "/admin/modules/none/install", {"json": {"version": True}}, 422),
        ("PATCH", "/admin/drafts/none", {"json": {"revision": 10**30, "files": {"a": "b"}}}, 422),
        ("GET", "/v1/runs?state=finished", {}, 422),
        ("GET", "/v1/runs?kind=chat", {}, 422),
        ("POST", "/v1/files?name=a", {"content": b"a", "headers": {"Content-Type": "x" * 256}}, 422),
        ("GET", "/v1/events?limit=0", {"headers": {"Accept": "application/json"}}, 422),
    ],
)
def test_every_error_is_a_problem_document(shared, method: str, path: str, arguments, status: int) -> None:
    with shared.client() as client:
        response = client.request(method, path, **arguments)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert set(document) >= MEMBERS
    assert document["request_id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("name", "kept"), [("a%00b%0A.json", "ab.json"), ("%1B%5B2J", "[2J"), ("%00", "document"), ("%F0%9F%98%80", "😀")]
)
def test_a_files_name_holds_nothing_that_a_terminal_obeys(shared, name: str, kept: str) -> None:
    with shared.client() as client:
        assert client.post(f"/v1/files?name={name}", content=b"a").json()["name"] == kept


def test_a_body_without_a_length_is_counted(shared) -> None:
    def endless():
        for _ in range(40):
            yield b"x" * 65536

    with shared.client() as client:
        response = client.put("/admin/credentials/a", content=endless(), headers=JSON)

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_no_route_shows_a_secret_and_no_file_holds_one(shared) -> None:
    with shared.client() as client:
        client.put("/admin/credentials/api/one", json={"value": "correct horse battery"}).raise_for_status()
        listed = client.get("/admin/credentials").text
        events = client.get("/v1/events", headers={"Accept": "application/json"}).text
        refused = client.put("/admin/credentials/api/two", json={"value": "correct horse battery", "x": 1}).text

    assert "api/one" in listed
    for text in (listed, events, refused):
        assert "correct horse" not in text
    for file in shared.data_dir.iterdir():
        if file.name not in ("owner.key", "keyring"):
            content = file.read_bytes()
            assert b"correct horse" not in content, file.name
            assert shared.key.encode() not in content, file.name


def test_the_docs_load_from_the_service_alone(shared) -> None:
    page = httpx.get(shared.url + "/docs")

    assert "default-src 'none'" in page.headers["content-security-policy"]
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sources
    for source in sources:
        asset = httpx.get(shared.url + source)
        assert asset.status_code == 200
        assert asset.headers["x-content-type-options"] == "nosniff"
    assert httpx.get(shared.url + "/openapi.json").json()["openapi"].startswith("3.1")
