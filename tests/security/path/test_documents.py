"""Descriptions that are wrong, huge, hostile or elsewhere: a clear refusal, and nothing of them is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.scenario.person import Person
from tests.scenario.service import Service
from tests.scenario.upstream import LEDGER, Upstream

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{chr(ord(name) - 1)}'] * 9)}]\n" for name in "bcdefghi"
)
NOT_DESCRIPTIONS = {
    "json of something else": '{"hello": "world"}',
    "a list": "[1, 2, 3]",
    "a page": "<!doctype html><title>Docs</title><p>See our API.",
    "prose": "Dear NEXUS, please build me a module.",
    "broken json": '{"openapi": "3.0.3", "paths": {',
    "broken yaml": "openapi: 3.0.3\n\tpaths: [",
    "bytes": b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x00",
    "a bomb": BOMB + "openapi: 3.0.3\ninfo: {title: Bomb, version: '1'}\npaths: {}\n",
    "a deep hole": '{"openapi": "3.0.3", "info": ' + '{"x": ' * 5000 + "1" + "}" * 5001,
    "no operation": "openapi: 3.0.3\ninfo: {title: Empty, version: '1'}\npaths: {}\n",
    "a version of the future": "openapi: 9.9.9\ninfo: {title: Future, version: '1'}\npaths: {}\n",
}


def described(paths: dict[str, Any], server: str = "https://api.example", title: str = "Thing") -> str:
    document = {"openapi": "3.0.3", "info": {"title": title, "version": "1"}, "servers": [{"url": server}]}
    return json.dumps({**document, "paths": paths})


def reading(schema: dict[str, Any] | None = None, **operation: Any) -> dict[str, Any]:
    answer = {"200": {"description": "ok", "content": {"application/json": {"schema": schema or {}}}}}
    return {"get": {"operationId": "read", "summary": "Read it", "responses": answer, **operation}}


@pytest.mark.parametrize("name", NOT_DESCRIPTIONS)
def test_what_is_no_description_fails_with_its_reason_and_its_mend(me: Person, name: str) -> None:
    run = me.ended(me.build(NOT_DESCRIPTIONS[name])["id"])
    assert run["state"] == "failed"
    assert run["error"]["code"] in ("invalid_input", "too_large")
    assert run["error"]["detail"]
    assert run["error"]["mend"]
    assert "Traceback" not in json.dumps(run)
    assert me.service.get("/admin/drafts")["items"] == []


def test_the_same_refusal_reaches_a_person_who_asked_in_words(me: Person) -> None:
    file = me.upload(NOT_DESCRIPTIONS["json of something else"], "hello.json", "application/json")
    turn = me.ended(me.say("build a module from the attached file", file)["id"])
    assert (turn["state"], turn["output"]["ok"]) == ("done", False)
    assert "OpenAPI" in me.messages()[-1]["text"]


def test_a_file_over_the_limit_is_refused_at_the_door(serve) -> None:
    me = Person(serve(NEXUS_LIMITS__DOCUMENT_BYTES="100000").start().ready())
    assert me.upload(b"x" * 100_000)

    def chunks(size: int) -> Any:
        yield from (b"x" * 1000 for _ in range(size // 1000))

    for content in (b"x" * 100_001, chunks(101_000)):
        refused = me.service.http.post("/v1/files", content=content)
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        assert "100000" in refused.json()["detail"]
    pasted = me.service.http.post("/admin/drafts", json={"text": "x" * 1_000_001})
    assert pasted.status_code in (413, 422)
    assert me.service.http.post("/v1/files", content=b"").status_code == 422


def test_a_file_far_over_the_limit_is_refused_by_its_size_and_not_by_a_broken_connection(serve, tmp_path: Path) -> None:
    service = serve(NEXUS_LIMITS__DOCUMENT_BYTES="100000").start().ready()
    (tmp_path / "huge.yaml").write_bytes(b"x" * 30_000_000)
    ran = service.command("modules", "build", str(tmp_path / "huge.yaml"))
    assert ran.returncode == 1
    assert "over 100000 bytes" in ran.stderr


def test_references_to_files_and_addresses_are_not_followed(me: Person, upstream: Upstream, tmp_path: Any) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"type": "object", "description": "canary-5f1d"}')
    references = [f"file://{secret}", str(secret), f"{upstream.url}/schema.json", "../../../etc/passwd"]
    paths = {f"/bad{place}": reading({"$ref": reference}) for place, reference in enumerate(references)}
    for place, path in enumerate(paths.values()):
        path["get"]["operationId"] = f"read{place}"
    loop = {"type": "object", "properties": {"next": {"$ref": "#/paths/~1good/get/responses/200"}}}
    run = me.settled(me.build(described({**paths, "/good": reading(loop)}, title="References"))["id"])
    assert run["state"] == "waiting"
    draft = next(d for d in me.service.get("/admin/drafts")["items"] if d["module"] == "references")
    files = me.service.get(f"/admin/drafts/{draft['id']}")["files"]
    assert "operations/read.json" in files
    for path in files:
        assert b"canary-5f1d" not in me.service.http.get(f"/admin/drafts/{draft['id']}/files/{path}").content
    assert upstream.requests == []
    me.service.post(f"/v1/runs/{run['id']}/cancel")


def test_a_schema_that_refers_to_itself_is_kept_as_it_is(me: Person, upstream: Upstream) -> None:
    tree = LEDGER.replace(
        "properties: {id: {type: integer}, text: {type: string}}",
        "properties: {id: {type: integer}, text: {type: string}, parent: {$ref: '#/components/schemas/Entry'}}",
    ).replace("title: Ledger", "title: Tree")
    me.install(tree, upstream.bound)
    upstream.entries.append({"id": 1, "text": "a", "parent": {"id": 2, "text": "b", "parent": {"id": 3, "text": "c"}}})
    result = me.call("tree", "list_entries")["result"]
    assert (result["ok"], result["findings"], result["data"]["entries"]) == (True, [], upstream.entries)


def test_names_that_nobody_should_choose_cost_nothing(me: Person) -> None:
    names = ["class", "None", "import", "данные", "数据", "a" * 300, "__import__('os')", "../../x", "", "read", "read"]
    paths = {f"/p{place}": reading(operationId=name) for place, name in enumerate(names)}
    del paths["/p8"]["get"]["operationId"]
    run = me.settled(me.build(described(paths, title="Names"))["id"])
    card = me.card(run["id"])
    assert card["shown"]["operations"] == len(names)
    assert card["shown"]["tests"]["passed"] == card["shown"]["tests"]["cases"]
    me.approve(card)
    me.ended(run["id"])
    operations = me.service.get("/v1/modules/names")["operations"]
    assert len({operation["id"] for operation in operations}) == len(names)
    for operation in operations:
        assert operation["id"].isascii()
        assert operation["id"].isidentifier()
        assert len(operation["id"]) <= 64


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("http://127.0.0.1:{port}/openapi.yaml", 202),
        ("http://localhost:{port}/openapi.yaml", 202),
        ("http://[::1]:{port}/openapi.yaml", 202),
        ("http://[::ffff:127.0.0.1]:{port}/openapi.yaml", 202),
        ("http://2130706433:{port}/openapi.yaml", 422),
        ("http://0.0.0.0:{port}/openapi.yaml", 202),
        ("http://169.254.169.254/latest/meta-data/", 202),
        ("http://10.0.0.1/openapi.yaml", 202),
        ("file:///etc/passwd", 422),
        ("gopher://127.0.0.1:{port}/", 422),
        ("http://user:secret@127.0.0.1:{port}/", 422),
        ("not an address", 422),
    ],
)
def test_a_description_at_an_inner_address_is_not_fetched(
    me: Person, upstream: Upstream, address: str, status: int
) -> None:
    port = upstream.url.rpartition(":")[2]
    response = me.service.http.post("/admin/drafts", json={"url": address.format(port=port)})
    assert response.status_code == status
    if status == 202:
        run = me.ended(response.json()["id"])
        assert (run["state"], run["error"]["code"]) in {("failed", "egress_denied"), ("failed", "upstream_failed")}
        assert run["error"]["mend"]
    else:
        assert response.json()["mend"]
    assert upstream.requests == []


def test_an_inner_address_in_a_message_is_not_fetched_either(me: Person, upstream: Upstream) -> None:
    turn = me.ended(me.say(f"build a module from {upstream.url}/openapi.yaml")["id"])
    assert upstream.requests == []
    assert turn["output"]["ok"] is False or turn["output"]["question"]
    assert me.service.get("/v1/approvals", state="pending")["items"] == []


@pytest.mark.parametrize(
    "words",
    ["build a module from {path}", "build a module from file://{path}", "build a module from the file {path}"],
)
def test_a_path_in_a_message_opens_nothing(me: Person, tmp_path: Any, words: str) -> None:
    named = tmp_path / "canary.yaml"
    named.write_text(LEDGER.replace("title: Ledger", "title: Canary"))
    before = len(me.service.get("/v1/runs", kind="build", limit=200)["items"])
    turn = me.ended(me.say(words.format(path=named))["id"])
    assert turn["state"] == "done"
    builds = me.service.get("/v1/runs", kind="build", limit=200)["items"]
    assert [run["state"] for run in builds[: len(builds) - before]] in ([], ["failed"])
    assert "canary" not in {draft["module"] for draft in me.service.get("/admin/drafts")["items"]}


@pytest.mark.parametrize("file", ["/etc/passwd", "../../etc/passwd", "file:///etc/passwd", "x" * 300, ""])
def test_an_attachment_is_an_id_and_nothing_else(me: Person, file: str) -> None:
    body = {"message": "build a module from the attached file", "attachments": [file]}
    refused = me.service.http.post(f"/v1/threads/{me.thread}/runs", json=body)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert me.service.http.post("/admin/drafts", json={"file": file}).status_code == 404
    assert me.messages() == []


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x", "/etc/passwd", "..\\..\\x", "a/b/c.yaml"])
def test_a_files_name_is_for_people_and_leads_nowhere(me: Person, name: str) -> None:
    kept = me.service.http.post("/v1/files", params={"name": name}, content=b"x").json()
    assert kept["name"] == name.replace("\\", "/").rsplit("/", 1)[-1]


@pytest.mark.parametrize(
    ("title", "server"),
    [
        ("Metadata", "http://169.254.169.254"),
        ("Named", "http://localhost:{port}"),
        ("Numbered", "http://127.0.0.1:{port}"),
    ],
)
def test_a_server_at_an_inner_address_is_reached_by_no_call(
    me: Person, upstream: Upstream, title: str, server: str
) -> None:
    port = upstream.url.rpartition(":")[2]
    run = me.settled(me.build(described({"/entries": reading()}, server.format(port=port), title))["id"])
    card = me.card(run["id"])
    assert [host["reachable"] for host in card["shown"]["reachability"]] == [False]
    me.approve(card)
    me.ended(run["id"])
    result = me.call(card["payload"]["module"], "read")["result"]
    assert (result["ok"], result["error"]["code"]) == (False, "egress_denied")
    assert upstream.requests == []


def test_no_binding_opens_the_metadata_address_and_one_opens_what_an_owner_names(
    me: Person, upstream: Upstream
) -> None:
    run = me.settled(me.build(described({"/v1/entries": reading()}, title="Bound"))["id"])
    card = me.bind(me.card(run["id"]), {"https://api.example": "http://169.254.169.254"})
    assert [host["reachable"] for host in card["shown"]["reachability"]] == [False]
    me.approve(card)
    me.ended(run["id"])
    assert me.call("bound", "read")["result"]["error"]["code"] == "egress_denied"
    change = me.service.http.put(
        "/admin/modules/bound/binding", json={"binding": {"https://api.example": upstream.url}}
    )
    assert change.status_code == 202
    me.approve(me.card(change.json()["id"]))
    me.ended(change.json()["id"])
    assert me.call("bound", "read")["result"]["ok"]
    assert upstream.count("GET") == 1


def test_a_draft_that_changes_while_its_card_is_open_is_not_installed(house: Service, upstream: Upstream) -> None:
    me = Person(house)
    run = me.settled(me.build(LEDGER.replace("title: Ledger", "title: Changed"))["id"])
    card = me.bind(me.card(run["id"]), upstream.bound)
    draft = house.get(f"/admin/drafts/{run['steps'][1]['output']['draft']}")
    path = "operations/list_entries.py"
    source = house.http.get(f"/admin/drafts/{draft['id']}/files/{path}").text
    body = {"revision": draft["revision"], "files": {path: source + "\n# reviewed\n"}}
    assert house.http.patch(f"/admin/drafts/{draft['id']}", json=body).is_success
    stale = house.http.patch(f"/admin/drafts/{draft['id']}", json=body)
    assert stale.status_code == 409
    me.approve(card)
    failed = me.ended(run["id"])
    assert (failed["state"], failed["error"]["code"]) == ("failed", "conflict")
    assert house.http.get("/v1/modules/changed").status_code == 404
    again = house.post(f"/admin/drafts/{draft['id']}/promote")["id"]
    newer = me.card(again)
    assert newer["payload"]["bundle_sha256"] != card["payload"]["bundle_sha256"]
    me.approve(newer)
    assert me.ended(again)["state"] == "done"
    assert house.get("/v1/modules/changed")["bundle_sha256"] == newer["payload"]["bundle_sha256"]
