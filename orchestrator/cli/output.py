"""How commands speak: text for people, one JSON document for programs, one line for a failure, an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Annotated, Any

import typer

from core.errors import NexusError

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


def say(text: str) -> None:
    """A line for people, at once (also into a pipe)."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say_json(document: Any) -> None:
    """A document for programs, on one line."""
    say(json.dumps(document, ensure_ascii=False))


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
