"""A bundle: files by path, whose bytes are one deterministic tar and whose name is the SHA-256 of it.

The tar is plain USTAR written here, so that the bytes depend on no library's version; and only such bytes are read
back, so that a bundle has no links, no duplicates, no odd modes and no second spelling.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final

from core.errors import InvalidInput, TooLarge
from core.hashing import sha256_hex

BLOCK: Final = 512
MAX_FILES: Final = 200_000
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
MAX_BYTES: Final = 512 * 1024 * 1024
_NAME_BYTES: Final = 100
_PREFIX_BYTES: Final = 155
_PATH: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){0,4}")
_FIXED: Final = b"0000644\x000000000\x000000000\x00"


@dataclass(frozen=True, slots=False)
class Bundle:
    """Immutable files by path. Paths are ASCII, relative, and without dot segments."""

    files: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        check_files(self.files)
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))

    @cached_property
    def sha256(self) -> str:
        """The bundle's name: SHA-256 of ``tar()``, what ``sha256sum`` says of the download."""
        return sha256_hex(self.tar())

    @cached_property
    def listing(self) -> dict[str, str]:
        """SHA-256 of each file by path."""
        return {path: sha256_hex(content) for path, content in self.files.items()}

    def tar(self) -> bytes:
        """The bundle's bytes: USTAR, sorted paths, mode 0644, owner 0, time 0."""
        parts: list[bytes] = []
        for path, content in self.files.items():
            parts += (_header(path, len(content)), content, b"\0" * (-len(content) % BLOCK))
        parts.append(b"\0" * (2 * BLOCK))
        return b"".join(parts)

    def with_changes(self, changes: Mapping[str, bytes | None]) -> Bundle:
        """A new bundle with some files replaced or added, and those mapped to ``None`` removed."""
        missing = [path for path, content in changes.items() if content is None and path not in self.files]
        if missing:
            raise InvalidInput(f"The bundle has no file {missing[0]!r} to remove.")
        files = {**self.files, **{path: content for path, content in changes.items() if content is not None}}
        return Bundle({path: content for path, content in files.items() if changes.get(path, b"") is not None})


def listing_sha256(listing: Mapping[str, str]) -> str:
    """SHA-256 of a listing as ``sha256sum`` prints it, sorted by path: binds each file's hash to its path."""
    return sha256_hex("".join(f"{listing[path]}  {path}\n" for path in sorted(listing)).encode("ascii"))


def check_files(files: Mapping[str, bytes]) -> None:
    """Refuse what no bundle may hold: odd paths, a path that is also a folder, too many or too large files."""
    if len(files) > MAX_FILES:
        raise TooLarge(f"A bundle holds at most {MAX_FILES} files; this one has {len(files)}.")
    if sum(map(len, files.values())) > MAX_BYTES:
        raise TooLarge(f"A bundle holds at most {MAX_BYTES} bytes.")
    folders = {path.rpartition("/")[0] for path in files}
    for path, content in files.items():
        _check_path(path)
        if len(content) > MAX_FILE_BYTES:
            raise TooLarge(f"The file {path!r} has {len(content)} bytes; a bundle's file has at most {MAX_FILE_BYTES}.")
        if path in folders:
            raise InvalidInput(f"{path!r} is a file and a folder of the same bundle.")


def read_bundle(data: bytes) -> Bundle:
    """The bundle whose ``tar()`` is ``data``. Raises ``InvalidInput`` for any other bytes."""
    if len(data) > MAX_BYTES + (MAX_FILES + 2) * 2 * BLOCK:
        raise TooLarge(f"A bundle holds at most {MAX_BYTES} bytes.")
    files: dict[str, bytes] = {}
    position = 0
    while position + BLOCK <= len(data) and data[position] != 0:
        path, size = _read_header(data[position : position + BLOCK])
        start = position + BLOCK
        files[path] = data[start : start + size]
        position = start + size + -size % BLOCK
        if len(files) > MAX_FILES:
            raise TooLarge(f"A bundle holds at most {MAX_FILES} files.")
    bundle = Bundle(files)
    if bundle.tar() != data:
        raise InvalidInput("These bytes are not a bundle: its tar is written in one way only.")
    return bundle


def _check_path(path: str) -> None:
    if not _PATH.fullmatch(path):
        raise InvalidInput(f"{path[:200]!r} is no path of a bundle: ASCII letters, digits, '.', '_', '-', relative.")
    _split(path)


def _split(path: str) -> tuple[str, str]:
    """USTAR's (prefix, name)."""
    if len(path) <= _NAME_BYTES:
        return "", path
    prefix, _, name = path.rpartition("/")
    if not prefix or len(name) > _NAME_BYTES or len(prefix) > _PREFIX_BYTES:
        raise InvalidInput(f"The path {path[:200]!r} is too long for a bundle.")
    return prefix, name


def _header(path: str, size: int) -> bytes:
    prefix, name = _split(path)
    front = name.encode("ascii").ljust(_NAME_BYTES, b"\0") + _FIXED + b"%011o\0" % size + b"%011o\0" % 0
    back = (b"0" + b"\0" * 100 + b"ustar\x0000" + b"\0" * 64 + b"0000000\x000000000\x00").ljust(189, b"\0")
    back += prefix.encode("ascii").ljust(_PREFIX_BYTES + 12, b"\0")
    total = sum(front) + sum(back) + 8 * 0x20
    return front + b"%06o\0 " % total + back


def _read_header(block: bytes) -> tuple[str, int]:
    """Path and size of one header. Anything else in it is caught when the tar is written again and compared."""
    try:
        name = block[:_NAME_BYTES].rstrip(b"\0").decode("ascii")
        prefix = block[345 : 345 + _PREFIX_BYTES].rstrip(b"\0").decode("ascii")
        size = int(block[124:135], 8)
    except (UnicodeDecodeError, ValueError) as error:
        raise InvalidInput("These bytes are not a bundle: a header cannot be read.") from error
    path = f"{prefix}/{name}" if prefix else name
    _check_path(path)
    if not 0 <= size <= MAX_FILE_BYTES:
        raise TooLarge(f"The file {path!r} has {size} bytes; a bundle's file has at most {MAX_FILE_BYTES}.")
    return path, size
