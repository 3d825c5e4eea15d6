"""One server process: where it is, how it starts, how it ends, and who may start beside it."""

from __future__ import annotations

import json
import signal
import stat
from pathlib import Path

import httpx


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_says_where_it_is_and_leaves_nothing_behind(serve, data_dir: Path) -> None:
    served = serve().ready()
    announced = json.loads((data_dir / "service.json").read_text())

    assert announced == {"url": served.url, "pid": served.process.pid}
    assert httpx.get(served.url + "/healthz").json() == {"status": "ok"}
    assert httpx.get(served.url + "/readyz").json() == {"ready": True, "missing": []}
    for name in ("owner.key", "service.json", "nexus.db", "keyring", "lock"):
        assert mode(data_dir / name) == 0o600, name
    assert served.stop() == 0
    assert not (data_dir / "service.json").exists()


def test_healthz_answers_before_the_application_is_there(serve) -> None:
    served = serve()
    early = httpx.get(served.url + "/healthz")
    # No key: the answer is the application's own, so this request was kept until there was one.
    kept = httpx.get(served.url + "/v1/me", timeout=60)

    assert early.json() == {"status": "ok"}
    assert kept.json()["code"] == "unauthenticated"


def test_a_second_server_on_the_same_directory_is_refused_with_one_line(serve, nexus, data_dir: Path) -> None:
    first = serve().ready()
    second = nexus("serve")

    assert second.returncode == 1
    assert second.stdout == ""
    assert second.stderr.count("\n") == 1
    assert f"in use by process {first.process.pid}, {first.url}" in second.stderr
    assert json.loads((data_dir / "service.json").read_text())["pid"] == first.process.pid


def test_a_taken_port_is_passed_over_and_said(serve, tmp_path: Path) -> None:
    first = serve().ready()
    taken = first.url.rpartition(":")[2]
    second = serve(into=tmp_path / "other", NEXUS_BIND=f"127.0.0.1:{taken}").ready()

    assert f"Port {taken} is taken" in second.said
    assert second.url != first.url
    assert httpx.get(second.url + "/healthz").is_success


def test_after_kill_minus_nine_the_directory_is_free_and_everything_is_there(serve, data_dir: Path) -> None:
    first = serve().ready()
    with first.client() as client:
        client.put("/admin/credentials/weather", json={"value": "s3cret"}).raise_for_status()
        before = client.get("/v1/events", headers={"Accept": "application/json"}).json()
    first.kill()
    assert (data_dir / "service.json").exists(), "nobody could withdraw it"

    second = serve().ready()
    with second.client() as client:
        names = [each["name"] for each in client.get("/admin/credentials").json()["items"]]
        after = client.get("/v1/events", headers={"Accept": "application/json"}).json()
    assert names == ["weather"]
    assert after["items"][: len(before["items"])] == before["items"]


def test_ctrl_c_ends_it_quietly(serve) -> None:
    served = serve().ready()
    served.process.send_signal(signal.SIGINT)

    assert served.process.wait(20) == 0
    assert "Traceback" not in served.said + served.output.read()


def test_it_stops_while_a_client_follows_the_events(serve) -> None:
    served = serve().ready()
    with served.client() as client, client.stream("GET", "/v1/events") as response:
        lines = response.iter_lines()
        assert next(lines) == ": open"
        assert served.stop() == 0


def test_what_cannot_start_says_why_in_one_line(nexus, data_dir: Path) -> None:
    for settings, said in (
        ({"NEXUS_BIND": "nowhere"}, "The setting bind is wrong"),
        ({"NEXUS_BIND": "192.0.2.1:1"}, "Cannot listen"),
        ({"NEXUS_DATA_DIR": "/proc/nexus"}, "cannot be made"),
        ({"NEXUS_SANDBOX__REQUIRE": "hope"}, "sandbox.require"),
    ):
        ran = nexus("serve", **settings)
        assert (ran.returncode, ran.stdout) == (1, ""), said
        assert ran.stderr.count("\n") == 1
        assert said in ran.stderr


def test_a_database_that_cannot_be_opened_ends_it_with_the_reason(nexus, data_dir: Path) -> None:
    (data_dir / "nexus.db").write_bytes(b"this is no database" * 100)
    ran = nexus("serve")

    assert ran.returncode == 1
    assert "not a database" in ran.stderr.splitlines()[-1]
    assert not (data_dir / "service.json").exists()
