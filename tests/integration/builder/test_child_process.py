"""Builds in their own process: limits, refusals, cancelling, and what the child leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.errors import InvalidInput, TooLarge
from core.settings import LimitSettings
from modules.builder import build_openapi
from modules.builder.process import START
from modules.bundle import Bundle
from modules.manifest import read_manifest

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ["weather", "notes"]


def example(name: str) -> bytes:
    return (ROOT / "examples" / f"{name}.openapi.yaml").read_bytes()


def large(operations: int) -> bytes:
    paths = {
        f"/p{number}/{{id}}": {"get": {"operationId": f"op{number}", "responses": {"200": {"description": ""}}}}
        for number in range(operations)
    }
    return json.dumps({"openapi": "3.0.0", "info": {"title": "Large"}, "paths": paths}).encode()


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_becomes_a_bundle(name: str) -> None:
    stages: list[str] = []

    async def progress(stage: str, data: dict[str, Any]) -> None:
        stages.append(stage)

    built = await build_openapi(example(name), progress=progress)
    assert read_manifest(built.files) == built.manifest
    assert built.findings == []
    assert built.blueprint["go"] is True
    assert stages == ["read", "blueprint", "scaffold", "implement", "tests", "package"]
    assert Bundle(built.files).sha256 == Bundle((await build_openapi(example(name))).files).sha256


async def test_a_wished_name_and_the_documents_address_are_used() -> None:
    document = json.dumps(
        {"openapi": "3.0.0", "servers": [{"url": "v1"}], "paths": {"/a": {"get": {"responses": {}}}}}
    ).encode()
    built = await build_openapi(document, name="My Things", base="https://things.example/openapi.json")
    assert built.manifest["name"] == "my-things"
    assert built.manifest["hosts"] == ["https://things.example:443"]


@pytest.mark.parametrize(
    "document", [b"", b"\x00\x01", b"hello", b"<html></html>", b'{"a": 1}', b"[" * 100_000, b"a: &a [*a]"]
)
async def test_what_cannot_be_built_is_said_with_its_mend(document: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        await build_openapi(document)
    assert refused.value.mend


async def test_a_document_over_the_limit_never_reaches_the_child() -> None:
    with pytest.raises(TooLarge, match="the limit is 10"):
        await build_openapi(b"x" * 11, limits=LimitSettings(document_bytes=10))


async def test_a_build_that_takes_too_long_is_killed() -> None:
    with pytest.raises(TooLarge, match="longer than"):
        await build_openapi(large(3000), limits=LimitSettings(build_seconds=0.05))
    assert children() == []


async def test_a_build_that_needs_too_much_memory_ends_alone() -> None:
    with pytest.raises(TooLarge, match="limit of memory"):
        await build_openapi(large(30_000), limits=LimitSettings(build_memory_mib=60))
    assert children() == []


async def test_a_cancelled_build_leaves_no_process() -> None:
    reached = asyncio.Event()

    async def hold(stage: str, data: dict[str, Any]) -> None:
        reached.set()
        await asyncio.Event().wait()

    build = asyncio.create_task(build_openapi(large(2000), progress=hold))
    await reached.wait()
    build.cancel()
    with pytest.raises(asyncio.CancelledError):
        await build
    assert children() == []


def test_a_child_whose_service_is_gone_ends_at_once(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    full_pipe(writing)  # the child cannot tell its first stage, and waits
    with child_of(tmp_path, writing) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(20) == 4
    os.close(reading)
    os.close(writing)


def test_a_child_that_nobody_listens_to_ends_without_a_word(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with child_of(tmp_path, writing) as child:
        os.close(writing)
        assert child.stderr is not None
        assert (child.stderr.read(), child.wait(20)) == (b"", 4)


@contextlib.contextmanager
def child_of(folder: Path, output: int) -> Iterator[subprocess.Popen[bytes]]:
    """The child of a build, telling its stages to ``output``."""
    document = folder / "document"
    document.write_bytes(example("notes"))
    with document.open("rb") as given, (folder / "files").open("wb") as made:
        files = {"document": given.fileno(), "files": made.fileno()}
        options = {**files, "limit": 1 << 20, "name": None, "base": None, "cpu_seconds": 9, "memory_mib": 999}
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", START, str(ROOT), json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.PIPE,
            pass_fds=tuple(files.values()),
        )
        try:
            yield child
        finally:
            child.kill()


def full_pipe(writing: int) -> None:
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"\n" * 4096)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"\n")
    os.set_blocking(writing, True)


async def test_the_child_sees_neither_the_environment_nor_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEXUS_CANARY", "secret")
    code = (
        "import sys, os; sys.path.insert(0, sys.argv[1]); import modules.builder.child; "
        "print([name for name in ('asyncio', 'sqlalchemy', 'pydantic', 'core', 'httpx') if name in sys.modules])"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", code, str(ROOT), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    assert out == b"[]\n"
    seen: list[dict[str, str]] = []

    async def look(stage: str, data: dict[str, Any]) -> None:
        for process in children():
            with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is looked at
                seen.append(process.environ())

    await build_openapi(large(2000), progress=look)
    assert seen
    assert not any("NEXUS_CANARY" in environment for environment in seen)


def children() -> list[psutil.Process]:
    """Build processes of this test that still run."""
    found: list[psutil.Process] = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "modules.builder.child" in " ".join(process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.NoSuchProcess:
            continue
    return found
