"""Where an answer waits after its first words (see the launcher's ``TEST_PAUSE``)."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

PATIENCE_SECONDS = 60.0


class Pause:
    """Listens on ``path``. Whoever connects waits until ``end``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(path))
        self._door.listen()
        self._door.settimeout(PATIENCE_SECONDS)
        self._waiting: socket.socket | None = None

    def await_begin(self) -> None:
        """Raises ``TimeoutError`` where nobody waits."""
        self._waiting, _ = self._door.accept()

    def end(self) -> None:
        if self._waiting is not None:
            self._waiting.close()
            self._waiting = None

    def close(self) -> None:
        with suppress(OSError):
            self.end()
        self._door.close()
