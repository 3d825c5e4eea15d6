"""Code objects on disk, as untrusted as any file: what is not of the recorded hash is thrown away."""

from __future__ import annotations

import importlib.util
import logging
import os
import secrets
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from core.hashing import sha256_hex
from modules.recent import Recent
from sandbox.policy import POLICY_VERSION

_log = logging.getLogger(__name__)
MEMORY_BYTES: Final = 64 * 1024 * 1024


def toolchain() -> str:
    """What compiled code depends on besides its source: Python's magic, RestrictedPython and the policy's version."""
    magic = importlib.util.MAGIC_NUMBER.hex()
    return f"python-{magic}-restrictedpython-{version('restrictedpython')}-policy-{POLICY_VERSION}"


class CodeCache:
    """Marshalled code by source path, source hash and toolchain. Bytes are only handed out by their recorded hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory: Recent[str, bytes] = Recent(MEMORY_BYTES, len)
        self.toolchain = toolchain()

    def read(self, path: str, source_sha256: str, code_sha256: str) -> bytes | None:
        """The code with that hash, or ``None``: an entry with other bytes is removed and never returned."""
        key = self._key(path, source_sha256)
        held = self._memory.get(key)
        if held is not None and sha256_hex(held) == code_sha256:
            return held
        place = self._place(key)
        try:
            code = place.read_bytes()
        except OSError:
            return None
        if sha256_hex(code) != code_sha256:
            _log.warning("the cached code of %s is not what was proven: compiling it again", path)
            place.unlink(missing_ok=True)
            return None
        return self._memory.put(key, code)

    def write(self, sources: Mapping[str, str], codes: Mapping[str, bytes]) -> None:
        """Keep codes by path; ``sources`` has each path's source hash. Files appear whole or not at all."""
        for path, code in codes.items():
            place = self._place(self._key(path, sources[path]))
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = place.with_suffix(f".{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(code)
            draft.replace(place)

    def _key(self, path: str, source_sha256: str) -> str:
        # The path is in the code object, for tracebacks: the same source elsewhere is other code.
        return sha256_hex(f"{self.toolchain}\0{path}\0{source_sha256}".encode())

    def _place(self, key: str) -> Path:
        return self._folder / key[:2] / key
