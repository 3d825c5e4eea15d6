"""Prism: an outside mock server that checks every request against the description, one process a document."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.npm import installed

PACKAGE, VERSION = "@stoplight/prism-cli", "5.14.2"  # the last for Node 20
START_SECONDS = 60.0
BLAMES_ITSELF = "errors#VIOLATIONS"


class NoPrism(RuntimeError):
    """Prism did not start on this document; the message is its last word."""


@contextlib.asynccontextmanager
async def serving(document: Path) -> AsyncIterator[str]:
    """Prism on ``document``, requests checked (``--errors``), on a free port; gives its origin."""
    node = shutil.which("node")
    if node is None:
        raise NoPrism("no Node on PATH")
    program = installed(PACKAGE, VERSION)
    entry = program / json.loads((program / "package.json").read_text())["bin"]["prism"]
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        node, str(entry), "mock", "--errors", "--host", "127.0.0.1", "--port", str(port), str(document),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said: list[str] = []
    reading = asyncio.create_task(_read(process, said))
    try:
        await _until_listening(process, said)
        yield f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        reading.cancel()


def blames_itself(status: int | None, text: str) -> bool:
    """Whether an answer says that Prism's own response breaks the description: no fault of the caller."""
    return status == 500 and BLAMES_ITSELF in text


async def _read(process: asyncio.subprocess.Process, said: list[str]) -> None:
    """Keep the pipe empty for as long as Prism lives; only its last lines are kept."""
    assert process.stdout is not None
    while line := await process.stdout.readline():
        said.append(line.decode(errors="replace").strip())
        del said[:-20]


async def _until_listening(process: asyncio.subprocess.Process, said: list[str]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_SECONDS):
            while process.returncode is None:
                if any("Prism is listening on" in line for line in said):
                    return
                await asyncio.sleep(0.02)
    raise NoPrism(said[-1] if said else f"silent for {START_SECONDS} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
