"""A TCP line from the browser to the service, which can be cut and mended, and remembers what was asked for."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65536
REQUEST = re.compile(rb"(?:^|\r\n)(?:GET|POST|PUT|PATCH|DELETE) (/\S*) HTTP/1[.]1\r\n")


class Line:
    """Listens on ``url`` and passes everything on to ``port`` of this machine, as long as the line is not down."""

    def __init__(self) -> None:
        self.port = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self.asked: list[str] = []
        """Paths of the requests, in order: those of workers, too, which no page tells of."""
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._is_down = False
        threading.Thread(target=self._answer, daemon=True).start()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Every connection is cut, and none is made, until the block ends."""
        with self._lock:
            self._is_down = True
        self._cut()
        try:
            yield
        finally:
            with self._lock:
                self._is_down = False

    def close(self) -> None:
        self._door.close()
        self._cut()

    def _cut(self) -> None:
        with self._lock:
            cut, self._open = self._open, set()
        for each in cut:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _answer(self) -> None:
        while True:
            try:
                here, _ = self._door.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self.port))
            except OSError:
                here.close()
                continue
            with self._lock:
                if not self._is_down:
                    self._open |= {here, there}
            if here not in self._open:
                here.close()
                there.close()
                continue
            threading.Thread(target=self._pass, args=(here, there), daemon=True).start()
            threading.Thread(target=self._pass, args=(there, here), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(CHUNK):
                self.asked += (path.decode() for path in REQUEST.findall(chunk))
                target.sendall(chunk)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
            with self._lock:
                self._open.discard(each)
