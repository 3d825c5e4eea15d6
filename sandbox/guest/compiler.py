"""The compile child: sources in, code objects or findings out. It never executes what it compiles."""

from __future__ import annotations

import json
import marshal
import sys
from typing import Any

from RestrictedPython.compile import compile_restricted_exec

from . import rules
from .dialect import rewrite
from .frames import read_frame, strict_json, write_frame

# Version 2 knows no references between objects: the same source gives the same bytes in every process.
MARSHAL_VERSION = 2
_RECURSION = 4000
_FINDINGS = 50
_SOURCES_BYTES = 256 * 1024 * 1024


def compile_restricted(path: str, source: bytes, importable: frozenset[str]) -> tuple[bytes | None, list[rules.Breach]]:
    """Code of one file as marshal bytes, or every reason why there is none."""
    reading = rules.read(source)
    if isinstance(reading, rules.Breach):
        return None, [reading]
    found = rules.breaches(reading, importable)
    if found:
        return None, found
    try:
        result = compile_restricted_exec(rewrite(reading), filename=path)
    except (SyntaxError, ValueError) as error:
        return None, [_not_python(error)]
    except (RecursionError, MemoryError):
        return None, [_TOO_DEEP]
    if result.code is None:
        return None, [_restricted(error) for error in result.errors]
    return marshal.dumps(result.code, MARSHAL_VERSION), []


def compile_freely(path: str, source: bytes) -> tuple[bytes | None, list[rules.Breach]]:
    """Code of one file as plain Python gives it: for proofs that the other layers hold without this one."""
    try:
        return marshal.dumps(compile(source, path, "exec", dont_inherit=True), MARSHAL_VERSION), []
    except (SyntaxError, ValueError) as error:
        return None, [_not_python(error)]
    except (RecursionError, MemoryError):
        return None, [_TOO_DEEP]


_TOO_DEEP = rules.Breach("too_deep", 1, "The source is nested too deep.", "Split it into smaller parts.")


def _not_python(error: Exception) -> rules.Breach:
    return rules.Breach("syntax", getattr(error, "lineno", 1) or 1, f"Not Python: {error}.", "Correct it.")


def _restricted(error: str) -> rules.Breach:
    """One of RestrictedPython's own errors: ``Line 3: sentence``."""
    place, _, sentence = error.partition(": ")
    number = place.removeprefix("Line ")
    line = int(number) if number.isdecimal() else 1
    return rules.Breach("restricted", line, sentence or error, "Rewrite it inside the sandbox's dialect.")


def serve(fd: int, restricted: bool) -> None:
    """Read the request and its sources; answer each with a frame, followed by its code if it has any.

    ``restricted``: whether the static layer is up.
    """
    sys.setrecursionlimit(_RECURSION)
    request: dict[str, Any] = json.loads(read_frame(fd, _SOURCES_BYTES))
    importable = frozenset(request["importable"])
    for path in request["paths"]:
        source = read_frame(fd, _SOURCES_BYTES)
        code, found = compile_restricted(path, source, importable) if restricted else compile_freely(path, source)
        answer = {"path": path, "code": code is not None, "findings": [list(breach) for breach in found[:_FINDINGS]]}
        write_frame(fd, strict_json(answer, 1 << 20))
        if code is not None:
            write_frame(fd, code)
