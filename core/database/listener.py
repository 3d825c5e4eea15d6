"""PostgreSQL's LISTEN on a connection of its own: news of what any process committed."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from core.database.database import Committed

CHANNEL = "nexus_events"
# An idle connection is asked for a sign of life this often: a peer that vanished sends no goodbye.
CHECK_SECONDS = 30.0
RETRY_SECONDS = 0.5
CONNECTION_OPTIONS: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "tcp_user_timeout": 20_000,
}


class EventListener:
    """A thread that announces each notification, and reconnects for ever until it is closed."""

    def __init__(self, url: str, announce: Callable[[Committed], None]) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._announce = announce
        self._stopped = threading.Event()
        self._stop_reader, self._stop_writer = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, name="nexus-listen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread. Blocks until it has gone."""
        self._stopped.set()
        self._stop_writer.close()
        self._thread.join()
        self._stop_reader.close()

    def _serve(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, **CONNECTION_OPTIONS) as connection:
                    self._listen(connection)
            except psycopg.Error:
                self._stopped.wait(RETRY_SECONDS)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(f"LISTEN {CHANNEL}".encode())
        # Nobody was told what was committed while nobody listened: it has to be read.
        self._announce(Committed(None))
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._stop_reader, selectors.EVENT_READ)
            while not self._stopped.is_set():
                if not selector.select(CHECK_SECONDS):
                    connection.execute("SELECT 1")
                for notification in connection.notifies(timeout=0):
                    self._announce(Committed(int(notification.payload)))
