"""How commands speak: text for people, one JSON document for programs, one line for a failure, an exit code."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from enum import IntEnum
from typing import Annotated, Any, Literal

import typer

from core.errors import NexusError, Unavailable

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
"""The option that every command takes."""

FORBIDDEN_STATUSES = frozenset({401, 402, 403})


class ExitCode(IntEnum):
    """What a command's end means to a script."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NEEDS_CONFIRMATION = 3
    BLOCKED = 4
    FORBIDDEN = 5


def settle_streams() -> None:
    """Make the standard streams usable: one that the shell has closed is empty; a character that the terminal's
    encoding lacks is shown escaped."""
    # One after the other: each takes the lowest free descriptor, which is the closed one's.
    sys.stdin = sys.stdin or nowhere("r")
    sys.stdout = sys.stdout or nowhere("w")
    sys.stderr = sys.stderr or nowhere("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def nowhere(mode: Literal["r", "w"]) -> io.TextIOWrapper:
    return os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8")


def say(text: str) -> None:
    """A line for people, at once (also into a pipe). Raises ``Unavailable`` where it cannot be written."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # Python would try again at the end, and complain in its own words.
        with suppress(OSError):
            sys.stdout.close()
        raise Unavailable(
            f"The output cannot be written: {error.strerror}.", mend="The command itself has been carried out."
        ) from None


def say_json(document: Any) -> None:
    """A document for programs, on one line."""
    readable = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    say(json.dumps(document, ensure_ascii=not readable))


def warn(text: str) -> None:
    """A line beside the output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def table(rows: Iterable[Sequence[str]]) -> str:
    """``rows`` in columns, two spaces apart."""
    rows = [[str(cell) for cell in row] for row in rows]
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def fail(error: NexusError, *, as_json: bool = False) -> ExitCode:
    """Say what went wrong and the mend; the exit code for it."""
    if as_json:
        say_json(problem_of(error))
    warn(f"{one_line(error.detail)} {one_line(error.mend)}")
    return exit_code(error)


def exit_code(error: NexusError) -> ExitCode:
    status = getattr(error, "answered_status", error.status)
    return ExitCode.FORBIDDEN if status in FORBIDDEN_STATUSES else ExitCode.FAILED


def problem_of(error: NexusError) -> dict[str, Any]:
    """``error`` as a problem document: the service's own where it sent one."""
    document = getattr(error, "document", None)
    if document is not None:
        return document
    return {**error.facts, "code": error.code, "status": error.status, "detail": error.detail, "mend": error.mend}


def one_line(text: str) -> str:
    return " ".join(text.split())
