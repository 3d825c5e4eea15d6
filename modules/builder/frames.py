"""How a build's files travel from the child: a path, a length, the bytes; last, under no path, the rest as JSON."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

OUT_OF_MEMORY = 3
"""The child's exit code when its limit of memory or of recursion ends it."""

_HEAD = struct.Struct("<HQ")


def write_frame(file: IO[bytes], path: str, content: bytes) -> None:
    """Append one file."""
    name = path.encode("ascii")
    file.write(_HEAD.pack(len(name), len(content)))
    file.write(name)
    file.write(content)


def read_frames(file: IO[bytes]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Every file by path, and the value that ended them. Raises ``ValueError`` when the end is missing."""
    file.seek(0)
    files: dict[str, bytes] = {}
    while head := file.read(_HEAD.size):
        name_length, length = _HEAD.unpack(head)
        path = file.read(name_length).decode("ascii")
        content = file.read(length)
        if not path:
            return files, json.loads(content)
        files[path] = content
    raise ValueError("the build's files end early")
