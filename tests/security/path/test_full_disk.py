"""A disk that fills while the service runs: it says so, loses nothing, and goes on when there is space again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenario.person import Person
from tests.scenario.record import check_record
from tests.scenario.service import Service
from tests.scenario.upstream import LEDGER, Upstream

SMALL = "24m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes; the test is skipped where none may be mounted."""
    if os.geteuid() != 0:
        pytest.skip("a small disk: mounting a tmpfs needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0755", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk: this root may not mount a tmpfs ({mounted.stderr.strip()})")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


class Filler:
    """Takes every byte of a disk, and gives them back."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "filler"

    def fill(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    os.write(descriptor, b"\0" * size)
            except OSError:
                continue
        os.close(descriptor)

    def free(self) -> None:
        self._path.unlink()


def test_a_disk_that_fills_while_a_turn_runs(small_disk: Path, tmp_path: Path, upstream: Upstream) -> None:
    # The log is beside the disk: what the service says about it must not fall to it.
    data_dir = tmp_path / "data"
    data_dir.symlink_to(small_disk)
    service = Service(data_dir, TEST_LEASE="2").start().ready()
    try:
        me, filler = Person(service), Filler(small_disk)
        me.install(LEDGER, upstream.bound)
        me.open_thread()
        asking = me.say("add an entry to the ledger with text rent")["id"]
        card = me.card(asking)
        me.settled(asking)
        upstream.hold()
        running = me.say("list ledger entries")["id"]
        upstream.arrived.wait()
        filler.fill()

        for method, path, content in (
            ("POST", f"/v1/threads/{me.thread}/runs", b'{"message": "hello"}'),
            ("POST", "/v1/threads", b"{}"),
            ("POST", "/v1/files", b"x" * 100_000),
            (
                "POST",
                f"/v1/approvals/{card['id']}",
                b'{"answer": "approve", "payload_hash": "%s"}' % card["payload_hash"].encode(),
            ),
        ):
            headers = {"Content-Type": "application/json"}
            refused = service.http.request(method, path, content=content, headers=headers)
            assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json"), path
            assert refused.json()["code"] == "unavailable"
            assert "space" in refused.json()["mend"].lower()
            assert "retry-after" in refused.headers
        assert service.http.get("/healthz").is_success
        assert service.get("/v1/approvals", state="pending")["items"] == [card]
        upstream.release()
        # The turn has its answer and cannot write it down, nor that it failed.
        service.until(lambda: "ended without a word" in service.said, "the turn meets the full disk")
        assert me.run(running)["state"] == "running"

        filler.free()
        assert me.ended(running)["state"] == "done"
        me.approve(card)
        assert me.ended(asking)["state"] == "done"
        assert me.ended(me.say("hello")["id"])["state"] == "done"
        assert [entry["text"] for entry in upstream.entries] == ["rent"]
        assert [message["role"] for message in me.messages()].count("user") == 3
        service.kill()
        service.start().ready()
        assert me.ended(me.say("hello again")["id"])["state"] == "done"
    finally:
        service.close()
    check_record(f"sqlite:///{data_dir / 'nexus.db'}")


def test_a_disk_that_is_full_from_the_start_stops_the_service_with_a_sentence(small_disk: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.symlink_to(small_disk)
    filler = Filler(small_disk)
    filler.fill()
    service = Service(data_dir, plain=True).start()
    try:
        assert service.process is not None
        assert service.process.wait(60) == 1
        said = service.said.strip()
        assert "Traceback" not in said
        assert "space" in said.lower()
        filler.free()
        service.start().ready()
    finally:
        service.close()
