"""The child process of a build. Imports neither database nor event loop."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import sys
import threading
from typing import Any

from modules.builder.frames import OUT_OF_MEMORY, write_frame
from modules.builder.openapi.package import build
from modules.builder.refusal import Refused

_DEEP = 20_000
_NICE = 5
PARENT_GONE = 4


def main(text: str) -> None:
    """Build as the JSON in ``text`` says; ends the process."""
    options: dict[str, Any] = json.loads(text)
    _limit(options)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _build(options)
    except Refused as refused:
        _say({"refused": {"detail": refused.detail, "mend": refused.mend, "code": refused.code}})
    except (RecursionError, MemoryError):
        os._exit(OUT_OF_MEMORY)
    os._exit(0)


def _limit(options: dict[str, Any]) -> None:
    memory = options["memory_mib"] * 1024 * 1024
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (options["cpu_seconds"], options["cpu_seconds"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(_DEEP)
    os.nice(_NICE)
    gc.disable()  # A build makes no garbage in cycles, and looking for it takes a third of its time.


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(PARENT_GONE)


def _build(options: dict[str, Any]) -> None:
    with open(options["document"], "rb") as given:  # noqa: PTH123 - a descriptor, not a path
        given.seek(0)
        document = given.read()
    with open(options["files"], "wb") as made:  # noqa: PTH123
        package = build(
            document,
            write=lambda path, content: write_frame(made, path, content),
            progress=lambda stage, data: _say({"stage": stage, "data": data}),
            limit=options["limit"],
            name=options["name"],
            base=options["base"],
        )
        rest = {"manifest": package.manifest, "findings": package.findings, "blueprint": package.blueprint}
        write_frame(made, "", json.dumps(rest).encode())
    _say({"done": True})


def _say(value: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The service was killed, and the other thread has not heard of it yet.
        os._exit(PARENT_GONE)
