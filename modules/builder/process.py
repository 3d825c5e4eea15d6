"""Runs a build in a process of its own: limited, killable, and away from the service's interpreter lock.

The child is a separate exec with an empty environment. The document and the files travel through unlinked temporary
files, stages as JSON lines on its output; its input is the thread of life: when the service dies, the child ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.errors import InvalidInput, NexusError, TooLarge
from core.settings import LimitSettings
from modules.builder.frames import OUT_OF_MEMORY, read_frames

Progress = Callable[[str, dict[str, Any]], Awaitable[None]]

_ROOT = str(Path(__file__).resolve().parents[2])
START = "import sys; sys.path.insert(0, sys.argv[1]); from modules.builder.child import main; main(sys.argv[2])"
_MEND_LIMIT = "Send a smaller description, or raise `limits.build_seconds` or `limits.build_memory_mib`."


@dataclass(frozen=True, slots=True)
class Built:
    """A finished build: the bundle's files, its manifest, what was found, and the plan with its confidence."""

    files: dict[str, bytes]
    manifest: dict[str, Any]
    findings: list[dict[str, str]]
    blueprint: dict[str, Any]


async def build_openapi(
    document: bytes,
    *,
    media_type: str | None = None,
    name: str | None = None,
    base: str | None = None,
    limits: LimitSettings | None = None,
    progress: Progress | None = None,
) -> Built:
    """Build the bundle of an OpenAPI 3.0, 3.1 or Swagger 2 description.

    ``media_type`` is what the sender called it; the bytes decide. ``name``: the module's wished name; ``base``: the
    address the document came from, for relative servers. ``progress`` is awaited at each stage, in order.
    Raises ``InvalidInput`` or ``TooLarge``, each with its mend. Cancelling kills the child.
    """
    limits = limits or LimitSettings()
    if len(document) > limits.document_bytes:
        raise TooLarge(
            f"The document has {len(document)} bytes, the limit is {limits.document_bytes}.",
            mend="Send a smaller document, or raise `limits.document_bytes` in the settings.",
        )
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        await asyncio.to_thread(_hand_over, given, document)
        options = {
            "document": given.fileno(),
            "files": made.fileno(),
            "limit": limits.document_bytes,
            "cpu_seconds": int(limits.build_seconds) + 1,
            "memory_mib": limits.build_memory_mib,
            "name": name,
            "base": base,
        }
        await _run(options, limits.build_seconds, progress)
        return await asyncio.to_thread(_collect, made)


async def _run(options: dict[str, Any], seconds: float, progress: Progress | None) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", START, _ROOT, json.dumps(options),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={}, pass_fds=(options["document"], options["files"]), start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            last = await _follow(child, progress)
            code = await child.wait()
    except TimeoutError as error:
        raise TooLarge(f"Building took longer than {seconds:g} seconds.", mend=_MEND_LIMIT) from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if "refused" in last:
        raise _refusal(last["refused"])
    if code == OUT_OF_MEMORY or code < 0:
        raise TooLarge("The build ran into its limit of memory or time.", mend=_MEND_LIMIT, exit_code=code)
    if "done" not in last:
        raise NexusError(f"The build ended early, with exit code {code}; the service's log says why.")


async def _follow(child: asyncio.subprocess.Process, progress: Progress | None) -> dict[str, Any]:
    """Pass stages on until the child has no more to say; gives what it said last."""
    assert child.stdout is not None
    said: dict[str, Any] = {}
    async for line in child.stdout:
        said = json.loads(line)
        if progress is not None and "stage" in said:
            await progress(said["stage"], said["data"])
    return said


def _refusal(said: dict[str, Any]) -> NexusError:
    kind = TooLarge if said["code"] == "too_large" else InvalidInput
    return kind(said["detail"], mend=said["mend"])


def _hand_over(file: IO[bytes], document: bytes) -> None:
    file.write(document)
    file.flush()


def _collect(file: IO[bytes]) -> Built:
    files, package = read_frames(file)
    return Built(files, package["manifest"], package["findings"], package["blueprint"])
