"""Keys at rest: Fernet with rotation for secrets, in one file beside the data."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from filelock import FileLock

from core.errors import Unavailable

OWNER_ONLY = 0o600
# What tells one version of the file from the next: a new one is always another inode.
Version = tuple[int, int, int]


class Keyring:
    """Seals and opens secrets with the newest of its keys; older keys still open what they sealed.

    The file holds one urlsafe base64 key of 32 bytes a line, newest first, readable by its owner alone. It is read
    again whenever it has changed, so that every process of the service follows a rotation.
    """

    def __init__(self, path: Path) -> None:
        """Open the keyring at ``path``, or make it with a first key. Raises ``Unavailable`` on a file that is none."""
        self._path = path
        self._reading = threading.Lock()
        self._version: Version | None = None
        self._fernets: list[Fernet] = []
        self._keys: list[bytes] = []
        if not path.exists():
            self._create()
        self._ring()

    def seal(self, secret: bytes) -> str:
        """Encrypt and authenticate ``secret`` (Fernet: AES-128-CBC and HMAC-SHA256).

        Call it inside the unit of work that stores the result: sealed earlier, it may miss a rotation.
        """
        return self._ring().encrypt(secret).decode("ascii")

    def open(self, sealed: str) -> bytes:
        """The secret in ``sealed``. Raises ``Unavailable`` where no key of the ring opens it."""
        try:
            return self._ring().decrypt(sealed.encode("ascii", "replace"))
        except InvalidToken:
            raise Unavailable(
                "A stored secret cannot be opened with the keys of this data directory.",
                mend="Restore the file keyring that was in use when it was stored, or set the secret again.",
            ) from None

    def reseal(self, sealed: str) -> str:
        """``sealed`` under the newest key."""
        return self.seal(self.open(sealed))

    def rotate(self) -> Sequence[bytes]:
        """Put a new key in front. What was sealed before still opens; ``reseal`` moves it over.

        Returns the older keys, for ``forget``.
        """
        with self._changing():
            self._ring()
            older = list(self._keys)
            self._store([Fernet.generate_key(), *older])
        return older

    def forget(self, keys: Sequence[bytes]) -> None:
        """Drop ``keys``; call it when everything has been resealed. The newest key always stays."""
        with self._changing():
            self._ring()
            self._store([self._keys[0], *(key for key in self._keys[1:] if key not in keys)])

    def _ring(self) -> MultiFernet:
        """The keys as the file has them now."""
        with self._reading:
            version = self._stat()
            if version != self._version:
                self._keys = self._load()
                self._fernets = [Fernet(key) for key in self._keys]
                self._version = version
            return MultiFernet(self._fernets)

    def _stat(self) -> Version:
        try:
            found = self._path.stat()
        except OSError as error:
            raise self._unreadable() from error
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _load(self) -> list[bytes]:
        try:
            if stat.S_IMODE(self._path.stat().st_mode) & 0o077:
                self._path.chmod(OWNER_ONLY)
            keys = self._path.read_bytes().split()
            for key in keys:
                Fernet(key)
        except (OSError, ValueError):
            # Without the cause: it may quote what the file holds.
            raise self._unreadable() from None
        if not keys:
            raise self._unreadable()
        return keys

    def _unreadable(self) -> Unavailable:
        return Unavailable(
            f"The file {self._path} cannot be read as a keyring.",
            mend="Restore it from the backup of this data directory; without it the stored secrets are lost.",
        )

    def _changing(self) -> FileLock:
        """One change at a time, in whatever process."""
        return FileLock(self._path.with_suffix(".lock"), mode=OWNER_ONLY)

    def _create(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._changing():
            if not self._path.exists():
                self._store([Fernet.generate_key()])

    def _store(self, keys: Sequence[bytes]) -> None:
        # Written whole and then renamed: a crash leaves the old ring or the new one, never half of one.
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\n".join(keys) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
        sync_folder(self._path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
