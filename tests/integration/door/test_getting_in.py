"""Keys, sessions and one-time links, against the real service."""

from __future__ import annotations

import socket

import httpx
import pytest

PAGE = {"X-Nexus-Client": "page"}


@pytest.fixture
def browser(serve):
    """A service, and a client that came in by the one-time link."""
    served = serve().ready()
    with httpx.Client(base_url=served.url, timeout=30) as client:
        response = client.get(served.link)
        assert (response.status_code, response.headers["location"]) == (303, "/")
        yield served, client


def test_a_one_time_link_works_once_and_sets_a_strict_cookie(serve) -> None:
    served = serve().ready()
    first, second = httpx.get(served.link), httpx.get(served.link)
    cookie = first.headers["set-cookie"].lower()

    assert first.status_code == 303
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
    assert served.link.partition("code=")[2] not in cookie
    assert (second.status_code, second.json()["code"]) == (401, "unauthenticated")
    assert "set-cookie" not in second.headers


def test_the_link_works_as_soon_as_it_is_printed(serve) -> None:
    assert httpx.get(serve().link, timeout=60).status_code == 303


@pytest.mark.parametrize("code", ["", "x", "x" * 43, "x" * 201, "%00" * 20, "é" * 30])
def test_a_wrong_code_is_refused(shared, code: str) -> None:
    response = httpx.get(f"{shared.url}/login", params={"code": code})

    assert response.status_code in (401, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_session_is_the_owner_until_it_is_ended(browser) -> None:
    served, client = browser
    assert client.get("/v1/me").json()["role"] == "owner"
    token = client.cookies["nexus_session"]

    ours = {**PAGE, "Origin": served.url}
    assert client.post("/v1/logout", headers=ours).status_code == 204
    assert client.get("/v1/me").status_code == 401
    stolen = httpx.get(served.url + "/v1/me", headers={"Cookie": f"nexus_session={token}"})
    assert stolen.status_code == 401, "the session is over, whoever kept the cookie"


def test_a_session_outlives_the_process(browser, serve) -> None:
    served, client = browser
    token = client.cookies["nexus_session"]
    served.stop()
    again = serve().ready()

    assert httpx.get(again.url + "/v1/me", headers={"Cookie": f"nexus_session={token}"}).json()["role"] == "owner"


def test_another_page_cannot_use_the_session(browser) -> None:
    served, client = browser
    change = {"method": "PUT", "url": "/admin/credentials/a", "json": {"value": "v"}}
    port = served.url.rpartition(":")[2]
    forged = [
        {},
        PAGE,
        {"Origin": served.url},
        {**PAGE, "Origin": "http://evil.example"},
        {**PAGE, "Origin": "null"},
        {**PAGE, "Origin": f"http://localhost:{port}"},
        {**PAGE, "Origin": served.url, "Sec-Fetch-Site": "cross-site"},
        {**PAGE, "Origin": served.url, "Sec-Fetch-Site": "same-site"},
    ]
    for headers in forged:
        response = client.request(**change, headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "cross_site"), headers
    assert client.get("/admin/credentials").json()["items"] == []

    ours = {**PAGE, "Origin": served.url, "Sec-Fetch-Site": "same-origin"}
    assert client.request(**change, headers=ours).status_code == 204


def test_no_other_origin_is_told_anything(shared) -> None:
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "PUT"}
    with shared.client() as client:
        answers = [client.get("/v1/me", headers=headers), client.options("/admin/credentials/a", headers=headers)]

    for response in answers:
        assert not [name for name in response.headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", ""])
@pytest.mark.parametrize("path", ["/v1/me", "/docs", "/login?code=x", "/nowhere"])
def test_a_rebound_name_is_not_answered(shared, host: str, path: str) -> None:
    with shared.client(headers={"Host": host}) as client:
        response = client.get(path)

    assert (response.status_code, response.json()["code"]) == (421, "misdirected")


def test_a_request_without_a_host_is_not_answered(shared) -> None:
    address = shared.url.removeprefix("http://").split(":")
    with socket.create_connection((address[0], int(address[1]))) as connection:
        connection.sendall(b"GET /v1/me HTTP/1.0\r\n\r\n")
        assert b" 421 " in connection.recv(65536).splitlines()[0]


@pytest.mark.parametrize("key", ["-", "x", "nx_" + "x" * 43, "nx_\x7f" + "x" * 40, "é" * 20])
def test_a_wrong_key_is_401(shared, key: str) -> None:
    response = httpx.get(shared.url + "/v1/me", headers=[(b"Authorization", f"Bearer {key}".encode("latin-1"))])

    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_deleted_owner_key_opens_nothing_after_a_restart(serve, data_dir) -> None:
    first = serve().ready()
    leaked = first.key
    session = httpx.get(first.link).cookies["nexus_session"]
    first.stop()
    (data_dir / "owner.key").unlink()
    second = serve().ready()

    old = httpx.get(second.url + "/v1/me", headers={"Authorization": f"Bearer {leaked}"})
    assert (old.status_code, old.json()["detail"]) == (401, "This key has been revoked.")
    assert httpx.get(second.url + "/v1/me", headers={"Cookie": f"nexus_session={session}"}).status_code == 401
    with second.client() as client:
        assert client.get("/v1/me").json()["role"] == "owner"
        events = client.get("/v1/events", headers={"Accept": "application/json"}).json()["items"]
    assert [event["type"] for event in events if event["type"].startswith("key.")] == [
        "key.created",
        "key.created",
        "key.revoked",
    ]


def test_a_revoked_key_is_not_brought_back_by_its_file(serve, data_dir) -> None:
    first = serve().ready()
    leaked = first.key
    first.stop()
    (data_dir / "owner.key").unlink()
    serve().ready().stop()
    (data_dir / "owner.key").write_text(leaked)
    third = serve()
    said = third.output.read()

    assert third.process.wait(20) == 1
    assert "has been revoked" in said


def test_every_route_that_is_not_public_refuses_a_stranger(shared) -> None:
    document = httpx.get(shared.url + "/openapi.json").json()
    asked = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation["x-nexus-role"] != "public":
                address = shared.url + path.replace("{", "").replace("}", "")
                response = httpx.request(method, address, json={})
                assert response.status_code == 401, f"{method} {path}"
                asked += 1
    assert asked > 5
