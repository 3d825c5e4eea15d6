"""Keys at rest: Fernet with rotation for secrets, in one file beside the data."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from core.errors import Unavailable


class Keyring:
    """Seals and opens secrets with the newest of its keys; older keys still open what they sealed.

    The file holds one urlsafe base64 key of 32 bytes a line, newest first, readable by its owner alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = self._load()

    def seal(self, secret: bytes) -> str:
        """Encrypt and authenticate ``secret`` (Fernet: AES-128-CBC and HMAC-SHA256)."""
        return self._fernet().encrypt(secret).decode("ascii")

    def open(self, sealed: str) -> bytes:
        """The secret in ``sealed``. Raises ``Unavailable`` where no key of the ring opens it."""
        try:
            return self._fernet().decrypt(sealed.encode("ascii"))
        except InvalidToken as error:
            raise Unavailable(
                "A stored secret cannot be opened with the keys of this data directory.",
                mend="Restore the file keyring that was in use when it was stored, or set the secret again.",
            ) from error

    def reseal(self, sealed: str) -> str:
        """``sealed`` under the newest key."""
        return self.seal(self.open(sealed))

    def rotate(self) -> None:
        """Put a new key in front. What was sealed before still opens; ``reseal`` moves it over."""
        self._keys = [Fernet.generate_key(), *self._keys]
        self._store()

    def forget_old_keys(self) -> None:
        """Keep the newest key alone; call it when everything has been resealed."""
        self._keys = self._keys[:1]
        self._store()

    def _fernet(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self._keys])

    def _load(self) -> list[bytes]:
        if self._path.exists():
            return self._path.read_bytes().split()
        self._keys = [Fernet.generate_key()]
        self._store()
        return self._keys

    def _store(self) -> None:
        # Written whole and then renamed: a crash leaves the old ring or the new one, never half of one.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\n".join(self._keys) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
