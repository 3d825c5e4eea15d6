"""Where an answer waits after its first words, while somebody holds it (see the launcher's ``TEST_PAUSE``)."""

from __future__ import annotations

import socket
import threading
from pathlib import Path


class Pause:
    """Listens on ``path``. Who connects while it is held waits for its end; ``begun`` tells that somebody does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.begun = threading.Event()
        self._is_held = False
        self._waiting: list[socket.socket] = []
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(path))
        self._door.listen()
        threading.Thread(target=self._answer, daemon=True).start()

    def hold(self) -> None:
        self._is_held = True

    def end(self) -> None:
        self._is_held = False
        for each in self._waiting:
            each.close()

    def close(self) -> None:
        self._door.close()
        self.end()

    def _answer(self) -> None:
        while True:
            try:
                caller, _ = self._door.accept()
            except OSError:
                return
            if not self._is_held:
                caller.close()
                continue
            self._waiting.append(caller)
            self.begun.set()
