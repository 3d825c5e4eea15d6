"""What the pages about a module read: its versions' files, proofs and differences, and the runs that used it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.integration.builds.installing import answer, built, card_of, ended, installed
from tests.scenario.upstream import LEDGER, Upstream

VERSIONS = "/v1/modules/ledger/versions"


async def got(http: httpx.AsyncClient, path: str, **params: Any) -> Any:
    response = await http.get(path, params=params)
    assert response.is_success, response.text
    return response.json()


async def second_version(http: httpx.AsyncClient) -> None:
    """The same ledger with another summary."""
    run = await built(http, LEDGER.replace("summary: ", "summary: Again, ", 1))
    assert (await answer(http, await card_of(http, run), "approve")).is_success
    await ended(http, run)


async def test_a_versions_files_are_the_bytes_that_run(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    listed = await got(http, f"{VERSIONS}/1/files")
    paths = [each["path"] for each in listed["items"]]
    assert paths == sorted(paths)
    assert {"manifest.json", "operations/list_entries.py"} <= set(paths)
    for each in listed["items"]:
        file = await http.get(f"{VERSIONS}/1/files/{each['path']}")
        assert file.headers["content-type"] == "text/plain; charset=utf-8"
        assert len(file.content) == each["size"]


@pytest.mark.parametrize(
    "path",
    ["/9", "/9/files", "/1/files/none.py", "/1/files/..%2Fmanifest.json", "/9/diff?against=1", "/1/diff?against=9"],
)
async def test_what_is_not_there_is_said(http: httpx.AsyncClient, upstream: Upstream, path: str) -> None:
    await installed(http, LEDGER, upstream.bound)
    missing = await http.get(VERSIONS + path)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (await http.get(f"{VERSIONS}/1/diff")).status_code == 422


async def test_a_version_tells_how_it_was_proven_and_who_approved_it(
    http: httpx.AsyncClient, upstream: Upstream
) -> None:
    await installed(http, LEDGER, upstream.bound)
    (card,) = (await got(http, "/v1/approvals"))["items"]
    report = await got(http, f"{VERSIONS}/1")
    assert (report["number"], report["active"], report["title"]) == (1, True, "Ledger")
    assert (report["payload"], report["payload_hash"]) == (card["payload"], card["payload_hash"])
    assert (report["approval"], report["approved_by"]) == (card["id"], card["answered_by"])
    assert report["proof"]["bundle_sha256"] == report["bundle_sha256"]
    assert report["proof"]["cases"]
    assert all(case["passed"] for case in report["proof"]["cases"])
    assert report["measured"]["wall_seconds"] > 0
    source = (await http.get(f"{VERSIONS}/1/files/manifest.json")).content
    assert report["findings"] == json.loads(source)["findings"]


async def test_two_versions_are_compared_either_way(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    await second_version(http)
    assert [each["active"] for each in (await got(http, VERSIONS))["items"]] == [True, False]
    forth = {each["path"]: each["lines"] for each in (await got(http, f"{VERSIONS}/2/diff", against=1))["items"]}
    back = {each["path"]: each["lines"] for each in (await got(http, f"{VERSIONS}/1/diff", against=2))["items"]}
    assert forth.keys() == back.keys() != set()
    assert any(line.startswith("+") and "Again, " in line for line in forth["manifest.json"])
    assert any(line.startswith("-") and "Again, " in line for line in back["manifest.json"])
    assert (await got(http, f"{VERSIONS}/1/diff", against=1))["items"] == []


async def test_a_modules_runs_are_those_that_called_it(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    call = (await http.post("/v1/modules/ledger/operations/list_entries", json={})).json()["run"]["id"]
    thread = (await http.post("/v1/threads", json={})).json()["id"]
    turn = (await http.post(f"/v1/threads/{thread}/runs", json={"message": "List the ledger entries"})).json()["id"]
    other = (await http.post(f"/v1/threads/{thread}/runs", json={"message": "What can you do?"})).json()["id"]
    for run in (turn, other):
        await ended(http, run)
    entry = {"arguments": {"body": {"text": "x"}}}
    waiting = (await http.post("/v1/modules/ledger/operations/add_entry", json=entry)).json()
    assert waiting["result"] is None
    used = [each["id"] for each in (await got(http, "/v1/runs", module="ledger"))["items"]]
    assert {call, turn} <= set(used)
    assert not {other, waiting["run"]["id"]} & set(used)
    assert (await got(http, "/v1/runs", module="ledger", kind="build"))["items"] == []
    assert (await got(http, "/v1/runs", module="other"))["items"] == []


async def test_the_bundle_is_what_its_hash_says(http: httpx.AsyncClient, upstream: Upstream) -> None:
    await installed(http, LEDGER, upstream.bound)
    (version,) = (await got(http, VERSIONS))["items"]
    assert sha256((await http.get(f"{VERSIONS}/1/bundle")).content).hexdigest() == version["bundle_sha256"]
