"""The data directory: who may read it, which process holds it, where its service is reached."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import Conflict, Unavailable
from orchestrator.identity.secret import new_key, well_formed


class InUse(Conflict):
    """Another process of NEXUS holds this data directory."""

    code = "directory_in_use"


@dataclass(frozen=True, slots=True)
class RunningService:
    """What ``service.json`` says: where the service of this directory is reached, and its process."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """Everything that is stored lives below ``path``, for its owner's eyes alone."""

    path: Path

    def prepare(self) -> None:
        """Make the directory (0700) where it is missing. Raises ``Unavailable`` where that cannot be."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"The data directory {self.path} cannot be made: {error.strerror}.",
                mend="Set NEXUS_DATA_DIR to a directory that this user may write.",
            ) from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise Unavailable(
                f"The data directory {self.path} is not writable.",
                mend="Give it to this user, or set NEXUS_DATA_DIR to another.",
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the directory: one process at a time. Raises ``InUse`` at once where another has it.

        The lock is the kernel's, so it ends with its process, however that ends.
        """
        lock = FileLock(self.path / "lock", mode=0o600)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise self._in_use() from None
        try:
            yield
        finally:
            lock.release()

    def owner_key(self) -> str:
        """The owner's key, from ``owner.key`` (0600); made where there is none."""
        path = self.path / "owner.key"
        if not path.exists():
            write_private(path, new_key() + "\n")
        key = path.read_text(encoding="ascii", errors="replace").strip()
        if not well_formed(key):
            raise Unavailable(
                f"The file {path} does not hold a key.", mend="Delete it and start again: a new key is made."
            )
        return key

    def announce(self, service: RunningService) -> None:
        """Say in ``service.json`` where the service is reached."""
        write_private(self._service_file, json.dumps({"url": service.url, "pid": service.pid}) + "\n")

    def withdraw(self, service: RunningService) -> None:
        """Take the announcement back, unless another process has made its own since."""
        if self.running() == service:
            self._service_file.unlink(missing_ok=True)

    def running(self) -> RunningService | None:
        """What ``service.json`` says; it may be left over from a process that was killed."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads(self._service_file.read_bytes())
            return RunningService(url=str(said["url"]), pid=int(said["pid"]))
        return None

    @property
    def _service_file(self) -> Path:
        return self.path / "service.json"

    def _in_use(self) -> InUse:
        service = self.running()
        who = f"process {service.pid}, {service.url}" if service else "another process"
        return InUse(
            f"The data directory {self.path} is in use by {who}.",
            mend="Use that one, stop it, or set NEXUS_DATA_DIR to another directory.",
        )


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone may read, whole or not at all. Raises ``Unavailable`` on a full disk."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise Unavailable(
            f"The file {path} cannot be written: {error.strerror}.",
            mend="Free space on the data directory's disk and check that it is writable; nothing was half-written.",
        ) from error
